"""Which steps of a training are recorded: a pure function of their numbers, so that a resume records the same."""

from dataclasses import dataclass, replace
from functools import cached_property

from npnet.config.recording import Recording

HALF = 2
"""Bytes of a recorded value, a float16."""
FEWEST = 4
"""Frames that the limit of bytes must have room for."""
LAST_AND_BEST = 2


@dataclass(frozen=True)
class FramePlan:
    """At most `capacity` frames: steps 0, 1, 2, 4, 8, ... of the first epoch, then epochs, the last and the best one.

    `batches` are the steps of an epoch. Of the epochs, those that `stride` divides are kept, and before them the powers
    of two. The stride is a power of two that grows with the training, so an epoch that is kept later was kept before.
    """

    capacity: int
    batches: int
    max_bytes: int = 2**63

    @classmethod
    def of(cls, recording: Recording, batches: int, frame_bytes: int) -> "FramePlan":
        """Return the plan of as many frames as both limits of the config allow."""
        capacity = min(recording.frames, recording.max_bytes // max(frame_bytes, 1))
        return cls(capacity, batches, recording.max_bytes)

    def of_larger(self, frame_bytes: int) -> "FramePlan":
        """Return the plan of frames that take more bytes than was planned, of at least four frames."""
        return replace(self, capacity=min(self.capacity, max(self.max_bytes // frame_bytes, FEWEST)))

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The recorded steps within the first epoch, without step 0: powers of two, at most a third of the frames."""
        exponents, apart = range((self.batches - 1).bit_length()), 1
        while len(exponents[::apart]) > self.capacity // 3 - 1:
            apart *= 2
            if apart > len(exponents):
                return ()
        return tuple(2**exponent for exponent in exponents[::apart])

    def keeps(self, epoch: int, batch: int, last_epoch: int) -> bool:
        """Return whether `batch` batches after an epoch there is a frame, of a training of `last_epoch` epochs."""
        if batch:
            return epoch == 0 and batch in self.steps
        stride, most = self.stride(last_epoch), self._epochs // 4
        is_power = epoch & (epoch - 1) == 0
        return epoch % stride == 0 or (is_power and epoch >= stride >> most)

    def stride(self, last_epoch: int) -> int:
        """Return the number of epochs between two frames of a training of `last_epoch` epochs."""
        exponent = 0
        while (last_epoch >> exponent) + min(exponent, self._epochs // 4) > self._epochs:
            exponent += 1
        return 1 << exponent

    @cached_property
    def _epochs(self) -> int:
        """The frames for epochs that are neither the last nor the best."""
        return max(self.capacity - LAST_AND_BEST - 1 - len(self.steps), 1)
