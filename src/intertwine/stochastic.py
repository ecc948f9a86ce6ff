"""Stochastic convolution: the taps of a kernel read as chances.

Where convolution mixes all samples of a window, here one of them is drawn, tap ``j`` with chance
``p[j]``. On average that is the convolution; how far single draws lie from it is known exactly.
A particle that moves by the same chances is the same thing seen from where it starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.convolution import convolve
from intertwine.engine import checks, sampling
from intertwine.engine import threads as threading
from intertwine.engine.arguments import Options, parse
from intertwine.engine.boundary import check_boundary
from intertwine.engine.errors import DTypeError, OptionError, shown
from intertwine.engine.problem import Problem
from intertwine.kernel import Kernel

Array = NDArray[Any]

HOW = ("gather", "scatter")

#: Counters are words of 32 bits.
_MOST_DRAWS = 2**32 - 1

#: Larger counts in one cell, or in all cells together, are not computed exactly.
_MOST_COUNT, _MOST_MASS = 2**53, 2**62


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
    call = _Call("sample", x, k, axes, boundary, cval, threads)
    checks.word("sample", "how", how, HOW)
    count = _draws("sample", draws)
    if how == "scatter":
        if shared is not None:
            raise OptionError(
                "sample: `shared` has no meaning for how='scatter', where each particle moves "
                "alone.\n  Leave it out."
            )
        return _scattered(call, rng, count)
    problem = call.problem()
    together = _shared(call, shared)
    seed = _seed("sample", rng)
    found = sampling.parts(call.k.taps)
    keeps = _is_density(call.k, found)
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
    call = _Call("expectation", x, k, axes, boundary, cval, threads)
    checks.word("expectation", "how", how, HOW)
    if how == "scatter":
        return _expected_counts(call)
    call.problem()
    return convolve(call.x, call.k, axes=call.axes, boundary=boundary, cval=cval, threads=threads)


def variance(
    x: ArrayLike,
    k: Kernel | ArrayLike,
    *,
    axes: int | Sequence[int] | None = None,
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    threads: int | None = None,
) -> Array:
    """Return the variance of one gathered draw, ``Var[Y] = k * x**2 - (k * x)**2``.

    A kernel that is no density is split as in `sample`: ``Var[Y] = S+**2 Var[Y+] + S-**2 Var[Y-]``.
    Computed as ``sum_j p[j] (x_j - m)**2`` with ``m = sum_j p[j] x_j``, in float64: never negative,
    and exact where the samples of a window differ little at any height. Complex `x`: the variance
    of the real part plus that of the imaginary part. Parameters as in `sample`.

    Returns
    -------
    real array
        Of the type of a convolution with a float kernel; float32 for float16.

    Examples
    --------
    >>> from intertwine.stochastic import variance
    >>> variance([1e9, 1e9, 1e9 + 4, 1e9 + 4], [0.25, 0.5, 0.25])
    array([0., 3., 3., 0.])
    """
    return _variance("variance", x, k, axes, boundary, cval, threads)


def standard_error(
    x: ArrayLike,
    k: Kernel | ArrayLike,
    draws: int = 1,
    *,
    axes: int | Sequence[int] | None = None,
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    threads: int | None = None,
) -> Array:
    """Return the error map of `sample`: ``sqrt(Var[Y] / draws)`` at every output.

    It is exact: the standard deviation of ``sample(x, k, draws=draws)`` around its expectation.
    Parameters and types as in `variance`.

    Examples
    --------
    >>> from intertwine.stochastic import standard_error
    >>> standard_error([0.0, 0.0, 4.0, 4.0], [0.25, 0.5, 0.25], draws=3)
    array([0., 1., 1., 0.])
    """
    count = _draws("standard_error", draws)
    spread = _variance("standard_error", x, k, axes, boundary, cval, threads)
    spread /= count
    return np.sqrt(spread, out=spread)


@dataclass(frozen=True)
class _Call:
    """The arguments that all functions have in common, checked in their order."""

    caller: str
    x: Any
    k: Any
    axes: Any
    boundary: Any
    cval: Any
    threads: Any

    def __post_init__(self) -> None:
        given = self.x
        kernel = self.k if isinstance(self.k, Kernel) else Kernel(self.k)
        if kernel.dtype.kind == "c":
            raise DTypeError(
                f"{self.caller}: `k` is {kernel.dtype}, and chances are real.\n"
                f"  Pass its real and imaginary part one after the other."
            )
        if not kernel.taps.any():
            raise OptionError(
                f"{self.caller}: all {kernel.size} taps of `k` are 0, so none can be drawn.\n"
                f"  Pass a kernel with at least one tap that is not 0."
            )
        with np.errstate(over="ignore"):
            if not np.isfinite(np.abs(kernel.taps, dtype=np.float64).sum()):
                raise OptionError(
                    f"{self.caller}: the sizes of the taps of `k` add up to more than a float64 "
                    f"holds.\n  Scale the kernel down."
                )
        threading.check(self.caller, self.threads)
        array = checks.as_array(self.caller, "x", given)
        if checks.mask(self.caller, given, array, None) is not None:
            raise OptionError(
                f"{self.caller}: `x` is a masked array, and what is missing cannot be drawn.\n"
                f"  Fill it first: x.filled(...)."
            )
        taps = Kernel(kernel.taps.astype(np.float64), kernel.origin)
        axes = checks.axes(self.caller, array, taps.taps, taps.ndim, self.axes)
        listed = self.boundary if isinstance(self.boundary, list | tuple) else [self.boundary]
        if "renormalize" in listed:
            raise OptionError(
                f"{self.caller}: boundary='renormalize' would change the chances from place to "
                f"place.\n  Use another boundary, such as 'symmetric'."
            )
        object.__setattr__(self, "x", array)
        object.__setattr__(self, "k", kernel)
        object.__setattr__(self, "axes", axes)

    def problem(self) -> Problem:
        """The geometry, from the same checks that convolution makes."""
        taps = Kernel(self.k.taps.astype(np.float64), self.k.origin)
        options = Options(axes=self.axes, boundary=self.boundary, cval=self.cval)
        return parse(self.caller, self.x, taps, options, flip=True).problem

    def each_plane(self, result: np.dtype[Any], work: Any) -> Array:
        """Run `work(plane, its type, its outside)` on the real and on the imaginary part."""
        x = self.x.astype(self.x.dtype.newbyteorder("="), copy=False)
        outside = complex(self.cval)
        if x.dtype.kind != "c":
            return cast(Array, work(x, result, outside.real))
        out = np.empty(x.shape, result)
        out.real = work(x.real, out.real.dtype, outside.real)
        out.imag = work(x.imag, out.real.dtype, outside.imag)
        return out


def _variance(
    caller: str, x: Any, k: Any, axes: Any, boundary: Any, cval: Any, threads: Any
) -> Array:
    call = _Call(caller, x, k, axes, boundary, cval, threads)
    problem = call.problem()
    real = np.dtype(problem.result.char.lower() if call.x.dtype.kind == "c" else problem.result)
    result = np.result_type(real, np.float32)
    if call.x.size == 0:
        return np.empty(call.x.shape, result)
    found = sampling.parts(call.k.taps)
    windows = sampling.Windows(
        problem, call.axes, scales=[1.0] if _is_density(call.k, found) else None
    )
    data = call.x.astype(call.x.dtype.newbyteorder("="), copy=False)
    outside, count = complex(call.cval), threading.resolve(threads)
    spread = windows.variance(data.real, result, outside.real, count)
    if data.dtype.kind == "c":
        spread += windows.variance(data.imag, result, outside.imag, count)
    return spread


def _is_density(k: Kernel, found: list[sampling.Part]) -> bool:
    """Whether no tap is negative and their sum is 1, but for the rounding of the taps' type."""
    if len(found) != 1:
        return False
    rounding = float(np.finfo(k.dtype).eps) if k.dtype.kind == "f" else 0.0
    return abs(found[0].mass - 1) <= rounding * max(4, k.size)


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


