"""Which columns a network relies on: what its score loses when one of them is shuffled."""

import numpy as np

from npnet.plots.kinds import Drawing, plot
from npnet.plots.layout import sheet
from npnet.plots.material import Importance, Material
from npnet.plots.style import BLACK, BLUE, GREY, INK, Look, fitting, plain, short

MOST_COLUMNS = 25
NAME = 26  # letters of a column's name


def validated(material: Material) -> str | None:
    """Needs rows that chose the best epoch but did not train."""
    needs = "needs a validation part, or a cross-validation, with finite predictions"
    return None if material.importance else material.missing or needs


@plot("importance", needs=validated)
def importance(material: Material) -> Drawing:
    """Permutation importance: what the score loses when a column is shuffled, on validation."""
    assert material.importance is not None
    found = material.importance()
    mean = found.drop.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    shown = order[:MOST_COLUMNS]
    names = [plain(found.columns[place], NAME) for place in shown]
    room = 0.35 + 0.078 * max(len(fitting(name, NAME)) for name in names)
    page = sheet(material, heading(found, len(shown)), room + 4.6, 1.5 + 0.24 * len(shown))
    axes = page.inner(room, 0.75, 0.55, 0.1).bare()
    heights = np.arange(len(shown))[::-1]
    spread = found.drop.std(axis=1)[shown]
    axes.barh(heights, mean[shown], height=0.62, color=BLUE, alpha=0.85)
    axes.hlines(heights, mean[shown] - spread, mean[shown] + spread, color=BLACK, linewidth=1.1)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(heights, names)
    axes.set(ylim=(-0.6, len(shown) - 0.4), xlabel=f"loss of {found.metric} ({short(found.score)}) when shuffled")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    ends = np.maximum(mean[shown] + spread, 0)
    gap = 0.012 * float(np.ptp([*axes.get_xlim()]))
    look: Look = {"va": "center", "fontsize": 8, "color": INK, "clip_on": False}
    for height, end, value in zip(heights, ends, mean[shown], strict=True):
        axes.text(end + gap, height, short(float(value)), **look)
    columns = np.array(found.columns, dtype=object)[order]
    return Drawing(
        page.figure, {"column": columns, "importance": mean[order], "deviation": found.drop.std(axis=1)[order]}
    )


def heading(found: Importance, shown: int) -> str:
    """What is shown, of which part, and of how many columns where not of all."""
    few = f" (first {shown} of {len(found.columns)})" if shown < len(found.columns) else ""
    return f"Importance of columns, {found.part} part{few}"
