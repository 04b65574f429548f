"""What a look at data found, as text: columns, classes by part, and all that is odd."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from npnet.cli.console.tables import table
from npnet.text import first_of, listed, one_line

if TYPE_CHECKING:
    from npnet.data.checks.inspection import Finding
    from npnet.runner.data_report import Look

KINDS = {"number": "number", "category": "category", "datetime": "date"}
MOST_CLASSES = 40


def look_text(look: "Look") -> RenderableType:
    """The columns, the classes or the sizes of the parts, and the findings, a line each."""
    inspection = look.inspection
    features = len(inspection.columns) - sum(role == "target" for role in look.roles.values())
    targets = listed(name for name, role in look.roles.items() if role == "target")
    head = f"{inspection.rows} rows, {features} features, {inspection.task} target {targets}"
    findings = [Text(one_line(f"! {message}")) for message in _messages(inspection.findings)]
    tables = [columns_table(look), Text(), parts_table(look)]
    return Group(Text(one_line(head)), Text(), *tables, *([Text(), *findings] if findings else []))


def _messages(findings: "Iterable[Finding]") -> Iterator[str]:
    """Each finding; of many of one kind the first ones."""
    for _, same in groupby(findings, lambda finding: finding.fault):
        yield from first_of([finding.message for finding in same], "--json lists all")


def columns_table(look: "Look") -> RenderableType:
    """A row for each column."""
    odd: dict[str, list[str]] = {}
    for finding in look.inspection.findings:
        for name in finding.columns[:1]:
            odd.setdefault(name, []).append(finding.fault)
    rows = [
        [
            one.name,
            KINDS[one.kind],
            one.missing or "",
            one.distinct,
            ", ".join(
                dict.fromkeys([*([look.roles[one.name]] if one.name in look.roles else []), *odd.get(one.name, [])])
            ),
        ]
        for one in look.inspection.columns
    ]
    return table(["column", "kind", "missing", "distinct", "note"], rows, ["missing", "distinct"])


def parts_table(look: "Look") -> RenderableType:
    """The rows of each part, of classes with their shares."""
    names = list(look.parts)
    total = sum(look.parts.values())
    rows = [["rows", total, "", *look.parts.values()]]
    classes = next(iter(look.classes.values()), {})
    for label in list(classes)[:MOST_CLASSES]:
        each = [look.classes[part][label] for part in names]
        rows.append([label, sum(each), f"{sum(each) / total:.1%}", *each])
    if len(classes) > MOST_CLASSES:
        rows.append([f"{len(classes) - MOST_CLASSES} more classes", "", "", *("" for _ in names)])
    heading = "class" if classes else ""
    columns = [heading, "all", "share", *names] if classes else ["", "all", "", *names]
    return table(columns, rows, columns[1:])
