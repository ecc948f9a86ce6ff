"""`rotation`: how a picture was turned, scaled and shifted to become another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.checks import flag
from intertwine.base.errors import ShapeError
from intertwine.registration.certainty import of_rotations
from intertwine.registration.picture import Grey, as_scene, checked
from intertwine.registration.search import Answer, alike_turns, search
from intertwine.registration.similarity import Frame, Similarity, inside
from intertwine.registration.warp import warped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]


#: Candidates with a lower confidence are not listed.
_WORTH_LISTING = 0.001


@dataclass(frozen=True, slots=True)
class RotationCandidate:
    """One motion that explains something, and the probability that it is the right one."""

    angle_deg: float
    scale: float
    shift: tuple[float, float]
    confidence: float


@dataclass(frozen=True, slots=True)
class Rotation:
    """What turns picture `a` into picture `b`; see `rotation` for the signs.

    Attributes
    ----------
    angle_deg : float
        Counter-clockwise as the pictures are seen, above -180 and at most 180.
    scale : float
        How much larger things are in `b`: 1.0 unless ``scale=True`` was asked for.
    shift : (rows, columns)
        Where the centre of `a` lies in `b`, from the centre of `b`, in pixels of `b`.
    confidence : float
        From 0 to 1: in how many of such cases the answer is right to a degree.
    agreement : float
        The correlation of the two pictures, aligned and band-passed, where they overlap: near 1
        without noise, lower with noise, near 0 for pictures that have nothing in common.
    overlap : float
        The share of the smaller picture that the other one shows too.
    candidates : tuple of RotationCandidate
        This motion first; its equals, where rotations map the picture to itself (their confidence
        is at most one over their number); then others that explain a part, such as an overlay that
        does not move.
    """

    angle_deg: float
    scale: float
    shift: tuple[float, float]
    confidence: float
    agreement: float
    overlap: float
    candidates: tuple[RotationCandidate, ...]
    _pictures: tuple[Grey, Grey] = field(repr=False, compare=False)

    @property
    def motion(self) -> Similarity:
        """The same as a function of positions from the centres: ``scale * R p + shift``."""
        return Similarity(math.radians(self.angle_deg), self.scale, self.shift)

    def align(self, image: ArrayLike, *, fill: float = 0.0) -> Array:
        """Turn `image`, which lies as `b` does, back so that it lies on `a`.

        Parameters
        ----------
        image : (H, W) or (H, W, channels) array
            `b` itself, or anything of its height and width. Its type is kept.
        fill : float
            The level of pixels that `b` does not show.

        Returns
        -------
        array of the height and width of `a`
            Interpolated by cubic splines and kept within the levels of `image`.

        Raises
        ------
        ShapeError
            `image` is not of the height and width of `b`.
        """
        given = checked("Rotation.align", "image", image)
        one, other = (picture.shape for picture in self._pictures)
        if given.shape[:2] != other:
            raise ShapeError(
                f"Rotation.align: `image` is {given.shape[0]} x {given.shape[1]} pixels, `b` was "
                f"{other[0]} x {other[1]}.\n"
                f"  Pass `b`, or a picture that lies as it does."
            )
        return warped(given, one, self.motion, fill)

    def plot(self) -> Figure:
        """Draw `a`, `b`, and `a` with the aligned `b` laid over it, as a Matplotlib figure.

        In the overlay `a` is red and `b` cyan: where they agree it is grey.
        """
        from intertwine.registration.overlay import drawn

        return drawn(self, *self._pictures)


def rotation(
    a: ArrayLike,
    b: ArrayLike,
    *,
    scale: bool = False,
    shift: bool = True,
    mask: ArrayLike | None = None,
    mask_b: ArrayLike | None = None,
) -> Rotation:
    """Find how `a` was turned to become `b`: ``b(scale * R(angle) p + shift) = a(p)``.

    `p` is a position from the centre of `a`, and the result one from the centre of `b`, both as
    (row, column). Angles are counter-clockwise as the pictures are seen, row 0 on top, so that
    ``b = np.rot90(a)`` is +90 and ``b = scipy.ndimage.rotate(a, 30)`` is +30::

            a                 b, angle_deg = +90
        +---------+           +---------+
        |  ^      |           |         |
        |  |      |           |  <---   |
        |         |           |         |
        +---------+           +---------+

    The sizes of the two spectra, over angle and logarithm of frequency, are shifted copies of each
    other (Reddy and Chatterji, 1996). What they propose, and half a turn further, is tried by phase
    correlation of the pictures. The best are judged as `intertwine.registration.translation` judges
    shifts, by how much of the overlap agrees, and refined by least squares on the pixels that both
    show (as in Evangelidis and Psarakis, 2008).

    Parameters
    ----------
    a, b : (H, W) or (H, W, channels) arrays
        At least 16 x 16 pixels each; they may differ in size, type and number of channels. Colours
        are compared by their brightness, and opacity does not count.
    scale : bool
        Whether `b` may be scaled too, by a factor from 0.5 to 2.
    shift : bool
        Whether `b` may be shifted too. Without, both are turned about their centres.
    mask, mask_b : (H, W) bool arrays, optional
        True where a pixel of `a`, or of `b`, counts. NaN never does. What stands still in front of
        a moving scene (a scale bar, a time stamp, an endoscope's rim) is best left out.

    Returns
    -------
    Rotation
        With ``angle_deg``, ``scale``, ``shift``, ``confidence``, ``candidates``, ``align(image)``
        and ``plot()``.

    Raises
    ------
    ShapeError
        A picture has the wrong number of axes or channels, or a side below 16 pixels.
    DTypeError
        A picture does not hold real numbers, or a mask no booleans.
    OptionError
        A picture is constant, holds Inf, or has too few pixels that count; `scale` or `shift` is
        not a bool.

    Notes
    -----
    An answer is always given: ask for its ``confidence``, which is low where nothing fits, and
    where several rotations fit alike. A zoom is looked for with ``scale=True`` only. Pictures above
    1024 pixels a side are compared at half, a third, ... of their size.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> a = iw.convolve(np.random.default_rng(0).random((64, 64)), iw.kernels.gaussian(1, ndim=2))
    >>> found = iw.rotation(a, np.rot90(a))
    >>> round(found.angle_deg, 3), found.confidence > 0.9
    (90.0, True)
    """
    for name, value in (("scale", scale), ("shift", shift)):
        advice = f"It says whether a {name} is looked for; the {name} found is in the result."
        flag("rotation", name, value, advice)
    one = as_scene("rotation", "a", a, mask, "mask")
    other = as_scene("rotation", "b", b, mask_b, "mask_b")
    answer = search(one, other, scale=bool(scale), shift=bool(shift))
    best = answer.found[0].fit
    candidates = _candidates(answer)
    return Rotation(
        angle_deg=_degrees(best.motion),
        scale=best.motion.scale,
        shift=best.motion.shift,
        confidence=candidates[0].confidence,
        agreement=best.agreement,
        overlap=_overlap(one.values, other.values, best.motion),
        candidates=candidates,
        _pictures=(one.values, other.values),
    )


def _degrees(motion: Similarity) -> float:
    angle = math.degrees(math.remainder(motion.turn, 2 * math.pi))
    return 180.0 if angle <= -180.0 else angle


def _overlap(one: Grey, other: Grey, motion: Similarity) -> float:
    """The share of the smaller picture that the other shows, a pixel reaching half a step out."""
    seen = inside(Frame.of(other.shape), Frame.of(one.shape), motion, margin=-0.5)
    smaller = min(one.size, other.size / motion.scale**2)
    return min(1.0, float(np.count_nonzero(seen)) / smaller)


def _candidates(answer: Answer) -> tuple[RotationCandidate, ...]:
    """The best and its equals share its confidence; then the others worth listing."""
    sure, *others = of_rotations(answer)
    alike = [answer.found[0].fit.motion, *answer.equals]
    listed = [(motion, sure / len(alike)) for motion in alike]
    listed += [
        (found.fit.motion, each)
        for found, each in zip(answer.found[1:], others, strict=True)
        if each > _WORTH_LISTING and not any(alike_turns(found.fit.motion, m) for m in alike)
    ]
    return tuple(
        RotationCandidate(_degrees(motion), motion.scale, motion.shift, each)
        for motion, each in listed
    )
