"""`npnet predict`: what a run says of the rows of a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Here, Run, command
from npnet.errors import UsageError

if TYPE_CHECKING:
    from npnet.data.reading import ReadFrame
    from npnet.running.predicting import Oracle

FORMATS = ("csv", "jsonl")
EXAMPLES = """
npnet predict latest new.csv
npnet predict latest new.csv --proba -o answers.csv
zcat new.csv.gz | npnet predict latest --format jsonl > answers.jsonl
npnet predict 20261122 new.parquet --strict
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
    form: Annotated[str, typer.Option("--format", metavar="FORM", help="csv or jsonl.")] = "csv",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; else standard output.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse values that training never saw.")] = False,
) -> None:
    """Predict rows that need not have the target; columns go by name.

    Other columns are left aside. A text that training never saw is taken as unknown, with a warning.
    For a sweep its best trial answers.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form}", f"write {' or '.join(FORMATS)}")
    if file is None and here.screen.listens:
        raise UsageError("there are no rows to predict", "name a FILE, or send rows to standard input")
    from npnet.rundir import answering, find
    from npnet.running.predicting import FORMATS as WRITERS
    from npnet.running.predicting import Oracle, rows_of

    oracle = Oracle.of(answering(find(here.runs_dir, run)))
    if proba:
        oracle.require_classes()
    frame = looked_at(here, oracle, file or "-", strict)
    blocks = oracle.predictions(frame, proba)
    texts = (WRITERS[form](block, n == 0) for n, block in enumerate(blocks))
    if output is not None and str(output) != "-":
        write(output, texts)
        here.screen.say(f"wrote {len(frame)} prediction{'s' * (len(frame) != 1)} to {output}")
        if here.json:
            here.screen.result_json({"file": str(output), "rows": len(frame)})
    elif here.json:
        here.screen.result_json({"predictions": [row for block in blocks for row in rows_of(block)]})
    else:
        for text in texts:
            here.screen.result(text)


def looked_at(here: Here, oracle: "Oracle", file: str, strict: bool) -> "ReadFrame":
    """The rows of a file, once all that is odd about them is told or refused."""
    frame = oracle.read(file)
    for note in frame.notes:
        here.screen.say(note)
    if strict:
        oracle.refuse_unknown(frame)
    for warning in oracle.warnings(frame):
        here.screen.warn(warning)
    return frame


def write(file: Path, blocks: Iterator[str]) -> None:
    """Put the predictions in place in one step."""
    from npnet.io import write_pieces

    write_pieces(file, (block.encode() for block in blocks))
