"""The comparison with how other libraries save reports what each does, npnet included."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from npnet.storage import disk, tensor_file
from tests.faults import strace
from tests.faults.rivals import __main__ as rivals
from tests.faults.rivals import damage, kills, one, poison, traced
from tests.faults.rivals.damage import BATCH, Outcome, changes_of, cuts_of, same, tried
from tests.faults.rivals.one import SMALL, Findings, findings
from tests.faults.rivals.savers import SAVERS, Saver, Tensors
from tests.faults.rivals.table import table

MOST = 600
needs_strace = pytest.mark.skipif(bool(strace.why_not()), reason=f"nothing is killed: {strace.why_not()}")


@pytest.fixture(scope="module")
def npnet(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return findings("npnet", MOST, tmp_path_factory.mktemp("npnet"))


@pytest.fixture(scope="module")
def joblib(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return findings("joblib", MOST, tmp_path_factory.mktemp("joblib"))


def calls_and_file(folder: Path) -> tuple[list[traced.Call], Path]:
    return kills.calls_over_old(SAVERS["npnet"](), folder)


def loading(load: Callable[[Path, Tensors], object]) -> Saver:
    """NumPy's saver with a loader of its own."""
    return replace(SAVERS["NumPy .npz"](), load=load)


def test_npnet_notices_everything_and_runs_nothing(npnet: Findings) -> None:
    assert not rivals.broken(npnet)
    assert npnet.changes.outcomes == {outcome.name: 0 for outcome in Outcome} | {"REFUSED": npnet.changes.tried}
    assert npnet.cuts.outcomes["REFUSED"] == npnet.cuts.tried == npnet.size


@needs_strace
def test_a_kill_leaves_the_old_or_the_new_file_of_npnet(npnet: Findings) -> None:
    assert npnet.kills[kills.THE_OLD] >= 4
    assert kills.NEITHER not in npnet.kills
    assert npnet.manner == {"renames": True, "syncs_file": True, "syncs_folder": True}


def test_joblib_loads_changed_values_and_runs_what_a_file_says(joblib: Findings) -> None:
    assert rivals.broken(joblib)
    assert joblib.changes.outcomes["OTHER"] > 100
    assert joblib.runs


@needs_strace
def test_a_kill_can_leave_neither_file_of_joblib(joblib: Findings) -> None:
    assert joblib.kills[kills.NEITHER] > 0
    assert joblib.manner == {"renames": False, "syncs_file": False, "syncs_folder": False}


# Controls: what is taken out of npnet is missed


@needs_strace
def test_a_file_that_is_not_synced_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    manner = kills.manner_of(*calls_and_file(tmp_path))
    assert asdict(manner) == {"renames": True, "syncs_file": False, "syncs_folder": False}


@needs_strace
def test_a_folder_that_is_not_synced_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "sync_folder", lambda folder: None)
    manner = kills.manner_of(*calls_and_file(tmp_path))
    assert asdict(manner) == {"renames": True, "syncs_file": True, "syncs_folder": False}


@needs_strace
def test_a_file_written_in_its_place_is_lost_by_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "write_atomic", Path.write_bytes)
    saver = SAVERS["npnet"]()
    calls, file = kills.calls_over_old(saver, tmp_path)
    assert not kills.manner_of(calls, file).renames
    assert kills.swept(saver, calls, tmp_path)[kills.NEITHER] == 1


def test_a_reader_that_does_not_compare_hashes_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_file, "_signed", lambda header, *values: header)
    changes, _, _ = one.damaged(SAVERS["npnet"](), MOST, tmp_path)
    assert changes.outcomes["OTHER"] > 100


# What becomes of a load


def npz(tmp_path: Path) -> bytes:
    np.savez(tmp_path / "whole.npz", **SMALL)
    return (tmp_path / "whole.npz").read_bytes()


def crash(path: Path, like: Tensors) -> object:  # type: ignore[return]
    os.kill(os.getpid(), signal.SIGKILL)


def hang(path: Path, like: Tensors) -> object:
    time.sleep(60)
    return None


