"""`npnet diagnose`: what is wrong with a training, and the next command."""

from dataclasses import asdict

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.options import Run

DIAGNOSE = """
npnet diagnose latest
npnet diagnose 20261122-141502-circles-7f3a --json
"""


@command("diagnose", DIAGNOSE)
def diagnose(context: CommandContext, run: Run) -> None:
    """Judge a training: what is wrong with it, from which number, in which epoch, and the next command.

    Each verdict says what it comes from. A verdict is no error: the exit code is 0.
    """
    from npnet.cli.console.diagnosis import diagnosis_page
    from npnet.diagnosis.diagnose import diagnose as diagnose_record
    from npnet.diagnosis.record import record_of
    from npnet.rundir.run import best_trial_of, find

    found = best_trial_of(find(context.runs_dir, run))
    result = diagnose_record(record_of(found))
    if context.json:
        context.screen.result_json({"run": found.id, **asdict(result)})
    else:
        context.screen.result_table(diagnosis_page(result))
