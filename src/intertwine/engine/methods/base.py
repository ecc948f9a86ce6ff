"""What a method is: five questions and a preparation, answered by one module each.

A method sees real data only. Complex problems reach it as two or four real ones, whose answers
are added into the real and the imaginary plane of the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.machine import Machine
from intertwine.engine.problem import Problem

Array = NDArray[Any]

#: Unit roundoff of each compute type; integers are exact.
ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53, "int64": 0.0}


@dataclass(frozen=True, slots=True)
class Work:
    """One real convolution to run: read `x`, write `out` or add to it."""

    problem: Problem
    x: Array
    out: Array
    cval: float
    add: bool
    threads: int


class Means(Protocol):
    """What a plan needs of the method that was chosen."""

    NAME: str

    def parts(self, problem: Problem) -> str:
        """What the method does here, in a few words for `explain`."""

    def prepare(self, problem: Problem, taps: Array) -> Any:
        """Do the kernel's share of the work once; `taps` is one real plane of the kernel."""

    def run(self, prepared: Any, work: Work) -> bool:
        """Compute. Return True when samples were NaN or infinite and left out of the sums."""


class Method(Means, Protocol):
    """A way to compute. Modules in this folder with these names are methods."""

    #: Whether a bank is one problem to it; otherwise it gets one kernel at a time (`each.py`).
    BANKS: bool

    def applies(self, problem: Problem) -> str:
        """Return "" when the method can compute `problem`, else the reason why not."""

    def cost(self, problem: Problem, machine: Machine) -> float:
        """Predicted seconds for one real plane, on one thread."""

    def error(self, problem: Problem) -> float:
        """Bound on ``|error| / (sum|k| * max|x|)``."""

    def memory(self, problem: Problem) -> int:
        """Bytes of work space a thread needs beside input and output."""


def too_much_memory(wanted: int, most: int) -> str:
    """The reason why a method does not apply whose tiles are too large."""
    return (
        f"its tiles would take {wanted / 2**20:.0f} MiB of work space a thread, "
        f"more than {most / 2**20:.0f}"
    )


def plain_error(problem: Problem) -> float:
    """Bound for sums in plain order: a rounding for each tap, for the tap itself, its sample and
    the result's conversion (Higham 2002, section 3.1)."""
    return (problem.kernel_size + 3) * ROUNDOFF[problem.compute]


def plane(problem: Problem, taps: Array) -> Array:
    """Taps in the type that the sums run in."""
    return np.ascontiguousarray(taps, dtype=problem.compute)