def swell(path: Path, like: Tensors) -> object:
    return bytes(3 << 30)


@pytest.mark.parametrize(
    ("load", "ending"),
    [(crash, Outcome.CRASHED), (swell, Outcome.BLOATED), (lambda path, like: {}, Outcome.OTHER)],
    ids=["crash", "swell", "nothing"],
)
def test_each_load_that_goes_wrong_is_counted(
    load: Callable[[Path, Tensors], object], ending: Outcome, tmp_path: Path
) -> None:
    assert tried(loading(load), SMALL, [(npz(tmp_path), 9, 1)] * 3, tmp_path) == {ending: 3}


def test_a_load_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "SECONDS", 0.2)
    assert tried(loading(hang), SMALL, [(npz(tmp_path), 9, 1)], tmp_path) == {Outcome.HUNG: 1}


def test_a_crash_hides_none_of_the_loads_after_it(tmp_path: Path) -> None:
    data = npz(tmp_path)
    rest = SAVERS["NumPy .npz"]()
    crashing = loading(lambda path, like: crash(path, like) if path.stat().st_size == 7 else rest.load(path, like))
    whole = (data, len(data), 0)
    changes = [whole, whole, (data, 7, 0), whole, *[whole] * BATCH]
    assert tried(crashing, SMALL, changes, tmp_path) == {Outcome.SAME: 3 + BATCH, Outcome.CRASHED: 1}


def test_the_same_are_names_types_shapes_and_bits() -> None:
    weights, bias = SMALL["W"], SMALL["b"]
    assert same({"W": weights.copy(), "b": bias}, SMALL)
    others = (
        {"W": weights},
        {"W": weights.T, "b": bias},
        {"W": weights, "b": bias.astype("f8")},
        {"W": -weights, "b": bias},
    )
    assert not any(same(other, SMALL) for other in others)
    assert not same([weights, bias], SMALL)


def test_a_sample_of_changes_has_every_value() -> None:
    changes, every = changes_of(bytes(3_000), 10_000)
    assert every == 77
    assert {added for _, _, added in changes} == set(range(1, 256))
    assert len(changes_of(bytes(10), None)[0]) == 2_550
    assert cuts_of(bytes(100), 50)[1] == 2


def test_numpy_runs_code_only_when_allowed_to(tmp_path: Path) -> None:
    assert poison.runs(SAVERS["NumPy .npz"](), SMALL, tmp_path) == (False, True)


# The command


def test_the_command_prints_a_column_for_each_saver(capsys: pytest.CaptureFixture[str]) -> None:
    assert rivals.main(["--only", "safetensors", "--only", "npnet", "--most", "50"]) == 0
    lines = [line.split("|") for line in capsys.readouterr().out.splitlines()]
    assert [cell.strip() for cell in lines[0][2:-1]] == ["safetensors", "npnet"]
    assert len({len(line) for line in lines}) == 1


def test_a_package_that_is_missing_is_named_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(rivals.PACKAGES, "PyTorch", ("no_such_package",))
    assert rivals.main(["--only", "PyTorch", "--only", "npnet", "--most", "50"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("not compared: PyTorch, as no_such_package is not installed\n")
    assert "npnet 0" in out


def test_npnet_doing_no_better_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, joblib: Findings, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rivals, "compared", lambda name, most: joblib)
    assert rivals.main(["--only", "npnet"]) == 1
    assert rivals.main(["--only", "joblib"]) == 0


def test_a_saver_that_cannot_be_tried_fails_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert rivals.compared("no such saver", 1) is None
    assert "KeyError" in capsys.readouterr().err


def test_findings_come_whole_out_of_their_process(npnet: Findings) -> None:
    assert Findings.read(json.dumps(asdict(npnet))) == npnet


def test_a_saver_that_cannot_be_traced_is_reported_as_not_tried(npnet: Findings) -> None:
    rows = table({"npnet": replace(npnet, kills={}, manner={})}).splitlines()
    assert sum("not tried" in row for row in rows) == 7
