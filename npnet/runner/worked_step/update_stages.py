"""The stages of the update: penalties, clipping, weight decay, the optimizer's rule, limits of norms."""

import re
from collections.abc import Mapping

import numpy as np

from npnet.nn.layer import decimals
from npnet.nn.optimizers import Adam, Optimizer, optimizers
from npnet.runner.worked_step.formulas import formulas_of, substitute
from npnet.runner.worked_step.playing import Arrays, PlayedMethod, PlayedStep
from npnet.runner.worked_step.structure import Expression, StepStage, Value, ValueGrid, WrittenLine, number_text

SLOTS = {"velocity": "v", "squares": "s", "mean": "m"}
OPTIONS = {"momentum": "μ", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "epsilon": "ε", "weight_decay": "λ"}
RULES = {
    "l2": ("penalty l2", "g ← g + l2 · W", ("l2",)),
    "l1": ("penalty l1", "g ← g + l1 · sign(W)", ("l1",)),
    "clip_values": ("clip_value", "g ← min(max(g, -clip_value), clip_value)", ("clip_value",)),
    "clip_norms": ("clip_norm", "g ← g · clip_norm / max(norm of all g, clip_norm)", ("clip_norm",)),
    "decay": ("weight decay", "θ ← θ - η λ θ", ("η", "λ")),
    "limit_norms": ("max_norm", "W ← W · max_norm / max(norm of the weights of a unit, max_norm)", ("max_norm",)),
}
"""Of each method of an update its title, its formula, and the settings in it."""


class UpdateStages:
    """The update of a played step, whose parameters are named as in a state_dict, with their indices."""

    def __init__(self, played: PlayedStep) -> None:
        self.played, self.optimizer = played, played.optimizer
        network = played.network
        places = np.arange(network.size, dtype=np.int64)[np.newaxis]
        self.names = [""] * network.size
        self.first = list[int]()
        for name, view, _ in network.pieces(places):
            for index, place in np.ndenumerate(view[0]):
                self.names[place] = f"{name}[{','.join(str(one + 1) for one in index)}]"
            if view.size:
                self.first.append(int(view.ravel()[0]))
        self.order = [place for _, view, _ in network.pieces(places) for place in view.ravel().tolist()]

    def stages(self) -> list[StepStage]:
        """Return the stages in the order of the engine."""
        methods = [*self.played.of_part("penalties"), *self.played.of_part("update")]
        found = list[StepStage]()
        for method, before in methods:
            if method.label == "optimizer.update":
                found.append(self._rule(before, method.arrays))
            else:
                found.append(self._change(method, before))
        return found

    def _change(self, method: PlayedMethod, before: Arrays) -> StepStage:
        """Return what a penalty, a limit or weight decay changes."""
        label, name = method.label, "theta" if method.label in ("decay", "limit_norms") else "grad"
        if label == "penalize":
            both = len(self.played.of_part("penalties")) > 1
            first = method is self.played.of_part("penalties")[0][0]
            label = "l2" if (first and both) or not np.any(np.asarray(self.played.constraints.l1) != 0) else "l1"
        title, formula, settings = RULES.get(label, (label, "", ()))
        old, new, symbol = before[name][0], method.arrays[name][0], "θ" if name == "theta" else "g"
        changed = [place for place in self.order if old[place] != new[place]]
        rows, values = tuple(self.names[place] for place in changed), np.stack([old, new], axis=1)[changed]
        grid = ValueGrid("", rows, (f"{symbol} before", f"{symbol} after"), values, (False, False))
        limits = {"η": self.played.rate, "λ": self.optimizer.weight_decay, **vars(self.played.constraints)}
        note = ", ".join(f"{one} = {number_text(float(limits[one]))}" for one in settings)
        note += "" if changed else "; nothing changes here"
        if label == "limit_norms" and changed:  # there is one for each tensor
            title = f"{title} of {self.names[changed[0]].partition('[')[0]}"
        formulas = (formula,) if formula else ()
        return StepStage("update", title, formulas, (), (), (grid,) if changed else (), note)

    def _rule(self, before: Arrays, after: Arrays) -> StepStage:
        """Return the optimizer's rule: a row for each parameter, and the first of each tensor written out."""
        o, slots = self.optimizer, list(self.optimizer.slots)
        scales = slot_scales(o)
        columns, values, given = ["θ", "g"], [before["theta"][0], before["grad"][0]], [True, False]
        for slot in slots:
            for word, arrays in (("before", before), ("after", after)):
                columns.append(f"{SLOTS.get(slot, slot)} {word}")
                values.append(arrays[slot][0] * scales.get(slot, 1.0))
                given.append(word == "before")
        columns.append("new θ")
        values.append(after["theta"][0])
        rows = tuple(self.names[place] for place in self.order)
        grid = ValueGrid("", rows, tuple(columns), np.stack(values, axis=1)[self.order], (*given, False))
        lines = [line for place in self.first for line in self._lines(place, before, after)]
        settings = {"η": self.played.rate, **self._options()}
        note = ", ".join(f"{name} = {number_text(value)}" for name, value in settings.items())
        kind, rule = optimizers.name_of(o), rule_of(o)
        note += ", t = 1 in the first step" if any(re.search(r"ᵗ|\bt\b", formula) for formula in rule) else ""
        return StepStage("optimizer", kind, rule, (), tuple(lines), (grid,), note, examples=True)

    def _options(self) -> dict[str, float]:
        found = {name: value for name, value in decimals(self.optimizer).items() if name != "weight_decay"}
        return {OPTIONS.get(name, name): float(value) for name, value in found.items()}

    def _lines(self, place: int, before: Arrays, after: Arrays) -> list[WrittenLine]:
        """Return the rule written out for one parameter; nothing where a symbol of it is not known."""
        scales, options = slot_scales(self.optimizer), self._options()
        values = {name: Value(value, True) for name, value in {"η": self.played.rate, **options}.items()}
        values |= _powers(options)
        values |= {"θ": Value(float(before["theta"][0, place]), True), "g": Value(float(before["grad"][0, place]))}
        for slot in self.optimizer.slots:
            values[SLOTS.get(slot, slot)] = Value(float(before[slot][0, place] * scales.get(slot, 1.0)), True)
        results = {
            SLOTS.get(slot, slot): after[slot][0, place] * scales.get(slot, 1.0) for slot in self.optimizer.slots
        }
        results["θ"] = after["theta"][0, place]
        found = list[WrittenLine]()
        for formula in rule_of(self.optimizer):
            symbol, _, right = re.split(" (←|=) ", formula, maxsplit=1)
            expression = substitute(right, values)
            if expression is None:
                return []
            value = float(results[symbol]) if symbol in results else _corrected(expression)
            found.append(WrittenLine(symbol, (), self.names[place], expression, value))
            values[symbol] = Value(value)
        return found


