"""Complex arithmetic as real work: which plane of the data meets which plane of the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from intertwine.engine.problem import Problem

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Product:
    """``out[target] (+)= x[source] * taps[factor]``, planes named "re", "im" and "-im"."""

    source: str
    factor: str
    target: str
    add: bool = False

    @property
    def places(self) -> tuple[int, int]:
        """The numbers of its planes: 0 for real parts, 1 for imaginary ones."""
        return int(self.source == "im"), int(self.target == "im")


def products(problem: Problem) -> tuple[Product, ...]:
    """The real convolutions that make up `problem`."""
    if problem.complex_data and problem.complex_taps:
        return (
            Product("re", "re", "re"),
            Product("im", "-im", "re", add=True),
            Product("re", "im", "im"),
            Product("im", "re", "im", add=True),
        )
    if problem.complex_data:
        return Product("re", "re", "re"), Product("im", "re", "im")
    if problem.complex_taps:
        return Product("re", "re", "re"), Product("re", "im", "im")
    return (Product("re", "re", "re"),)


def taken_whole(problem: Problem, takes_complex: bool) -> bool:
    """Whether complex data go through a method as they are, not plane by plane."""
    return takes_complex and problem.complex_data


def runs(problem: Problem, takes_complex: bool) -> int:
    """How often a method runs for a problem."""
    return 1 if taken_whole(problem, takes_complex) else len(products(problem))


def take(array: Array, plane: str) -> Array:
    """A plane of an array ("whole": all of it), as a view where it can be one."""
    if plane == "whole" or array.dtype.kind != "c":
        return array
    return array.real if plane == "re" else array.imag if plane == "im" else -array.imag


def number(value: complex, plane: str) -> float:
    """The part of a number that belongs to a plane."""
    return value.imag if plane == "im" else value.real