def _draws(caller: str, value: Any) -> int:
    if checks.is_integer(value) and 1 <= int(value) <= _MOST_DRAWS:
        return int(value)
    raise OptionError(
        f"{caller}: `draws={shown(value)}` must be an integer from 1 to {_MOST_DRAWS}."
    )


def _shared(call: _Call, value: Any) -> tuple[int, ...]:
    """Return the shared axes, from 0 up."""
    if value is None:
        return ()
    listed = tuple(value) if isinstance(value, list | tuple) else (value,)
    ndim = call.x.ndim
    if not all(checks.is_integer(a) and -ndim <= a < ndim for a in listed):
        raise OptionError(
            f"sample: `shared={shown(value)}` must name axes of `x`, from {-ndim} to {ndim - 1}.\n"
            f"  x: {call.x.dtype} {call.x.shape}"
        )
    counted = tuple(sorted({int(a) % ndim for a in listed}))
    for axis in counted:
        if axis in call.axes:
            raise OptionError(
                f"sample: `shared` names axis {axis}, along which the kernel works "
                f"(axes={call.axes}).\n  Name only axes that are not filtered."
            )
    return counted


def _seed(caller: str, rng: Any) -> int:
    """Return the key of the random words."""
    if checks.is_integer(rng):
        if 0 <= int(rng) < 2**64:
            return int(rng)
    elif not isinstance(rng, bool | float | str):
        try:
            return int(np.random.default_rng(rng).integers(2**64, dtype=np.uint64))
        except (TypeError, ValueError):
            pass
    raise OptionError(
        f"{caller}: `rng={shown(rng)}` is no source of random numbers.\n"
        f"  Pass an integer from 0 to 2**64 - 1, a numpy.random.Generator, or None."
    )


