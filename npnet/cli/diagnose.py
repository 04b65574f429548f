"""`npnet diagnose`: what is wrong with a training, and the next command."""

from dataclasses import asdict
from typing import Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.options import Run

NoProbe = Annotated[bool, typer.Option("--no-probe", help="Judge by the files of the run alone.")]
DIAGNOSE = """
npnet diagnose latest
npnet diagnose latest --no-probe
npnet diagnose 20261122-141502-circles-7f3a --json
"""


@command("diagnose", DIAGNOSE)
def diagnose(context: CommandContext, run: Run, no_probe: NoProbe = False) -> None:
    """Judge a training: what is wrong with it, from which number, in which epoch, and the next command.

    Each verdict says what it comes from: the record of the run, its data, or a probe, which rebuilds the network and
    trains it for at most 200 steps beside the run. The run is not changed. A verdict is no error: the exit code is 0.
    """
    from npnet.cli.console.diagnosis import diagnosis_page
    from npnet.diagnosis.diagnose import diagnose_run
    from npnet.rundir.run import best_trial_of, find

    found = best_trial_of(find(context.runs_dir, run))
    result = diagnose_run(found, not no_probe)
    if context.json:
        context.screen.result_json({"run": found.id, **asdict(result)})
    else:
        context.screen.result_table(diagnosis_page(result))
