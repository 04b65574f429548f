"""The textbook: layers, losses, optimizers, initializers and schedules, simplest first."""
# ruff: noqa: F401
# mypy: implicit-reexport

from typing import TYPE_CHECKING

# The order of registration, linear first, is the order of every list that a user sees.
# isort: off
from npnet.nn.linear import Linear
from npnet.nn.activations import ELU, SELU, LeakyReLU, ReLU, Sigmoid, Softmax, Softplus, Tanh
from npnet.nn.gated_activations import GELU, Mish, SiLU
from npnet.nn.dropout import Dropout
from npnet.nn.normalization import BatchNorm, LayerNorm, Scale
from npnet.nn.residual import Residual
from npnet.nn.embeddings import Embedding, Periodic
from npnet.nn.positions.reshape import Flatten, Positions
from npnet.nn.positions.reduce import GlobalAveragePool, Last
from npnet.nn.convolution.convolution import Conv1d, Conv2d
from npnet.nn.convolution.pooling import AveragePool, MaxPool
from npnet.nn.convolution.upsample import Upsample
from npnet.nn.sequence.rnn import RNN
from npnet.nn.sequence.gru import GRU
from npnet.nn.sequence.lstm import LSTM
from npnet.nn.attention.tokens import TokenEmbedding, Unembedding
from npnet.nn.attention.positional import Positional
from npnet.nn.attention.attention import Attention
from npnet.nn.losses import BinaryCrossEntropy, CrossEntropy, Hinge
from npnet.nn.losses.focal import BinaryFocal, Focal
from npnet.nn.pairs import Contrastive, Similarity
from npnet.nn.losses.regression import Huber, LogCosh, MeanAbsoluteError, MeanSquaredError, Poisson, Quantile
from npnet.nn.optimizers import SGD, AdaGrad, Adam, AdamW, Lion, Momentum, NAdam, Nesterov, RMSProp
from npnet.nn.quasi_newton.lbfgs import LBFGS
from npnet.nn.initializers import GlorotNormal, GlorotUniform, HeNormal, HeUniform, LeCunNormal, LeCunUniform
from npnet.nn.initializers import Normal, Ones, Orthogonal, Uniform, Zeros
from npnet.nn.schedules import Constant, Cosine, CosineLog4, Exponential, OneCycle, Polynomial, StepDecay
from npnet.nn.schedules import ReduceOnPlateau
from npnet.registry import Registry

if not TYPE_CHECKING:  # whatever is registered is exported
    _KINDS = ("layers", "losses", "optimizers", "initializers", "schedules")
    __all__ = [spec.__name__ for kind in _KINDS for spec in Registry.every[kind].values()]
