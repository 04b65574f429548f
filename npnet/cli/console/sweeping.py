"""The display of a sweep, and tables of its best points and failed trials."""

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from npnet.cli.console.plain import short
from npnet.cli.console.progress import LINE_SECONDS, Display, bar
from npnet.cli.console.tables import rule_text, table
from npnet.metrics.calibration import DecisionRule
from npnet.rundir.run import RunFolder
from npnet.text import duration, one_line, plural

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from npnet.sweeps.plan import SweepPlan
    from npnet.sweeps.results import SweepResults

MOST_POINTS = 10
"""Points in the table of the best."""


class SweepDisplay(Display):
    """The progress of a sweep; satisfies `npnet.sweeps.driver.SweepShow`."""

    def begin(self, run: RunFolder, plan: "SweepPlan", results: "SweepResults", log: Callable[[str], None]) -> None:
        """Show what is tried, and open the live display."""
        self.plan, self.results, self.log = plan, results, log
        self.began, self.next_line, self.waiting = time.monotonic(), 0.0, 0
        self.fresh, self.latest = 0, self.began  # trials that ended in this process, and when the last one did
        repeats = f", each {plan.spec.seeds} times" if plan.spec.seeds > 1 else ""
        self.line(f"{plural(plan.size, 'training')}: {plural(plan.points, 'point')} of {', '.join(plan.keys)}{repeats}")
        self.open()

    def trained(self, trials: int, waiting: int) -> None:
        """Count the trials that have ended; `waiting` groups are still to come."""
        now = time.monotonic()
        self.waiting = waiting
        if trials:
            self.fresh, self.latest = self.fresh + trials, now
        self.draw()
        if now >= self.next_line:
            self.next_line = now + LINE_SECONDS
            self.line(f"{self.done} of {self.plan.size} trained{self._failures}, {self.left} left; best: {self.best}")

    def end(self) -> None:
        """Remove the live display, and write a line on the whole sweep."""
        self.close()
        took = duration(time.monotonic() - self.began)
        self.line(f"{self.done} of {self.plan.size} trained in {took}{self._failures}; best: {self.best}")

    @property
    def done(self) -> int:
        """Number of trials that have a result."""
        return len(self.results.trials)

    @property
    def left(self) -> str:
        """Time left at the pace of this process; it counts down between trials."""
        if not self.fresh:
            return "?"
        pace = (self.latest - self.began) / self.fresh
        return duration(max(0.0, pace * (self.plan.size - self.done) - (time.monotonic() - self.latest)))

    @property
    def best(self) -> str:
        """Best point so far, as validation.roc_auc 0.9846 with learning_rate 0.03."""
        found, plan = self.results.best, self.plan
        if found is None:
            return "none yet"
        deviation = f" ± {short(found.deviation)}" if math.isfinite(found.deviation) else ""
        point = ", ".join(f"{key} {value_text(value)}" for key, value in zip(plan.keys, found.values, strict=True))
        return f"{plan.goal.name} {short(plan.goal.written(found.mean))}{deviation} with {point}"

    @property
    def _failures(self) -> str:
        return f", {len(self.results.failed)} failed" if self.results.failed else ""

    def frame(self, width: int) -> "RenderableType":
        """Return the bar, the groups to come, the failed trials and the best point."""
        from rich.console import Group
        from rich.text import Text

        share = self.done / self.plan.size if self.plan.size else 0.0
        failed = Text(f"{len(self.results.failed)} failed", style="yellow" if self.results.failed else "dim")
        counts = Text.assemble((f"{plural(self.waiting, 'group')} to come", "dim"), "  ", failed)
        best = Text.assemble(("best  ", "dim"), self.best, overflow="ellipsis", no_wrap=True)
        return Group(bar(f"{self.done}/{self.plan.size}", share, f"{self.left} left"), counts, best)


def value_text(value: object) -> str:
    """Return a value of a sweep in a line, floats with at most four digits."""
    return f"{value:.4g}" if isinstance(value, float) else one_line(str(value))


def standings_table(results: "SweepResults") -> "Table":
    """Return the best points with the mean and deviation of their score."""
    plan, several = results.plan, results.plan.spec.seeds > 1
    columns = [plan.goal.name, *(["deviation"] if several else [])]
    rows = []
    for one in results.standings()[:MOST_POINTS]:
        mean = short(plan.goal.written(one.mean)) if math.isfinite(one.mean) else "failed"
        deviation = [short(one.deviation)] if several else []
        rows.append([*map(value_text, one.values), mean, *deviation, f"trials/{one.best:04d}"])
    return table([*plan.keys, *columns, "best trial" if several else "trial"], rows, columns)


def rule_of_best(plan: "SweepPlan", info: Mapping[str, Any]) -> str:
    """Return the decision rule of the best trial, where the score of the sweep needs one."""
    if "decisions" not in info:
        return ""
    line = rule_text(DecisionRule(**info["decisions"]), [plan.goal.score])
    return f"best trial: {line}" if line else ""
