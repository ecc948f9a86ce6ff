"""Diffusion: the heat equation on a grid, solved by its propagator in one step of any length.

The solution of ``dc/dt = div(D grad c) - v . grad c`` in a homogeneous medium is a convolution with
a density, the law of where a particle has got to. So there is no time step and no limit on its
length; walls without flux are mirrors. Media whose diffusivity changes from place to place have no
such kernel and are out of scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import threads as threading
from intertwine.base.checks import as_array, flag, word
from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.diffusion import arguments, laws
from intertwine.diffusion.radial import diffuse_radial
from intertwine.diffusion.solve import apply_law, folds
from intertwine.engine import outputs
from intertwine.engine.checks import LEAST_WEIGHT
from intertwine.engine.types import float_result

__all__ = ["diffuse", "diffuse_radial"]

Array = NDArray[Any]


def diffuse(
    x: ArrayLike,
    time: float,
    diffusivity: float | ArrayLike = 1.0,
    boundary: str | Sequence[str] = "symmetric",
    *,
    axes: int | Sequence[int] | None = None,
    drift: float | Sequence[float] | None = None,
    spacing: float | Sequence[float] = 1.0,
    discrete: bool = False,
    nan: str = "raise",
    method: str = "auto",
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Let `x` diffuse for a time: ``dc/dt = sum_ij D_ij d_i d_j c - sum_i v_i d_i c``.

    One step of any length: the answer is ``c(t) = k_t * c(0)`` with the propagator ``k_t``, a
    density of covariance ``2 D t`` and mean ``v t``. No time step, no stability limit.

    Parameters
    ----------
    x : (..., N1, ..., Nd) array
        Concentrations (or temperatures, or grey levels): one evenly filled cell for each sample.
    time : float
        From 0 up.
    diffusivity : float, (d,) or (d, d) array
        One number, one for each of `axes`, or a symmetric positive semi-definite tensor on them, in
        length**2 / time. It is the same everywhere: inhomogeneous media are out of scope.
    boundary : str or one for each of `axes`
        ``symmetric``: walls that let nothing through. ``wrap``: what leaves comes in on the other
        side. Both keep the total. ``zero``: what leaves is lost (the medium goes on, empty).
        ``nearest``: the medium goes on, filled like the edge. These two do not.
    axes : int or tuple of int, optional
        The axes along which it spreads; by default all. ``axes=(0, 1)`` for an image (H, W, 3).
    drift : float or one for each of `axes`, optional
        A velocity v in length / time that carries everything along. Not against walls
        (`symmetric`), where the answer is no convolution.
    spacing : float or one for each of `axes`
        The width of a cell.
    discrete : bool
        False: the continuous equation. Tap j is the heat kernel integrated over cell j, so the
        answer at the middle of each cell is exact for evenly filled cells, edges included, and
        off by about ``(spacing**2 / 24) laplacian(c)`` where the samples stand for a smooth field.
        True: the grid's own equation, ``dc/dt = D (c[n+1] - 2 c[n] + c[n-1]) / spacing**2``, exact
        in time: taps ``exp(-2Dt) I_n(2Dt)``. A semigroup: two steps are one of their sum. (The
        continuous kernel fills cells evenly at each call, which adds ``spacing**2 / 12`` to the
        variance: take one step, not many.)
    nan : {"raise", "ignore"}
        The kernel reaches everywhere, so a NaN or infinity cannot stay local: it is refused, or
        left out, the weights of what is there rescaled.
    method : {"auto", "transform", "kernel"}
        Cosine and Fourier transforms in one shot, or `convolve` with the kernel; auto takes what is
        predicted to be quicker. The answers agree to ``1e-13 max|x|`` (float32: 1e-6).
    out, threads
        As in `convolve`.

    Returns
    -------
    array like `x`
        float32 stays float32; 8- and 16-bit integers become float32, wider ones float64. Never
        outside the range of `x` (and 0, for ``zero``): both kernels are densities, nothing rings.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        Arguments that do not fit; the message names both numbers and the next step.

    Notes
    -----
    With mixed terms D_ij the walls are still mirrors; the total is then kept exactly by ``wrap``,
    and by ``symmetric`` except for what is within reach of a corner, since a slanted kernel is not
    its own mirror image. A Gaussian thinner than 0.08 cells across a slanted direction is widened
    to that. With drift and less than a cell of spread the Gaussian's location is set so that the
    mean displacement is exactly ``v t``.

    Examples
    --------
    >>> import numpy as np, intertwine as iw
    >>> aquarium = np.repeat([1.0, 0.0], 128)
    >>> iw.diffuse(aquarium, 10.0)[[96, 120, 127, 128, 135]].round(9)
    array([1.        , 0.95323374, 0.54451035, 0.45548965, 0.04676626])
    >>> iw.diffuse(aquarium, 1e6).round(6)[[0, 255]]
    array([0.5, 0.5])
    """
    data = as_array("diffuse", "x", x)
    if data.size == 0:
        raise ShapeError(f"diffuse: `x` is empty, shape {data.shape}.\n  Pass at least one sample.")
    asked = arguments.request(data, time, diffusivity, boundary, axes, drift, spacing)
    grid = flag("diffuse", "discrete", discrete)
    _check_method(method, asked.boundaries)
    word("diffuse", "nan", nan, arguments.NAN)
    threading.check("diffuse", threads)
    result = float_result(data.dtype, np.dtype(np.float64)).newbyteorder("=")
    if out is not None:
        outputs.check_out("diffuse", out, data.shape, result)
    work = data.astype(np.float32 if result == np.float16 else result, copy=False)
    count = threading.resolve(threads)
    present = np.isfinite(work)
    if present.all():
        spread = _spread(work, asked, grid, method, count)
    else:
        spread = _spread_present(work, present, asked, grid, method, count, nan)
    if out is None:
        return spread.astype(result, copy=spread is work)
    out[...] = spread
    return out


