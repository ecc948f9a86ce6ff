"""`translation`: how far a signal, picture or volume is shifted, to a small part of a sample."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from intertwine.base.errors import ShapeError
from intertwine.registration.certainty import confidences
from intertwine.registration.samples import evened
from intertwine.registration.translation_fit import searched

#: Candidates with a lower confidence are not listed, but for the best.
_WORTH_LISTING = 0.001


@dataclass(frozen=True, slots=True)
class ShiftCandidate:
    """One shift that explains something, and the probability that it is the right one."""

    shift: tuple[float, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Translation:
    """How far `b` is shifted against `a`.

    Attributes
    ----------
    shift : tuple of float
        One number of samples for each axis: what `a` shows at `n`, `b` shows at ``n + shift``.
    confidence : float
        From 0 to 1: in how many of such cases the answer is right to a sample.
    candidates : tuple of ShiftCandidate
        This shift first, then others that explain a part: an overlay that does not move, a
        foreground with its own motion, a texture that repeats.
    """

    shift: tuple[float, ...]
    confidence: float
    candidates: tuple[ShiftCandidate, ...]


def translation(
    a: ArrayLike,
    b: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    mask_b: ArrayLike | None = None,
) -> Translation:
    """Find the shift with ``b(n + shift) = a(n)``, to a few hundredths of a sample.

    Both are split into octaves. For every shift, each octave's correlation over the overlap says
    how unlikely such an agreement is by chance; the pair itself tells what chance does. Of the
    shifts with the most evidence, the one under which more of the picture agrees comes first; least
    squares on the samples that agree give the fraction of a sample.

    Parameters
    ----------
    a, b : arrays of one shape, with 1 to 3 axes
        At least 16 samples on every axis. NaN is missing.
    mask, mask_b : bool arrays of that shape, optional
        True where a sample of `a`, or of `b`, counts. What stands still in front of a moving scene
        (a scale bar, a time stamp, hot pixels) is best left out.

    Returns
    -------
    Translation
        ``shift``, one number for each axis, ``confidence`` and ``candidates``.

    Raises
    ------
    ShapeError
        The shapes differ, have too many axes, or an axis is shorter than 16 samples.
    DTypeError
        The data are no real numbers, or a mask holds no booleans.
    OptionError
        One of them is constant, holds Inf, or has too few samples that count.

    Notes
    -----
    An answer is always given: ask for its ``confidence``. The sign is the opposite of that of
    ``skimage.registration.phase_cross_correlation``, which returns the way back.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> from intertwine.registration import translation
    >>> a = iw.convolve(np.random.default_rng(0).random((64, 64)), iw.kernels.gaussian(1, ndim=2))
    >>> found = translation(a, np.roll(a, (3, -5), axis=(0, 1)))
    >>> [round(n, 2) for n in found.shift], found.confidence > 0.9
    ([3.0, -5.0], True)
    """
    one = evened("translation", "a", a, mask, "mask")
    other = evened("translation", "b", b, mask_b, "mask_b")
    if one.values.shape != other.values.shape:
        raise ShapeError(
            f"translation: `a` and `b` differ in shape.\n"
            f"  a: {one.values.shape}    b: {other.values.shape}\n"
            f"  Cut both to one shape; for pictures of different size there is iw.rotation."
        )
    found = searched(one.values, other.values, (one.mask, other.mask))
    if not found:
        nothing = (0.0,) * one.values.ndim
        return Translation(nothing, 0.0, (ShiftCandidate(nothing, 0.0),))
    listed = [
        ShiftCandidate(each.shift, sure)
        for each, sure in zip(found, confidences(found), strict=True)
    ]
    kept = tuple(c for i, c in enumerate(listed) if i == 0 or c.confidence > _WORTH_LISTING)
    return Translation(kept[0].shift, kept[0].confidence, kept)
