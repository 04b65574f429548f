"""Running: from a config that was read to a finished run folder, and what happens on the way."""

from npnet.runner.outline import Outline, outline
from npnet.runner.prepared_run import PreparedRun, prepare_run
from npnet.runner.show import Show
from npnet.runner.training import Ending, RunOptions, run_training

__all__ = ["Ending", "Outline", "PreparedRun", "RunOptions", "Show", "outline", "prepare_run", "run_training"]
