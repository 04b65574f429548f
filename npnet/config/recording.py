"""Recording: how many frames of a training are kept, and how many bytes they may take."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from npnet.config.type_info import Shorthand
from npnet.spec import Spec


class Recording(Spec):
    """Keep the weights of the first network at steps 0, 1, 2, 4, 8, ... and then at epochs, for a replay."""

    frames: int = Field(60, ge=8, le=10_000, description="The most frames to keep; epochs are thinned evenly to it.")
    max_bytes: int = Field(
        500_000,
        ge=1000,
        le=2**32,
        description="The most bytes that the frames may take; a large network gets fewer frames.",
    )


def _recording_of(value: object) -> object:
    if value is False or value == "off":
        return None
    if value is True:
        return {}
    return {"frames": value} if type(value) in (int, float) else value


Record = Annotated[
    Recording | None,
    BeforeValidator(_recording_of),
    Shorthand(
        'true, a number of frames, "off"',
        ({"type": "boolean"}, {"type": "integer", "minimum": 8, "maximum": 10_000}, {"const": "off"}),
        "off",
    ),
]
