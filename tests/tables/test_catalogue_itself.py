"""The catalogue is complete: every kind in every spelling, files that are written, readings without holes."""

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tables import make, make_held_out
from tests.tables.case import KINDS, READINGS, Case, Reading
from tests.tables.catalogue import CASES
from tests.tables.held_out import HELD_OUT

ALL = (*CASES, *HELD_OUT)
EMPTY = {"error_empty.csv"}  # a file without a byte is the point


def test_there_are_enough_cases_and_a_fifth_of_them_was_not_looked_at() -> None:
    assert len(CASES) >= 100
    assert len(HELD_OUT) >= 30
    assert len(ALL) >= 130


def test_every_kind_has_three_cases_and_every_spelling_one() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    spellings: Counter[str] = Counter()
    for case in ALL:
        for kind in case.kinds:
            name, _, spelling = kind.partition(":")
            assert spelling in KINDS[name], f"{case.name}: {kind}"
            found[name].add(case.name)
            spellings[kind] += 1
    assert {kind: len(found[kind]) for kind in KINDS if len(found[kind]) < 3} == {}
    named = [f"{kind}:{spelling}" for kind, words in KINDS.items() for spelling in words]
    assert [kind for kind in named if not spellings[kind]] == []


def test_the_cases_not_looked_at_are_of_many_kinds() -> None:
    kinds = {kind.partition(":")[0] for case in HELD_OUT for kind in case.kinds}
    assert len(kinds) >= 0.8 * len(KINDS)


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(case.name for case in ALL).items() if count > 1] == []
    assert not {case.file for case in CASES} & {case.file for case in HELD_OUT}


def test_no_file_is_made_for_nothing() -> None:
    assert {*make.TEXTS, *make.FILES} == {case.file for case in CASES}
    assert set(make_held_out.FILES) == {case.file for case in HELD_OUT}


def test_every_case_has_a_target_and_readings_of_three_rows_or_an_error() -> None:
    for case in ALL:
        assert case.error or (case.rows >= 3 and case.target in case.columns), case.name
        assert case.columns or (case.error and not case.rows), case.name
        for name in case.columns:
            assert len(case.readings(name)) == 1 or case.why or name == case.target, f"{case.name}: {name}"
            for reading in case.readings(name):
                assert not problems(case, reading), f"{case.name}: {name}"


def problems(case: Case, reading: Reading) -> list[str]:
    first, told = reading.first, reading.rows.values()
    found = {
        "kind": reading.kind not in READINGS,
        "first": len(first) != 3 and not (reading.kind == "index" and not first),
        "rows": bool(reading.rows) and max(reading.rows) >= case.rows,
        "gaps": reading.gaps < max(sum(value is None for value in values) for values in (first, told)),
        "order": bool(reading.order) and not set(first) <= set(reading.order),
    }
    return [name for name, wrong in found.items() if wrong]


@pytest.mark.parametrize(
    ("cases", "content"), [(CASES, make.content), (HELD_OUT, make_held_out.content)], ids=["catalogue", "held_out"]
)
def test_files_are_written_and_not_empty(
    cases: tuple[Case, ...], content: Callable[[str], bytes], tmp_path: Path
) -> None:
    skipped = make.write_all(tmp_path, cases, content)
    written = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(written) == {case.file for case in cases if case.name not in skipped}
    assert {name for name, size in written.items() if not size} == EMPTY & set(written)
    assert {case.needs for case in cases if case.name in skipped} <= {"openpyxl", "zstandard", "pyarrow"}


def test_a_file_is_the_same_each_time() -> None:
    files = [case.file for case in CASES if not make.missing_package(case)][::7]
    assert [make.content(file) for file in files] == [make.content(file) for file in files]
