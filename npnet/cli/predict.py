"""`npnet predict`: what a run says of the rows of a file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Force, Here, Output, Run, command
from npnet.cli.files import STDIO, destination, format_of
from npnet.errors import UsageError
from npnet.text import escaped

if TYPE_CHECKING:
    from npnet.data.readers.reading import ReadFrame
    from npnet.runner.predicting import RunPredictor
    from npnet.runner.results import Columns

FORMATS = ("csv", "jsonl", "parquet")
NAMED = "--format csv, jsonl or parquet says it"
EXAMPLES = """
npnet predict latest new.csv
npnet predict latest new.csv --proba -o answers.csv
zcat new.csv.gz | npnet predict latest --format jsonl > answers.jsonl
npnet predict 20261122 new.parquet --strict -o answers.parquet
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "predict", EXAMPLES)(predict)


def predict(
    here: Here,
    run: Run,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="Rows to predict; - or none is standard input.")
    ] = None,
    proba: Annotated[bool, typer.Option("--proba", help="Add the probability of each class.")] = False,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORM", help="csv, jsonl or parquet; else by the suffix of FILE, or csv."),
    ] = None,
    output: Output = None,
    force: Force = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse values that training never saw.")] = False,
) -> None:
    """Predict rows that need not have the target; columns go by name.

    Other columns are left aside. A text that training never saw is taken as unknown, with a warning.
    For a sweep its best trial answers. Inputs, and the files of a run, are never overwritten.
    """
    if form not in (None, *FORMATS):
        raise UsageError(f"there is no format {form}", f"write {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    if file is None and here.screen.listens:
        raise UsageError("there are no rows to predict", "name a FILE, or send rows to standard input")
    if output in (None, STDIO):
        refuse_for_standard_output(here, form)
    from npnet.rundir import best_trial_of, find
    from npnet.rundir.restore import data_files
    from npnet.runner.formats import encoded, require_writer
    from npnet.runner.predicting import RunPredictor, Unanswered

    found = best_trial_of(find(here.runs_dir, run))
    place = destination(output, force, [file or STDIO, *data_files(found).values()], [found])
    kind = (form or "csv") if place is None else format_of(place.path, form, FORMATS, NAMED)
    require_writer(kind)
    oracle = RunPredictor.of(found)
    if proba:
        oracle.require_classes()
    frame = looked_at(here, oracle, file or STDIO, strict)
    unanswered = Unanswered()
    blocks = unanswered.watch(oracle.predictions(frame, proba))
    if place is None:
        show(here, kind, blocks)
    else:
        place.write(encoded(kind, blocks))
    if unanswered.warning:
        here.screen.warn(unanswered.warning)
    if place is None:
        return
    here.screen.say(f"wrote {len(frame)} prediction{'s' * (len(frame) != 1)} to {place.path}")
    if here.json:
        here.screen.result_json({"file": str(place.path), "rows": len(frame)})


def refuse_for_standard_output(here: Here, form: str | None) -> None:
    """UsageError for what cannot go to standard output: Parquet, or two formats at a time."""
    if here.json and form is not None:
        raise UsageError("--json and --format do not go together", "leave out one of them, or write -o FILE")
    if form == "parquet":
        raise UsageError("Parquet is not written to standard output", "-o FILE.parquet writes it")


def looked_at(here: Here, oracle: "RunPredictor", file: str, strict: bool) -> "ReadFrame":
    """The rows of a file, once all that is odd about them is told or refused."""
    frame = oracle.read(file)
    for note in frame.notes:
        here.screen.say(note)
    if strict:
        oracle.refuse_unknown(frame)
    for warning in oracle.warnings(frame):
        here.screen.warn(warning)
    return frame


def show(here: Here, kind: str, blocks: "Iterator[Columns]") -> None:
    """Write the predictions to standard output."""
    from npnet.runner.formats import rows_of, texts

    if here.json:
        here.screen.result_json({"predictions": [row for block in blocks for row in rows_of(block)]})
        return
    if kind == "csv" and here.screen.out.terminal:
        blocks = map(one_line_each, blocks)
    for text in texts(kind, blocks):
        here.screen.result(text)


def one_line_each(columns: "Columns") -> "Columns":
    """The same rows with texts that cannot break out of their line on a terminal."""
    import numpy as np

    return {
        escaped(name): np.array([escaped(text) for text in values.tolist()]) if values.dtype.kind == "U" else values
        for name, values in columns.items()
    }
