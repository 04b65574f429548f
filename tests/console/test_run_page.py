"""The page of a run: what a person reads of it, whatever run.json holds."""

from typing import Any

import pytest

from npnet.cli.console.reports import run_page
from npnet.cli.console.screen import Output
from npnet.cli.console.tables import text_of
from npnet.rundir.info import check_info

INFO: dict[str, Any] = {
    "format": 2,
    "status": "done",
    "id": "20261122-141502-credit-7f3a",
    "name": "credit",
    "tags": ["paper", "best"],
    "started": "2026-11-22T14:15:02+00:00",
    "finished": "2026-11-22T14:15:52+00:00",
    "seconds": 50.2,
    "argv": ["/usr/bin/npnet", "train", "credit.yaml", "layers=[linear, relu]"],
    "versions": {"python": "3.12.1", "npnet": "0.1.0", "numpy": "2.4.6", "scipy": "1.17.1"},
    "machine": {
        "system": "Linux 6.1",
        "cpu": "EPYC",
        "features": ["X86_V3"],
        "blas": {"name": "openblas", "threads": 1},
    },
    "git": "0123456789abcdef",
    "data": "be00a34a6bc1f38e",
    "parameters": 337,
    "best_epoch": 37,
    "error": None,
    "network": "2-16-[16+]-1",
    "dataset": {
        "task": "binary",
        "targets": ["Status"],
        "classes": ["good", "bad"],
        "class_count": 2,
        "columns": 11,
        "inputs": 24,
        "folds": 1,
        "rows": {"train": 600, "validation": 200, "test": 200},
    },
}
BEST = {"name": "validation_loss", "value": 0.25}
PAGE = """\
run          20261122-141502-credit-7f3a
status       done in 50 s
started      2026-11-22 14:15:02 UTC
command      npnet train credit.yaml 'layers=[linear, relu]'
tags         paper, best
task         binary
target       Status
classes      2: good, bad
features     11 columns, 24 inputs of the network
rows         600 train, 200 validation, 200 test
network      2-16-[16+]-1, 337 parameters
best epoch   37 of 42
environment  npnet 0.1.0, Python 3.12.1, NumPy 2.4.6, openblas, 1 thread
machine      EPYC, Linux 6.1
git commit   0123456789abcdef
folder       runs/credit

metric    test
───────────────
f1      0.5000
"""


@pytest.fixture(autouse=True)
def no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset COLUMNS: no terminal limits the lines."""
    monkeypatch.delenv("COLUMNS", raising=False)


def page(info: dict[str, Any]) -> str:
    return str(
        text_of(run_page(info, 42, {"test": {"f1": 0.5}}, {}, "runs/credit"), Output(None)).replace("-" * 15, "─" * 15)
    )


def test_a_run_is_shown_by_what_people_look_for() -> None:
    check_info(INFO)
    assert page(INFO) == PAGE


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "failed", "error": "memory ran out"}, "error        memory ran out"),
        ({"name": "of my own"}, "name         of my own"),
        (
            {
                "monitored": {
                    "name": "validation_loss",
                    "value": 0.25,
                    "networks": 1,
                    "first_epoch": 37,
                    "last_epoch": 37,
                }
            },
            "best epoch   37 of 42: validation_loss 0.2500\n",
        ),
        (
            {
                "monitored": {
                    "name": "validation_loss",
                    "value": 0.25,
                    "networks": 3,
                    "first_epoch": 9,
                    "last_epoch": 40,
                }
            },
            "9 to 40 of 42, each network its own: validation_loss 0.2500, their mean\n",
        ),
        (
            {"decisions": {"positive_class": "bad", "threshold": 0.7, "chosen_for": "f1"}},
            'f1: positive class "bad", decided above 0.7000 (best f1)\n',
        ),
        ({"bitwise": False}, "may differ in the last bits"),
        ({"trials": 12, "failed": 1, "best": "trials/0007"}, "trials       12, 1 failed; best: trials/0007"),
        ({"dataset": INFO["dataset"] | {"folds": 5}}, "200 test (first of 5 folds)"),
        ({"dataset": INFO["dataset"] | {"columns": 1, "inputs": 1}}, "features     1 column\n"),
        ({"dataset": INFO["dataset"] | {"targets": ["a", "b"]}}, "targets      a, b\n"),
        ({"dataset": INFO["dataset"] | {"classes": list("abcdefghijkl"), "class_count": 1310}}, "j and 1300 more\n"),
        ({"dataset": INFO["dataset"] | {"class_count": 10**15}}, "classes      1000000000000000: good, bad and 999"),
        ({"dataset": INFO["dataset"] | {"classes": [], "class_count": 0}}, "target       Status\nfeatures"),
    ],
    ids=str,
)
def test_what_not_every_run_has_has_its_line(changes: dict[str, Any], words: str) -> None:
    check_info(INFO | changes)
    assert words in page(INFO | changes)


def test_a_run_that_says_little_has_a_short_page() -> None:
    info = {name: value for name, value in INFO.items() if name not in ("dataset", "network")}
    info |= {
        "versions": {},
        "machine": {"blas": 7},
        "git": None,
        "seconds": None,
        "parameters": None,
        "best_epoch": None,
    }
    check_info(info)
    assert [line.split()[0] for line in page(info).splitlines()[:5]] == ["run", "status", "started", "command", "tags"]
    assert "None" not in page(info)


@pytest.mark.parametrize(
    "changes",
    [
        {"network": 7},
        {"dataset": []},
        {"dataset": INFO["dataset"] | {"columns": "11"}},
        {"dataset": INFO["dataset"] | {"classes": [1]}},
        {"dataset": INFO["dataset"] | {"rows": {"train": None}}},
        {"dataset": {}},
    ],
    ids=str,
)
def test_facts_that_npnet_does_not_write_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="dataset are none"):
        check_info(INFO | changes)
