"""spectrum: a signal or an image as the waves that it is a sum of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.base.errors import OptionError, ShapeError, did_you_mean, shown
from intertwine.fourier.edges import smooth_component
from intertwine.fourier.profiles import Profile, angular, radial
from intertwine.fourier.samples import as_samples, axes_of, positive

Array = NDArray[Any]

DETREND = ("mean", "linear", "periodic")


@dataclass(frozen=True, repr=False)
class Spectrum:
    """``X(f) = sum_n w[n] x[n] exp(-2 pi i f n)`` at the frequencies of the data's own length.

    Attributes
    ----------
    values : complex array of the shape of the data
    frequencies : one array for each transformed axis, in `unit`
    axes : the transformed axes
    unit : "Hz", "cycles per sample" or "cycles per pixel"
    correlation : how much more the mean over frequencies varies under the window; 1 without one
    """

    values: Array
    frequencies: tuple[NDArray[np.float64], ...]
    axes: tuple[int, ...]
    unit: str
    correlation: float = 1.0

    @property
    def amplitude(self) -> Array:
        """``|X|``."""
        return np.abs(self.values)

    @property
    def power(self) -> Array:
        """``|X|^2 / N``; its sum is the sum of the squared samples (Parseval)."""
        count = math.prod(self.values.shape[axis] for axis in self.axes)
        return np.asarray(np.square(self.amplitude) / count)

    @property
    def phase(self) -> Array:
        """The angle of X in radians, -pi to pi; 0 where X is nothing but rounding."""
        size = self.amplitude
        least = size.max() * np.finfo(size.dtype).eps * 16
        return np.where(size > least, np.angle(self.values), 0.0)

    def log(self, floor_db: float = -120.0) -> Array:
        """``20 log10 |X| / max|X|`` in decibels, not below `floor_db`."""
        size = self.amplitude
        largest = float(size.max())
        if largest == 0:
            return np.full(size.shape, floor_db)
        return np.asarray(20 * np.log10(np.maximum(size / largest, 10 ** (floor_db / 20))))

    def radial_profile(self, bins: int | None = None) -> Profile:
        """The mean power by distance from frequency 0, all directions together.

        Rings are centred on the frequencies of the shorter side, or on ``bins`` steps up to 0.5,
        and run out to the corners: ``sum(counts * power)`` is the whole power. A ring that holds no
        frequency is NaN.
        """
        power, down, across = self._picture("radial_profile")
        nyquist = max(float(np.abs(down).max()), float(np.abs(across).max()))
        step = 1 / (min(power.shape) * self._spacing())
        if bins is not None:
            count = checks.integer("radial_profile", "bins", bins, 1)
            step = 0.5 / (count * self._spacing())
        width = min(step, 2 * nyquist) if nyquist else step
        return radial(power, np.hypot(down, across), width, self.unit)

    def angular_profile(self, bins: int = 180) -> Profile:
        """The mean power by direction, from 0 to 180 degrees, frequency 0 and the corners left out.

        The angle is that in which a wave changes, as seen on the screen: 0 degrees points right
        (upright stripes), 90 up (level ones). Noise without a direction is flat within `error`, and
        ``directions`` are those that stand above it.
        """
        power, down, across = self._picture("angular_profile")
        count = checks.integer("angular_profile", "bins", bins, 1)
        spacing = self._spacing()
        return angular(power, down * spacing, across * spacing, count, self.correlation)

    def _spacing(self) -> float:
        """The time or length between two samples."""
        grid, size = self.frequencies[0], self.values.shape[self.axes[0]]
        return 1.0 if size < 2 else float(1 / (size * np.min(np.diff(np.sort(grid)))))

    def __repr__(self) -> str:
        strongest = "x".join(map(str, self.values.shape))
        return f"<Spectrum {strongest}, {self.values.dtype}, axes {self.axes}, {self.unit}>"

    __str__ = __repr__

    def _picture(self, caller: str) -> tuple[Array, Array, Array]:
        if self.values.ndim != 2 or len(self.axes) != 2:
            raise ShapeError(
                f"{caller}: a profile is of one grey image, but the spectrum has shape "
                f"{self.values.shape} along axes {self.axes}.\n  Pass one channel of the image."
            )
        down, across = (self.frequencies[self.axes.index(axis)] for axis in (0, 1))
        return self.power, down[:, None], across[None, :]


def spectrum(
    x: ArrayLike,
    *,
    rate_hz: float | None = None,
    axes: int | Sequence[int] | None = None,
    window: str | None = None,
    shift: bool = True,
    detrend: str | None = None,
) -> Spectrum:
    """The waves in a signal or an image: ``X(f) = sum_n w[n] x[n] exp(-2 pi i f n)``.

    Parameters
    ----------
    x : array
        A signal or a grey image; with more axes, `axes` says which are transformed.
    rate_hz : float, optional
        Samples a second: frequencies are then in hertz. Otherwise in cycles per sample, which for
        images is cycles per pixel.
    axes : int or tuple of int, optional
        By default all axes of a signal or a grey image.
    window : str, optional
        A window of SciPy such as "hann", along each axis: the ends fade to 0, and with them the
        jump between the two ends that draws a '+' in the spectra of images.
    shift : bool
        Put frequency 0 in the middle.
    detrend : {"mean", "linear", "periodic"}, optional
        Take out first: the mean; the best straight slope along each axis; or the smooth part that
        explains the jumps between opposite borders, which removes the '+' and fades nothing
        (Moisan 2011).

    Returns
    -------
    Spectrum
        ``values``, ``frequencies``, ``amplitude``, ``power``, ``phase``, ``log()``,
        ``radial_profile()``, ``angular_profile()``.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        `x` is empty, holds NaN, has too many axes, or an option is not known.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> from intertwine.fourier import spectrum
    >>> wave = np.sin(2 * np.pi * 50 * np.arange(1000) / 1000)
    >>> found = spectrum(wave, rate_hz=1000)
    >>> float(abs(found.frequencies[0][found.power.argmax()]))
    50.0
    """
    from scipy import fft  # type: ignore[import-untyped]

    samples = as_samples("spectrum", x)
    along = axes_of("spectrum", samples, axes)
    step = 1.0 if rate_hz is None else 1 / positive("spectrum", "rate_hz", rate_hz, np.inf, "hertz")
    checks.flag("spectrum", "shift", shift)
    prepared = _windowed(_level(samples, along, detrend), along, window)
    values = fft.fftn(prepared, axes=along)
    grids = tuple(
        np.asarray(np.fft.fftfreq(samples.shape[axis], step), np.float64) for axis in along
    )
    if shift:
        values = fft.fftshift(values, axes=along)
        grids = tuple(np.asarray(np.fft.fftshift(grid), np.float64) for grid in grids)
    plain = "cycles per pixel" if len(along) == 2 else "cycles per sample"
    unit = plain if rate_hz is None else "Hz"
    return Spectrum(values, grids, along, unit, _correlation(samples, along, window))


def _level(x: Array, axes: tuple[int, ...], detrend: str | None) -> Array:
    """`x` without what `detrend` names."""
    if detrend is None:
        return x
    checks.word("spectrum", "detrend", detrend, DETREND)
    if detrend == "mean":
        return np.asarray(x - x.mean(axis=axes, keepdims=True))
    if detrend == "periodic":
        return np.asarray(x - smooth_component(x, axes))
    from scipy import signal

    for axis in axes:
        x = signal.detrend(x, axis=axis, type="linear")
    return x


def _windowed(x: Array, axes: tuple[int, ...], window: str | None) -> Array:
    if window is None:
        return x
    for axis in axes:
        form = [-1 if a == axis else 1 for a in range(x.ndim)]
        x = x * window_weights(window, x.shape[axis]).reshape(form).astype(x.real.dtype)
    return x


def _correlation(x: Array, axes: tuple[int, ...], window: str | None) -> float:
    """``N sum w**4 / (sum w**2)**2`` for each axis: neighbours share their noise."""
    if window is None:
        return 1.0
    lines = (window_weights(window, x.shape[axis]) for axis in axes)
    sums = ((w.size * float((w**4).sum()), float((w**2).sum()) ** 2) for w in lines)
    return math.prod(top / below if below else 1.0 for top, below in sums)


def window_weights(window: str, size: int) -> Array:
    """Return SciPy's window of this name; OptionError where there is none."""
    from scipy.signal import windows  # type: ignore[import-untyped]

    try:
        return np.asarray(windows.get_window(window, size))
    except (ValueError, TypeError) as error:
        known = [name for name in windows.__all__ if name != "get_window"]
        raise OptionError(
            f"spectrum: `window={shown(window)}` is no window of SciPy that needs no more than "
            f"its name.{did_you_mean(window, known)}\n"
            f"  Pass for example 'hann', 'blackman' or 'tukey'."
        ) from error
