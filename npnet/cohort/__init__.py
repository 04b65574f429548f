"""Models that train together: what they see, the stacks that they stand in, and the loop over these."""

from npnet.cohort.cohort import Cohort
from npnet.cohort.kept import Tensors
from npnet.cohort.sides import View

__all__ = ["Cohort", "Tensors", "View"]
