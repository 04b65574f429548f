"""Running: from a config that was read to a finished run folder."""

from npnet.runner.prepared_run import PreparedRun, prepare_run
from npnet.runner.recording import Show
from npnet.runner.training import Ending, RunOptions, run_training

__all__ = ["Ending", "PreparedRun", "RunOptions", "Show", "prepare_run", "run_training"]
