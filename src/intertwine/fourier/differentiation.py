"""derivative: differentiation as a product in the Fourier domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.fourier.edges import even_extension
from intertwine.fourier.samples import as_samples, axes_of

Array = NDArray[Any]

EXTENSIONS = ("wrap", "symmetric")
_MOST_ORDER = 64


def derivative(
    x: ArrayLike,
    order: int = 1,
    axes: int | Sequence[int] | None = None,
    *,
    extension: str = "wrap",
) -> Array:
    """Differentiate `order` times along each of `axes`: ``X(f) (2 pi i f)**order``, a sample apart.

    Exact but for rounding where x is periodic and band-limited, below 1/2 cycle per sample: the
    error is about ``eps pi**order`` times the range of x, eps that of the result's type. Of an even
    length, the frequency 1/2 stands for +1/2 and -1/2 alike: odd orders send it to 0, even ones to
    ``(pi i)**order``. Of equal samples every derivative is exactly 0.

    Parameters
    ----------
    x : array
        A signal or an image, real or complex, without NaN and infinities; with more than two axes,
        `axes` says which.
    order : int
        From 1 to 64.
    axes : int or tuple of int, optional
        Differentiate along each, one after the other; all axes of one or two by default.
    extension : {"wrap", "symmetric"}
        What lies outside: the data again, ``1234|1234|1234``, or their mirror image,
        ``4321|1234|4321``. The image has no jump at the ends but a kink, unless the slope is 0
        there: then the derivative is wrong near the ends, and less and less further in. It is exact
        for ``cos(pi k (n + 1/2) / N)``, 0 <= k < N, and what is made of these.

    Returns
    -------
    array of the shape of x
        float32 from float32 and from 8 and 16 bits, else float64; complex from complex.

    Raises
    ------
    ShapeError
        x is empty, or has no such axes.
    DTypeError
        It does not hold numbers.
    OptionError
        A sample is NaN or infinite, or an option is not known.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine import fourier
    >>> t = 2 * np.pi * np.arange(16) / 16
    >>> bool(np.allclose(fourier.derivative(np.sin(t)), np.cos(t) * 2 * np.pi / 16))
    True
    """
    from scipy import fft  # type: ignore[import-untyped]

    samples = as_samples("derivative", x)
    along = axes_of("derivative", samples, axes)
    times = checks.integer("derivative", "order", order, 1, _MOST_ORDER)
    checks.word("derivative", "extension", extension, EXTENSIONS)
    for axis in along:
        length = samples.shape[axis]
        wide = even_extension(samples, (axis,)) if extension == "symmetric" else samples
        size = wide.shape[axis]
        wide = wide - np.take(wide, [0], axis=axis)  # a constant has no slope, and rounds no other
        factor = (2j * np.pi * fft.fftfreq(size)) ** times
        if size % 2 == 0 and times % 2:
            factor[size // 2] = 0
        form = [-1 if a == axis else 1 for a in range(samples.ndim)]
        spectrum = fft.fft(wide, axis=axis)
        answer = fft.ifft(spectrum * factor.astype(spectrum.dtype).reshape(form), axis=axis)
        answer = np.take(answer, range(length), axis=axis)
        samples = answer if np.iscomplexobj(samples) else answer.real
    return np.asarray(samples)
