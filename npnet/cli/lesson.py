"""`npnet lesson`: a config that fails and one that is mended; both are trained, and a page asks why."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.options import Force, refuse_options
from npnet.cli.common.plugins import plugins_of
from npnet.cli.play import open_page
from npnet.errors import MachineError, UsageError

if TYPE_CHECKING:
    from npnet.cli.console.plain import Item
    from npnet.lessons.lesson import Lesson, Side
    from npnet.model.predictor import SplitPredictor
    from npnet.rundir.run import RunFolder
    from npnet.runner import Ending

PAGE = "lesson.html"
LESSON = """
npnet lesson
npnet lesson dead-relu
npnet lesson overfitting -o class/overfitting --no-open
"""


@command("lesson", LESSON)
def lesson(
    context: CommandContext,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A lesson; without it, all are listed.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FOLDER", help="Folder of the lesson; default: NAME.")
    ] = None,
    force: Force = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the page in a browser.")] = False,
) -> int:
    """Write two configs that differ in one thing, train both, and open a page that asks why one fails.

    The page shows both trainings side by side and keeps its answer folded; prints its path. The folder is yours: change
    the configs and train them again. Without a name, lists the lessons.
    """
    from npnet.lessons.lesson import SIDES, find_lesson

    if name is None:
        _refuse_without_name(output, force)
        _list(context)
        return 0
    refuse_options([name])
    found, folder = find_lesson(name), Path(name if output is None else output)
    code = [path for path in _write_files(name, folder, force) if path.suffix == ".py"]
    runs: dict[Side, RunFolder] = {}
    with plugins_of(context.screen.warn, code, accept=False):
        for side in SIDES:
            ending = _train(context, folder / f"{side}.yaml", f"{name}-{side}", found.picture)
            if ending.status == "interrupted":
                context.screen.warn(f"interrupted; npnet lesson {name} -f begins again")
                return ending.code
            runs[side] = ending.run
        page = _write_pages(name, found, folder, runs)
    if context.json:
        context.screen.result_json({"page": str(page), "runs": {side: run.id for side, run in runs.items()}})
    else:
        context.screen.result(str(page))
    if not no_open:
        open_page(page)
    return 0


def _refuse_without_name(output: str | None, force: bool) -> None:
    given = "-o" if output is not None else "-f" if force else None
    if given:
        raise UsageError(f"{given} is for one lesson", "name it, as npnet lesson dead-relu")


def _list(context: CommandContext) -> None:
    from npnet.lessons.lesson import lessons

    found = lessons()
    if context.json:
        context.screen.result_json([{"name": name, "title": one.title} for name, one in found.items()])
        return
    from npnet.cli.console.plain import definitions

    items: dict[str, list[Item]] = {"lessons": [(name, one.title, []) for name, one in found.items()]}
    context.screen.result(definitions(items, context.screen.out.width))


def _write_files(name: str, folder: Path, force: bool) -> list[Path]:
    """Write the files of a lesson; return their paths. Raise UsageError where the folder has something already."""
    from npnet.lessons.lesson import files_of
    from npnet.machine.resources import explained
    from npnet.rundir.names import owner
    from npnet.storage.disk import write_atomic

    if (run := owner(folder / PAGE)) is not None:
        raise UsageError(f"{folder} belongs to the run {run.name}", "-o FOLDER writes elsewhere")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder", "-o FOLDER writes elsewhere")
    if not folder.parent.is_dir():
        hint = f"mkdir -p {shlex.quote(str(folder.parent))} makes it"
        raise MachineError(f"cannot write {folder}: there is no folder {folder.parent}", hint)
    if folder.is_dir() and any(folder.iterdir()) and not force:
        config = shlex.quote(str(folder / "mended.yaml"))
        hint = f"npnet train {config} trains what you changed; -f writes the lesson anew, -o FOLDER elsewhere"
        raise UsageError(f"{folder} exists already", hint)
    with explained(folder):
        folder.mkdir(exist_ok=True)
    files = {folder / file: data for file, data in files_of(name).items()}
    for path, data in files.items():
        write_atomic(path, data)
    return list(files)


def _train(context: CommandContext, config: Path, name: str, picture: str) -> "Ending":
    """Train a config of the lesson with its plots."""
    from npnet.cli.console.progress import TrainingDisplay
    from npnet.config import load
    from npnet.runner import RunOptions, run_training

    def draw(run: "RunFolder", predictor: "SplitPredictor") -> None:
        from npnet.plots.from_run import draw_usual

        draw_usual(run, predictor, picture)

    context.screen.info(f"training {config}")
    options = RunOptions(context.runs_dir, None, name, ("lesson",), draw)
    return run_training(load(config, []), options, TrainingDisplay(context.screen), context.stop)


def _write_pages(name: str, found: "Lesson", folder: Path, runs: "dict[Side, RunFolder]") -> Path:
    """Write the report of each run and the page of the lesson; return the path of the latter."""
    from npnet.lessons.lesson_page import lesson_page
    from npnet.report.page import html_of
    from npnet.report.writing import page_of_runs
    from npnet.storage.disk import write_atomic

    for side, run in runs.items():
        path = folder / f"{side}.html"
        write_atomic(path, html_of(page_of_runs([run], path)))
    configs = {side: (folder / f"{side}.yaml").read_text("utf-8") for side in runs}
    page = folder / PAGE
    write_atomic(page, html_of(lesson_page(name, found, runs, configs)))
    return page
