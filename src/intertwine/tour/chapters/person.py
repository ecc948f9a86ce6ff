"""A face, turned upside down, finds itself: convolution as search."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, size

TITLE = "The person and the upside-down face"

_TURN_DEG, _ENLARGED = 30.0, 1.2


def write(photo: Photo) -> list[Block]:
    grey = photo.grey
    top, left, height, width = _part(grey)
    face = grey[top : top + height, left : left + width]
    level = float(grey.mean())
    kernel = face - face.mean()
    answer = iw.correlate(grey - level, kernel, boundary="zero")
    row, column = (int(i) for i in np.unravel_index(answer.argmax(), answer.shape))
    middle = top + height // 2, left + width // 2
    blocks: list[Block] = [
        "A convolution can also **search**. We cut a part out of the photo, from the upper middle, "
        f"where portraits have their face: {size(face.shape)} pixels from row {top}, column "
        f"{left}. Its mean is taken off, so that bright places do not win just by being bright.",
        "Convolution turns its kernel by 180 degrees. To look for the face as it is we hand over "
        "the face **upside down**: the second turn undoes the first. Padded with zeros to the size "
        "of the photo it makes no difference to the sums; this is how the product of two Fourier "
        "transforms sees it.",
        _cut(photo, kernel, (top, left)),
        f"At each pixel all {face.size:,} products of the kernel and the levels below it are added "
        "up. Where the photo runs as the kernel does, bright on bright and dark on dark, nearly "
        "all products are positive, and a **white spot** appears.",
        _spot(answer),
        f"The brightest pixel lies at row {row}, column {column}; the middle of the part is row "
        f"{middle[0]}, column {middle[1]}."
        + (
            " The face has found itself."
            if abs(row - middle[0]) <= 1 and abs(column - middle[1]) <= 1
            else " They differ: somewhere else the contrast is so strong that half a likeness "
            "weighs more than all of the face."
        ),
    ]
    if np.ptp(face) == 0:
        return [*blocks, "This part is of one level throughout: it looks like nothing at all, and "
                "no search could tell it from any other such part."]  # fmt: skip
    return [*blocks, *_normalised(grey, face), *_turned(grey, face, (top, left)), *_deeper()]


def _part(grey: np.ndarray) -> tuple[int, int, int, int]:
    """Top, left, height and width of a part in the upper middle."""
    rows, columns = grey.shape
    side = min(rows, columns) // 4
    return int(0.30 * rows) - side // 2, columns // 2 - side // 2, side, side


def _cut(photo: Photo, kernel: np.ndarray, corner: tuple[int, int]) -> Figure:
    height, width = kernel.shape
    padded = np.zeros(photo.grey.shape, np.float32)
    padded[:height, :width] = kernel[::-1, ::-1]
    return Figure(
        (
            pictures.colour(
                pictures.framed(photo.rgb, *corner, height, width),
                "The photo with a yellow frame in its upper middle.",
                "The photo",
            ),
            "↻",
            pictures.signed(padded, "The part upside down in a corner, the rest zero.",
                            "Turned by 180°, padded"),
        ),
        "The part in the frame becomes a kernel: less its mean, upside down, padded with zeros "
        "(mid-grey).",
    )  # fmt: skip


def _spot(answer: np.ndarray) -> Figure:
    reach = float(answer.max()) or 1.0
    shown = np.clip(answer / reach, 0, 1) * 255
    return Figure(
        (pictures.grey(shown, "A dark picture with a bright spot.", "The sums"),),
        "The convolution of the photo with the upside-down face. White is the largest sum, black "
        "is zero and less.",
    )


def _normalised(grey: np.ndarray, face: np.ndarray) -> list[Block]:
    hits = iw.find(face, grey, count=2)
    scores = np.nan_to_num(hits.surface)
    second = ""
    if len(hits) > 1:
        second = f"; the next best place has {fixed(hits.score[1])}"
    return [
        "Sums grow with contrast. Divided by the contrast of the kernel and of the patch below it "
        "each becomes a score from −1 to 1, the correlation coefficient of the two: 1 if they are "
        "alike up to brightness and contrast. It comes from two more convolutions, of the photo "
        f"and of its squares with a box. The face has {fixed(hits.score[0])}{second}.",
        Figure(
            (
                pictures.signed(scores, "Scores of both signs with one bright spot.", "Scores",
                                reach=1.0),
            ),
            "The score of each place where the whole part fits: amber is alike, blue is opposite.",
        ),
        Code(
            "import intertwine as iw\n\n"
            "hits = iw.find(x[100:200, 100:200], x, count=2)\n"
            "print(hits)",
            "In Python: the two places most like a part of the photo",
        ),
    ]  # fmt: skip


def _turned(grey: np.ndarray, face: np.ndarray, corner: tuple[int, int]) -> list[Block]:
    """The same search on the photo turned and enlarged."""
    from scipy import ndimage  # type: ignore[import-untyped]

    middle = np.array(corner) + (np.array(face.shape) - 1) / 2
    angle = np.deg2rad(_TURN_DEG)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / _ENLARGED
    centre = (np.array(grey.shape) - 1) / 2
    tilted = ndimage.affine_transform(
        grey, turn, offset=middle - turn @ centre, order=1, mode="nearest"
    )
    hits = iw.find(face, tilted, angles=(0, 360), scales=(0.8, 1.4))
    if not len(hits):
        return []
    drawn = pictures.colour(
        pictures.outlined(tilted, hits.corners()[0]),
        "The photo turned and enlarged, with a tilted yellow frame.",
        "The photo, turned",
    )
    hit = hits[0]
    return [
        f"A face that is tilted or nearer is another picture to these sums. We turned the photo by "
        f"{fixed(_TURN_DEG, 0)} degrees and enlarged it {fixed(_ENLARGED, 1)} times. A search "
        "over angles and scales, coarse on a small copy and finer from there, answers: "
        f"{fixed(hit.angle, 1)} degrees, {fixed(hit.scale)} times, score {fixed(hit.score)}.",
        Figure(
            (drawn,),
            "In the frame: what iw.find(face, x, angles=(0, 360), scales=(0.8, 1.4)) found.",
        ),
    ]


def _deeper() -> list[Block]:
    return [
        "A network for recognition starts the same way, with many small kernels instead of one "
        "large face. Its first layer has spots where edges are. A deeper layer convolves **those "
        "maps**: a kernel that wants two dark spots above a bright ridge has its own white spot "
        "where eyes and a nose are, whoever's they are. Each layer looks for patterns of what the "
        "layer before has found, and pooling in between lets the parts shift a little. Our one "
        "kernel knows one face in one pose; a stack of them can know what faces share.",
    ]


__all__ = ["TITLE", "write"]
