"""Neural networks from the command line and from Python, on an engine written in NumPy alone."""

# ruff: noqa
# `python -m docs.generate` writes this file from the layers that are registered.
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from npnet.api import Model as Model
from npnet.api import PlainLayer as PlainLayer
from npnet.api import Run as Run
from npnet.api import Sweep as Sweep
from npnet.api import check_layer as check_layer
from npnet.api import load as load
from npnet.api import runs as runs
from npnet.api import sweep as sweep
from npnet.api import train as train
from npnet.estimators import NPNetClassifier as NPNetClassifier
from npnet.estimators import NPNetRegressor as NPNetRegressor
from npnet.api.arguments import SizedLayer
from npnet.spec import Spec

__version__: str

_Named: TypeAlias = str | Mapping[str, Any] | Spec

def Linear(
    *sizes: int, units: int | None = None, init: _Named = "he_uniform", bias_init: _Named = "zeros"
) -> SizedLayer:
    """Affine map y = W x + b: every output is a weighted sum of every input."""

def ReLU(*sizes: int) -> SizedLayer:
    """Rectified linear unit: negative values become 0, positive ones pass."""

def LeakyReLU(*sizes: Any, slope: float = 0.01) -> SizedLayer:
    """ReLU with a small slope for negative values, so that no unit dies."""

def ELU(*sizes: Any, alpha: float = 1.0) -> SizedLayer:
    """Exponential linear unit: linear above 0, falling smoothly to -alpha below."""

def SELU(*sizes: int) -> SizedLayer:
    """Scaled ELU whose constants keep mean 0 and variance 1 from layer to layer."""

def Tanh(*sizes: int) -> SizedLayer:
    """Hyperbolic tangent: squeezes every value into (-1, 1), with mean near 0."""

def Sigmoid(*sizes: int) -> SizedLayer:
    """Logistic sigmoid: squeezes every value into (0, 1), read as a probability."""

def Softplus(*sizes: int) -> SizedLayer:
    """Softplus: a smooth ReLU, always positive."""

def Softmax(*sizes: int) -> SizedLayer:
    """Softmax: the values of a sample become probabilities that sum to 1."""

def GELU(*sizes: int) -> SizedLayer:
    """Gaussian error linear unit in its tanh form: x times about P(N(0, 1) < x)."""

def SiLU(*sizes: int) -> SizedLayer:
    """Sigmoid linear unit, also called swish: x times its own sigmoid."""

def Mish(*sizes: int) -> SizedLayer:
    """Mish: x times the tanh of its softplus, smooth and slightly negative below 0."""

def Dropout(*sizes: Any, rate: float = 0.5) -> SizedLayer:
    """Sets a random share of the values to 0 during training, and none at prediction."""

def BatchNorm(*sizes: Any, momentum: float = 0.1, epsilon: float = 1e-05) -> SizedLayer:
    """Each feature gets mean 0 and variance 1 over the batch, then a learned gain and shift."""

def LayerNorm(*sizes: Any, epsilon: float = 1e-05) -> SizedLayer:
    """Each sample gets mean 0 and variance 1 over its features, then a learned gain and shift."""

def Scale(*sizes: Any, speed: float = 6.0) -> SizedLayer:
    """Multiplies each feature by a learned factor that starts at 1."""

def Residual(*sizes: Any, layers: Sequence[Any] = ...) -> SizedLayer:
    """Adds the input of a list of layers to their output: y = x + f(x)."""

def Embedding(*sizes: Any, size: int = 8, codes: Sequence[Any] | None = None) -> SizedLayer:
    """Replaces each category code by learned values; other inputs pass."""

def Periodic(
    *sizes: Any, frequencies: int = 8, sigma: float = 0.3, size: int = 4, numbers: int | None = None
) -> SizedLayer:
    """Adds learned periodic features of each number to the inputs."""

def Positions(*sizes: Any, size: int | Sequence[Any] = ..., ragged: bool = False) -> SizedLayer:
    """Takes the inputs of a row as positions: steps of a sequence, or pixels of an image."""

def Flatten(*sizes: int) -> SizedLayer:
    """Takes the values of all positions as features, which linear layers mix."""

