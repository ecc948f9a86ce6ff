"""`is_white`: how near data are to white noise: mean 0, variance 1, nothing correlated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special  # type: ignore[import-untyped]

from intertwine.base.checks import word
from intertwine.base.errors import ShapeError
from intertwine.base.text import number, p_text
from intertwine.whitening.reading import real_array
from intertwine.whitening.shuffles import shuffled_pvalue

Array = NDArray[np.float64]

KINDS = ("auto", "table", "image", "series")

_REACH = 3  # of an image's lags, along each axis
_FEW = 1200  # numbers of a table or an image, up to which it is shuffled
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Whiteness:
    """How near to white noise.

    Attributes
    ----------
    kind : {"table", "image", "series"}
    mean, variance : float
        The mean farthest from 0 and the variance farthest from 1 of the columns, or of all.
    correlation : float
        The correlation of largest size: of two columns, or of neighbours at `lag`.
    lag : tuple of int
        Where it is: two columns, or a distance.
    flatness : float
        Of the spectrum: geometric mean of the power over its arithmetic mean, 1 for white noise
        and towards 0 for a few strong waves. NaN for tables.
    pvalue : float
        How often independent data show correlations at least as unlike 0 as these, all together.
    """

    kind: str
    mean: float
    variance: float
    correlation: float
    lag: tuple[int, ...]
    flatness: float
    pvalue: float
    size: int

    @property
    def is_uncorrelated(self) -> bool:
        """Whether independent data would pass for it: a p-value of at least 0.01."""
        return self.pvalue >= 0.01

    @property
    def is_standard(self) -> bool:
        """Whether mean and variance are 0 and 1 to four standard errors of normal data."""
        return bool(
            abs(self.mean) <= 4 / self.size**0.5
            and abs(self.variance - 1) <= 4 * (2 / self.size) ** 0.5
        )

    def __bool__(self) -> bool:
        return self.is_uncorrelated and self.is_standard

    def __str__(self) -> str:
        head = f"mean {number(self.mean)}, variance {number(self.variance)}"
        if self.variance == 0:
            what = "a column does" if self.kind == "table" else "it does"
            return f"Not white: {what} not vary ({head})."
        if self.kind == "table" and self.lag == (0, 0):
            return f"{'White' if self else 'Not of mean 0 and variance 1'}: one column, {head}."
        verdict = (
            "White"
            if self
            else "Uncorrelated, but not of mean 0 and variance 1"
            if self.is_uncorrelated
            else "Not white"
        )
        where = {
            "table": f"columns {self.lag[0]} and {self.lag[-1]} correlate by",
            "image": f"pixels {self.lag} apart correlate by",
            "series": f"samples {self.lag[0]} apart correlate by",
        }[self.kind]
        flat = (
            "" if math.isnan(self.flatness) else f", flatness of the spectrum {self.flatness:.2f}"
        )
        return (
            f"{verdict}: {head}; {where} {self.correlation:+.3f}, the most of all "
            f"({p_text(self.pvalue, 2)}){flat}."
        )


def is_white(x: Any, kind: str = "auto") -> Whiteness:
    """How near `x` is to white noise: mean 0, variance 1, no correlation, with a test.

    Parameters
    ----------
    x : array
    kind : {"auto", "table", "image", "series"}
        A table has columns (the sum of their squared correlations is tested), an image neighbours
        along both axes, a series along one (Ljung and Box's test). By default one axis is a
        series, two a table. Of small tables and images the p-value comes from seeded shuffles.

    Returns
    -------
    Whiteness
        True where it is white; printed, a sentence.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=500)
    >>> bool(is_white(noise)), bool(is_white(noise.cumsum()))
    (True, False)
    """
    word("is_white", "kind", kind, KINDS)
    array = real_array("is_white", "x", x, "Leave them out, or fill them.").astype(np.float64)
    if kind == "auto":
        kind = "series" if array.ndim == 1 else "table"
    axes = 1 if kind == "series" else 2
    if array.ndim != axes or min(array.shape) < (1 if kind == "table" else 2 * _REACH + 2):
        raise ShapeError(
            f"is_white: shape {array.shape} is not that of a {kind}.\n"
            f"  A {kind} has {axes} {'axis' if axes == 1 else 'axes'}"
            f"{'' if kind == 'table' else f' of at least {2 * _REACH + 2} samples'}."
        )
    return _table(array) if kind == "table" else _lattice(array, kind)


def _table(x: Array) -> Whiteness:
    """Schott's test (2005): the sum of all squared correlations."""
    n, p = x.shape
    if n < p + 2:
        raise ShapeError(
            f"is_white: {n} rows are too few to correlate {p} columns.\n"
            f"  Pass {p + 2} rows at least."
        )
    means, variances = x.mean(axis=0), x.var(axis=0, ddof=1)
    mean, variance = _farthest(means, 0.0), _farthest(variances, 1.0)
    apart = np.where(variances > 0, variances, np.inf) ** 0.5
    z = (x - means) / apart
    if p == 1:
        return Whiteness("table", mean, variance, 0.0, (0, 0), math.nan, 1.0, n)
    off = _correlations(z)
    i, j = divmod(int(np.abs(off).argmax()), p)
    pvalue = _pvalue_of_table(z, float((off**2).sum()) / 2, int((variances > 0).sum()))
    return Whiteness("table", mean, variance, float(off[i, j]), (i, j), math.nan, pvalue, n)


