"""A large package is imported only where its C libraries find memory; they would else end the process."""

import importlib
import sys
import threading

import pytest

from npnet.errors import MachineError
from npnet.machine import resources
from npnet.machine.resources import NEEDS, ImportGuard, blas_threads, guarded_imports, require_threads


@pytest.mark.parametrize("name", NEEDS)
def test_a_package_that_finds_no_room_is_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ImportGuard().find_spec(name) is None
    monkeypatch.setattr(resources, "address_space", lambda: 1 << 20)
    with pytest.raises(MachineError, match=rf"too little memory: {name} needs .* MB, 1\.0 MB are left") as caught:
        ImportGuard().find_spec(name)
    assert "ulimit -v" in (caught.value.hint or "")
    assert ImportGuard().find_spec(f"{name}.part") is None


def test_imports_are_looked_at_inside_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.meta_path)
    monkeypatch.setattr(resources, "NEEDS", {"this": 1})
    monkeypatch.setattr(resources, "address_space", lambda: -1)
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with guarded_imports(), pytest.raises(MachineError, match=r"this needs 1\.0 MB, 0 are left"):
        importlib.import_module("this")
    assert "this" not in sys.modules
    assert sys.meta_path == before


def test_threads_that_cannot_start_are_refused_and_none_of_them_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    before, start, started = threading.active_count(), threading.Thread.start, list[threading.Thread]()

    def refuse_the_third(thread: threading.Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    require_threads(4, "numpy")
    monkeypatch.setattr(threading.Thread, "start", refuse_the_third)
    with pytest.raises(MachineError, match="numpy cannot start 4 threads: can't start new thread") as caught:
        require_threads(4, "numpy")
    assert "ulimit -u" in (caught.value.hint or "")
    assert threading.active_count() == before


def test_the_threads_of_a_blas_are_those_of_its_variables_and_at_most_one_a_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    every = blas_threads()
    assert every >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", "100000")
    assert blas_threads() == every
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    assert blas_threads() == 1
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "many")
    assert blas_threads() == every