# Particles.


def _checked_density(call: _Call) -> None:
    found = sampling.parts(call.k.taps)
    if _is_density(call.k, found):
        return
    negative = int(np.count_nonzero(call.k.taps < 0))
    what = f"{negative} of its taps are negative" if negative else f"its sum is {call.k.sum:.6g}"
    advice = "Use how='gather'." if negative else "Divide it by its sum."
    raise OptionError(
        f"{call.caller}: how='scatter' needs chances that add up to 1, but `k` is no density: "
        f"{what}.\n  {advice}"
    )


def _walls(call: _Call) -> tuple[str, ...]:
    words: tuple[str, ...] = checks.per_axis(
        call.caller, "boundary", call.boundary, len(call.axes),
        lambda word: check_boundary(call.caller, word),
    )  # fmt: skip
    if "constant" in words:
        raise OptionError(
            f"{call.caller}: boundary='constant' has no meaning for how='scatter': no particles "
            f"come from outside.\n  Pass 'zero' to lose those that leave, or 'symmetric'."
        )
    return words


def _counts(call: _Call) -> NDArray[np.int64]:
    """Return `x` as counts, or say why it holds none."""
    x = call.x
    if x.dtype.kind == "c":
        raise DTypeError(
            f"{call.caller}: how='scatter' moves counts, but `x` is {x.dtype}.\n"
            f"  Pass whole numbers."
        )
    if x.dtype.kind == "f" and not (np.isfinite(x) & (x == np.floor(x))).all():
        bad = x[~(np.isfinite(x) & (x == np.floor(x)))]
        raise OptionError(
            f"{call.caller}: how='scatter' moves whole particles, but {bad.size} of {x.size} "
            f"numbers in `x` are not whole, the first is {bad[0]:g}.\n"
            f"  Round them, or draw counts: rng.poisson(x)."
        )
    if x.size and x.min() < 0:
        raise OptionError(
            f"{call.caller}: how='scatter' moves counts, but the least number in `x` is "
            f"{x.min():g}.\n  Pass counts of 0 and more."
        )
    if x.size and (x.max() > _MOST_COUNT or float(x.sum(dtype=np.float64)) > _MOST_MASS):
        raise OptionError(
            f"{call.caller}: how='scatter' is exact for counts up to 2**53 in a cell and 2**62 "
            f"in all, but `x` goes to {x.max():.6g}, {x.sum(dtype=np.float64):.6g} in all.\n"
            f"  Count in larger units."
        )
    return np.ascontiguousarray(x, np.int64)


def _scattered(call: _Call, rng: Any, draws: int) -> Array:
    _checked_density(call)
    walls = _walls(call)
    counts = _counts(call)
    if float(counts.sum(dtype=np.float64)) * draws > _MOST_MASS:
        raise OptionError(
            f"sample: {draws} draws of {counts.sum()} particles cannot be summed exactly.\n"
            f"  Pass fewer draws."
        )
    seed = _seed("sample", rng)
    total = sampling.scatter(
        counts, call.k.taps, call.k.origin, call.axes, walls, seed, draws,
        threading.resolve(call.threads),
    )  # fmt: skip
    return total if draws == 1 else total / draws


def _expected_counts(call: _Call) -> Array:
    """Convolve on an endless grid, and fold what leaves back to where it arrives."""
    _checked_density(call)
    walls = _walls(call)
    if call.x.dtype.kind == "c":
        _counts(call)
    if call.x.size == 0:
        return np.zeros(call.x.shape)
    flow = convolve(
        call.x.astype(np.float64), call.k, axes=call.axes, mode="full", boundary="zero",
        threads=call.threads,
    )  # fmt: skip
    for axis, c, size, wall in zip(call.axes, call.k.origin, call.k.shape, walls, strict=True):
        n = call.x.shape[axis]
        arrive = sampling.arrivals(n, c, size, wall)
        ahead = np.moveaxis(flow, axis, 0)
        kept = np.zeros((n, *ahead.shape[1:]))
        np.add.at(kept, arrive[arrive >= 0], ahead[arrive >= 0])
        flow = np.moveaxis(kept, 0, axis)
    return np.ascontiguousarray(flow)
