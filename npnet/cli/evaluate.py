"""`npnet evaluate`: the scores of a run, and whether they are good enough."""

import re
from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Here, Run, command
from npnet.errors import Unmet, UsageError
from npnet.registry import nearest

if TYPE_CHECKING:
    from npnet.model.cross_validation import Scores

EXAMPLES = """
npnet evaluate latest
npnet evaluate latest --split test --metric roc_auc --metric f1
npnet evaluate 20261122 --threshold 0.3 --json
npnet evaluate latest --split test --bootstrap 1000
npnet evaluate latest --data next_year.csv
npnet evaluate latest --fail-under roc_auc=0.9 && echo good enough
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "evaluate", EXAMPLES)(evaluate)


def evaluate(
    here: Here,
    run: Run,
    split: Annotated[str | None, typer.Option(metavar="PART", help="train, validation or test alone.")] = None,
    metric: Annotated[list[str] | None, typer.Option(metavar="NAME", help="This metric alone; repeatable.")] = None,
    threshold: Annotated[
        float | None, typer.Option(metavar="P", help="Decide for the second of two classes above P, not the run's own.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="FILE", help="Score the rows of this table, target and all; - is stdin.")
    ] = None,
    bootstrap: Annotated[
        int, typer.Option(metavar="N", help="Add 95 % intervals from N samples drawn with replacement.", min=0)
    ] = 0,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Exit with 8 where a score is worse, on test if there is one."),
    ] = None,
) -> None:
    """Score a run on its data again, or on those of another file.

    A score of --data has no loss; its file is read as the run's own was. Intervals are those of the rows alone: what
    another training would give is not in them. For a sweep its best trial answers. Baselines that were trained with
    the run stand below, as they were scored then; --json has the scores of the network alone.
    """
    bounds = [read_bound(text) for text in fail_under or []]
    if threshold is not None and not 0 <= threshold <= 1:
        raise UsageError(f"--threshold takes a number from 0 to 1, not {threshold:g}", "for example --threshold 0.3")
    from npnet.cli.console.tables import baselines_text, scores_text
    from npnet.rundir import best_trial_of, find, with_threshold
    from npnet.runner.scoring import Question, score

    chosen = tuple(metric or ()) and (*(metric or ()), *(name for name, _ in bounds))
    found = best_trial_of(find(here.runs_dir, run))
    answer = score(found, Question(split, chosen or None, threshold, data, bootstrap))
    for note in answer.notes:
        here.screen.say(note)
    for warning in answer.warnings:
        here.screen.warn(warning)
    if here.json:
        scores = with_threshold(answer.scores, answer.rule)
        here.screen.result_json({**scores, **({"intervals": answer.intervals} if bootstrap else {})})
    else:
        here.screen.result_table(scores_text(answer.scores, answer.rule, answer.intervals))
        if compared := baselines_text(answer.scores, found.baselines() if data is None else {}, answer.rule):
            here.screen.result("")
            here.screen.result_table(compared)
    for name, bound in bounds:
        require(answer.scores, name, bound)


def read_bound(text: str) -> tuple[str, float]:
    """The name and the number of `roc_auc=0.9`."""
    name, _, value = text.partition("=")
    try:
        if isnan(bound := float(value)):
            raise ValueError
        return name, bound
    except ValueError:
        match = re.match(r"(\w+)\W+([\d.]+)$", text)
        hint = f"write {match[1]}={match[2]}" if match else "for example roc_auc=0.9"
        raise UsageError(f"--fail-under takes NAME=VALUE, not {text}", hint) from None


def require(scores: "Scores", name: str, bound: float) -> None:
    """Unmet (exit 8) where a score, of the last part, is worse than `bound` or undefined."""
    from npnet.cli.console.numbers import short
    from npnet.metrics import metrics

    part = list(scores)[-1]
    if name not in scores[part]:
        near = nearest(name, list(scores[part]))
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(scores[part])}"
        raise UsageError(f"{part} has no score {name}", hint)
    value = scores[part][name]
    minimize = name == "loss" or metrics[name].goal == "minimize"
    if not (value <= bound if minimize else value >= bound):
        raise Unmet(f"{name} of {part} is {short(value)}, {'over' if minimize else 'under'} {bound:g}")
