"""Networks in Python: models of layers that train on arrays and tables, and those of finished runs."""

from npnet.api.layers import PUBLIC
from npnet.api.model import Model, load

__all__ = ["PUBLIC", "Model", "load"]
