"""`extends`: mappings merge, lists are replaced, later files win, values keep their file."""

from pathlib import Path

import pytest

from npnet.config import load
from npnet.config.writer import plain_options
from npnet.errors import ConfigError, Problem


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def problems(name: str = "c.yaml") -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load(Path(name))
    return list(caught.value.problems)


def test_mappings_merge_and_lists_replace(valid: str) -> None:
    write("base.yaml", valid + "split: {test: 0.1, validation: 0.3}\n")
    write("c.yaml", "extends: base.yaml\nsplit: {test: 0.2}\nlayers: [linear, sigmoid]\nepochs: 3\n")
    experiment = plain_options(load(Path("c.yaml")).experiment)
    assert experiment["split"] == {"test": 0.2, "validation": 0.3}
    assert len(experiment["layers"]) == 2
    assert (experiment["epochs"], experiment["batch_size"]) == (3, 128)


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ("{adam: {beta1: 0.5}}", "{adam: {beta2: 0.5}}", {"beta1": 0.5, "beta2": 0.5}),
        ("adam", "{adam: {beta2: 0.5}}", {"beta2": 0.5}),
        ("{adam: {beta1: 0.5}}", "adam", {"beta1": 0.9}),
        ("{momentum: {momentum: 0.5}}", "{adam: {beta2: 0.5}}", {"beta2": 0.5}),
    ],
)
def test_options_merge_only_under_the_same_name(valid: str, base: str, over: str, merged: dict[str, float]) -> None:
    write("base.yaml", valid.replace("optimizer: adam", f"optimizer: {base}"))
    write("c.yaml", f"extends: base.yaml\noptimizer: {over}\n")
    adam = plain_options(load(Path("c.yaml")).experiment)["optimizer"]["adam"]
    assert {key: adam[key] for key in merged} == merged


def test_of_several_bases_the_later_wins_and_the_file_itself_most(valid: str) -> None:
    write("shared/a.yaml", valid)
    write("shared/b.yaml", "epochs: 2\nseed: 2\nl1: 2\n")
    write("runs/c.yaml", "extends: [../shared/a.yaml, ../shared/b.yaml]\nseed: 3\n")
    experiment = load(Path("runs/c.yaml")).experiment
    assert (experiment.batch_size, experiment.epochs, experiment.seed, experiment.l1) == (128, 2, 3, 2)


def test_an_issue_names_the_file_that_it_is_in(valid: str) -> None:
    write("shared/base.yaml", valid.replace("epochs: 100", "epochs: -1"))
    write("c.yaml", "extends: shared/base.yaml\nseed: -1\n")
    found = problems()
    assert [problem.where for problem in found] == ["c.yaml:2:7", "shared/base.yaml:10:9"]
    assert found[1].excerpt == "epochs: -1\n        ^"


def test_a_chain_of_bases_is_merged_from_its_end(valid: str) -> None:
    write("a.yaml", valid)
    write("b.yaml", "extends: a.yaml\nepochs: 2\nseed: 2\n")
    write("c.yaml", "extends: b.yaml\nseed: 3\n")
    experiment = load(Path("c.yaml"), ["l1=1"]).experiment
    assert (experiment.epochs, experiment.seed, experiment.l1) == (2, 3, 1)


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("extends: c.yaml", "c.yaml:1:10", "c.yaml extends itself"),
        ("extends: ./b.yaml", "b.yaml:1:10", "c.yaml extends itself"),
        ("extends: none.yaml", "c.yaml:1:10", "no such file: none.yaml"),
        ("extends: 3", "c.yaml:1:10", "extends must be a file name or a list"),
        ("extends: [a, 3]", "c.yaml:1:11", "no such file: a"),
        ("extends:", "c.yaml:1:9", "extends must be a file name or a list"),
        ("extends: folder", "folder", "a folder"),
        ("extends: list.yaml", "list.yaml:1:1", "a config is a mapping"),
    ],
)
def test_an_impossible_base_is_reported_at_the_line_that_names_it(text: str, where: str, message: str) -> None:
    write("b.yaml", "extends: c.yaml\n")
    write("list.yaml", "- a\n")
    Path("folder").mkdir()
    write("c.yaml", f"{text}\n")
    found = [(problem.where, problem.message) for problem in problems()]
    assert any(place == where and message in reported for place, reported in found), found


def test_files_that_multiply_are_refused(valid: str) -> None:
    write("f0.yaml", valid)
    for number in range(1, 19):
        write(f"f{number}.yaml", f"extends: [f{number - 1}.yaml, f{number - 1}.yaml]\n")
    assert "can extend at most 20 files" in problems("f18.yaml")[0].message


def test_a_key_given_only_in_a_base_is_not_missing(valid: str) -> None:
    write("base.yaml", valid)
    write("c.yaml", "extends: base.yaml\n")
    assert load(Path("c.yaml")).where("epochs") == "base.yaml:10:9"
