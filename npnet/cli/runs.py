"""`npnet runs`: the runs that there are, and what sets two of them apart."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Here, Run, Runs, command, group
from npnet.cli.query import Query, scores_of, settings_of
from npnet.errors import RunError
from npnet.text import listed

if TYPE_CHECKING:
    from npnet.rundir import Entry
    from npnet.rundir import Run as RunFolder

LIST = """
npnet runs
npnet runs --filter 'test.roc_auc>0.9' --sort -test.roc_auc
npnet runs --filter 'learning_rate<=0.01' --sort layers.0.linear.units
npnet runs --tag paper --json
"""
SHOW = "npnet runs show latest"
REMOVE = "npnet runs rm 20261122-141502-circles-7f3a"
TAG = """
npnet runs tag latest paper best
npnet runs tag latest --remove best
"""
DIFF = "npnet runs diff latest 20261122-1415"
Filter = Annotated[
    list[str] | None,
    typer.Option(metavar="TEST", help="Such as test.roc_auc>0.9, learning_rate<=0.01 or status=done; repeatable."),
]
Sort = Annotated[str | None, typer.Option(metavar="FIELD", help="Smallest first; with - in front largest first.")]
Tagged = Annotated[str | None, typer.Option(metavar="TAG", help="Only runs with this tag.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    family = group(app, "runs", "List runs, show, tag, remove and compare them.", LIST, alone=listing)
    command(family, "list", LIST)(listing)
    command(family, "show", SHOW)(show)
    command(family, "rm", REMOVE)(remove)
    command(family, "tag", TAG)(tag)
    command(family, "diff", DIFF)(diff)


def listing(here: Here, filter: Filter = None, sort: Sort = None, tag: Tagged = None) -> None:  # noqa: A002
    """List the runs, the oldest first, with the first of their scores."""
    query = Query.read(filter or [], sort, tag)
    from npnet.rundir import listing

    chosen = query.apply(listing(here.runs_dir), lambda one: settings_of(opened(here, one)))
    if here.json:
        here.screen.result_json({"runs": list(objects(here, chosen))})
    elif chosen:
        from npnet.cli.console.lines import runs_text

        here.screen.result(runs_text(chosen, here.screen.out))
    else:
        here.screen.say(f"no runs in {here.runs_dir}")


def opened(here: Here, entry: "Entry") -> "RunFolder":
    """The folder of a run of the list."""
    from npnet.rundir import Run

    return Run(here.runs_dir / entry.id)


def objects(here: Here, runs: "list[Entry]") -> Iterator[dict[str, object]]:
    """All that run.json and metrics.json say of each; a run that was removed meanwhile is left out."""
    for entry in runs:
        with suppress(RunError):
            one = opened(here, entry)
            yield {**one.info, "status": entry.status, "metrics": scores_of(one)}


def show(here: Here, run: Run) -> None:
    """Show a run: its data, network, course, scores and baselines; of a sweep the scores of its best trial.

    --json has all of it: hashes, versions and settings of the machine too.
    """
    from npnet.cli.console.run_page import run_page
    from npnet.rundir import find

    found = find(here.runs_dir, run)
    scores, baselines = scores_of(found), found.baselines()
    if here.json:
        shown = {**told(found), "metrics": scores, "path": str(found.path)}
        here.screen.result_json(shown | ({"baselines": baselines} if baselines else {}))
        return
    epochs = len(found.history().get("epoch", ()))
    here.screen.result_table(run_page(told(found), epochs, scores, baselines, str(found.path)))


def remove(here: Here, run: Runs) -> None:
    """Remove runs with all their files; asks nothing."""
    from npnet.rundir import find, remove

    for one in [find(here.runs_dir, text) for text in run]:
        remove(one)
        here.screen.say(f"removed {one.id}")


def tag(
    here: Here,
    run: Run,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG", help="Tags to add.")] = None,
    removed: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help="A tag to take away; repeatable.")
    ] = None,
) -> None:
    """Add tags to a run, or take some away."""
    from npnet.rundir import find, set_tags

    found = find(here.runs_dir, run)
    kept = [one for one in dict.fromkeys([*found.info["tags"], *(tags or [])]) if one not in (removed or [])]
    set_tags(found, kept)
    if here.json:
        here.screen.result_json({"id": found.id, "tags": kept})
    else:
        here.screen.say(f"{found.id}: {listed(kept) or 'no tags'}")


def diff(here: Here, first: Run, second: Run) -> None:
    """Show what differs between two runs: settings, scores, machine and data."""
    from npnet.cli.console.tables import table
    from npnet.rundir import difference, find

    one, other = find(here.runs_dir, first), find(here.runs_dir, second)
    found = difference(one, other)
    parts = {"settings": found.settings, "metrics": found.metrics, "machine": found.machine}
    if here.json:
        here.screen.result_json({"runs": [one.id, other.id], **parts, "explains": list(found.explains)})
        return
    rows = [
        [f"{part}: {name}", as_written(a), as_written(b)]
        for part, pairs in parts.items()
        for name, (a, b) in pairs.items()
    ]
    if rows:
        here.screen.result_table(table(["", one.id, other.id], rows))
        if found.metrics:
            why = listed(found.explains) or "nothing that run.json knows"
            here.screen.say(f"what may explain the scores: {why}")
    else:
        here.screen.say("nothing differs")


def as_written(value: object) -> str | None:
    """A setting as a config has it, not rounded."""
    return None if value is None else str(value)


def told(run: "RunFolder") -> dict[str, object]:
    """The fields of run.json with the status as it is now."""
    return {**run.info, "status": run.status}
