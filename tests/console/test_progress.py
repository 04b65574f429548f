"""The displays of a training: few lines, few frames, all of it in the log."""

import sys
from pathlib import Path

import pytest

from npnet.cli.console.curves import TextStyle
from npnet.cli.console.forming import BARS, ROWS, FormingPlane, LossBars
from npnet.cli.console.progress import TrainingDisplay
from npnet.cli.console.screen import Screen
from npnet.config import load
from npnet.model.trainer import Trainer
from npnet.rundir.run import RunFolder
from npnet.runner import prepare_run

CONFIG = "dataset: {xor: {samples: 100}}\nlayers: [{linear: 4}, tanh, linear]\nepochs: 200\nmetrics: [f1]\n"


class Terminal:
    """A stream that says it is a terminal, and counts what is written."""

    encoding = "utf-8"
    closed = False

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text)
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2


@pytest.fixture
def fitting(tmp_path: Path) -> Trainer:
    (tmp_path / "c.yaml").write_text(CONFIG)
    ready = prepare_run(load(tmp_path / "c.yaml"))
    return Trainer(ready.experiment, ready.folds)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    (tmp_path / "run.json").write_text("{}")
    return RunFolder(tmp_path)


def show(fitting: Trainer, run: RunFolder, quiet: bool = False) -> list[str]:
    display, log = TrainingDisplay(Screen(quiet=quiet)), list[str]()
    display.begin(run, fitting, log.append)
    for progress in fitting.fit():
        display.progress(progress)
    display.stage("scoring")
    display.end()
    return log


def test_off_a_terminal_the_first_and_the_last_epoch_have_a_line(
    fitting: Trainer, run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    log = show(fitting, run)
    lines = capsys.readouterr().err.splitlines()
    assert lines == log
    assert len(lines) == 4
    assert lines[0] == "2-4-1 (17 parameters), rows: 60 train, 20 validation, 20 test"
    assert lines[1].startswith("epoch 1/200  train_loss ")
    assert lines[2].startswith("epoch 200/200  train_loss ")
    assert "validation_f1" in lines[2]
    assert lines[3].startswith("200 epochs in ")
    assert "best: validation_loss" in lines[3]


def test_quiet_says_nothing_and_logs_all(fitting: Trainer, run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(show(fitting, run, quiet=True)) == 4
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_few_frames_however_many_epochs_there_are(
    fitting: Trainer, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    log = show(fitting, run)
    assert len(log) == 4
    text = "".join(terminal.written)
    assert 2 <= text.count("best  ") <= 60
    assert text.rstrip().endswith(log[-1])


def test_a_terminal_that_fails_stops_nothing(fitting: Trainer, run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stderr", Broken())
    monkeypatch.setenv("TERM", "xterm")
    assert len(show(fitting, run)) == 4


def test_a_warning_among_the_epochs_stands_above_the_live_display_which_goes_on(
    fitting: Trainer, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    display, log = TrainingDisplay(Screen()), list[str]()
    display.begin(run, fitting, log.append)
    for progress in fitting.fit():
        display.progress(progress)
        if progress.epoch == 100:
            display.warn("look here")
    display.stage("scoring")
    display.end()
    text = "".join(terminal.written)
    before, after = text.split("look here\n")
    assert log.count("warning: look here") == 1
    assert before.rindex("\x1b[?25h") > before.rindex("\x1b[?25l")  # taken away
    assert "cut short" not in text
    assert after.count("\x1b[?25l") == after.count("\x1b[?25h") == 1


@pytest.mark.parametrize(("height", "bars", "plane"), [(40, True, True), (14, True, False), (7, False, False)])
def test_losses_and_the_plane_form_on_a_terminal_that_has_room(
    height: int, bars: bool, plane: bool, fitting: Trainer, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("npnet.cli.console.progress.LONGEST", 0.0)  # each epoch is drawn
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": str(height)}.items():
        monkeypatch.setenv(name, value)
    show(fitting, run)
    text = "".join(terminal.written)
    assert ("█" in text, "▀" in text) == (bars, plane)


def test_bars_stand_for_any_number_of_epochs() -> None:
    bars, style = LossBars(), TextStyle(color=False, unicode=True)
    assert bars.lines(style, 80) == []
    for epoch in range(1, 10_001):
        bars.add({"train_loss": 1 / epoch, "validation_loss": 2 / epoch, "train_f1": 0.5})
    lines = [line.plain for line in bars.lines(style, 80)]
    assert [line.split()[0] for line in lines] == ["train", "validation"]
    assert all(BARS // 2 <= len(line) - 12 <= BARS for line in lines)
    assert lines[1][12] == "█"
    assert len(bars.lines(style, 30)[0]) <= 30
    assert bars.lines(style, 15) == []


def test_a_plane_forms_of_one_network_on_two_numbers_alone(fitting: Trainer, tmp_path: Path) -> None:
    style = TextStyle(color=False, unicode=True)
    plane = FormingPlane.of(fitting, style)
    assert plane is not None
    before = plane.lines()
    for _ in fitting.fit():
        pass
    assert len(before) == ROWS
    assert [line.plain for line in before] != [line.plain for line in plane.lines()]
    for changed in ("ensemble: 2", "cv: 3", "prepare: {features: [square]}", "dataset: {blobs: {features: 3}}"):
        text = CONFIG.partition("\n")[2] if changed.startswith("dataset") else CONFIG
        (tmp_path / "c.yaml").write_text(f"{text}{changed}\n")
        ready = prepare_run(load(tmp_path / "c.yaml"))
        found = FormingPlane.of(Trainer(ready.experiment, ready.folds), style)
        assert (found is not None) == changed.startswith("prepare"), changed


def test_a_live_display_changes_no_bit_of_a_training(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG.replace("tanh", "dropout, tanh, batch_norm"))
    ready = prepare_run(load(tmp_path / "c.yaml"))
    plain, shown = (Trainer(ready.experiment, ready.folds) for _ in range(2))
    show(plain, run, quiet=True)
    monkeypatch.setattr(sys, "stderr", Terminal())
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40"}.items():
        monkeypatch.setenv(name, value)
    show(shown, run)
    weights = shown.weights()
    assert [name for name, values in plain.weights().items() if values.tobytes() != weights[name].tobytes()] == []
