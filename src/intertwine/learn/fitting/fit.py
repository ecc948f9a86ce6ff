"""`fit_kernel`: pairs in, the kernel between them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.kernel import Kernel
from intertwine.learn.fitting.constraints import Constraint, read_constraint
from intertwine.learn.fitting.evidence import Fitted
from intertwine.learn.fitting.intervals import known
from intertwine.learn.fitting.pairs import INSIDE, Pair, is_several, read_pairs
from intertwine.learn.fitting.result import KernelFit
from intertwine.learn.fitting.ridge import checked_ridge, cross_validated
from intertwine.learn.fitting.solve import Solution, solve
from intertwine.learn.fitting.system import System, square_sum
from intertwine.learn.fitting.verdict import judge, shift_of
from intertwine.learn.fitting.whiteness import Whiteness, whiteness

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
        L of ``sum |after - k @ before|^2 + L sum |k|^2``. By default 0: unbiased taps. "gcv" takes
        what generalised cross-validation finds, for a `before` that hardly tells some taps apart.
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
    noise in `after` alone, independent from sample to sample and of one size; under "sum one",
    "symmetric" and "separable" those of moves that the constraint allows. A ridge and
    "non-negative" move taps by amounts that no error tells: standard errors and intervals stay
    those of the fit without these, cut off at 0, and are NaN where only the ridge decides.

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
    system = System.of(pairs, window)
    held = cross_validated(system.equations) if asked is None else asked
    return _judged(system, held, wanted, is_several(before), origin is not None, boundary)


def _judged(
    system: System,
    ridge: float,
    constraint: Constraint,
    several: bool,
    origin_given: bool,
    boundary: str,
) -> KernelFit:
    """Solve, and ask how far the answer holds."""
    solution = solve(system, ridge, constraint)
    taps = system.as_kernel(solution.taps)
    fits = system.fits(solution.taps)
    residuals = system.residuals(fits)
    variance, freedom = system.variance(residuals, solution.decided)
    sure = known(system, solution, residuals, ridge, constraint)
    unexplained = _unexplained(system.pairs, square_sum(residuals))
    white = _whiteness(system, solution, residuals, variance)
    fitted = Fitted(
        system.pairs, system.window, taps, sure.error, fits, residuals, unexplained,
        variance**0.5, white, origin_given, solution.decided if ridge else float(taps.size),
    )  # fmt: skip
    notes, is_trusted = judge(fitted)
    left = [pair.laid_back(each) for pair, each in zip(system.pairs, residuals, strict=True)]
    return KernelFit(
        kernel=Kernel(taps, system.window.origin, name="fitted"),
        standard_error=sure.error,
        residual=left if several else left[0],
        r_squared=1 - unexplained,
        noise=variance**0.5,
        ridge=ridge,
        whiteness=white,
        shift=shift_of(system.window, taps, sure.error),
        notes=notes,
        is_trusted=is_trusted,
        samples=system.equations.rows,
        freedom=freedom,
        boundary=boundary,
        _pairs=tuple(system.pairs),
        _known=sure,
    )


def _whiteness(
    system: System, solution: Solution, residuals: Sequence[Array], variance: float
) -> Whiteness:
    def followed(noise: Sequence[Array]) -> list[Array]:
        return system.fits(solution.inverse @ system.moment(noise))

    return whiteness(system.pairs, residuals, variance, followed, solution.decided)


def _unexplained(pairs: Sequence[Pair], squares: float) -> float:
    """The share of the variance of `after` that is left; NaN where that is constant."""
    counting = [pair.target if pair.counts is None else pair.target[pair.counts] for pair in pairs]
    values = np.concatenate([each.ravel() for each in counting])
    if values.min() == values.max():
        return float("nan")
    return squares / float(((values - values.mean()) ** 2).sum())
