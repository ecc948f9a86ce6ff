"""What a kernel has to do with its results: correlations with a window as large as the results.

With ``y[n] = sum_j w[j] * X[n*s + a + j*d]``, X the signal with what lies outside it, the adjoint
of ``w -> y`` is

    u[j] = sum_n g[n] * X[n*s + a + j*d]

over all n, and over all signals that the kernel served. Few numbers come out and many go in, and
`g` differs at every call: a plan and a kept spectrum would serve nobody. So `X` and `g` are cut
into tiles, the products of their transforms are added up, and one transform at the end gives every
lag: two transforms a tile, whatever the number of taps. Nothing is kept between calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft  # type: ignore[import-untyped]

from intertwine.engine.boundary import FILLED, fold
from intertwine.engine.problem import Axis

Array = NDArray[Any]

#: Samples that are transformed together: they and their spectra stay in a core's second cache.
TOGETHER = 1 << 18

#: Tasks to cut the work into. The number of threads does not change it, so that it does not change
#: the order of additions.
PARTS = 16

#: Boundaries with zeros outside, which stand beyond two axes at once.
ZEROS = ("zero", "renormalize")

#: Tiles are at least so many windows long, or they would give few outputs each.
LEAST_WINDOWS = 4


def kernel_gradient(
    x: Array,
    g: Array,
    axes: Sequence[Axis],
    along: Sequence[int],
    shape: Sequence[int],
    cval: complex = 0.0,
    threads: int = 1,
) -> Array:
    """Return ``u[j] = sum_n g[n] * X[n*s + a + j*d]`` for kernels of this shape.

    A NaN or an infinity makes all of its kernel's gradient NaN.

    Parameters
    ----------
    x : array of samples with an axis for each of `axes`; of length 1 where kernels share samples.
    g : array as long as results are: ``axes[i].m``.
    axes : how the kernel lies on the signal, forward; only those in `along` are filtered.
    along : the axes that the kernel works along.
    shape : the kernel's length along each axis: taps along `along`, elsewhere 1 (all signals are
        added up) or ``axes[i].m`` (each has a kernel of its own).
    cval : the number outside, where a boundary is constant; its real part where `x` is real.
    threads : threads to use; the answer is the same to the bit for any number.

    Examples
    --------
    >>> x, g = np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0])
    >>> kernel_gradient(x, g, [Axis(n=3, m=2, k=2)], [0], [2]).round(12)
    array([21., 32.])
    """
    free = [axis for axis in range(x.ndim) if axis not in along]
    apart = [axis for axis in free if shape[axis] > 1 and x.shape[axis] > 1]
    shared = [axis for axis in free if shape[axis] > 1 and x.shape[axis] == 1]
    summed = [axis for axis in free if shape[axis] == 1]
    order = [*apart, *shared, *summed, *along]
    wanted = [shape[axis] for axis in order]
    back = np.argsort(order)
    if x.size == 0 or g.size == 0:
        return np.zeros(wanted, np.result_type(x, g)).transpose(back)
    cuts = _cuts([axes[axis] for axis in along], cval)
    groups = [prod(g.shape[axis] for axis in those) for those in (apart, shared, summed)]
    signal = x.transpose(order).reshape(groups[0], 1, groups[2], *(c.axis.n for c in cuts))
    grad = g.transpose(order).reshape(*groups, *(c.axis.m for c in cuts))
    sums = _Sums(signal, grad.conj() if np.iscomplexobj(grad) else grad, cuts, cval)
    return sums.lags(threads).reshape(wanted).transpose(back)


@dataclass(frozen=True, slots=True)
class _Cut:
    """One axis in tiles: `length` numbers are transformed, for `outputs` of `g` at a time.

    Where one tile holds everything and zeros lie outside, the zeros before the signal are not
    transformed: lags count from `skipped` samples later, and those before come around the end.
    """

    axis: Axis
    length: int
    outputs: int
    skipped: int = 0

    @property
    def tiles(self) -> int:
        return -(-self.axis.m // self.outputs)

    def window(self, tile: int) -> tuple[int, int, int]:
        """The first of a tile's outputs, the one past its last, and where its samples begin."""
        first = tile * self.outputs
        past = min(first + self.outputs, self.axis.m)
        return first, past, self.axis.start + first * self.axis.stride + self.skipped

    @property
    def lags(self) -> NDArray[np.int64]:
        """Where the taps' numbers lie in a transform that is back."""
        return (np.arange(self.axis.k) * self.axis.dilation - self.skipped) % self.length