def _correlations(z: Array) -> Array:
    """Of standardised columns, with 0 for a column with itself."""
    found = np.asarray(np.swapaxes(z, -1, -2) @ z / (z.shape[-2] - 1))
    found[..., np.arange(z.shape[-1]), np.arange(z.shape[-1])] = 0.0
    return found


def _pvalue_of_table(z: Array, statistic: float, varying: int) -> float:
    """By a chi-square of the mean and variance that the statistic has for normal columns."""
    n, pairs = len(z), varying * (varying - 1) / 2
    if not pairs:
        return 1.0
    # A squared correlation has mean 1 / (n - 1) and variance 2 (n - 2) / ((n - 1)^2 (n + 1)).
    stretch = (n - 2) / (n + 1)
    law = float(special.chdtrc(pairs / stretch, (n - 1) * statistic / stretch))
    if z.size > _FEW:
        return law

    def shuffled(rng: np.random.Generator, count: int) -> Array:
        tables = rng.permuted(np.broadcast_to(z, (count, *z.shape)), axis=1)
        return _likelihood_ratios(_correlations(tables))

    return shuffled_pvalue(float(_likelihood_ratios(_correlations(z))), law, shuffled)


def _likelihood_ratios(correlations: Array) -> Array:
    """Of all pairs together: one strong correlation counts for more than many weak ones."""
    left = np.maximum(1 - correlations**2, 1e-15)
    return np.asarray(-np.log(left).sum(axis=(-2, -1)) / 2)


def _lattice(x: Array, kind: str) -> Whiteness:
    """Ljung and Box's test: squared correlations at small lags, each over its variance."""
    mean, variance = float(x.mean()), float(x.var())
    centred = x - mean
    if variance == 0:
        return Whiteness(kind, mean, 0.0, 0.0, (0,) * x.ndim, 1.0, 1.0, x.size)
    reach = min(max(10, round(math.log(x.size) * 2)), x.size // 5) if x.ndim == 1 else _REACH
    lags = _half_lags(x.ndim, max(reach, 1))
    found = _autocorrelations(centred[None], lags)
    pairs = np.array([math.prod(n - abs(d) for n, d in zip(x.shape, g, strict=True)) for g in lags])

    def statistics(correlations: Array) -> Array:
        # Under independence r(d) has variance pairs / (n (n + 2)), and mean near -pairs / n^2.
        apart = (correlations + pairs / x.size**2) ** 2 / pairs
        return np.asarray(apart.sum(axis=1)) * x.size * (x.size + 2)

    def shuffled(rng: np.random.Generator, count: int) -> Array:
        flat = rng.permuted(np.broadcast_to(centred.ravel(), (count, x.size)), axis=1)
        return statistics(_autocorrelations(flat.reshape(count, *x.shape), lags))

    statistic = float(statistics(found)[0])
    pvalue = float(special.chdtrc(len(lags), statistic))
    if x.ndim == 2 and x.size <= _FEW:
        pvalue = shuffled_pvalue(statistic, pvalue, shuffled)
    found = found[0]
    place = int(np.abs(found).argmax())
    return Whiteness(
        kind, mean, variance, float(found[place]), lags[place], _flatness(centred),
        pvalue, x.size,
    )  # fmt: skip


def _autocorrelations(stack: Array, lags: list[tuple[int, ...]]) -> Array:
    """Of each array of a stack, a column for each lag."""
    axes = tuple(range(1, stack.ndim))
    shape = [fft.next_fast_len(2 * n - 1, real=True) for n in stack.shape[1:]]
    products = fft.irfftn(np.abs(fft.rfftn(stack, shape, axes)) ** 2, shape, axes)
    variances = products[(slice(None),) + (0,) * len(axes)]
    found = [products[(slice(None), *lag)] for lag in lags]
    return np.asarray(np.stack(found, axis=1) / variances[:, None])


def _flatness(centred: Array) -> float:
    """Of a periodogram, whose values are exponential for white noise: its logarithms lie low."""
    window = np.ones(1)
    for n in centred.shape:
        window = np.multiply.outer(window, np.hanning(n + 2)[1:-1])
    power = np.abs(fft.fftn(centred * window.reshape(centred.shape))).ravel()[1:] ** 2
    floor = 1e-30 * float(power.max())
    logarithms = float(np.log(np.maximum(power, floor)).mean()) + _EULER
    return min(1.0, math.exp(logarithms) / float(power.mean())) if floor > 0 else 1.0


def _half_lags(ndim: int, reach: int) -> list[tuple[int, ...]]:
    """One of each lag and its opposite."""
    if ndim == 1:
        return [(d,) for d in range(1, reach + 1)]
    around = range(-reach, reach + 1)
    return [(i, j) for i in around for j in around if (i, j) > (0, 0)]


def _farthest(values: Array, from_: float) -> float:
    return float(values[np.abs(values - from_).argmax()])
