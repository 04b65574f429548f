"""The costs of a sweep that were measured on one machine, as benchmarks/scale.json has them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

PATH = Path(__file__).parent.parent / "scale.json"


@dataclass(frozen=True)
class Costs:
    """Seconds unless said otherwise; what is done by whom is in the name or beside it."""

    trials: int  # of a group, trained as one stack
    group: float  # a worker trains and writes a group
    group_beside: float  # the same while a second worker of this machine trains another
    driver_start: float  # the command, until its folder is there
    worker_start: float  # a worker imports npnet and loads the data
    plan_trial: float  # the driver puts a trial into a group
    wave_trial: float  # each worker reads a trial of the plan
    collect_trial: float  # the driver reads a result when its group has ended
    finish_trial: float  # the driver checks the files of a trial and writes its row
    sync: float  # a synced write of a small file
    task: float  # the scheduler's processor for a task
    heartbeat: float  # the same for a sign of life of a worker
    wave_bytes: float  # of a trial in the plan
    trial_bytes: float  # of a trial's files
    message_bytes: float  # of a task
    files: float  # that a trial leaves
    worker_operations: float  # a trial: files and folders made, opened, renamed, removed
    collect_operations: float  # of the driver, when a group has ended
    finish_operations: float
    syncs: float  # a trial
    connections: float  # that the scheduler holds open for each worker

    @classmethod
    def read(cls, path: Path = PATH) -> "Costs":
        """Return the costs that were written last."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path = PATH) -> None:
        """Put them where the simulation finds them."""
        rounded = {name: float(f"{value:.3g}") for name, value in asdict(self).items()}
        path.write_text(json.dumps(rounded | {"trials": self.trials}, indent=1) + "\n")


WORDS = {
    "trials": "trials in a group",
    "group": "a worker trains and writes a group, s",
    "group_beside": "the same with a second worker beside it, s",
    "driver_start": "the command starts, s",
    "worker_start": "a worker starts, s",
    "plan_trial": "the driver plans a trial, ms",
    "wave_trial": "each worker reads a trial of the plan, ms",
    "collect_trial": "the driver reads the result of a trial, ms",
    "finish_trial": "the driver checks a trial and writes its row, ms",
    "sync": "a synced write, ms",
    "task": "the scheduler, for a task, ms",
    "heartbeat": "the scheduler, for a sign of life of a worker, ms",
    "wave_bytes": "a trial in the plan, bytes",
    "trial_bytes": "the files of a trial, bytes",
    "message_bytes": "a task, bytes",
    "files": "files of a trial",
    "worker_operations": "file operations of a worker, for a trial",
    "collect_operations": "file operations of the driver, to read a result",
    "finish_operations": "file operations of the driver, to check a trial",
    "syncs": "synced writes of a trial",
    "connections": "connections of the scheduler, for a worker",
}


def table(costs: Costs) -> str:
    """Return the costs in words, a line each."""
    found = asdict(costs)
    scaled = {name: found[name] * (1000 if words.endswith(", ms") else 1) for name, words in WORDS.items()}
    return "\n".join(f"{words:52} {scaled[name]:10.3g}" for name, words in WORDS.items())
