"""Bad input: one clear line with its place, a hint, the right exit code, and no file left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import call

GOOD = """\
dataset: {table: {path: data.csv, target: y}}
layers:
  - linear: 4
  - relu
  - linear
loss: binary_cross_entropy
learning_rate: 0.01
epochs: 2
"""
ROWS = [f"{n % 7 / 7},{n % 5 / 5},{'yes' if n % 2 else 'no'}" for n in range(60)]

BAD: dict[str, tuple[int, str]] = {
    "unknown_key": (3, GOOD.replace("learning_rate", "learning_rte")),
    "wrong_type": (3, GOOD.replace("0.01", "fast")),
    "out_of_range": (3, GOOD.replace("0.01", "-1")),
    "wrong_shape": (3, GOOD.replace("  - linear\n", "  - linear: 3\n")),
    "positions_do_not_divide": (3, GOOD.replace("linear: 4", "positions: 5")),
    "no_positions": (3, GOOD.replace("relu", "last")),
    "ends_with_positions": (3, GOOD.replace("linear: 4", "positions: 2")),
    "missing_file": (4, GOOD.replace("data.csv", "dta.csv")),
    "missing_target": (4, GOOD.replace("target: y", "target: yy")),
    "nan_in_the_data": (4, GOOD.replace("data.csv", "nan.csv")),
    "gaps_refused": (4, GOOD.replace("data.csv", "gaps.csv") + "prepare: {missing: error}\n"),
    "no_such_class": (4, GOOD.replace("target: y", "target: y, positive_class: maybe")),
    "wrong_task": (4, GOOD.replace("target: y", "target: y, task: regression")),
    "yaml_tag": (3, GOOD.replace("0.01", '!!python/object/apply:os.system ["id"]')),
    "duplicate_key": (3, GOOD + "epochs: 3\n"),
    "empty_file": (3, ""),
    "two_documents": (3, GOOD + "---\n" + GOOD),
    "a_list": (3, "- 1\n- 2\n"),
    "too_large": (3, GOOD.replace("linear: 4", "linear: 10000000").replace("relu", "linear: 10000000")),
    "several_mistakes": (
        3,
        GOOD.replace("learning_rate", "learning_rte").replace("2\n", "-2\n").replace("relu", "rlu"),
    ),
}


@pytest.fixture
def files(folder: Path) -> Path:
    header = "a,b,y"
    (folder / "data.csv").write_text("\n".join([header, *ROWS]) + "\n")
    (folder / "nan.csv").write_text("\n".join([header, "nan,0.5,yes", *ROWS]) + "\n")
    (folder / "gaps.csv").write_text("\n".join([header, ",0.5,yes", *ROWS, ",,no"]) + "\n")
    return folder


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_clear_line_and_leaves_nothing(
    name: str, files: Path, golden: Callable[[str, str], None]
) -> None:
    code, text = BAD[name]
    (files / "circles.yaml").write_text(text)
    before = sorted(files.rglob("*"))
    result = call("train", "circles.yaml")
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("npnet: error: circles.yaml:")
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    assert sorted(files.rglob("*")) == before
    if name != "too_large":  # it names the memory of this machine
        golden(f"error_{name}", result.err)


def test_the_good_config_is_good(files: Path) -> None:
    (files / "circles.yaml").write_text(GOOD)
    assert call("config", "check", "circles.yaml").code == 0


USAGE = {
    "option_as_flag": "train small.yaml --learning_rate 3",
    "option_as_flag_with_equals": "train small.yaml --learning-rate=3",
    "option_as_flag_first": "train --epochs 3 small.yaml",
    "dotted_option": "train small.yaml --layers.0.linear.units 8",
    "no_such_command": "trian small.yaml",
    "planned_command": "play circles.yaml",
    "planned_command_of_a_group": "data prepare small.yaml",
    "no_such_option": "train small.yaml --fast",
    "no_such_config": "train smal.yaml",
    "no_override": "train small.yaml epochs",
    "unknown_override": "train small.yaml epoch=3",
    "no_such_run": "evaluate 2026",
    "no_such_kind": "list layer",
    "no_such_template": "init circle",
    "no_such_format": "plot latest --format gif",
    "no_such_test": "runs --filter fast",
    "two_forms": "compare latest 2026 --csv --md",
    "no_bound": "evaluate latest --fail-under roc_auc",
    "unknown_key_to_explain": "config explain learning_rte",
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_use_is_answered_in_a_line_and_a_hint(
    name: str, folder: Path, golden: Callable[[str, str], None]
) -> None:
    result = call(*USAGE[name].split())
    assert (result.code, result.out) in ((2, ""), (5, ""), (3, ""))
    assert result.err.startswith("npnet: error: ")
    golden(f"usage_{name}", f"$ npnet {USAGE[name]}\n{result.err}exit {result.code}\n")
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ("runs --fast", "hint: npnet runs --help shows how it is used"),
        ("trian small.yaml", "hint: did you mean 'train'?"),
        ("train", "hint: npnet train --help shows how it is used"),
        ("config", "hint: npnet config --help shows how it is used"),
        ("evaluate latest --threshold much", "hint: npnet evaluate --help shows how it is used"),
        ("evaluate latest --metric", "hint: npnet evaluate --help shows how it is used"),
    ],
)
def test_errors_of_the_parser_have_the_same_form(arguments: str, hint: str, folder: Path) -> None:
    result = call(*arguments.split())
    assert (result.code, result.out) == (2, "")
    first, second = result.err.splitlines()
    assert first.startswith("npnet: error: ")
    assert second == hint


@pytest.mark.parametrize("name", ["[/red]", "\\e]0;x\\a", "$$", "=1+1", "\u202e", "x" * 10_000])
def test_strange_names_are_shown_and_do_nothing(name: str, files: Path) -> None:
    (files / "circles.yaml").write_text(GOOD.replace("relu", f'"{name}"'))
    result = call("train", "circles.yaml")
    assert result.code == 3
    assert result.err.startswith("npnet: error: circles.yaml:4:5: unknown layer ")
    assert not set(result.err) & {"\x1b", "\a", "\u202e"}
    assert len(result.err) < 2000


def test_a_traceback_is_shown_only_when_asked_for(folder: Path) -> None:
    assert "Traceback" not in call("train", "none.yaml").err
    assert "Traceback" in call("train", "none.yaml", "--debug").err


def test_colours_are_off_outside_a_terminal(folder: Path) -> None:
    assert "\x1b" not in call("train", "none.yaml").err
