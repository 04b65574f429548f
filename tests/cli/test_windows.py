"""Windows of a table through the commands: trained, predicted, scored, and refused."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import npnet
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

HOURS = [datetime(2025, 3, 1) + timedelta(hours=hour) for hour in range(200)]
CONFIG = """\
dataset: {{windows: {{path: {path}, target: load, time: hour, window: 6{options}}}}}
layers: [flatten, linear]
learning_rate: 0.05
epochs: 4
"""


def table(rows: int = 200, name: str = "hour") -> str:
    """Return a series of hours with a temperature, a kind of day, and a load that follows the hours before."""
    random, lines, load = np.random.default_rng(3), [f"{name},kind,heat,load"], 10.0
    for hour in HOURS[:rows]:
        load = 0.8 * load + 4 * np.sin(hour.hour / 4) + random.normal()
        kind = "rest" if hour.weekday() > 4 else "work"
        lines.append(f"{hour.isoformat()},{kind},{20 + random.normal():.3f},{load:.4f}")
    return "\n".join(lines) + "\n"


def outcome(folder: Path, content: str, options: str = "", path: str = "t.csv", *more: str) -> tuple[int, str, str]:
    """Return what `npnet train` says of windows of a table: the exit code and both streams."""
    (folder / "t.csv").write_text(content)
    (folder / "c.yaml").write_text(CONFIG.format(path=path, options=options))
    result = call("train", "c.yaml", "--no-plots", "-q", *more)
    return result.code, result.out.strip(), result.err


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_windows_are_trained_scored_and_predicted_up_to_the_newest(folder: Path) -> None:
    code, out, err = outcome(folder, table())
    assert (code, err) == (0, "")
    run = RunFolder(folder / out)
    assert "positions: {size: 6, ragged: false}" in (run.path / "resolved.yaml").read_text()
    assert run.info["dataset"]["rows"] == {"train": 116, "validation": 39, "test": 39}
    tested = rows_of((run.path / "predictions" / "test.csv").read_text())
    assert (tested[0]["row"], tested[0]["time"]) == ("161", HOURS[161].isoformat())
    assert (tested[-1]["row"], tested[-1]["time"]) == ("199", HOURS[199].isoformat())

    lines = table().splitlines()
    shuffled = [lines[0], *np.random.default_rng(0).permutation(lines[-8:])]
    (folder / "new.csv").write_text("\n".join(shuffled) + "\n")
    predicted = rows_of(call("predict", out, "new.csv", "--id", "hour").out)
    assert [one["time"] for one in predicted] == [
        "2025-03-09T06:00:00",
        "2025-03-09T07:00:00",
        "2025-03-09T08:00:00",
    ]
    assert [one["hour"] for one in predicted] == [hour.isoformat() for hour in HOURS[-3:]]
    assert float(predicted[1]["prediction"]) == pytest.approx(float(tested[-1]["prediction"]), rel=1e-5)
    frame = pd.read_csv(folder / "new.csv")
    answers = [float(one["prediction"]) for one in predicted]
    np.testing.assert_allclose(npnet.load(run.path).predict(frame)[:, 0], answers, rtol=1e-6)
    found = npnet.Run(run.path).predict(frame)
    assert found.index.to_list() == [int(one["row"]) - 1 for one in predicted]
    scored = json.loads(call("evaluate", out, "--data", "new.csv", "--json").out)
    errors = [abs(answers[place] - float(lines[place - 2].split(",")[3])) for place in (0, 1)]
    assert scored["data"]["mae"] == pytest.approx(np.mean(errors), rel=1e-4)
    assert call("plot", out, "--kind", "forecast").code == 0
    assert call("report", out, "-o", "r.html").code == 0
    assert 'id="forecast"' in (folder / "r.html").read_text()

    assert "no export cuts a table into windows" in call("export", out, "--to", "numpy").err

    (folder / "new.csv").write_text("\n".join([lines[0], *lines[-8:]]).replace("work", "trip").replace("rest", "trip"))
    unseen = call("predict", out, "new.csv")
    assert (unseen.code, len(rows_of(unseen.out))) == (0, 3), unseen.err
    assert 'column "kind": 8 rows hold what training never saw, taken as unknown: "trip" 8' in unseen.err
    (folder / "new.csv").write_text("\n".join(lines[:5]) + "\n")
    refused = call("predict", out, "new.csv")
    assert refused.code == 4
    assert refused.err.splitlines() == [
        "npnet: error: new.csv has 4 rows; a window of 6 rows needs 6",
        "hint: it takes 2 rows more, from before",
    ]


def test_a_calendar_adds_parts_of_the_time(folder: Path) -> None:
    code, out, err = outcome(folder, table(), ", calendar: [hour, weekday]")
    assert code == 0, err
    data = npnet.Run(folder / out).model
    (folder / "new.csv").write_text("\n".join([table().splitlines()[0], *table().splitlines()[-9:]]) + "\n")
    predicted = rows_of(call("predict", out, "new.csv", "--strict").out)
    assert len(predicted) == 4
    frame = pd.read_csv(folder / "new.csv")
    np.testing.assert_allclose(data.predict(frame)[-1, 0], float(predicted[-1]["prediction"]), rtol=1e-6)
    assert call("evaluate", out, "--data", "new.csv").code == 0


FAULTS = {
    "no window": ("window: 0", 3, "must be a whole number from 1"),
    "no horizon": ("window: 6, horizon: 0", 3, "must be a whole number from 1"),
    "no time": ("window: 6, time: when", 4, 'has no column "when"\nhint: '),
    "text as time": ("window: 6, time: kind", 4, 'the time column "kind" is text'),
    "too short": ("window: 200", 4, "t.csv has 200 rows; a window of 200 rows and the target 1 row later need 201"),
    "a group without time": ("window: 6, time: null, group: kind", 3, "needs a column of time"),
    "a calendar without dates": ("time: heat, calendar: [hour]", 4, 'the time column "heat" is numbers'),
    "two roles": ("window: 6, group: load", 3, '"load" has two roles'),
    "a whole file per part": ("window: 6, test: t.csv", 3, "test"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_bad_windows_are_refused_in_a_line_and_a_hint(name: str, folder: Path) -> None:
    options, code, message = FAULTS[name]
    (folder / "t.csv").write_text(table())
    options = options if "window" in options else f"window: 6, {options}"
    written = options if "time" in options else f"time: hour, {options}"
    (folder / "c.yaml").write_text(
        f"dataset: {{windows: {{path: t.csv, target: load, {written}}}}}\nlayers: [flatten, linear]\nepochs: 1\n"
    )
    result = call("train", "c.yaml", "--no-plots", "-q")
    assert (result.code, result.out) == (code, ""), result.err
    assert message in result.err
    assert result.err.startswith("npnet: error: c.yaml:1")
    assert not (folder / "runs").exists()


def test_windows_beyond_the_memory_are_refused_before_they_are_cut(folder: Path) -> None:
    (folder / "t.csv").write_text("y\n" + "".join(f"{row % 9}\n" for row in range(400_000)))
    (folder / "c.yaml").write_text(
        "dataset: {windows: {path: t.csv, target: y, task: regression, window: 200000}}\nlayers: [flatten, linear]\n"
    )
    result = call("train", "c.yaml", "-q")
    assert result.code == 6
    assert "about 200000 windows of 200000 rows and 1 columns need" in result.err
    assert "hint: a smaller window, or a larger stride takes less" in result.err


def test_the_playground_leaves_windows_alone(folder: Path) -> None:
    outcome(folder, table(60), "", "t.csv", "epochs=1")
    result = call("play", "c.yaml", "-o", "p.html")
    assert (result.code, "in order of time" in result.err) == (2, True)
    assert not (folder / "p.html").exists()
