"""Networks in Python: models of layers that train on arrays and tables, and those of finished runs."""

from npnet.estimators.layers import PUBLIC
from npnet.estimators.model import Model, load

__all__ = ["PUBLIC", "Model", "load"]
