"""`npnet predict` and `npnet evaluate`: predictions and scores of a run."""

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import STDIO, destination, format_of
from npnet.cli.common.options import Force, Output, Run, Tables, side_tables
from npnet.errors import Unmet, UsageError
from npnet.registry import nearest
from npnet.text import escaped, plural

if TYPE_CHECKING:
    from npnet.model.predictor import Scores
    from npnet.runner.predictions.predicting import RunPredictor
    from npnet.runner.predictions.prediction_files import PredictionFiles, PredictionOptions
    from npnet.runner.results import Columns
    from npnet.runner.text.measuring import TextFiles

FORMATS = ("csv", "jsonl", "parquet", "xlsx")
BINARY = {"parquet": "Parquet", "xlsx": "a workbook"}
FORMAT_HINT = "add --format csv, jsonl, parquet or xlsx"
PREDICT = """
npnet predict latest new.csv
npnet predict latest new.csv --proba --id customer -o answers.csv
npnet predict latest 'month*.csv' --keep all -o answers.parquet
npnet predict latest german.csv delimiter=';' decimal=,
zcat new.csv.gz | npnet predict latest --format jsonl > answers.jsonl
npnet predict 20261122 new.parquet --strict -o answers.parquet
"""
EVALUATE = """
npnet evaluate latest
npnet evaluate latest --split test --metric roc_auc --metric f1
npnet evaluate 20261122 --threshold 0.3 --json
npnet evaluate latest --split test --bootstrap 1000
npnet evaluate latest --data next_year.csv
npnet evaluate latest --fail-under roc_auc=0.9 && echo good enough
"""


@command("predict", PREDICT)
def predict(
    context: CommandContext,
    run: Run,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Rows to predict, in one file or several, also 'part*.csv'; - or no FILE reads standard input. "
            "KEY=VALUE says how they are written, as delimiter=';' or decimal=,.",
        ),
    ] = None,
    proba: Annotated[bool, typer.Option("--proba", help="Add the probability of each class.")] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORM", help="csv, jsonl, parquet or xlsx; default: by the suffix of FILE, or csv."
        ),
    ] = None,
    output: Output = None,
    force: Force = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse values that training never saw.")] = False,
    id_: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="COLUMN", help="Copy this column of the input beside the prediction; repeatable."),
    ] = None,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="all", help="Copy all columns of the input beside the prediction.")
    ] = None,
    table: Tables = None,
) -> None:
    """Predict the rows of a file, which may lack the target; columns are matched by name.

    Other columns are ignored. A text that training never saw counts as unknown, with a warning. A sweep predicts with
    its best trial. Where a file is written otherwise than that of the training, npnet finds how, and says so. A run on
    a text gives the probability of each character of a text file. Inputs and the files of a run are never overwritten.
    """
    from npnet.runner.predictions.prediction_files import PredictionOptions, expanded, layout_of

    paths, overrides = _divided(files or [])
    _refuse_options(context, paths, form, output, keep)
    from npnet.rundir.restore import data_files
    from npnet.rundir.run import best_trial_of, find
    from npnet.runner.predictions.predicting import RunPredictor
    from npnet.runner.results import encoded, require_writer

    layout = layout_of(overrides) if overrides else {}
    wanted = PredictionOptions(proba, tuple(id_ or ()), keep is not None, strict, layout)
    paths = expanded(paths or [STDIO])
    found, screen = best_trial_of(find(context.runs_dir, run)), context.screen
    tables = side_tables(table) if table else {}
    target = destination(output, force, [*paths, *tables.values(), *data_files(found).values()], [found])
    kind = (form or "csv") if target is None else format_of(target.path, form, FORMATS, FORMAT_HINT)
    require_writer(kind)
    predictor = RunPredictor.of(found)
    if tables:
        predictor = predictor.with_tables(tables)
    with ExitStack() as stack:
        rows = _rows(predictor, paths, wanted, stack)
        if id_ and keep is not None:
            context.screen.info("--id is not needed: --keep all copies every column")
        _report(context, rows, proba and not predictor.has_classes)
        if target is None:
            _show(context, kind, rows.predictions())
        else:
            target.write(encoded(kind, rows.predictions()))
    if predictor.unpredicted == 1:
        screen.warn("1 row has no prediction: its output is not finite")
    elif predictor.unpredicted:
        screen.warn(f"{plural(predictor.unpredicted, 'row')} without a prediction: their outputs are not finite")
    if rows.summary:
        screen.info(rows.summary)
    if target is not None:
        screen.info(f"wrote {rows.rows} prediction{'s' * (rows.rows != 1)} to {target.path}")
        if context.json:
            screen.result_json({"file": str(target.path), "rows": rows.rows})


