"""`npnet explain-step`: every number of one training step, or its NumPy calls."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import STDIO, OutputFile, destination
from npnet.cli.common.options import Config, Force, Overrides, inputs_of, load_config
from npnet.errors import UsageError
from npnet.text import quoted

if TYPE_CHECKING:
    from npnet.config import Loaded
    from npnet.runner.worked_step.structure import WorkedStep

EXPLAIN_STEP = """
npnet explain-step circles.yaml
npnet explain-step circles.yaml --rows 1,2 optimizer=sgd
npnet explain-step circles.yaml --html step.html
npnet explain-step circles.yaml --worksheet step.tex --answers key.tex
npnet explain-step circles.yaml --calls
"""
Html = Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write a page; - is standard output.")]
Worksheet = Annotated[
    str | None, typer.Option("--worksheet", metavar="FILE", help="Write a worksheet with blanks, in LaTeX.")
]
Answers = Annotated[str | None, typer.Option("--answers", metavar="FILE", help="Write the key to the worksheet.")]
ShowCalls = Annotated[bool, typer.Option("--calls", help="List the NumPy calls of the step, with names and shapes.")]
Rows = Annotated[
    str | None, typer.Option("--rows", metavar="1,2", help="Numbers of the rows of the data; default: two that train.")
]


@command("explain-step", EXPLAIN_STEP, ignore_unknown_options=True)
def explain_step(
    context: CommandContext,
    config: Config,
    overrides: Overrides = None,
    rows: Rows = None,
    html: Html = None,
    worksheet: Worksheet = None,
    answers: Answers = None,
    force: Force = False,
    calls: ShowCalls = False,
) -> None:
    """Show every number of one training step on a few rows: forward pass, loss, backward pass, update.

    The numbers are those of the engine at the initial values of the network, each beside its formula and written out.
    --html, --worksheet and --answers write files instead, and print their paths. A worksheet leaves blanks for all
    results; its key has them filled in.
    """
    files = {"--html": html, "--worksheet": worksheet, "--answers": answers}
    loaded = load_config(config, overrides)
    if calls:
        unused = [name for name, value in {"--rows": rows, **files}.items() if value is not None]
        if unused:
            raise UsageError(f"--calls does not go with {unused[0]}", f"leave out {unused[0]}, or --calls")
        _show_calls(context, loaded)
        return
    outputs = _outputs({name: text for name, text in files.items() if text is not None}, force, loaded)
    from npnet.runner.worked_step import worked_step_of

    step = worked_step_of(loaded, rows_of(rows))
    if outputs:
        _write(context, step, outputs, loaded.path.stem)
    elif context.json:
        context.screen.result_json(as_json(step))
    else:
        from npnet.cli.console.worked_step import worked_step_page

        context.screen.result_table(worked_step_page(step, context.screen.out))


def rows_of(text: str | None) -> list[int]:
    """Return the numbers of `--rows 1,2`; raise UsageError for another form, and for a row that is named twice."""
    words = [] if text is None else [word.strip() for word in text.split(",")]
    for word in words:
        if not (word.isascii() and word.isdigit()):
            raise UsageError(f"--rows accepts numbers of rows, not {quoted(str(text))}", "for example --rows 1,2")
    numbers = [int(word) for word in words if len(word) < 19]
    if len(numbers) < len(words):
        raise UsageError("--rows names a row that is not there", "for example --rows 1,2")
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise UsageError(f"--rows names row {twice} twice", "leave out one of them")
    return numbers


def _outputs(files: Mapping[str, str], force: bool, loaded: "Loaded") -> dict[str, OutputFile | None]:
    """Return the file of each option, None for standard output; raise UsageError for one that may not be written."""
    from npnet.report.page import written_by

    taken: dict[Path, str] = {}
    found: dict[str, OutputFile | None] = {}
    for option, text in files.items():
        own = option == "--html" and written_by("explain-step", Path(text))
        found[option] = destination(text, force or own, inputs_of(loaded), option=option)
        place = Path("-" if text == STDIO else text).resolve()
        if place in taken:
            raise UsageError(f"{taken[place]} and {option} name the same file", "give each a file of its own")
        taken[place] = option
    return found


def _write(context: CommandContext, step: "WorkedStep", outputs: Mapping[str, OutputFile | None], name: str) -> None:
    """Write each file, and print its path; a single one may go to standard output."""
    paths = []
    for option, file in outputs.items():
        data = _content(option, step, name)
        if file is None:
            context.screen.result(data.decode())
            continue
        file.write([data])
        paths.append(str(file.path))
    if context.json:
        context.screen.result_json({"paths": paths})
    elif paths:
        context.screen.result("\n".join(paths))


def _content(option: str, step: "WorkedStep", name: str) -> bytes:
    if option == "--html":
        from npnet.lessons.step_page import step_page
        from npnet.report.page import html_of

        return html_of(step_page(step, name))
    from npnet.lessons.worksheet import worksheet

    return worksheet(step, answers=option == "--answers")


def as_json(step: "WorkedStep") -> dict[str, Any]:
    """Return a worked step as JSON: all arrays in full, and each line as its name, its text and its value."""
    from npnet.runner.worked_step.structure import expression_text

    def grid(one: Any) -> dict[str, Any]:
        return {"name": one.name, "rows": one.rows, "columns": one.columns, "values": one.values.tolist()}

    def stage(one: Any) -> dict[str, Any]:
        lines = [
            {
                "name": line.name,
                "row": line.heading or None,
                "text": expression_text(line.expression),
                "value": line.value,
            }
            for line in one.lines
        ]
        found = {"name": one.name, "title": one.title, "formulas": one.formulas, "note": one.note or None}
        return found | {"reads": list(map(grid, one.reads)), "lines": lines, "results": list(map(grid, one.results))}

    head = {name: value for name, value in vars(step).items() if name != "parts"}
    return head | {"parts": [{"name": part.name, "stages": list(map(stage, part.stages))} for part in step.parts]}


def _show_calls(context: CommandContext, loaded: "Loaded") -> None:
    """List the NumPy calls of a step on a whole batch."""
    from npnet.cli.console.tables import step_calls_table
    from npnet.runner import prepare_run
    from npnet.runner.network_checks import calls_of_step, refuse_search

    refuse_search(loaded)
    found = calls_of_step(prepare_run(loaded))
    if context.json:
        rows = [
            {**call._asdict(), "inputs": [one._asdict() for one in call.inputs], "output": call.output._asdict()}
            for call in found
        ]
        context.screen.result_json({"calls": rows})
    else:
        context.screen.result_table(step_calls_table(found))
