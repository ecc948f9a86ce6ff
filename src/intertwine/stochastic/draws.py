"""Draws from a convolution, and what they are on average."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from intertwine.base import checks
from intertwine.base import threads as threading
from intertwine.base.errors import OptionError
from intertwine.convolution import convolve
from intertwine.engine import sampling
from intertwine.engine.problem import Problem
from intertwine.kernel import Kernel
from intertwine.stochastic.call import (
    HOW,
    Array,
    Call,
    draw_count,
    is_density,
    seed_of,
    shared_axes,
)
from intertwine.stochastic.particles import expected_counts, scattered


def sample(
    x: ArrayLike,
    k: Kernel | ArrayLike,
    rng: Any = None,
    *,
    draws: int = 1,
    how: str = "gather",
    axes: int | Sequence[int] | None = None,
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    shared: int | Sequence[int] | None = None,
    threads: int | None = None,
) -> Array:
    """Draw from a convolution: ``Y[n] = x[n - (J - c)]``, ``J`` being tap ``j`` with chance `k[j]`.

    ``how="gather"`` draws for every output one sample of its window, independently of all other
    outputs. The expectation is ``convolve(x, k)``. A kernel that is no density is split,
    ``k = S+ p+ - S- p-``, and ``Y = S+ x[n - (J+ - c)] - S- x[n - (J- - c)]`` with two
    independent draws; the expectation is still ``convolve(x, k)``.

    ``how="scatter"`` takes `x` as counts of particles. Each moves by ``J - c``, independently of
    all others, so that what leaves a cell is multinomial; no particle is made or lost inside.

    Parameters
    ----------
    x : (..., N1, ..., Nd) array
        The signal, of any type that `convolve` takes. For "scatter" whole numbers from 0 to 2**53.
    k : (K1, ..., Kd) Kernel or array
        Real taps. For "scatter" none negative, with the sum 1.
    rng : None, int or whatever `numpy.random.default_rng` takes
        An integer from 0 to 2**64 - 1 is the seed. A Generator gives one, and so another at the
        next call; None takes one from the system. Two calls with one integer make the same
        choices: steps of a random walk need a Generator.
    draws : int
        The result is the mean of so many draws. The first are those of a call for fewer.
    how : {"gather", "scatter"}
    axes : int or tuple of int, optional
        The axes of `x` that the kernel works along, as in `convolve`.
    boundary : str or one for each of `axes`
        What lies outside, as in `convolve`, without "renormalize". In "scatter", where particles
        arrive that leave: "symmetric" and "mirror" reflect them, "nearest" holds them in the last
        cell, "wrap" brings them to the other end, and with "zero" they are lost: ``x.sum() -
        y.sum()`` of them.
    cval : number
        The number outside for ``boundary="constant"``.
    shared : int or tuple of int, optional
        Axes of `x` along which everything comes from one draw: ``shared=-1`` keeps the channels
        of a pixel together.
    threads : int, optional
        Threads to use; the result is the same to the bit for any number.

    Returns
    -------
    array
        The shape of `x`. One draw from a density keeps the type of `x`, since it only moves
        samples; everything else has the type of a convolution with a float kernel. "scatter":
        int64, and the mean of several draws float64.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        Arguments that do not fit; the message names both numbers and the next step.

    Notes
    -----
    Random words are Philox 4x32-10 (Salmon et al., 2011) of the seed, the index of the output and
    the number of the draw, so a result depends on nothing else. A word has 32 bits: each
    chance is off by less than ``2**-32``, the mean by less than ``2**-33 * sum |x[i] - x[i+1]|``
    over the samples of a window in the order of their chances. "scatter" uses 53 bits.

    Examples
    --------
    >>> from intertwine.kernel import Kernel
    >>> from intertwine.stochastic import sample
    >>> k = Kernel([0.25, 0.5, 0.25])
    >>> sample([10, 20, 30, 40, 50], k, rng=1)
    array([20, 10, 30, 50, 50])
    >>> sample([0, 0, 1000, 0, 0], k, rng=1, how="scatter")
    array([  0, 251, 476, 273,   0])
    """
    call = Call("sample", x, k, axes, boundary, cval, threads)
    checks.word("sample", "how", how, HOW)
    count = draw_count("sample", draws)
    if how == "scatter":
        if shared is not None:
            raise OptionError(
                "sample: `shared` has no meaning for how='scatter', where each particle moves "
                "alone.\n  Leave it out."
            )
        return scattered(call, rng, count)
    problem = call.problem()
    together = shared_axes(call, shared)
    seed = seed_of("sample", rng)
    found = sampling.parts(call.k.taps)
    keeps = is_density(call.k, found)
    if keeps and count == 1:
        result = call.x.dtype.newbyteorder("=")
        _check_fill(problem, result)
    else:
        result = problem.result
    if call.x.size == 0:
        return np.empty(call.x.shape, result)
    windows = sampling.Windows(problem, call.axes, together, [1.0] if keeps else None)
    return call.each_plane(
        result,
        lambda plane, kind, fill: windows.sample(
            plane, kind, fill, seed, count, threading.resolve(threads)
        ),
    )


def expectation(
    x: ArrayLike,
    k: Kernel | ArrayLike,
    *,
    how: str = "gather",
    axes: int | Sequence[int] | None = None,
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    threads: int | None = None,
) -> Array:
    """Return the mean of endlessly many draws, ``E[Y] = k * x``.

    For "gather" it is `convolve`. For "scatter" it is too, away from the borders: there the mean
    flow of particles that reflect is another than that of samples beyond a mirror, unless the
    kernel is symmetric. Parameters as in `sample`.

    Returns
    -------
    array
        As from `convolve`; float64 for "scatter".

    Examples
    --------
    >>> from intertwine.stochastic import expectation
    >>> expectation([0.0, 0.0, 8.0], [0.25, 0.5, 0.25])
    array([0., 2., 6.])
    >>> expectation([0, 0, 8], [0.0, 0.0, 1.0], how="scatter")  # all move on, and are reflected
    array([0., 0., 8.])
    """
    call = Call("expectation", x, k, axes, boundary, cval, threads)
    checks.word("expectation", "how", how, HOW)
    if how == "scatter":
        return expected_counts(call)
    call.problem()
    return convolve(call.x, call.k, axes=call.axes, boundary=boundary, cval=cval, threads=threads)


def _check_fill(problem: Problem, result: np.dtype[Any]) -> None:
    """Refuse an outside that the samples' type cannot hold: it may be drawn."""
    if result.kind not in "biu" or not any(a.boundary == "constant" for a in problem.axes):
        return
    low, high = (0, 1) if result.kind == "b" else (np.iinfo(result).min, np.iinfo(result).max)
    fill = problem.cval.real
    if fill != np.floor(fill) or not low <= fill <= high:
        raise OptionError(
            f"sample: `cval={fill:g}` may be drawn, but `x` is {result} and cannot hold it.\n"
            f"  Pass a whole number from {low} to {high}, or x as float."
        )
