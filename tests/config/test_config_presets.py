"""Presets: a recipe provides the missing keys, and the config's own keys win."""

from pathlib import Path

import pytest

from npnet.config import load
from npnet.config.files import preset_names, preset_text
from npnet.errors import ConfigError

DATA = "dataset: {xor: {samples: 100}}\n"


def loaded(text: str, *overrides: str, folder: Path) -> object:
    (folder / "c.yaml").write_text(text)
    return load(folder / "c.yaml", overrides).experiment


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_provides_the_missing_keys_of_a_config(name: str, tmp_path: Path) -> None:
    written = loaded(DATA + preset_text(name), folder=tmp_path)
    named = loaded(f"{DATA}preset: {name}\n", folder=tmp_path)
    overridden = loaded(DATA, f"preset={name}", folder=tmp_path)
    assert named == overridden
    assert named.model_copy(update={"preset": None}) == written  # type: ignore[attr-defined]


def test_keys_of_the_config_win_and_mappings_merge(tmp_path: Path) -> None:
    text = f"{DATA}preset: tabular\nepochs: 7\noptimizer: {{adamw: {{weight_decay: 0.5}}}}\nearly_stopping: off\n"
    usual, found = (loaded(one, folder=tmp_path) for one in (f"{DATA}preset: tabular\n", text))
    assert (found.epochs, found.early_stopping) == (7, None)  # type: ignore[attr-defined]
    assert found.optimizer.weight_decay == 0.5  # type: ignore[attr-defined]
    assert found.optimizer.beta2 == usual.optimizer.beta2  # type: ignore[attr-defined]
    assert found.layers == usual.layers  # type: ignore[attr-defined]


def test_overrides_reach_into_the_preset(tmp_path: Path) -> None:
    found = loaded(DATA, "batch_size=7", "prepare.rare=9", "preset=tabular", folder=tmp_path)
    assert (found.batch_size, found.prepare.rare) == (7, 9)  # type: ignore[attr-defined]


def test_a_base_may_name_the_preset(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(f"{DATA}preset: tabular\nepochs: 7\n")
    found = loaded("extends: base.yaml\nbatch_size: 9\n", folder=tmp_path)
    assert (found.epochs, found.batch_size) == (7, 9)  # type: ignore[attr-defined]
    assert found.ensemble > 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("preset: tabula", 'did you mean "tabular"?'),
        ("preset: [tabular]", "preset must be text"),
        ("preset: 3", "text"),
    ],
)
def test_an_unknown_preset_is_refused_with_its_line(line: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(f"{DATA}{line}\n", folder=tmp_path)
    reported = [problem for problem in caught.value.problems if "preset" in problem.message]
    assert reported[0].where.endswith("c.yaml:2:9")
    assert words in f"{reported[0].message} {reported[0].hint}"


def test_an_issue_beside_a_preset_keeps_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(f"{DATA}preset: tabular\nepochs: many\n", folder=tmp_path)
    (problem,) = caught.value.problems
    assert problem.where.endswith("c.yaml:3:9")
