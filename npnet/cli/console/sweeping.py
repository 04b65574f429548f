"""How a sweep goes: a table that moves on a terminal, a line now and then elsewhere, and the best points at the end."""

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from npnet.cli.console.numbers import duration, short
from npnet.cli.console.screen import Screen
from npnet.cli.console.tables import rule_text, table
from npnet.metrics.calibration import DecisionRule
from npnet.rundir import Run
from npnet.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from npnet.cli.console.live import LiveDisplay
    from npnet.sweep.plan import SweepPlan
    from npnet.sweep.results import Standing, SweepResults

LINES = 10.0
"""Seconds between two plain lines."""
BEST = 10
"""Points that the summary shows."""


class SweepDisplay:
    """Shows a sweep on the screen; satisfies `npnet.sweep.driver.SweepShow`."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.live: LiveDisplay | None = None

    def begin(self, run: Run, plan: "SweepPlan", outcomes: "SweepResults", log: Callable[[str], None]) -> None:
        """Say what is tried, and open the live display where there is a terminal."""
        self.plan, self.outcomes, self.log = plan, outcomes, log
        self.began, self.next_line, self.groups = time.monotonic(), 0.0, 0
        self.fresh, self.latest = 0, self.began  # trials that this process saw end, and when it saw the latest
        repeats = f", each {plan.spec.seeds} times" if plan.spec.seeds > 1 else ""
        self._say(f"{plan.size} trainings: {plan.points} points of {', '.join(plan.keys)}{repeats}")
        if self.screen.err.moves and not self.screen.quiet:
            from npnet.cli.console.live import LiveDisplay

            self.live = LiveDisplay(self._frame, self.screen.err)

    def trained(self, trials: int, waiting: int) -> None:
        """Note that trials have ended, and how many groups are still to come."""
        now = time.monotonic()
        self.groups = waiting
        if trials:
            self.fresh, self.latest = self.fresh + trials, now
        if self.live:
            self.live.draw()
        if now >= self.next_line:
            self.next_line = now + LINES
            self._tell(f"{self.done} of {self.plan.size} trained{self._failures}, {self.left} left; best: {self.best}")

    def warn(self, text: str) -> None:
        """Tell what went wrong and stopped nothing."""
        self.log(f"warning: {one_line(text)}")
        self.screen.warn(text)

    def end(self) -> None:
        """Take the live display away, and say how it went."""
        if self.live:
            self.live.close()
            self.live = None
        took = duration(time.monotonic() - self.began)
        self._say(f"{self.done} of {self.plan.size} trained in {took}{self._failures}; best: {self.best}")

    @property
    def done(self) -> int:
        """How many trials have a result."""
        return len(self.outcomes.trials)

    @property
    def left(self) -> str:
        """Time that the other trials take at the pace of those that this process saw end; counts down between them."""
        if not self.fresh:
            return "?"
        pace = (self.latest - self.began) / self.fresh
        return duration(max(0.0, pace * (self.plan.size - self.done) - (time.monotonic() - self.latest)))

    @property
    def best(self) -> str:
        """The best point so far: validation.roc_auc 0.9846 with learning_rate 0.03."""
        found = self.outcomes.best
        return "none yet" if found is None else f"{mean_text(self.plan, found)} with {point_text(self.plan, found)}"

    @property
    def _failures(self) -> str:
        return f", {len(self.outcomes.failed)} failed" if self.outcomes.failed else ""

    def _frame(self, width: int) -> "RenderableType":
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        bar = Table.grid(padding=(0, 1), expand=True)
        bar.add_column(no_wrap=True)
        bar.add_column(ratio=1, min_width=4)
        bar.add_column(no_wrap=True, justify="right")
        done = ProgressBar(total=self.plan.size, completed=self.done, complete_style="cyan", finished_style="cyan")
        bar.add_row(Text(f"{self.done}/{self.plan.size}"), done, Text(f"{self.left} left", style="dim"))
        waiting = f"{self.groups} group{'s' * (self.groups != 1)} to come"
        failed = Text(f"{len(self.outcomes.failed)} failed", style="yellow" if self.outcomes.failed else "dim")
        counts = Text.assemble((waiting, "dim"), "  ", failed)
        return Group(bar, counts, Text.assemble(("best  ", "dim"), self.best, overflow="ellipsis", no_wrap=True))

    def _say(self, text: str) -> None:
        self.log(text)
        self.screen.say(text)

    def _tell(self, text: str) -> None:
        self.log(text)
        if self.live is None:
            self.screen.say(text)


def mean_text(plan: "SweepPlan", one: "Standing") -> str:
    """The score of a point: of several repeats its mean and deviation."""
    spread = f" ± {short(one.deviation)}" if math.isfinite(one.deviation) else ""
    return f"{plan.goal.name} {short(plan.goal.written(one.mean))}{spread}"


def point_text(plan: "SweepPlan", one: "Standing") -> str:
    """The values of a point by their keys."""
    return ", ".join(f"{key} {written(value)}" for key, value in zip(plan.keys, one.values, strict=True))


def written(value: object) -> str:
    """A value as a sweep has it: floats with at most four digits."""
    return f"{value:.4g}" if isinstance(value, float) else one_line(str(value))


def standings_table(outcomes: "SweepResults") -> "Table":
    """The best points: their values, mean and deviation of their score, and their best trial."""
    plan, columns = outcomes.plan, [outcomes.plan.goal.name]
    several = plan.spec.seeds > 1
    columns += ["deviation"] if several else []
    rows = []
    for one in outcomes.standings()[:BEST]:
        mean = short(plan.goal.written(one.mean)) if math.isfinite(one.mean) else "failed"
        spread = [short(one.deviation)] if several else []
        rows.append([*map(written, one.values), mean, *spread, f"trials/{one.best:04d}"])
    return table([*plan.keys, *columns, "best trial" if several else "trial"], rows, columns)


def rule_of_best(plan: "SweepPlan", info: Mapping[str, Any]) -> str:
    """How the best trial decides two classes, from its run.json, where the score of the sweep looks at decisions."""
    if "decisions" not in info:
        return ""
    line = rule_text(DecisionRule(**info["decisions"]), [plan.goal.score])
    return f"best trial: {line}" if line else ""


def failures_table(outcomes: "SweepResults") -> "Table":
    """Which trials failed, and why."""
    return table(["failed", "because"], [[str(number), why] for number, why in sorted(outcomes.failed.items())])