def rule_of(optimizer: Optimizer) -> tuple[str, ...]:
    """Return the formulas of an optimizer in the order of their computation, those of its parents included."""
    found: dict[str, str] = {}
    for kind in reversed(type(optimizer).__mro__):
        own = [one for one in formulas_of(kind) if " then " not in one] if issubclass(kind, Optimizer) else []
        if kind is not Optimizer and own:
            symbols = {one.split(" ")[0] for one in own}
            found = {symbol: one for symbol, one in found.items() if symbol not in symbols}
            found |= {one.split(" ")[0]: one for one in own}
    defined = [one for one in found.values() if " = " in one.partition("←")[0]]
    steps = [one for one in found.values() if one not in defined]
    used = [one for one in defined if any(one.split(" ")[0] in step for step in steps)]
    last = next((place for place, one in enumerate(steps) if any(u.split(" ")[0] in one for u in used)), len(steps))
    return (*steps[:last], *used, *steps[last:])


def slot_scales(optimizer: Optimizer) -> dict[str, float]:
    """Return the factors from slots to the symbols of the formulas: Adam's slots hold m / (1 - β₁), s / (1 - β₂)."""
    if isinstance(optimizer, Adam):
        return {"mean": 1.0 - optimizer.beta1, "squares": 1.0 - optimizer.beta2}
    return {}


def _powers(options: Mapping[str, float]) -> dict[str, Value]:
    """Return β₁ᵗ and so on for the first step."""
    found = {f"{name}ᵗ": Value(options[name], True) for name in ("β₁", "β₂") if name in options}
    return found | {f"{name}ᵗ⁺¹": Value(options[name] ** 2, True) for name in ("β₁", "β₂") if name in options}


def _corrected(expression: Expression) -> float:
    """Return the quotient of a bias correction, x / (1 - y)."""
    numbers = [piece.number for piece in expression if isinstance(piece, Value)]
    return numbers[0] / (1.0 - numbers[1])