def _cuts(lines: Sequence[Axis], cval: complex) -> list[_Cut]:
    """Tiles of no more than `TOGETHER` samples, unless the kernel reaches too far for that."""
    spans = [(line.m - 1) * line.stride + line.reach for line in lines]
    lengths = list(spans)
    least = [LEAST_WINDOWS * line.reach for line in lines]
    while prod(lengths) > TOGETHER:
        excess = [length / low for length, low in zip(lengths, least, strict=True)]
        widest = int(np.argmax(excess))
        if excess[widest] <= 1:
            break
        lengths[widest] = max(lengths[widest] // 2, least[widest])
    return [
        _whole(line, cval) if length == span else _tiled(line, length)
        for line, length, span in zip(lines, lengths, spans, strict=True)
    ]


def _whole(line: Axis, cval: complex) -> _Cut:
    """One tile; zeros before the signal are left out."""
    span = (line.m - 1) * line.stride + line.reach
    zeros = line.boundary in ZEROS or (line.boundary == "constant" and cval == 0)
    if not zeros or not 0 < -line.start < min(line.reach, span):
        return _Cut(line, _fast(span), line.m)
    skipped = -line.start
    samples = min(span - skipped, line.n)
    return _Cut(line, _fast(max(skipped + samples, span - skipped)), line.m, skipped)


def _tiled(line: Axis, length: int) -> _Cut:
    length = _fast(length)
    return _Cut(line, length, (length - line.reach) // line.stride + 1)


def _fast(length: int) -> int:
    return int(fft.next_fast_len(length, real=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Signals of shape (kernels, 1, signals, samples), `grad` with kernels that share samples."""

    signal: Array
    grad: Array
    cuts: Sequence[_Cut]
    cval: complex

    @property
    def complex(self) -> bool:
        return bool(np.iscomplexobj(self.signal) or np.iscomplexobj(self.grad))

    def lags(self, threads: int) -> Array:
        """The gradient of every kernel, in their order."""
        steps, groups = self._steps(), self._groups()
        parts = min(len(steps), max(1, PARTS // len(groups)))
        ends = [len(steps) * part // parts for part in range(parts + 1)]

        def spectrum(task: int) -> Array:
            group, part = divmod(task, parts)
            found = self._spectrum(groups[group], steps[ends[part] : ends[part + 1]])
            return found if parts > 1 else self._back(found)

        with ThreadPoolExecutor(threads) as pool:
            found = list((pool.map if threads > 1 else map)(spectrum, range(len(groups) * parts)))
        if parts == 1:
            return np.concatenate(found)
        starts = range(0, len(found), parts)
        return np.concatenate([self._back(reduce(np.add, found[i : i + parts])) for i in starts])

    def _groups(self) -> list[slice]:
        """Kernels whose small signals are transformed together."""
        kernels, _, count = self.grad.shape[:3]
        most = TOGETHER // (count * prod(cut.length for cut in self.cuts))
        size = max(1, min(most, -(-kernels // PARTS)))
        return [slice(at, at + size) for at in range(0, kernels, size)]

    def _steps(self) -> list[tuple[slice, tuple[int, ...]]]:
        """What is transformed together: a run of signals, and a tile."""
        count = self.grad.shape[2]
        batch = max(1, TOGETHER // prod(cut.length for cut in self.cuts))
        runs = [slice(at, at + batch) for at in range(0, count, batch)]
        return list(product(runs, product(*(range(cut.tiles) for cut in self.cuts))))

    def _spectrum(self, kernels: slice, steps: list[tuple[slice, tuple[int, ...]]]) -> Array:
        """The sum of ``FFT(X) * conj(FFT(g))`` over some steps, for some kernels."""
        total: Any = 0
        for run, tile in steps:
            windows = [cut.window(at) for cut, at in zip(self.cuts, tile, strict=True)]
            firsts = [first for _, _, first in windows]
            own = self._samples(self.signal[kernels, :, run], firsts)
            places: Any = (..., *(slice(first, past) for first, past, _ in windows))
            its = self.grad[kernels, :, run][places]
            product = self._transform(self._spread(its))
            np.conj(product, out=product)
            product *= self._transform(own)
            total = total + product.sum(axis=2)
        return np.asarray(total)

    def _samples(self, x: Array, firsts: list[int]) -> Array:
        """The samples of a tile and those outside the signal; zeros are put there last."""
        places = list(zip(self.cuts, firsts, range(3, x.ndim), strict=True))
        for cut, first, axis in sorted(places, key=lambda p: p[0].axis.boundary in ZEROS):
            line = cut.axis
            last = line.start + (line.m - 1) * line.stride + line.reach
            past = min(first + cut.length, last)
            if cut.skipped:
                past = min(past, line.n)
            x = _taken(x, axis, first, past, line, self.cval)
        return x

    def _spread(self, g: Array) -> Array:
        """`g` with zeros between its entries, as many as the stride left out."""
        strides = [cut.axis.stride for cut in self.cuts]
        if max(strides) == 1:
            return g
        sizes = [(n - 1) * s + 1 for n, s in zip(g.shape[3:], strides, strict=True)]
        spread = np.zeros((*g.shape[:3], *sizes), g.dtype)
        places: Any = (..., *(slice(None, None, s) for s in strides))
        spread[places] = g
        return spread

    def _transform(self, x: Array) -> Array:
        """Forward along the axes of the tile; rows of zeros are added where they are needed."""
        last, *rest = range(x.ndim - 1, 2, -1)
        spectrum = (fft.fft if self.complex else fft.rfft)(x, self.cuts[-1].length, last)
        for axis in rest:
            spectrum = fft.fft(spectrum, self.cuts[axis - 3].length, axis, overwrite_x=True)
        return np.asarray(spectrum)

    def _back(self, spectrum: Array) -> Array:
        """The taps' lags of a sum of products; lags that are not needed go as early as they can."""
        for axis, cut in enumerate(self.cuts[:-1], 2):
            spectrum = fft.ifft(spectrum, axis=axis, overwrite_x=True).take(cut.lags, axis)
        length, lags = self.cuts[-1].length, self.cuts[-1].lags
        inverse = fft.ifft if self.complex else fft.irfft
        return np.asarray(inverse(spectrum, length)[..., lags])


def _taken(x: Array, axis: int, first: int, past: int, line: Axis, cval: complex) -> Array:
    """Samples from `first` to `past` along an axis, by the rule of its boundary."""
    inside = slice(max(first, 0), max(0, min(past, line.n)))
    if (inside.start, inside.stop) == (first, past):
        return x[(slice(None),) * axis + (inside,)]
    if line.boundary not in FILLED:
        return x.take(fold(np.arange(first, past), line.n, line.boundary), axis)
    shape = list(x.shape)
    shape[axis] = past - first
    outside = cval if np.iscomplexobj(x) else complex(cval).real
    fill = outside if line.boundary == "constant" else 0
    surrounded = np.full(shape, fill, x.dtype)
    place = slice(inside.start - first, max(inside.start, inside.stop) - first)
    if inside.stop > inside.start:
        surrounded[(slice(None),) * axis + (place,)] = x[(slice(None),) * axis + (inside,)]
    return surrounded
