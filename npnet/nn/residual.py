"""The residual block: layers whose input is added to their output."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from npnet.errors import AdvisedError, OptionError
from npnet.nn.layer import Inputs, Layer, LayerSpec, fitted, layers
from npnet.nn.shape import Shape


@layers.add("residual")
class Residual(Layer):
    """Adds the input of a list of layers to their output: y = x + f(x).

    dx = dy + the gradient through f.  The layers inside keep the shape.  A pass flattens the block
    into its layers and one sum.  He et al. (2016), Deep residual learning for image recognition.
    """

    layers: tuple[LayerSpec, ...] = Field(strict=False, min_length=1, description="The layers of f, in order.")

    @override
    def fitted(self, inputs: Inputs) -> "Residual":
        return self.model_copy(update={"layers": fitted(self.layers, inputs)})

    def shape(self, inputs: Shape) -> Shape:
        """Return the shape of the inputs; AdvisedError or OptionError if the layers do not keep it."""
        inside = inputs
        for index, layer in enumerate(self.layers):
            try:
                inside = layer.shape(inside)
            except OptionError as error:
                raise error.inside("layers", index, layers.name_of(layer)) from None
        if inside != inputs:
            what = f"residual takes {inputs.text()} values and its layers give {inside.text()}; the sum needs the same"
            if inside.positions != inputs.positions:
                raise AdvisedError(what, "keep layers that change the positions out of residual")
            raise AdvisedError(what, f"write linear: {inputs.features} as the last layer of residual")
        return inputs


def with_inner(layer: Layer) -> Iterator[Layer]:
    """Yield a layer, and the layers inside it."""
    yield layer
    for inner in layer.layers if isinstance(layer, Residual) else ():
        yield from with_inner(inner)
