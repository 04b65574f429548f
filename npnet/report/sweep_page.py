"""The page of a sweep: its best points, all trials, and what each parameter does to the score."""

from collections.abc import Callable
from typing import Any

from npnet.config.writer import flow
from npnet.errors import RunError
from npnet.plots.from_run import trials_material
from npnet.plots.layout import plain, short
from npnet.plots.sweeps import SweepMaterial, has_trials
from npnet.plots.sweeps.overview import best_sentence
from npnet.report.elements import Markup, element, joined, lines
from npnet.report.page import Page, Section
from npnet.report.parts import card, command, counted, facts, grid
from npnet.report.sections import trials
from npnet.report.sections.parallel import parallel
from npnet.report.sections.repeat import environment
from npnet.report.sections.verdict import BAD, GOOD, top
from npnet.rundir import names
from npnet.rundir.diff import settings
from npnet.rundir.run import RunFolder
from npnet.sweeps.results import TrialTable, read_trials, trials_so_far
from npnet.text import duration


def sweep_page(run: RunFolder, folder: str = "") -> Page:
    """Return the page of a sweep; links to its trials start with `folder`, "" where the page is in the sweep's own.

    Raise RunError for a damaged sweep, and for one that is done and has no results.
    """
    link, name = _linking(run, folder), str(run.info["name"])
    table = _table(run)
    if table is None:
        sentence = joined(f"The sweep is {run.status}: none of its trials has ended yet.")
        head = top(name, f"npnet report · sweep {run.id}", sentence, [("", run.status, "")])
        return Page(name, head, [_config(run), _repeat(run, best=False)])
    material, data = trials_material(run, table), dict[str, Any]()
    found = [_ranking(material, link)]
    if has_trials(material) is None:
        made, data = parallel(material)
        found.append(Section("parallel-coordinates", "All trials", "", made))
        each = grid(trials.rungs(material), *trials.slices(material), trials.order(material))
        found.append(Section("slices", "Score by parameter", "Each parameter against the score.", each))
    found += [trials.failures(table, link), _config(run), _repeat(run, bool(material.means))]
    scripts, packed = (["parallel"], {"parallel": data}) if data else ([], {})
    sections = [one for one in found if one is not None]
    return Page(name, _head(run, material), sections, scripts, data=packed)


def _table(run: RunFolder) -> TrialTable | None:
    """Return the trials that have ended; None where a sweep that is not done has none."""
    if run.file(names.TABLE).exists():
        return read_trials(run)
    try:
        return trials_so_far(run)
    except RunError:
        if run.status == "done":
            raise
        return None


def _head(run: RunFolder, material: SweepMaterial) -> Markup:
    info, status = run.info, run.status
    chips = [("", status, "good" if status in GOOD else "bad" if status in BAD else "")]
    chips += [("trials", f"{len(material.number):,} of {info.get('trials') or len(material.number):,}", "")]
    chips += [("failed", f"{int(material.failed.sum()):,}", "bad")] if material.failed.any() else []
    chips += [("score", material.scored, "")]
    chips += [("took", duration(info["seconds"]), "")] if info["seconds"] is not None else []
    chips += [("started", info["started"].replace("T", " ").replace("+00:00", " UTC"), "")]
    return top(str(info["name"]), f"npnet report · sweep {info['id']}", _verdict(run, material), chips)


def _verdict(run: RunFolder, material: SweepMaterial) -> Markup:
    early = (
        "" if run.status == "done" else f"The sweep is {run.status}: {counted(len(material.number), 'trial')} so far. "
    )
    if not material.means:
        sentence = plain(best_sentence(material), 200)
        return joined(f"{early}{sentence[:1].upper()}{sentence[1:]}.")
    point, mean, _ = material.means[0]
    _, worst, _ = material.means[-1]
    others = f", where the worst point gives {short(worst)}" if len(material.means) > 1 else ""
    return joined(
        early,
        f"The best of {counted(len(material.means), 'point')} reaches {material.score} ",
        element("b", short(mean)),
        f" with {material.text(point)}{others}.",
    )


def _ranking(material: SweepMaterial, link: Callable[[int], str]) -> Section | None:
    if not material.means:
        return None
    repeats = any(deviation == deviation for _, _, deviation in material.means)
    lede = "Points by the mean of their repeats, the best first." if repeats else "The best first."
    note = "Each number leads to a trial: its report, or else its folder."
    ranking = card("Ranking", trials.best_table(material, link), note=note, wide=True)
    return Section("best", "The best points", lede, ranking)


def _config(run: RunFolder) -> Section:
    text = run.read(names.CONFIG).decode("utf-8", "replace").rstrip("\n")
    given = card("As given", element("pre", element("code", lines(text)), tabindex="0"), note=names.CONFIG)
    plan = {key.removeprefix("sweep."): value for key, value in settings(run).items() if key.startswith("sweep.")}
    values = ((key, element("code", plain(flow(value), 300))) for key, value in plan.items())
    return Section("settings", "Config", "", grid(card("What was tried", facts(values)), given))


def _repeat(run: RunFolder, best: bool) -> Section:
    where = f"{run.path.parent.name}/{run.id}"
    shown = [
        command("repeat", "Sweep again", f"npnet sweep {where}/{names.RESOLVED}"),
        command("table", "Every trial is a row of", f"{where}/{names.TABLE}"),
    ]
    if best:
        trial = f"{where}/{names.BEST}"
        shown.append(command("best", "Look at the best trial", f"npnet report {trial}"))
        shown.append(command("predict", "Predict with it", f"npnet predict {trial} new.csv -o predictions.csv"))
    cards = card("Commands", *shown), card("Environment", facts(environment(run)))
    return Section("repeat", "Repeat it", "", grid(*cards))


def _linking(run: RunFolder, folder: str) -> Callable[[int], str]:
    """Return the function from the number of a trial to the link to its report, or else to its folder."""

    def link(number: int) -> str:
        inside = f"{names.TRIALS}/{names.trial_name(number)}/"
        report = f"{inside}{names.REPORT}" if (run.path / inside / names.REPORT).is_file() else inside
        return f"{folder}{report}"

    return link
