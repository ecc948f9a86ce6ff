"""What a method is: five questions and a preparation, answered by one module each.

Most methods see real data only. Complex problems reach them as two or four real ones, whose
answers are added into the real and the imaginary plane of the result.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intertwine.base.text import size_text
from intertwine.engine.differences import plain_steps
from intertwine.engine.machine import Machine
from intertwine.engine.problem import Problem

Array = NDArray[Any]

#: Unit roundoff of each compute type; integers are exact.
ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53, "int64": 0.0}


class Prepared(Protocol):
    """A method made ready for one problem and one real plane of its kernel. Never changes.

    One that keeps much memory tells it as `kept_bytes`; one that takes complex data whole has
    `run_complex`, which takes both planes of `x`, `out` and `cval`.
    """

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        """Write `out`, or add to it. True when samples were NaN or infinite and left out."""


class Means(Protocol):
    """What a plan needs of the method that was chosen."""

    NAME: str
    TAKES_COMPLEX: bool  # whether complex data (and taps) come whole, not plane by plane
    # How many times quicker than others it must be predicted to round floats more, and what it must
    # save in seconds, or as a share of its own: tiny problems of whole numbers stay whole.
    MARGIN: float
    LEAST_SAVING: float

    def parts(self, problem: Problem) -> str:
        """What the method does here, in a few words for `explain`."""

    def prepare(self, problem: Problem, taps: Array, threads: int) -> Prepared:
        """Do the kernel's share of the work once, on so many threads where that pays.

        `taps` is one real plane, or the whole.
        """


class Method(Means, Protocol):
    """A way to compute. Modules in this folder with these names are methods."""

    BANKS: bool  # whether a bank is one problem to it, not one kernel at a time (`each.py`)

    def applies(self, problem: Problem) -> str:
        """Return "" when the method can compute `problem`, else the reason why not."""

    def cost(self, problem: Problem, machine: Machine) -> float:
        """Predicted seconds for one real plane, or complex data taken whole, on one thread."""

    def error(self, problem: Problem) -> float:
        """Bound on ``|error| / (sum|k| * max|x|)``."""

    def memory(self, problem: Problem) -> int:
        """Bytes of work space a thread needs beside input and output."""

    def tiles(self, problem: Problem) -> int:
        """About how many parts of the work threads can share, at most one thread each."""

    def terms(self, problem: Problem) -> int:
        """Parts of the kernel that are worked off one after the other; 1 when it is taken whole.

        Problems of one geometry whose kernels have equally many take equally long.
        """


def too_much_memory(wanted: int, most: int) -> str:
    """The reason why a method does not apply whose tiles are too large."""
    return (
        f"its tiles would take {size_text(wanted)} of work space a thread, "
        f"more than {size_text(most)}"
    )


def plain_error(problem: Problem) -> float:
    """Bound for sums in plain order."""
    return plain_steps(problem) * ROUNDOFF[problem.compute]


def final_rounding(problem: Problem) -> float:
    """Rounding of the answer into a type narrower than the sums."""
    if problem.result.kind in "iub":  # what integers are rounded by is no share of the sums
        return 0.0
    own = float(np.finfo(problem.result).eps) / 2
    return own if own > ROUNDOFF[problem.compute] else 0.0


def plane(problem: Problem, taps: Array) -> Array:
    """Taps in the type that the sums run in."""
    return np.ascontiguousarray(taps, dtype=problem.compute)
