"""1-D taps as sums of a few exponentials, ended where the taps end.

``taps[m] = Re sum_i c_i p_i**m`` for ``m = 0 .. M-1``: what a recursion of a few steps a sample can
do, however large M is. The poles come from the matrix pencil of the taps (Hua and Sarkar 1990,
IEEE Trans. ASSP 38, 814-824), the weights from least squares. Smooth kernels need few: a Gaussian
3 conjugate pairs for 5e-7 of its sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Recursions that one side of a kernel may take.
MOST_POLES = 8

#: Samples of the taps that the poles are found from: they are thinned to about so many.
SAMPLES = 64

#: Poles grow no nearer to the unit circle than this over the length of the taps.
LEAST_DECAY = 1e-3


@dataclass(frozen=True, slots=True)
class Exponentials:
    """A sum of exponentials in place of `taps` taps.

    Attributes
    ----------
    poles, weights : one of each conjugate pair, whose weight counts twice already.
    taps : how many taps it stands for.
    missed : ``sum |taps - approximation|`` where the taps are.
    after : the same behind their end, when the response is not ended there.
    state : bound on ``sum_i |c_i| / (1 - |p_i|)**2``, by which rounding grows.
    """

    poles: Complex
    weights: Complex
    taps: int
    missed: float
    after: float
    state: float

    def numbers(self) -> list[float]:
        """What the core takes of each pole: itself, its weight, and its power at the end."""
        ends = self.poles**self.taps
        columns = np.stack([self.poles, self.weights, ends], axis=1)
        return [float(v) for v in columns.view(np.float64).ravel()]


NOTHING = Exponentials(np.zeros(0, complex), np.zeros(0, complex), 0, 0.0, 0.0, 0.0)


def _poles(singular: Complex, step: int, taps: int) -> Complex:
    """The upper half of the poles of a real signal, from the singular vectors of its pencil."""
    found = np.linalg.eigvals(np.linalg.lstsq(singular[:-1], singular[1:], rcond=None)[0])
    found = np.where(found == 0, 1e-12, found).astype(np.complex128) ** (1 / step)
    size = np.minimum(np.abs(found), np.exp(-LEAST_DECAY / taps))
    found = size * np.exp(1j * np.angle(found))
    upper: Complex = found[found.imag >= 0]
    return upper


def _fitted(taps: Array, poles: Complex) -> Exponentials:
    """The weights that suit `poles` best, and what is missed."""
    count = len(taps)
    powers = poles[None, :] ** np.arange(count)[:, None]
    basis = np.concatenate([powers.real, -powers.imag], axis=1)
    weights = np.linalg.lstsq(basis, taps, rcond=None)[0]
    paired = weights[: len(poles)] + 1j * weights[len(poles) :]
    size = np.abs(poles)
    after = np.abs(paired) * size**count / (1 - size)
    return Exponentials(
        poles,
        paired,
        count,
        float(np.abs(basis @ weights - taps).sum()),
        float(after.sum()),
        float((np.abs(paired) / (1 - size) ** 2).sum()),
    )


def approximations(taps: Array) -> Iterator[Exponentials]:
    """Sums of more and more exponentials, each pair of poles counted once."""
    count = len(taps)
    if count == 0 or not taps.any():
        yield (
            NOTHING
            if count == 0
            else Exponentials(np.zeros(1, complex), np.zeros(1, complex), count, 0.0, 0.0, 0.0)
        )
        return
    if count == 1:
        yield Exponentials(np.zeros(1, complex), taps.astype(complex), 1, 0.0, 0.0, float(taps[0]))
        return
    step = max(1, count // SAMPLES)
    thinned = taps[::step]
    pencil = np.lib.stride_tricks.sliding_window_view(thinned, len(thinned) // 2 + 1)
    vectors = np.linalg.svd(pencil, full_matrices=False)[2].T
    for poles in range(1, min(2 * MOST_POLES, vectors.shape[1], vectors.shape[0] - 1) + 1):
        found = _poles(vectors[:, :poles], step, count)
        if 0 < len(found) <= MOST_POLES:
            yield _fitted(taps, found)