def _check_method(method: Any, boundaries: tuple[str, ...]) -> None:
    word("diffuse", "method", method, arguments.METHODS)
    if method == "transform" and not folds(boundaries):
        raise OptionError(
            f"diffuse: method='transform' knows the boundaries symmetric and wrap, not "
            f"{', '.join(boundaries)}.\n  Pass method='kernel', or 'auto'."
        )


def _spread(
    work: Array, asked: arguments.Request, discrete: bool, method: str, threads: int
) -> Array:
    """Apply the law of each group of axes, one after the other."""
    build = laws.jumps if discrete else laws.gaussian
    spread = work
    for group in asked.groups():
        law = build(asked.diffusivity[np.ix_(group, group)], asked.drift[group], asked.time)
        if law.still:
            continue
        axes = tuple(asked.axes[n] for n in group)
        words = tuple(asked.boundaries[n] for n in group)
        spread = apply_law(spread, law, axes, words, method, threads)
    if spread is work or work.dtype.kind == "c":
        return spread
    low, high = work.min(), work.max()
    if "zero" in asked.boundaries:
        low, high = min(low, 0), max(high, 0)
    return np.clip(spread, low, high, out=spread)  # what rounding put outside


def _spread_present(
    work: Array,
    present: Array,
    asked: arguments.Request,
    discrete: bool,
    method: str,
    threads: int,
    nan: str,
) -> Array:
    if nan == "raise":
        bad = present.size - int(np.count_nonzero(present))
        raise OptionError(
            f"diffuse: `x` has {counted(bad, 'NaN or infinite sample')} of {present.size}.\n"
            "  The heat kernel reaches everywhere, they would too. Pass nan='ignore' to leave them "
            "out, or fill them first."
        )
    filled = np.where(present, work, 0)
    weights = _spread(present.astype(work.real.dtype), asked, discrete, method, threads)
    spread = _spread(filled, asked, discrete, method, threads)
    enough = weights > LEAST_WEIGHT
    return np.where(enough, spread / np.where(enough, weights, 1), np.nan).astype(work.dtype)
