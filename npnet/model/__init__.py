"""Models that train together: what they see, the stacks that they stand in, and the loop over these."""

from npnet.model.fold_data import DataRef
from npnet.model.stack_trainer import StackTrainer
from npnet.model.train_state import Tensors

__all__ = ["DataRef", "StackTrainer", "Tensors"]
