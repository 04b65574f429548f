"""The confusion matrix as a drawing."""

from collections.abc import Iterator, Sequence

import numpy as np

from npnet.metrics import metrics
from npnet.plots.confusion import labels, matrix
from npnet.plots.kinds import Material
from npnet.plots.layout import Ints, plain
from npnet.plots.plane.labels import EVEN
from npnet.plots.regression import pair
from npnet.report.chart import WIDTH, figure_svg
from npnet.report.elements import Attribute, Markup, element, joined
from npnet.report.parts import Cell, NumberTable, card, figure, table_of
from npnet.report.shapes import letters, spot

COUNTED = 12  # classes: the cells of more have no counts

TABLED = 30  # classes in the table of numbers
LIGHT = 0.45  # share of a row from which the text of its cell is light
WIDE = 60  # units: a cell this wide has room for the share
LETTER, TOP, GAP = 7.4, 30.0, 1.5


def confusion(material: Material) -> Markup | None:
    """Return the counts of true against predicted classes of the judged split."""
    if not material.judged:
        return None
    names, count = labels(material), matrix(material)
    columns: dict[str, list[Cell]] = {"true class": [*names[:TABLED]]}
    columns |= {f"as {name}": count[:TABLED, code].tolist() for code, name in enumerate(names[:TABLED])}
    note = f"Rows of the {material.judged} set. The darker a cell, the larger its share of the true class."
    note += f" {material.few}." if material.few else ""
    return figure("confusion", "Confusion matrix", drawing(names, count, "confusion"), NumberTable(columns), note)


def each_class(material: Material) -> Markup | None:
    """Return precision and recall of each of more than two classes."""
    if not material.judged or material.task == "binary":
        return None
    names, count = labels(material)[:TABLED], matrix(material)
    right = np.diag(count).astype(float)
    with np.errstate(invalid="ignore"):
        precision, recall = right / count.sum(axis=0), right / count.sum(axis=1)
    columns = {"class": names, "rows": count.sum(axis=1), "precision": precision, "recall": recall}
    shown = {name: values[: len(names)] for name, values in columns.items()}
    note = "Precision: how many predicted rows of a class are right; recall: how many of its rows are found."
    return card("Each class", table_of(NumberTable(shown), "precision and recall of each class"), note=note)


def each_label(material: Material) -> Markup | None:
    """Return the scores of each label of a run with several."""
    if not material.judged:
        return None
    columns: dict[str, list[Cell]] = {name: [] for name in ("label", "rows", "roc_auc", "precision", "recall")}
    for index, name in enumerate(material.targets[:TABLED]):
        true, chance = pair(material, index)
        area = metrics["roc_auc"].scores(true.astype(np.int64), chance[None, None])[0]
        decided, right = chance > EVEN, float(((chance > EVEN) & (true > EVEN)).sum())
        shares = [right / count if count else None for count in (int(decided.sum()), int(true.sum()))]
        for column, value in zip(columns.values(), [name, int(true.sum()), float(area), *shares], strict=True):
            column.append(value)
    note = (
        f"The {material.judged} set; a label is predicted above {EVEN}. Precision: how many predicted rows of a label"
    )
    note += " are right; recall: how many of its rows are found."
    return card("Each label", table_of(NumberTable(columns), "scores of each label"), note=note, wide=True)


def drawing(names: Sequence[str], count: Ints, id: str) -> Markup:  # noqa: A002 - the attribute
    """Return a confusion matrix; its cells have ids, by which a script finds them."""
    names = [plain(name, 14) for name in names]
    room = LETTER * max(map(letters, names))
    left = 16 + room
    side = (WIDTH - 14 - left) / len(names)
    upright = side < room
    bottom = TOP + side * len(names)
    height = bottom + (room + 30 if upright else 44)
    place = {"x": left + side * len(names) / 2, "y": height - 5}
    marks = [
        *_sides(names, left, side, upright),
        *(cell for row in range(len(names)) for cell in _cells(count[row], row, left, side, id)),
        element("text", "predicted class", **place, text_anchor="middle", class_="label"),
        element("text", "true class", x=2, y=18, class_="label"),
    ]
    right = int(np.trace(count))
    alt = f"{right:,} of {int(count.sum()):,} rows are on the diagonal, where the prediction is right."
    return figure_svg(joined(*marks), WIDTH, height, "Confusion matrix", alt, f"{id}-chart")


def _sides(names: Sequence[str], left: float, side: float, upright: bool) -> Iterator[Markup]:
    """Yield the class names beside the rows and below the columns; of small cells each second or third."""
    below = TOP + side * len(names)
    for index in range(0, len(names), max(1, int(np.ceil(15 / side)))):
        middle = (index + 0.5) * side
        place = {"x": left - 8, "y": TOP + middle + 4}
        yield element("text", names[index], **place, text_anchor="end", class_="tick")
        turn = " rotate(-90)" if upright else ""
        shift = f"translate({spot(left + middle + 4 * upright)} {spot(below + (6 if upright else 16))}){turn}"
        yield element("text", names[index], transform=shift, text_anchor="end" if upright else "middle", class_="tick")


def _cells(counts: Ints, row: int, left: float, side: float, id: str) -> Iterator[Markup]:  # noqa: A002
    """Yield the cells of a true class, with counts and shares where there is room."""
    total = max(int(counts.sum()), 1)
    for column, count in enumerate(counts.tolist()):
        share, x, y = count / total, left + column * side, TOP + row * side
        key = f"{id}-{row}-{column}" if len(counts) == 2 else None
        size = {"width": side - GAP, "height": side - GAP}
        yield element("rect", x=x, y=y, rx=2, **size, fill_opacity=0.05 + 0.95 * share, class_="cell", id=key)
        if len(counts) > COUNTED:
            continue
        look = "cell-text on" if share > LIGHT else "cell-text"
        middle, height = x + (side - GAP) / 2, y + side / 2 + (0 if side > WIDE else 4)
        both: dict[str, Attribute] = {"text_anchor": "middle", "x": middle}
        yield element("text", f"{count:,}", **both, y=height, class_=f"{look} strong", id=key and f"{key}-count")
        if side > WIDE:
            words = f"{100 * share:.1f} %"
            yield element("text", words, **both, y=height + 17, class_=f"{look} small", id=key and f"{key}-share")
