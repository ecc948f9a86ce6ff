"""Frequency filters: a kernel that is given by its spectrum, for data of any size.

A filter multiplies each frequency by a number between 0 and 1. By the convolution theorem that is a
convolution, with the kernel whose spectrum these numbers are: `FrequencyFilter.kernel` gives its
taps.

A hard edge in frequency is a kernel that swings for ever (sinc, or Bessel's J1 in two dimensions):
edges in the picture get echoes, the ringing that `overshoot` measures. Smooth edges do not ring,
and let some of what should be stopped through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.base.boundaries import check_boundary
from intertwine.base.errors import OptionError, counted, shown
from intertwine.fourier.edges import even_extension
from intertwine.fourier.samples import as_samples, axes_of, positive
from intertwine.kernel import Kernel

Array = NDArray[Any]
Frequencies = tuple[NDArray[np.float64], ...]
Response = Callable[[Frequencies], NDArray[np.float64]]

EDGES = ("gaussian", "hard", "butterworth")
BOUNDARIES = ("symmetric", "wrap")
_UNIT = "cycles per sample (divide hertz by the sampling rate)"


@dataclass(frozen=True)
class FrequencyFilter:
    """What each frequency is multiplied by: ``y = F^-1(H(f) F(x))``.

    `low_pass` and the like make them.

    ``h @ x`` filters, as a Kernel does, with the ends mirrored (even extension) so that no border
    meets the opposite one. ``h * g`` is both after one another, ``1 - h`` what h takes out.

    Attributes
    ----------
    response : callable
        H: takes one array of frequencies an axis, in cycles per sample, that broadcast against each
        other.
    name : str
        A label for people.
    """

    response: Response
    name: str

    def __matmul__(self, x: ArrayLike) -> Any:
        """Filter all axes of a signal or an image: ``h @ x`` is ``h.apply(x)``."""
        if isinstance(x, FrequencyFilter | Kernel):
            return NotImplemented
        return self.apply(x)

    __array_ufunc__ = None

    def __mul__(self, other: FrequencyFilter) -> FrequencyFilter:
        """Both filters after one another: their responses multiply."""
        if not isinstance(other, FrequencyFilter):
            return NotImplemented
        return FrequencyFilter(
            lambda f: self.response(f) * other.response(f), f"{self.name} * {other.name}"
        )

    def __rsub__(self, one: int) -> FrequencyFilter:
        """``1 - h``: what h takes out."""
        if one != 1:
            return NotImplemented
        return FrequencyFilter(lambda f: 1 - self.response(f), f"1 - {self.name}")

    def apply(
        self,
        x: ArrayLike,
        *,
        axes: int | Sequence[int] | None = None,
        boundary: str = "symmetric",
    ) -> Array:
        """Filter `x` along `axes`.

        Parameters
        ----------
        x : array
            Real or complex samples, all finite: every frequency depends on every sample.
        axes : int or tuple of int, optional
            By default all axes of a signal or a grey image; ``(0, 1)`` for an image with channels.
        boundary : {"symmetric", "wrap"}
            symmetric ``21|1234|43``: the data are mirrored, their ends meet themselves; wrap
            ``34|1234|12``: the last sample stands beside the first.

        Returns
        -------
        array of the shape of `x`
            float32 stays float32, 8 and 16 bits give float32, wider types float64.
        """
        from scipy import fft  # type: ignore[import-untyped]

        samples = as_samples("filter", x)
        along = axes_of("filter", samples, axes)
        check_boundary("filter", boundary, BOUNDARIES)
        whole = even_extension(samples, along) if boundary == "symmetric" else samples
        weights = self._weights(whole.shape, along)
        if whole.dtype.kind == "c":
            result = fft.ifftn(fft.fftn(whole, axes=along) * weights, axes=along)
        else:
            half = weights[_first_half(whole.shape, along)]
            spectrum = fft.rfftn(whole, axes=along) * half.astype(whole.dtype)
            result = fft.irfftn(spectrum, s=[whole.shape[a] for a in along], axes=along)
        return np.ascontiguousarray(result[tuple(slice(n) for n in samples.shape)])

    def kernel(self, shape: int | Sequence[int]) -> Kernel:
        """The taps of this filter on data of this shape, as a `Kernel`.

        ``convolve(x, h.kernel(x.shape), boundary="wrap")`` is ``h.apply(x, boundary="wrap")``, and
        with twice the shape and ``boundary="symmetric"`` it is ``h @ x``.
        """
        from scipy import fft

        lengths = (shape,) if checks.is_integer(shape) else tuple(shape)  # type: ignore[arg-type]
        sizes = tuple(checks.integer("kernel", "shape", n, 1) for n in lengths)
        along = tuple(range(len(sizes)))
        taps = fft.fftshift(fft.ifftn(self._weights(sizes, along)).real)
        return Kernel(taps, origin=tuple(n // 2 for n in sizes), name=self.name)

    def _weights(self, shape: tuple[int, ...], along: tuple[int, ...]) -> NDArray[np.float64]:
        """H for every place of the spectrum; `response` sees the axes in the order asked for."""
        grids: list[NDArray[np.float64]] = []
        for axis in along:
            form = [shape[axis] if a == axis else 1 for a in range(len(shape))]
            grids.append(np.asarray(np.fft.fftfreq(shape[axis]).reshape(form), np.float64))
        return np.asarray(self.response(tuple(grids)))

    def __repr__(self) -> str:
        return f"FrequencyFilter({self.name})"


def _first_half(shape: tuple[int, ...], along: tuple[int, ...]) -> tuple[slice, ...]:
    """What rfftn keeps of a full spectrum: frequencies from 0 up along the last axis."""
    keep = [slice(None)] * len(shape)
    keep[along[-1]] = slice(shape[along[-1]] // 2 + 1)
    return tuple(keep)


def low_pass(cutoff: float, edge: str = "gaussian", *, order: int = 2) -> FrequencyFilter:
    """Keep frequencies below `cutoff`: a circle in an image's spectrum.

    With ``r = |f| / cutoff``: hard ``H = 1 where r <= 1``; Gaussian ``H = 2^(-r^2 / 2)``;
    Butterworth ``H = 1 / sqrt(1 + r^(2 order))``. The last two halve the power at the cutoff (-3
    dB).

    Parameters
    ----------
    cutoff : float
        Cycles per sample, above 0 and up to 1. 0.5 is the finest wave along an axis; divide hertz
        by the sampling rate.
    edge : {"gaussian", "hard", "butterworth"}
        How the filter goes from 1 to 0. Gaussian: no ringing; hard: the most.
    order : int
        Butterworth's steepness, 1 and more.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.fourier import low_pass
    >>> wave = np.cos(2 * np.pi * 0.25 * np.arange(64))
    >>> float(np.abs(low_pass(0.1, "hard").apply(3 + wave, boundary="wrap") - 3).max()) < 1e-12
    True
    """
    name = _label("low_pass", edge, order, cutoff)
    return FrequencyFilter(_low("low_pass", cutoff, edge, order), name)


def high_pass(cutoff: float, edge: str = "gaussian", *, order: int = 2) -> FrequencyFilter:
    """Keep frequencies above `cutoff`: ``1 - low_pass(cutoff, edge, order=order)``.

    Its mean is 0, and what the two give adds up to the data.
    """
    low = _low("high_pass", cutoff, edge, order)
    return FrequencyFilter(lambda f: 1 - low(f), _label("high_pass", edge, order, cutoff))


def band_pass(
    low: float, high: float, edge: str = "gaussian", *, order: int = 2
) -> FrequencyFilter:
    """Keep frequencies from `low` to `high`: ``(1 - L(low)) L(high)`` with low-passes L."""
    below, above = _low("band_pass", low, edge, order), _low("band_pass", high, edge, order)
    if not low < high:
        raise OptionError(
            f"band_pass: `low={low:g}` must be below `high={high:g}`.\n  Swap the two."
        )
    name = _label("band_pass", edge, order, low, high)
    return FrequencyFilter(lambda f: (1 - below(f)) * above(f), name)


def notch(
    frequency: float | Sequence[float], width: float, edge: str = "gaussian", *, order: int = 2
) -> FrequencyFilter:
    """Take one wave out, with all within `width` of it: hum of a mains, stripes of a scan.

    ``H = (1 - L(f - f0)) (1 - L(f + f0))``, L a low-pass with cutoff `width`: a real wave has two
    places in the spectrum, opposite each other.

    Parameters
    ----------
    frequency : float, or one for each axis
        Cycles per sample, -0.5 to 0.5; for an image (down, across).
    width : float
        Cycles per sample.
    """
    centre = np.atleast_1d(np.asarray(frequency, float))
    if centre.ndim != 1 or not centre.size or not (np.abs(centre) <= 0.5).all():
        raise OptionError(
            f"notch: `frequency={shown(frequency)}` must be from -0.5 to 0.5 on each axis, "
            f"in {_UNIT}."
        )
    near = _low("notch", width, edge, order)

    def response(f: Frequencies) -> NDArray[np.float64]:
        if len(f) != len(centre):
            raise OptionError(
                f"notch: `frequency` names {counted(len(centre), 'axis', 'axes')} but the data "
                f"have {len(f)}.\n"
                f"  Pass one frequency for each axis that is filtered."
            )
        left = (1 - near(_moved(f, centre))) * (1 - near(_moved(f, -centre)))
        return np.asarray(left)

    label = ", ".join(f"{c:g}" for c in centre)
    return FrequencyFilter(response, f"notch(({label}), {width:g}, {edge})")


def _moved(f: Frequencies, centre: NDArray[np.float64]) -> Frequencies:
    """Frequencies seen from `centre`, the short way round: 0.5 is beside -0.5."""
    return tuple((g - c + 0.5) % 1 - 0.5 for g, c in zip(f, centre, strict=True))


def _low(caller: str, cutoff: Any, edge: Any, order: Any) -> Response:
    """The response of a low-pass of one of the `EDGES`."""
    checks.word(caller, "edge", edge, EDGES)
    reach = positive(caller, "cutoff" if "band" not in caller else "low, high", cutoff, 1, _UNIT)
    steep = checks.integer(caller, "order", order, 1)

    def response(f: Frequencies) -> NDArray[np.float64]:
        squared: Any = sum(g**2 for g in f)
        if edge == "hard":
            return np.asarray(squared <= reach**2 * (1 + 1e-12), np.float64)
        share = squared / reach**2
        if edge == "gaussian":
            return np.asarray(np.exp(-0.5 * math.log(2) * share))
        return np.asarray(1 / np.sqrt(1 + share**steep))

    return response


def _label(kind: str, edge: str, order: int, *numbers: float) -> str:
    shape = f"{edge}, order={order}" if edge == "butterworth" else edge
    return f"{kind}({', '.join(f'{n:g}' for n in numbers)}, {shape})"


def overshoot(filtered: FrequencyFilter, length: int = 1024) -> float:
    """How far a filter swings beyond a step from 0 to 1, as a share of the step.

    A hard circle gives 0.089 in one dimension whatever its cutoff (Gibbs 1899: Si(pi) / pi - 1/2),
    a Gaussian 0. For an image this is its answer to a straight edge.

    Examples
    --------
    >>> from intertwine.fourier import low_pass, overshoot
    >>> round(overshoot(low_pass(0.05, "hard")), 3), round(overshoot(low_pass(0.05)), 3)
    (0.089, 0.0)
    """
    size = checks.integer("overshoot", "length", length, 16)
    step = np.zeros(size)
    step[size // 2 :] = 1
    answer = filtered.apply(step)
    return max(float(answer.max()) - 1, -float(answer.min()), 0.0)
