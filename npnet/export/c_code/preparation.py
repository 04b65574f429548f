"""Preparation in C: from the values of columns to the inputs of the models of a fold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from npnet.data.preprocessing.scaling import Scaling
from npnet.data.preprocessing.steps import CYCLES, CategoryStep, DateStep, NumberStep
from npnet.export.c_code.library import array
from npnet.export.document import Document, FoldPreparation

PARTS = ("year", "month", "day", "weekday", "hour")


@dataclass
class CInputs:
    """The statements that write the inputs of a fold, and the tables that they need."""

    document: Document
    preparation: FoldPreparation
    fold: int
    tables: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        """Write all inputs."""
        self.positions = {number: position for position, number in enumerate(self.preparation.order)}
        self.columns = {column.name: number for number, column in enumerate(self.document.columns)}
        for step in self.preparation.steps:
            if self.preparation.missing == "error":
                number = self.columns[step.column]
                is_text = self.document.columns[number].reader == "text"
                gap = f"values[{number}] == 1.0" if is_text else f"isnan(values[{number}])"
                self.lines.append(f"if ({gap}) return {number + 1};")
            STEPS[step.kind](self, step)
        for derived in self.preparation.derived:
            each = zip(derived.columns, derived.fills, strict=True)
            x = [f"npnet_filled({self.value(name)}, {fill!r})" for name, fill in each]
            self.put(self.scaled(FEATURES[derived.feature](*x), derived.scaling))

    def value(self, column: str) -> str:
        """Return the value of a column."""
        return f"values[{self.columns[column]}]"

    def put(self, expression: str) -> None:
        """Write the next output."""
        self.lines.append(f"x[{self.positions[self.count]}] = (npnet_real)({expression});")
        self.count += 1

    def scaled(self, x: str, scaling: Scaling) -> str:
        """Return a number scaled."""
        if scaling.quantiles and scaling.scale:
            name = f"npnet_quantiles_{self.fold}_{self.count}"
            self.tables.append(array("double", name, [repr(one) for one in scaling.quantiles]))
            return f"npnet_normal_score({x}, {scaling.fill!r}, {name}, {len(scaling.quantiles)})"
        return f"npnet_scaled({x}, {scaling.fill!r}, {scaling.center!r}, {scaling.scale!r}, {int(scaling.clip)})"

    @property
    def code(self) -> str:
        """The tables and the function of the fold, which returns the number of a column that is refused."""
        head = f"static inline int npnet_inputs_{self.fold}(const double values[NPNET_COLUMNS], npnet_real *x)"
        body = "\n".join(f"    {line}" for line in [*self.lines, "return 0;"])
        return "".join([*self.tables, f"{head}\n{{\n{body}\n}}\n"])


def number_step(inputs: CInputs, step: NumberStep) -> None:
    """Write a column of numbers scaled, and where it is missing."""
    x = inputs.value(step.column)
    if step.scaling:
        inputs.put(inputs.scaled(x, step.scaling))
    if step.gaps:
        inputs.put(f"isnan({x}) ? 1 : 0")


def date_step(inputs: CInputs, step: DateStep) -> None:
    """Write the parts of dates scaled, where they are missing, and the circles of parts that recur."""
    x = inputs.value(step.column)
    for name, scaling in step.parts.items():
        inputs.put(inputs.scaled(f"npnet_part({x}, {PARTS.index(name)})", scaling))
    if step.gaps:
        inputs.put(f"isnan({x}) ? 1 : 0")
    for name in step.parts:
        for cosine in (0, 1) if name in CYCLES else ():
            inputs.put(f"npnet_circle(npnet_part({x}, {PARTS.index(name)}), {CYCLES[name]}.0, {cosine})")


def category_step(inputs: CInputs, step: CategoryStep) -> None:
    """Write a column of categories as 0 and 1 for each level, as -1 and 1, or as codes."""
    levels, number = len(step.levels), inputs.columns[step.column]
    gap = levels + 1 if step.gaps else 0
    known = sorted(inputs.document.columns[number].known, key=str.encode)
    name = f"npnet_levels_{inputs.fold}_{number}"
    inputs.tables.append(
        array("int", name, [str(one) for one in (0, gap, *(step.places.get(one, 0) for one in known))])
    )
    place = f"{name}[(int)values[{number}]]"
    if step.coding == "codes":
        inputs.put(place)
        return
    if step.coding == "signs":
        inputs.put(f"({place} == 2) - ({place} == 1)")
    if step.coding == "one_hot":
        for shown in (*range(1, levels + 1), *[0] * step.pooled):
            inputs.put(f"{place} == {shown}")
    if step.gaps:
        inputs.put(f"{place} == {gap}")


STEPS: dict[str, Callable[[CInputs, Any], None]] = {
    "number": number_step,
    "datetime": date_step,
    "category": category_step,
}
FEATURES: dict[str, Callable[..., str]] = {
    "square": lambda x: f"{x} * {x}",
    "product": lambda x, y: f"{x} * {y}",
    "sine": lambda x: f"sin({x})",
}