def Last(*sizes: int) -> SizedLayer:
    """Takes the last position of each sequence: of ragged ones, the last that exists."""

def GlobalAveragePool(*sizes: int) -> SizedLayer:
    """Takes the mean of each feature over all positions that exist."""

def Conv1d(
    *sizes: Any,
    filters: int = ...,
    kernel: int | Sequence[Any] = 3,
    stride: int | Sequence[Any] = 1,
    padding: int | Sequence[Any] | Literal["same", "causal"] = 0,
    dilation: int | Sequence[Any] = 1,
    groups: int | Literal["depthwise"] = 1,
    init: _Named = "he_uniform",
    bias_init: _Named = "zeros",
) -> SizedLayer:
    """Convolution over the steps of a sequence."""

def Conv2d(
    *sizes: Any,
    filters: int = ...,
    kernel: int | Sequence[Any] = 3,
    stride: int | Sequence[Any] = 1,
    padding: int | Sequence[Any] | Literal["same", "causal"] = 0,
    dilation: int | Sequence[Any] = 1,
    groups: int | Literal["depthwise"] = 1,
    init: _Named = "he_uniform",
    bias_init: _Named = "zeros",
) -> SizedLayer:
    """Convolution over the pixels of an image."""

def MaxPool(
    *sizes: Any,
    size: int | Sequence[Any] = 2,
    stride: int | Sequence[Any] | Literal["size"] = "size",
    padding: int | Sequence[Any] = 0,
) -> SizedLayer:
    """Takes the largest value of each window."""

def AveragePool(
    *sizes: Any,
    size: int | Sequence[Any] = 2,
    stride: int | Sequence[Any] | Literal["size"] = "size",
    padding: int | Sequence[Any] = 0,
) -> SizedLayer:
    """Takes the mean of each window, values outside the input counted as 0."""

def Upsample(*sizes: Any, factor: int = 2) -> SizedLayer:
    """Repeats each position: an image becomes `factor` times as high and wide."""

def RNN(
    *sizes: Any,
    units: int = ...,
    states: Literal["all", "last"] = "all",
    bidirectional: bool = False,
    truncate: int | None = None,
    init: _Named = "glorot_uniform",
    recurrent_init: _Named = "orthogonal",
    activation: Literal["tanh", "relu"] = "tanh",
) -> SizedLayer:
    """Recurrent layer: the state is an activation of the input and the state before."""

def GRU(
    *sizes: Any,
    units: int = ...,
    states: Literal["all", "last"] = "all",
    bidirectional: bool = False,
    truncate: int | None = None,
    init: _Named = "glorot_uniform",
    recurrent_init: _Named = "orthogonal",
) -> SizedLayer:
    """Gated recurrent unit: a gate mixes the state before with a new one."""

def LSTM(
    *sizes: Any,
    units: int = ...,
    states: Literal["all", "last"] = "all",
    bidirectional: bool = False,
    truncate: int | None = None,
    init: _Named = "glorot_uniform",
    recurrent_init: _Named = "orthogonal",
) -> SizedLayer:
    """Long short-term memory: gates decide what a cell keeps, takes in and shows."""

def TokenEmbedding(
    *sizes: Any, tokens: int | None = None, size: int = 32, init: _Named = {"normal": 0.3}
) -> SizedLayer:
    """Replaces the code at each position by learned values."""

def Unembedding(*sizes: Any, tokens: int | None = None) -> SizedLayer:
    """Scores each token by the values that the token_embedding before it has for it."""

def Positional(*sizes: Any, kind: Literal["learned", "sinusoidal"] = "learned") -> SizedLayer:
    """Adds values to each position that depend on the position alone: learned, or waves."""

def Attention(
    *sizes: Any, heads: int = 4, causal: bool = False, rotary: bool = False, init: _Named = "glorot_uniform"
) -> SizedLayer:
    """Multi-head self-attention: each position asks, and takes a mean of what the others have."""

def Similarity(*sizes: Any, margin: float = 1.0) -> SizedLayer:
    """Compares the features at two positions: half the margin, minus their distance."""
