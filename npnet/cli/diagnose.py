"""`npnet diagnose`: what is wrong with a training, the next command, and a range test of learning rates."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import OutputFile, destination, format_of
from npnet.cli.common.options import Force, Output, inputs_of, load_config, refuse_together
from npnet.errors import UsageError

if TYPE_CHECKING:
    from npnet.diagnosis.rate_range import RateRange

FORMATS = ("png", "svg", "pdf")
DIAGNOSE = """
npnet diagnose latest
npnet diagnose latest --no-probe
npnet diagnose SWEEP
npnet diagnose SWEEP/best
npnet diagnose 20261122-141502-circles-7f3a --json
npnet diagnose circles.yaml --lr-find
npnet diagnose circles.yaml batch_size=16 --lr-find -o rates.png
"""
Subject = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run folder, its id, a prefix, or latest; with --lr-find a config."),
]
Settings = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE", help="With --lr-find, settings that override the config.")
]
NoProbe = Annotated[bool, typer.Option("--no-probe", help="Judge by the files of the run alone.")]
LrFind = Annotated[
    bool, typer.Option("--lr-find", help="Try learning rates for 100 steps each, side by side; leaves no run.")
]


@command("diagnose", DIAGNOSE, ignore_unknown_options=True)
def diagnose(
    context: CommandContext,
    run: Subject,
    overrides: Settings = None,
    no_probe: NoProbe = False,
    lr_find: LrFind = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Judge a training: what is wrong with it, from which number, in which epoch, and the next command.

    Each verdict says what it comes from: the record of the run, its data, or a probe, which rebuilds the network and
    trains it for at most 200 steps beside the run. The run is not changed. Of a sweep, its points are compared;
    SWEEP/best is its best trial. A verdict is no error: the exit code is 0.

    --lr-find trains copies of the network of a config side by side, each with another learning rate, and suggests the
    smallest rate that lowers the loss nearly as much as the best one.
    """
    if lr_find:
        refuse_together({"--lr-find": True, "--no-probe": no_probe})
        _find_rate(context, Path(run), overrides or [], output, force)
        return
    if overrides or output is not None or force:
        given = (overrides or ["-o" if output is not None else "-f"])[0]
        raise UsageError(f"{given} is for --lr-find", f"leave out {given}, or add --lr-find after a config")
    if Path(run).suffix in (".yaml", ".yml") and Path(run).is_file():
        raise UsageError(f"{run} is a config, not a run", f"npnet train {run} makes a run; or add --lr-find")
    from npnet.cli.console.diagnosis import diagnosis_page
    from npnet.diagnosis.diagnose import diagnose_run, diagnose_sweep
    from npnet.rundir.run import find, is_sweep
    from npnet.sweeps.evidence import sweep_record

    found = find(context.runs_dir, run)
    result = diagnose_sweep(sweep_record(found)) if is_sweep(found) else diagnose_run(found, not no_probe)
    if context.json:
        context.screen.result_json({"run": found.id, **asdict(result)})
    else:
        context.screen.result_table(diagnosis_page(result))


def _find_rate(context: CommandContext, config: Path, overrides: list[str], output: str | None, force: bool) -> None:
    """Run the range test of a config; show its picture, or write it to a file."""
    loaded = load_config(config, overrides)
    file = None if output is None else destination(output, force, inputs_of(loaded))
    if output is not None and file is None:
        raise UsageError("a picture is no text for standard output", "-o rates.png writes a file")
    form = "png" if file is None else format_of(file.path, None, FORMATS, "-o FILE.png")
    from npnet.diagnosis.rate_range import rate_range
    from npnet.experiment.resources import limited
    from npnet.model.trainer import Trainer
    from npnet.runner import prepare_run

    if loaded.experiment.optimizer.searches:
        hint = "take optimizer out, or name one with a learning rate, such as adam"
        raise loaded.error(
            ("optimizer",), "the optimizer searches for the length of each step: it has no rate to find", hint
        )
    prepared = prepare_run(loaded)
    with limited(prepared.experiment.threads):
        found = rate_range(Trainer(prepared.experiment, prepared.folds))
    if file is not None:
        _write(context, found, file, form, loaded.path.stem)
    suggestion = f"npnet train {config} learning_rate={found.suggested:g}" if found.suggested is not None else None
    if context.json:
        rows = zip(found.rates.tolist(), found.losses.tolist(), strict=True)
        rates = [{"learning_rate": rate, "train_loss": loss if loss < float("inf") else None} for rate, loss in rows]
        fields = {"start": found.start, "steps": found.steps, "suggested": found.suggested, "command": suggestion}
        context.screen.result_json({"rates": rates, **fields} | ({"path": str(file.path)} if file else {}))
        return
    if output is None:
        from npnet.cli.console.diagnosis import rate_picture

        context.screen.result_table(rate_picture(found, context.screen.out))
    line = suggestion or "no learning rate lowers the loss in so few steps: npnet gradcheck looks at the gradients"
    (context.screen.result if output is None else context.screen.info)(line)


def _write(context: CommandContext, found: "RateRange", file: OutputFile, form: str, name: str) -> None:
    """Write the picture of a range test, and print its path."""
    from npnet.plots.kinds import files_of
    from npnet.plots.sweeps.rate_range import draw_rate_range

    data = files_of(draw_rate_range(found, name), [form])[form]
    file.write([data])
    if not context.json:
        context.screen.result(str(file.path))
