"""`fit_kernel`: pairs in, the kernel between them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.kernel import Kernel
from intertwine.learn.fitting.constraints import read_constraint
from intertwine.learn.fitting.equations import equations, predicted, sum_moments
from intertwine.learn.fitting.pairs import INSIDE, Pair, is_several, read_pairs
from intertwine.learn.fitting.result import KernelFit
from intertwine.learn.fitting.ridge import checked_ridge, cross_validated
from intertwine.learn.fitting.solve import solve
from intertwine.learn.fitting.verdict import Fitted, notes, shift_of
from intertwine.learn.fitting.whiteness import whiteness

Array = NDArray[Any]


def fit_kernel(
    before: Any,
    after: Any,
    shape: int | Sequence[int],
    *,
    axes: int | Sequence[int] | None = None,
    origin: int | Sequence[int] | None = None,
    boundary: str = INSIDE,
    cval: float = 0.0,
    mask: Any = None,
    ridge: float | str | None = None,
    constraint: str | Sequence[str] | None = None,
    rank: int | None = None,
) -> KernelFit:
    """Find the kernel k that turns `before` into `after`: least ``sum |after - k @ before|^2``.

    A closed form: the normal equations of least squares hold nothing but correlations of the two,
    windows are never written out, and one pass of 512 x 512 samples serves 31 x 31 taps.

    Parameters
    ----------
    before, after : arrays of one shape, or a list of arrays each
        ``after[n]`` is what became of ``before[n]``. Real numbers of any type, any number of axes;
        computed in float64. The pairs of a list may differ in size and serve one kernel. Samples
        that are NaN or infinite are left out: of `before` with every window that holds them.
    shape : int or one for each axis of the kernel
        How many taps to look for along each axis.
    axes : int or tuple of int, optional
        The axes that the kernel works along. All others are channels, and one kernel is fitted to
        all of them: ``axes=(0, 1)`` for an RGB picture. By default all axes.
    origin : int or one for each axis, optional
        The tap that stands on the sample itself. By default the middle, ``(size - 1) // 2``; 0
        for a causal kernel, such as the response of a room.
    boundary : str
        "valid": only windows that lie inside count. Or what lies outside of `before`, by the words
        of `convolve`, all but "renormalize": then every sample of `after` counts.
    cval : float
        The number outside for ``boundary="constant"``.
    mask : bool array, optional
        True where a sample counts, in `before` and in `after`; for a list of pairs a list.
    ridge : float or "gcv", optional
        L of ``sum |after - k @ before|^2 + L sum |k|^2``. By default 0: unbiased taps with honest
        standard errors. "gcv" takes what generalised cross-validation finds, for a `before` that
        hardly tells some taps apart.
    constraint : str or several, optional
        "non-negative"; "sum one"; "symmetric", the same when reversed on all axes; "separable",
        the sum of `rank` products of one line an axis. They combine, save the last two.
    rank : int, optional
        How many products; by default 1.

    Returns
    -------
    KernelFit
        With ``kernel``, ``standard_error``, ``residual``, ``r_squared``, ``whiteness``, ``notes``
        (what is wrong with the pair, in sentences), ``predict(x)``, ``interval()``, ``plot()``.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        Arrays that do not fit each other, fewer samples than taps, a `before` that does not tell
        the taps apart; the message names both numbers and the next step.

    Notes
    -----
    A kernel always comes out: ask for its ``notes``. Standard errors are those of least squares for
    noise in `after` alone, independent from sample to sample and of one size. With a ridge they
    leave out how far it pulls the taps; under a constraint they are those of moves that it allows,
    and taps that "non-negative" holds at 0 have 0.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> before = np.random.default_rng(0).random((60, 80))
    >>> after = iw.convolve(before, [[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    >>> found = iw.learn.fit_kernel(before, after, (3, 3))
    >>> found.kernel.taps.round(6) + 0.0
    array([[ 0.,  1.,  0.],
           [ 1., -4.,  1.],
           [ 0.,  1.,  0.]])
    """
    asked = checked_ridge(ridge)
    window, pairs = read_pairs(before, after, shape, origin, axes, boundary, cval, mask)
    wanted = read_constraint(constraint, rank, window.shape)
    summed = equations(pairs, window)
    held = cross_validated(summed) if asked is None else asked

    def gradient(taps: Array) -> Array:
        return sum_moments(pairs, _residuals(pairs, predicted(pairs, taps, window)), window)

    def followed(noise: Sequence[Array]) -> list[Array]:
        return predicted(pairs, solution.inverse @ sum_moments(pairs, noise, window), window)

    solution = solve(summed, held, wanted, window.shape, gradient)
    fits = predicted(pairs, solution.taps, window)
    residuals = _residuals(pairs, fits)
    squares = float(sum((each**2).sum() for each in residuals))
    freedom = max(summed.rows - float(solution.hat.sum()), 1.0)
    variance = squares / freedom
    # Windows are numbered from their first sample, taps from their last: the order turns round.
    taps = np.flip(solution.taps.reshape(window.shape))
    error = np.flip(np.sqrt(variance * solution.spread).reshape(window.shape))
    unexplained = _unexplained(pairs, squares, summed.rows)
    white = whiteness(pairs, residuals, variance, followed, float(solution.hat.sum()))
    fitted = Fitted(
        pairs, window, taps, error, fits, residuals, unexplained, variance**0.5, white,
        origin is not None, float(solution.hat.sum()) if held else float(window.size),
    )  # fmt: skip
    left = [pair.laid_back(each) for pair, each in zip(pairs, residuals, strict=True)]
    return KernelFit(
        kernel=Kernel(taps, window.origin, name="fitted"),
        standard_error=error,
        residual=left if is_several(before) else left[0],
        r_squared=1 - unexplained,
        noise=variance**0.5,
        ridge=held,
        whiteness=white,
        shift=shift_of(window, taps, error),
        notes=notes(fitted),
        samples=summed.rows,
        freedom=freedom,
        boundary=boundary,
        _pairs=tuple(pairs),
    )


def _residuals(pairs: Sequence[Pair], fits: Sequence[Array]) -> list[Array]:
    return [pair.target - fit for pair, fit in zip(pairs, fits, strict=True)]


def _unexplained(pairs: Sequence[Pair], squares: float, rows: int) -> float:
    """The share of the variance of `after` that is left; NaN where that is constant."""
    mean = sum(float(pair.target.sum()) for pair in pairs) / rows
    spread = 0.0
    for pair in pairs:
        away = pair.target - mean
        spread += float((away**2).sum() if pair.counts is None else (away[pair.counts] ** 2).sum())
    return squares / spread if spread > 0 else float("nan")
