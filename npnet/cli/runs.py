"""`npnet runs`: list runs, and show, tag, remove and compare them."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command, group
from npnet.cli.common.options import Run, Runs, once
from npnet.errors import RunError
from npnet.text import listed

if TYPE_CHECKING:
    from npnet.rundir.index import Entry
    from npnet.rundir.run import RunFolder

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
    typer.Option(metavar="TEST", help="As test.roc_auc>0.9, learning_rate<=0.01 or status=done; repeatable."),
]
Sort = Annotated[str, typer.Option(metavar="FIELD", help="Smallest first; -FIELD puts the largest first.")]
Tagged = Annotated[str | None, typer.Option(metavar="TAG", help="Only runs with this tag.")]
NewTags = Annotated[list[str] | None, typer.Argument(metavar="TAG", help="Tags to add.")]
RemovedTags = Annotated[list[str] | None, typer.Option(metavar="TAG", help="Tag to remove; repeatable.")]


@command("list", LIST)
def list_runs(context: CommandContext, filter: Filter = None, sort: Sort = "", tag: Tagged = None) -> None:  # noqa: A002
    """List the runs, oldest first, with the first of their scores."""
    from npnet.cli.common.query import Condition, scores_of, select, settings_of

    conditions = [Condition.read(text) for text in filter or []]
    from npnet.rundir.index import listing

    folder, screen = context.runs_dir, context.screen

    def run_of(entry: "Entry") -> "RunFolder":
        from npnet.rundir.run import RunFolder  # which imports NumPy, and a plain list needs none

        return RunFolder(folder / entry.id)

    chosen = select(listing(folder), conditions, sort, tag, lambda entry: settings_of(run_of(entry)))
    if context.json:
        found: list[dict[str, object]] = []
        for entry, run in [(entry, run_of(entry)) for entry in chosen]:
            with suppress(RunError):  # a run that was removed meanwhile
                found.append({**run.info, "status": entry.status, "metrics": scores_of(run)})
        screen.result_json({"runs": found})
    elif chosen:
        from npnet.cli.console.plain import runs_text

        screen.result(runs_text(chosen, screen.out))
    else:
        screen.info(f"no runs in {folder}")


@command("show", SHOW)
def show(context: CommandContext, run: Run) -> None:
    """Show a run: its data, network, training, scores and baselines.

    Of a sweep the scores are those of its best trial. --json has all fields, also hashes, versions and the machine.
    """
    from npnet.cli.common.query import scores_of
    from npnet.cli.console.reports import run_page
    from npnet.rundir.run import find

    found = find(context.runs_dir, run)
    scores, baselines = scores_of(found), found.baselines()
    info = {**found.info, "status": found.status}
    if context.json:
        result = {**info, "metrics": scores, "path": str(found.path)}
        context.screen.result_json(result | ({"baselines": baselines} if baselines else {}))
        return
    epochs = len(found.history().get("epoch", ()))
    context.screen.result_table(run_page(info, epochs, scores, baselines, str(found.path)))


@command("rm", REMOVE)
def remove(context: CommandContext, run: Runs) -> None:
    """Remove runs with all their files, without asking."""
    from npnet.rundir.run import remove

    for one in once(context, run):
        remove(one)
        context.screen.info(f"removed {one.id}")


@command("tag", TAG)
def tag(context: CommandContext, run: Run, tags: NewTags = None, remove: RemovedTags = None) -> None:
    """Add tags to a run, or remove them."""
    from npnet.rundir.run import find, set_tags

    found = find(context.runs_dir, run)
    left = [one for one in dict.fromkeys([*found.info["tags"], *(tags or [])]) if one not in (remove or [])]
    set_tags(found, left)
    if context.json:
        context.screen.result_json({"id": found.id, "tags": left})
    else:
        context.screen.info(f"{found.id}: {listed(left) or 'no tags'}")


@command("diff", DIFF)
def diff(context: CommandContext, first: Run, second: Run) -> None:
    """Show the differences between two runs: settings, scores, machine and data."""
    from npnet.cli.console.tables import table
    from npnet.rundir.diff import difference
    from npnet.rundir.run import find

    one, other = find(context.runs_dir, first), find(context.runs_dir, second)
    found, screen = difference(one, other), context.screen
    sections = {"settings": found.settings, "metrics": found.metrics, "machine": found.machine}
    if context.json:
        screen.result_json({"runs": [one.id, other.id], **sections, "explains": list(found.explains)})
        return
    rows = [
        [f"{section}: {name}", *(None if value is None else str(value) for value in pair)]
        for section, pairs in sections.items()
        for name, pair in pairs.items()
    ]
    if not rows:
        screen.info("the runs do not differ")
        return
    screen.result_table(table(["", one.id, other.id], rows))
    if found.metrics:
        screen.info(f"what may explain the scores: {listed(found.explains) or 'nothing in run.json'}")


runs = group(
    "runs",
    "List, show, tag, remove and compare runs.",
    LIST,
    {"list": list_runs, "show": show, "rm": remove, "tag": tag, "diff": diff},
    alone=list_runs,
)
