"""Is anything of a convolution left in the residual?  Neighbours that agree say so.

For independent noise, of any size that changes from place to place, and any small lag d

    z[d] = (sum_n e[n] e[n + d] + lost[d]) / sqrt(sum_n e[n]^2 e[n + d]^2)

is standard normal. ``lost`` is what the fit takes away: taps follow the noise a little, and the
residual of T taps is not white but loses ``variance * trace(hat shifted by d)``. That trace needs only
the sums of `inverse` along its diagonals and the autocorrelation of the source.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from intertwine.convolution import correlate
from intertwine.learn.fitting.pairs import Pair, Window

Array = NDArray[np.float64]

#: How far lags reach, by the number of axes; further axes take 1.
_REACH = {1: 8, 2: 2}


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
    window: Window,
    inverse: Array,
    variance: float,
) -> Whiteness:
    """Test small lags together: the sum of ``z[d]^2`` is chi-squared with one degree for each."""
    channels = max(len(pair.source) for pair in pairs)
    lags = list(_lags(len(window.shape), channels))
    traces = _traces(pairs, window, lags, inverse)
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
    return Whiteness(correlation, lags[strongest] if channels > 1 else lags[strongest][1:], p_value)


def _lags(ndim: int, channels: int) -> Iterator[tuple[int, ...]]:
    """One of each lag and its opposite; that of the channel first, alone."""
    reach = _REACH.get(ndim, 1)
    zero = (0,) * (ndim + 1)
    if channels > 1:
        yield (1, *zero[1:])
    for lag in itertools.product(*(range(-reach, reach + 1) for _ in range(ndim))):
        if (0, *lag) > zero:
            yield (0, *lag)


def _shifted(array: Array, lag: tuple[int, ...]) -> tuple[Array, Array]:
    """The samples that have one at `lag`, and those."""
    one = tuple(slice(max(0, -d), n - max(0, d)) for n, d in zip(array.shape, lag, strict=True))
    other = tuple(slice(max(0, d), n - max(0, -d)) for n, d in zip(array.shape, lag, strict=True))
    return array[one], array[other]


def _diagonal_sums(inverse: Array, shape: tuple[int, ...]) -> Array:
    """``sum of inverse[v, u]`` over all taps with ``u - v`` the same, from -(K - 1) to K - 1."""
    whole = inverse.reshape(*shape, *shape)
    sums = np.zeros([2 * n - 1 for n in shape])
    for tap in np.ndindex(*shape):
        start = (n - 1 - at for n, at in zip(shape, tap, strict=True))
        sums[tuple(slice(at, at + n) for at, n in zip(start, shape, strict=True))] += whole[tap]
    return sums


def _traces(
    pairs: Sequence[Pair], window: Window, lags: Sequence[tuple[int, ...]], inverse: Array
) -> list[float]:
    """``trace(hat shifted by lag)``, the source's autocorrelation taken to be that of every window.

    ``sum_e diagonals[e] * R[e + lag]`` with ``R[e] = sum_n source[n] source[n + e]`` for as many n
    as there are targets.
    """
    diagonals = _diagonal_sums(inverse, window.shape)
    reach = [n - 1 + max(abs(lag[1 + axis]) for lag in lags) for axis, n in enumerate(window.shape)]
    sides = [(n, n) for n in reach]
    around = {}
    for step in {lag[0] for lag in lags}:
        around[step] = np.zeros([2 * n + 1 for n in reach])
        for pair in pairs:
            # The whole source is somewhat larger than the part under any one tap.
            share = pair.rows / pair.source.size
            for one, other in zip(pair.source, pair.source[step:], strict=False):
                around[step] += share * correlate(np.pad(other, sides), one, mode="valid")
    traces = []
    for lag in lags:
        starts = [r + d - (n - 1) for r, d, n in zip(reach, lag[1:], window.shape, strict=True)]
        ends = [s + 2 * n - 1 for s, n in zip(starts, window.shape, strict=True)]
        part = around[lag[0]][tuple(slice(s, e) for s, e in zip(starts, ends, strict=True))]
        traces.append(float((diagonals * part).sum()))
    return traces
