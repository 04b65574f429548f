"""Models: from a resolved experiment to trained networks that predict, together as stacks."""

from npnet.model.predictor import Predictor, SplitPredictor
from npnet.model.stack_trainer import StackTrainer
from npnet.model.train_state import Tensors
from npnet.model.trainer import Trainer

__all__ = ["Predictor", "SplitPredictor", "StackTrainer", "Tensors", "Trainer"]