def _divided(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the files and the overrides: arguments with a = that are no file."""
    overrides = [text for text in arguments if "=" in text and not Path(text).exists()]
    return [text for text in arguments if text not in overrides], overrides


def _refuse_options(
    context: CommandContext, paths: Sequence[str], form: str | None, output: str | None, keep: str | None
) -> None:
    """Raise UsageError for options that are not valid, or do not go together."""
    if form not in (None, *FORMATS):
        raise UsageError(f"there is no format {form}", f"write {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    if keep not in (None, "all"):
        raise UsageError(f"--keep accepts all, not {keep}", f"--id {shlex.quote(keep)} copies one column")
    if not paths and sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty():
        raise UsageError("there are no rows to predict", "name a FILE, or send rows to standard input")
    if output in (None, STDIO) and context.json and form is not None:
        raise UsageError("--json and --format do not go together", "leave out one of them, or write -o FILE")
    if output in (None, STDIO) and form in BINARY:
        raise UsageError(f"{BINARY[form]} is not written to standard output", f"-o FILE.{form} writes it")


def _rows(
    predictor: "RunPredictor", paths: Sequence[str], wanted: "PredictionOptions", stack: ExitStack
) -> "PredictionFiles | TextFiles":
    """Return the rows of files, or the characters of texts, that a run predicts."""
    from npnet.data.datasets.text import Text
    from npnet.runner.predictions.prediction_files import PredictionFiles
    from npnet.runner.text.measuring import TextFiles

    if isinstance(predictor.source, Text):
        return TextFiles(predictor, predictor.source, paths, wanted)
    return PredictionFiles(predictor, paths, wanted, stack)


def _report(context: CommandContext, rows: "PredictionFiles | TextFiles", in_vain: bool) -> None:
    """Report how files were read and what is odd in them; `in_vain` are probabilities that the task does not have."""
    for note in rows.notes:
        context.screen.info(note)
    if in_vain:
        context.screen.info("--proba is for classes: this run predicts numbers, which have no probabilities")
    for warning in rows.warnings:
        context.screen.warn(warning)


def _show(context: CommandContext, kind: str, blocks: "Iterator[Columns]") -> None:
    """Write the predictions to standard output."""
    from npnet.runner.results import rows_of, texts

    if context.json:
        context.screen.result_json({"predictions": [row for block in blocks for row in rows_of(block)]})
        return
    if kind == "csv" and context.screen.out.terminal:
        blocks = map(_escaped, blocks)
    for text in texts(kind, blocks):
        context.screen.result(text)


def _escaped(columns: "Columns") -> "Columns":
    """Return the same rows, with texts that keep to their line on a terminal."""
    import numpy as np

    return {
        escaped(name): np.array([_shown(cell) for cell in values.tolist()], object)
        if values.dtype.kind in "UO"
        else values
        for name, values in columns.items()
    }


def _shown(cell: object) -> object:
    return escaped(cell) if isinstance(cell, str) else cell


@command("evaluate", EVALUATE)
def evaluate(
    context: CommandContext,
    run: Run,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="How the file of --data is written, as delimiter=';' or decimal=,."),
    ] = None,
    split: Annotated[str | None, typer.Option(metavar="SPLIT", help="Only train, validation or test.")] = None,
    metric: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this metric; repeatable.")] = None,
    threshold: Annotated[
        float | None,
        typer.Option(metavar="P", help="Decide for the second of two classes above P; default: the run's."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="FILE", help="Score the rows of this table, with its target; - is stdin.")
    ] = None,
    bootstrap: Annotated[
        int, typer.Option(metavar="N", help="Add 95 % intervals from N samples drawn with replacement.", min=0)
    ] = 0,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Exit with 8 where a score of the last split is worse; repeatable."),
    ] = None,
    table: Tables = None,
) -> None:
    """Score a run again on its own data, or on the rows of another file.

    Scores of --data have no loss; its file is read as the run's own was. The intervals cover the choice of rows alone,
    not the variation between trainings. A sweep is scored by its best trial. Baselines that were trained with the run
    are listed below with their scores of then; --json has the scores of the network alone.
    """
    bounds = [_bound(text) for text in fail_under or []]
    if threshold is not None and not 0 <= threshold <= 1:
        raise UsageError(f"--threshold takes a number from 0 to 1, not {threshold:g}", "for example --threshold 0.3")
    tables = side_tables(table) if table else {}
    if tables and data is None:
        raise UsageError("--table is for the rows of another file", "leave out --table, or add --data FILE")
    from npnet.cli.console.tables import baselines_table, scores_table
    from npnet.rundir.run import best_trial_of, find
    from npnet.rundir.writer import with_threshold
    from npnet.runner.predictions.prediction_files import layout_of
    from npnet.runner.scoring import Question, score

    if overrides and data is None:
        hint = f"add --data FILE, or leave out {overrides[0]}"
        raise UsageError("KEY=VALUE says how the file of --data is written", hint)
    layout = layout_of(overrides) if overrides else {}
    chosen = (*(metric or ()), *(name for name, _ in bounds)) if metric else None
    found, screen = best_trial_of(find(context.runs_dir, run)), context.screen
    answer = score(found, Question(split, chosen, threshold, data, bootstrap, tables, layout))
    for note in answer.notes:
        screen.info(note)
    for warning in answer.warnings:
        screen.warn(warning)
    if context.json:
        scores = with_threshold(answer.scores, answer.rule)
        screen.result_json({**scores, **({"intervals": answer.intervals} if bootstrap else {})})
    else:
        screen.result_table(scores_table(answer.scores, answer.rule, answer.intervals))
        if compared := baselines_table(answer.scores, found.baselines() if data is None else {}, answer.rule):
            screen.result("")
            screen.result_table(compared)
    for name, bound in bounds:
        _require(answer.scores, name, bound)


def _bound(text: str) -> tuple[str, float]:
    """Return the name and the number of `roc_auc=0.9`."""
    name, _, value = text.partition("=")
    try:
        if isnan(bound := float(value)):
            raise ValueError
        return name, bound
    except ValueError:
        match = re.match(r"(\w+)\W+([\d.]+)$", text)
        hint = f"write {match[1]}={match[2]}" if match else "for example roc_auc=0.9"
        raise UsageError(f"--fail-under accepts NAME=VALUE, not {text}", hint) from None


def _require(scores: "Scores", name: str, bound: float) -> None:
    """Raise Unmet (exit 8) where a score of the last split is undefined or worse than `bound`."""
    from npnet.cli.console.plain import short
    from npnet.metrics import metrics

    split = list(scores)[-1]
    if name not in scores[split]:
        near = nearest(name, list(scores[split]))
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(scores[split])}"
        raise UsageError(f"{split} has no score {name}", hint)
    value = scores[split][name]
    minimize = name == "loss" or metrics[name].goal == "minimize"
    if not (value <= bound if minimize else value >= bound):
        raise Unmet(f"{name} of {split} is {short(value)}, {'over' if minimize else 'under'} {bound:g}")
