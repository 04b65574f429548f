"""Keys that accept several types: one message for an issue, about the type that was meant."""

from collections.abc import Callable
from typing import Any

import pytest

from npnet.config.schema import schema
from npnet.errors import Problem

Problems = Callable[..., list[Problem]]

TABLE = "dataset: {table: {path: a.csv, %s}}\nlayers: [linear]\n"
OTHER = "dataset: xor\nlayers: [linear]\n%s\n"

NAMES = "dataset.table.target must be text or a list, each item text"
TABLES = [
    ("target: 3", "1:40", f"{NAMES}, it is 3"),
    ("target: true", "1:40", f"{NAMES}, not true"),
    ("target: []", "1:40", f"{NAMES}, not an empty list"),
    ("target: ''", "1:40", f"{NAMES}, not an empty text"),
    ("target: {a: b}", "1:40", f"{NAMES}, not a mapping"),
    ("target: [3]", "1:41", "dataset.table.target[0] must be text, it is 3"),
    ("target: [a, '']", "1:44", "dataset.table.target[1] must be text, not an empty text"),
    ("target: y, drop: y", "1:49", 'dataset.table.drop must be a list, each item text, not the text "y"'),
    (
        "target: y, na_values: NA",
        "1:54",
        "na_values must be a list, each item text or a number, or a mapping, each value a list,",
    ),
    ("target: y, na_values: [true]", "1:55", "dataset.table.na_values[0] must be text or a number, not true"),
    ("target: y, na_values: [.nan]", "1:55", "dataset.table.na_values[0] must be text or a number, it is .nan"),
    ("target: y, datetime: d", "1:53", "must be a list, each item text, or a mapping, each value text, not"),
    ("target: y, datetime: [1]", "1:54", "dataset.table.datetime[0] must be text, it is 1"),
    ("target: y, datetime: {d: 1}", "1:57", "dataset.table.datetime.d must be text, it is 1"),
    ("target: y, positive_class: 1.5", "1:59", "must be text or a whole number from -10**15 to 10**15, it is 1.5"),
    ("target: y, task: regresion", "1:49", '"regression" or "counts", not the text "regresion"'),
    ("target: y, drop: [y]", "1:19", '"y" has two roles among target, weight, group, time, id and drop'),
    ("target: y, numeric: [a], categorical: [a]", "1:19", '"a" is named twice among drop, id, numeric'),
    ("target: y, encoding: klingon", "1:53", 'there is no encoding "klingon"'),
    ("target: y, wieght: w", "1:43", 'unknown key "wieght"'),
]
OTHERS = [
    ("class_weight: balance", "3:15", 'must be "balanced" or a mapping, each value a number from 0 to 1e9, not'),
    ("class_weight: {a: -1}", "3:19", "class_weight.a must be a number from 0 to 1e9, it is -1"),
    ("class_weight: {a: 1, b: .nan}", "3:25", "class_weight.b must be a number from 0 to 1e9, it is .nan"),
    ("threshold: 2", "3:12", "threshold must be text or a number greater than 0 and less than 1, it is 2"),
    ("threshold: f2", "3:12", 'no threshold is chosen for "f2"'),
    ("cv: x", "3:5", "cv must be a number of folds or options (folds, repeats, validation), not the text"),
    ("cv: {folds: 1}", "3:13", "cv.folds must be a whole number from 2 to 1000, it is 1"),
]


@pytest.mark.parametrize(("text", "where", "message"), TABLES, ids=[row[0] for row in TABLES])
def test_an_issue_in_a_table_is_reported_once(problems_of: Problems, text: str, where: str, message: str) -> None:
    (problem,) = problems_of(TABLE % text)
    assert problem.where == f"c.yaml:{where}"
    assert message in problem.message


@pytest.mark.parametrize(("text", "where", "message"), OTHERS, ids=[row[0] for row in OTHERS])
def test_an_issue_in_another_key_is_reported_once(problems_of: Problems, text: str, where: str, message: str) -> None:
    (problem,) = problems_of(OTHER % text)
    assert problem.where == f"c.yaml:{where}"
    assert message in problem.message


def test_two_issues_in_a_list_are_two_messages(problems_of: Problems) -> None:
    assert [problem.where for problem in problems_of(TABLE % "target: [3, a, 4]")] == ["c.yaml:1:41", "c.yaml:1:47"]


def test_no_union_of_the_schema_has_two_branches_of_one_json_type() -> None:
    def kinds(part: dict[str, Any]) -> list[str]:
        if "type" not in part.get("if", {}):
            return [part["type"]] if isinstance(part.get("type"), str) else []
        types = part["if"]["type"]
        return [*(types if isinstance(types, list) else [types]), *kinds(part["else"])]

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            found = [kind for kind in kinds(part) if kind != "null"]  # what may be left out may also be null
            assert len(found) == len(set(found)), part
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            walk(inner)

    walk(schema())
