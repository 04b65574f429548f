"""Options whose validity only data can tell: whatever is not refused trains, predicts and has a gradient check."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.config import Loaded
from npnet.config.loaded import of_tree
from npnet.config.nodes import Node, SourceLocation
from npnet.config.type_info import accepted, branches, type_of
from npnet.errors import ConfigError
from npnet.model.trainer import Trainer
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.runner import prepare_run
from npnet.runner.network_checks import check_gradients_of
from npnet.spec import Named, Spec
from tests.nn.builders import chain_of, has_positions

ROWS = [f"{n % 7},{n % 5 / 4},{n % 3 / 2},k{n % 6},{'yes' if n % 2 else 'no'},{n % 4},{n % 11 / 3}" for n in range(48)]
TABLES = {
    "numbers": {"target": "v", "drop": ["k", "y", "c"]},
    "categories": {"target": "y", "drop": ["c", "v"]},
}
NUMBERS = (-3, 0, 1, 5, 10**9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text("\n".join(["a,b,d,k,y,c,v", *ROWS]) + "\n")
    return tmp_path


def config(folder: Path, table: str, chain: list[Any], **others: Any) -> Loaded:
    source = {"table": {"path": "t.csv", **TABLES[table]}}
    values = {"dataset": source, "layers": chain, "epochs": 1, "batch_size": 16, **others}
    values["prepare"] = {"embed_above": 4, "rare": 1}
    return of_tree(Node.of(values, SourceLocation("c.yaml", 1)), folder / "c.yaml", b"")


def values_of(kind: Any) -> Iterator[Any]:
    """Values of a number or of a list of numbers, within the bounds and beyond them."""
    kinds = {bare for bare, _ in branches(kind)}
    if kinds & {int, float}:
        yield from NUMBERS
    if float in kinds:
        yield from (0.5, 1e6)
    if accepted(kind).item is not None:
        yield from ([], [0], [1], [-3], [7], [0.5, 0.5], [2, 2, 2, 2, 2, 2])


def cases(spec: type[Spec]) -> Iterator[dict[str, Any]]:
    """Options of a spec, one at a time; codes also beside the smallest size."""
    for name, field in spec.model_fields.items():
        for value in values_of(type_of(field)):
            yield {name: value}
            if name == "codes":
                yield {name: value, "size": 1}


def check(loaded: Loaded) -> bool:
    """Whether it is taken; then it must train, predict and have a gradient check."""
    ready = prepare_run(loaded)
    trainer = Trainer(ready.experiment, ready.folds)
    for _ in trainer.fit():
        pass
    assert np.isfinite(trainer.predictor().predictions("test")[1]).all()
    assert check_gradients_of(ready).tensors
    return True


def taken(folder: Path, table: str, chain: list[Any], **others: Any) -> bool:
    try:
        return check(config(folder, table, chain, **others))
    except ConfigError:
        return False


WITH_NUMBERS = [name for name in layers if [*cases(layers[name])] and name != "residual"]
OF_LAYERS = [pytest.param(name, marks=pytest.mark.long) if has_positions(name) else name for name in WITH_NUMBERS]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", OF_LAYERS)
def test_a_layer_is_refused_or_can_be_trained_with_every_value_of_its_options(
    folder: Path, name: str, table: str
) -> None:
    chain = chain_of(name)[:-1]
    position = next(place for place, layer in enumerate(chain) if layers.name_of(layer) == name)
    before = [] if name == "embedding" else [{"embedding": 1}, *map(Named(layers).write, chain[:position])]
    needed, after = chain[position].model_dump(exclude_unset=True), ["flatten", {"linear": 2}, "linear"]
    results = [
        taken(folder, table, [*before, {name: {**needed, **options}}, *after]) for options in ({}, *cases(layers[name]))
    ]
    assert any(results)
    assert not all(results)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", [name for name in losses if losses[name].model_fields])
def test_a_loss_is_refused_or_can_be_trained_with_every_value_of_its_options(
    folder: Path, name: str, table: str
) -> None:
    results = [
        taken(folder, table, [{"embedding": 1}, "linear"], loss={name: options}) for options in cases(losses[name])
    ]
    assert not all(results)
