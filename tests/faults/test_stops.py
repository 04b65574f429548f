"""Told to stop: soon, with the code of the signal, nothing left behind, and the same bytes once it went on."""

import signal
from pathlib import Path

import pytest

from tests.faults.stops import CONFIG, WORKS, draw_table, main, start, stopped

LIMIT = "10"
"""Seconds, on a machine that does other things too; on an idle one `make stops` asks for two."""


@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM])
def test_a_sweep_of_200_trials_ends_soon_and_begins_no_further_one(one: signal.Signals, tmp_path: Path) -> None:
    draw_table(tmp_path / "t.csv", 120)
    (tmp_path / "c.yaml").write_text(CONFIG.format(path="t.csv", target="y", trials=200))
    process = start(tmp_path, WORKS["sweep"].begin(tmp_path / "run"))
    while not (tmp_path / "run" / "waves").exists() or not list((tmp_path / "run" / "waves").glob("*.marks/*")):
        assert process.poll() is None
    ended = stopped(process, [one])
    assert ended is not None
    assert ended.wrong(128 + one, float(LIMIT)) == ""
    assert len(list((tmp_path / "run" / "trials").iterdir())) < 100


@pytest.mark.long
@pytest.mark.parametrize("work", ["training", "cross-validation", "ensemble"])
def test_from_any_stop_a_training_goes_on_to_the_same_bytes(work: str) -> None:
    assert main(["--only", work, "--moments", "1", "--rows", "120", "--limit", LIMIT]) == 0
