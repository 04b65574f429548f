"""Running: from a config that was read to a finished run folder, and what happens on the way."""

from npnet.running.outline import Outline, outline
from npnet.running.ready import Ready, make_ready
from npnet.running.show import Show
from npnet.running.training import Ending, Wishes, run_training

__all__ = ["Ending", "Outline", "Ready", "Show", "Wishes", "make_ready", "outline", "run_training"]
