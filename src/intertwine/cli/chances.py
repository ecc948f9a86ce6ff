"""A kernel read as chances, in words: which density, and what a step of it does."""

from __future__ import annotations

from intertwine.kernel import Kernel
from intertwine.propagator import Propagator


def density(kernel: Kernel) -> tuple[str, Propagator] | None:
    """How the taps become chances, and the density; None for complex taps.

    Taps without a negative one are chances already, but for their sum; others take the softmax.
    """
    if kernel.dtype.kind == "c":
        return None
    if not kernel.is_nonnegative or not kernel.taps.any():
        return "the softmax of its taps", kernel.density()
    how = "its taps as they are" if kernel.is_normalized else "its taps divided by their sum"
    return how, kernel.density("clip")


def reading(kernel: Kernel) -> str:
    """The density of `kernel` in a few sentences."""
    found = density(kernel)
    if found is None:
        return "Complex taps are no chances, and no softmax of them is taken."
    how, walk = found
    also = (
        " The kernel itself answers most where differences are largest."
        if kernel.is_zero_sum and kernel.taps.any()
        else ""
    )
    return f"Read as chances, {how}: {walk.describe()}{also}"
