"""The benchmark of tables: means, ranks, targets, its page, and npnet's column on a small table."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.tables import page, product
from benchmarks.tables.cells import wanted
from benchmarks.tables.ranks import Cells, mean_ranks, means, ranks, total, verdicts
from benchmarks.tables.sources import Table, split


def cells(scores: dict[str, tuple[float, float]], seconds: float = 1.0) -> Cells:
    return {
        f"{name} {state}": {"score": score, "seconds": seconds, "wall": seconds}
        for name, pair in scores.items()
        for state, score in enumerate(pair)
    }


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.9, 0.8, 0.7], [1, 2, 3]),
        ([0.9, 0.9, 0.7], [1.5, 1.5, 3]),
        ([0.5, 0.5, 0.5], [2, 2, 2]),
        ([0.90001, 0.9, 0.95], [2.5, 2.5, 1]),
    ],
)
def test_ranks_begin_at_the_best_and_ties_share_theirs(scores: list[float], expected: list[float]) -> None:
    assert list(ranks(dict(zip("abc", scores, strict=True))).values()) == expected


def test_a_mean_needs_both_splits() -> None:
    found = cells({"npnet oj": (0.8, 0.9), "mlp oj": (0.7, 0.7)})
    half = {name: cell for name, cell in found.items() if name != "mlp oj 1"}
    assert means(half, ["oj"], ["npnet", "mlp"]) == {"oj": {"npnet": pytest.approx(0.85)}}
    assert total(half, "mlp", "oj") is None
    assert total(half, "npnet", "oj") == 2


def test_a_column_is_ranked_on_the_tables_where_it_was_measured() -> None:
    found = {"a": {"npnet": 0.9, "mlp": 0.8}, "b": {"npnet": 0.9, "mlp": 0.8, "catboost": 0.95}}
    assert mean_ranks(found) == {"npnet": 1.5, "mlp": 2.5, "catboost": 1}


@pytest.mark.parametrize(
    ("npnet", "mlp", "met"), [(0.9, 0.8, [True, True]), (0.7, 0.8, [False, False]), (0.79, 0.8, [False, True])]
)
def test_the_targets_are_judged_by_rank_and_by_the_worst_table(npnet: float, mlp: float, met: list[bool]) -> None:
    found = cells({"npnet oj": (npnet, npnet), "mlp oj": (mlp, mlp)})
    assert [verdict.met for verdict in verdicts(found, means(found, ["oj"], ["npnet", "mlp"]))] == met


def test_seconds_are_those_of_tables_that_both_were_measured_on() -> None:
    own = cells({"npnet oj": (0.9, 0.9), "npnet wage": (0.9, 0.9)}, seconds=4.0)
    found = {**own, **cells({"realmlp_s oj": (0.8, 0.8)}, seconds=10.0)}
    *_, last = verdicts(found, means(found, ["oj", "wage"], ["npnet", "realmlp_s"]))
    assert last.found.startswith("0.40: 8 s of 20 s")
    assert last.met


def test_a_section_takes_the_place_of_the_one_before_and_leaves_the_page_around_it() -> None:
    first = page.placed_in("# Tables\n\nReading.\n", "one")
    again = page.placed_in(f"{first}\n## After\n", "two")
    assert first == f"# Tables\n\nReading.\n\n{page.BEGIN}\n\none\n\n{page.END}\n"
    assert again == f"# Tables\n\nReading.\n\n{page.BEGIN}\n\ntwo\n\n{page.END}\n\n## After\n"


def test_a_column_that_is_too_slow_is_left_out_of_a_table() -> None:
    assert list(wanted(["leaf", "oj"], ["linear", "catboost"], [0])) == [
        ("linear", "leaf", 0),
        ("linear", "oj", 0),
        ("catboost", "oj", 0),
    ]


@pytest.fixture
def table() -> Table:
    rng = np.random.default_rng(0)
    x = rng.normal(size=120)
    frame = pd.DataFrame({"x": x, "colour": np.where(x > 0, "red", "blue")})
    labels = np.array(["no", "yes"])
    return Table("drawn", frame, (x + rng.normal(0, 0.1, 120) > 0).astype(int), "binary", "answer", labels)


def test_npnets_column_is_the_preset_from_file_to_predictions(table: Table) -> None:
    found = product.measure(split(table, 0))
    assert found["score"] > 0.95
    assert found["seconds"] > 0


def test_probabilities_come_in_the_order_of_the_tables_classes(table: Table) -> None:
    chances = np.array([[0.1, 0.8]])
    assert product.as_scored(chances, ("no", "yes"), table).tolist() == [0.1, 0.8]
    assert product.as_scored(chances, ("yes", "no"), table) == pytest.approx([0.9, 0.2])
