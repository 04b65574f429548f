"""Networks in Python: models of layers that train on arrays and tables, and models of runs."""

from npnet.api.arguments import LAYERS
from npnet.api.model import Model, load

__all__ = ["LAYERS", "Model", "load"]
