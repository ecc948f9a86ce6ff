"""Is anything of a convolution left in the residual?  Neighbours that agree say so.

For independent noise, of any size that changes from place to place, and any small lag d

    z[d] = (sum_n e[n] e[n + d] + lost[d]) / sqrt(sum_n e[n]^2 e[n + d]^2)

is standard normal. ``lost`` is what the fit takes away: taps follow the noise a little, so that the
residual is ``(I - H) noise``, which is not white. With S the shift by d

    lost[d] = variance * trace(S H + H S - H S H)

and a trace is the mean of ``v' (...) v`` over random signs v (Hutchinson, 1989).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from intertwine.learn.fitting.pairs import Pair

Array = NDArray[np.float64]

#: How far lags reach, by the number of axes; further axes take 1.
_REACH = {1: 8, 2: 2}
_MOST_DRAWS = 32


@dataclass(frozen=True, slots=True)
class Whiteness:
    """How independent the residual's neighbours are.

    Attributes
    ----------
    correlation : float
        The correlation of residuals at the lag where it is largest in size; 0 for white noise.
    lag : tuple of int
        That lag, along the axes of the kernel; the channel's first where there are several.
    p_value : float
        How likely independent noise is to show lags at least as unlike 0, all tried together.
    """

    correlation: float
    lag: tuple[int, ...]
    p_value: float

    @property
    def is_white(self) -> bool:
        """Whether independent noise would pass for it: a p-value of at least 0.01."""
        return self.p_value >= 0.01


def whiteness(
    pairs: Sequence[Pair],
    residuals: Sequence[Array],
    variance: float,
    followed: Callable[[Sequence[Array]], Sequence[Array]],
    taps: float,
) -> Whiteness:
    """Test small lags together: the sum of ``z[d]^2`` is chi-squared with one degree for each.

    ``followed(noise)`` is ``H noise``, what the kernel fitted to noise predicts of it; `taps` is
    the trace of H.
    """
    lags = list(lags_of(residuals[0].ndim - 1, max(len(pair.source) for pair in pairs)))
    traces = _traces(pairs, lags, followed, taps)
    z, correlations = [], []
    for lag, lost in zip(lags, traces, strict=True):
        agree, spread, size = variance * lost, 0.0, 0.0
        for residual in residuals:
            one, other = _shifted(residual, lag)
            product = one * other
            agree += float(product.sum())
            spread += float((product**2).sum())
            size += float((one**2).sum() + (other**2).sum()) / 2
        z.append(agree / spread**0.5 if spread > 0 else 0.0)
        correlations.append(agree / size if size > 0 else 0.0)
    strongest = int(np.abs(correlations).argmax())
    p_value = float(special.chdtrc(len(z), float(np.square(z).sum())))
    correlation = float(np.clip(correlations[strongest], -1, 1))
    return Whiteness(correlation, lags[strongest][0 if lags[0][0] else 1 :], p_value)


def lags_of(ndim: int, channels: int) -> Iterator[tuple[int, ...]]:
    """One of each lag and its opposite; that of the channel first, alone."""
    reach = _REACH.get(ndim, 1)
    zero = (0,) * (ndim + 1)
    if channels > 1:
        yield (1, *zero[1:])
    for lag in itertools.product(*(range(-reach, reach + 1) for _ in range(ndim))):
        if (0, *lag) > zero:
            yield (0, *lag)


def correlation(arrays: Sequence[Array], lag: tuple[int, ...]) -> float:
    """How neighbours at a lag agree, 1 at most."""
    agree = size = 0.0
    for array in arrays:
        one, other = _shifted(array, lag)
        agree += float((one * other).sum())
        size += float((array**2).sum())
    return agree / size if size > 0 else 0.0


def _shifted(array: Array, lag: tuple[int, ...]) -> tuple[Array, Array]:
    """The samples that have one at `lag`, and those."""
    ends = [max(0, n - abs(d)) for n, d in zip(array.shape, lag, strict=True)]
    one = tuple(slice(max(0, -d), max(0, -d) + n) for n, d in zip(ends, lag, strict=True))
    other = tuple(slice(max(0, d), max(0, d) + n) for n, d in zip(ends, lag, strict=True))
    return array[one], array[other]


def _traces(
    pairs: Sequence[Pair],
    lags: Sequence[tuple[int, ...]],
    followed: Callable[[Sequence[Array]], Sequence[Array]],
    taps: float,
) -> list[float]:
    """``trace(S H + H S - H S H)`` for each lag, by random signs.

    One draw is off by about ``sqrt(2 taps)`` and the sum that it corrects by ``sqrt(rows)``: as
    many are drawn as make the first a fifth of the second.
    """
    rows = sum(pair.rows for pair in pairs)
    draws = min(1 + int(50 * taps / rows), _MOST_DRAWS)
    rng = np.random.default_rng(0)
    totals = [0.0] * len(lags)
    for _ in range(draws):
        signs: list[Array] = [
            np.where(True if pair.counts is None else pair.counts, each, 0.0)
            for pair in pairs
            for each in [rng.choice([-1.0, 1.0], pair.target.shape)]
        ]
        for sign, follows in zip(signs, followed(signs), strict=True):
            for place, lag in enumerate(lags):
                (v, v_at), (h, h_at) = _shifted(sign, lag), _shifted(follows, lag)
                totals[place] += float((v * h_at + h * v_at - h * h_at).sum())
    return [total / draws for total in totals]
