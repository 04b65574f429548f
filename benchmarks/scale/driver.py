"""The driver by itself: sweeps many tiny trainings, and says what each of its steps takes a trial."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.scale.clocks import Clock, least
from benchmarks.scale.group import Counter
from benchmarks.sweeps.npnet_sweep import Silent
from npnet.config import load
from npnet.machine.signals import Stop
from npnet.rundir.run import RunFolder
from npnet.sweeps.driver import resume_sweep, run_sweep
from npnet.sweeps.plan import SweepOptions, make_plan, read_plan
from npnet.sweeps.results import SweepResults
from npnet.sweeps.waves import group_trials, read_wave, wave_path

TRIALS = 1000
TINY = f"""\
dataset: {{circles: {{samples: 200, noise: 0.04}}}}
layers: [linear: 16, relu, linear: 16, relu, linear]
epochs: 1
sweep: {{parameters: {{learning_rate: [0.01]}}, seeds: {TRIALS}}}
"""


def driver_costs(folder: Path, clock: Clock) -> dict[str, float]:
    """Return what a trial costs the driver, by the names of `Costs`."""
    (folder / "tiny.yaml").write_text(TINY)
    plan = make_plan(load(folder / "tiny.yaml"))
    options, sweep = SweepOptions(folder, run_dir=folder / "tiny"), folder / "tiny"
    run_sweep(plan, options, Silent(), Stop())
    stage = plan.stage(0, [])
    assert stage is not None
    costs = {
        "plan_trial": least(lambda: group_trials(plan.trials(stage), plan.experiment, lambda _: 64), clock),
        "wave_trial": least(lambda: read_wave.__wrapped__(sweep, 0), clock),
        "collect_trial": least(lambda: collect(sweep), clock),
        # A sweep in which all is trained is checked and written up again: what every sweep ends with.
        "finish_trial": least(lambda: resume_sweep(RunFolder(sweep), options, Silent(), Stop()), clock),
    }
    counts = {
        "collect_operations": calls(lambda: collect(sweep)),
        "finish_operations": calls(lambda: resume_sweep(RunFolder(sweep), options, Silent(), Stop())),
        "wave_bytes": wave_path(sweep, 0).stat().st_size,
    }
    return {name: value / TRIALS for name, value in (costs | counts).items()}


def calls(step: Callable[[], object]) -> int:
    """How often a step asks the file system for something."""
    counter = Counter()
    counter.counting = True
    step()
    counter.counting = False
    return counter.calls


def collect(sweep: Path) -> None:
    """Read the result of every trial, as a driver does when a group has ended."""
    plan, wave = read_plan(sweep), read_wave(sweep, 0)
    results = SweepResults(sweep, plan)
    for trial in wave.trials:
        result = results.find(wave, trial)
        assert result is not None
        results.add(trial, result)
