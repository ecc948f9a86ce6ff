"""A face, turned upside down, finds itself: convolution as search."""

from __future__ import annotations

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, size

TITLE = "The person and the upside-down face"

_TURN_DEG, _ENLARGED = 30.0, 1.2


_CODE = f"""
from scipy import ndimage

side = min(whole.shape) // 4
top = int(0.30 * whole.shape[0]) - side // 2
left = whole.shape[1] // 2 - side // 2
face = whole[top : top + side, left : left + side]
sums = iw.correlate(whole - whole.mean(), face - face.mean(), boundary="zero")
row, column = (int(i) for i in np.unravel_index(sums.argmax(), sums.shape))
print(row, column)

hits = iw.find(face, whole, count=2)  # scores from -1 to 1
for hit in hits:
    print(f"row {{hit.position[0]:.0f}}, column {{hit.position[1]:.0f}}: {{hit.score:.2f}}")

turn = np.deg2rad({_TURN_DEG:g})
matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / {_ENLARGED}
middle = np.array([top, left]) + (side - 1) / 2
centre = (np.array(whole.shape) - 1) / 2
start = middle - matrix @ centre  # the face comes to lie in the middle
tilted = ndimage.affine_transform(whole, matrix, start, order=1, mode="nearest")
found = iw.find(face, tilted, angles=(0, 360), scales=(0.8, 1.4))
for hit in found:
    print(f"{{hit.angle:.1f}} degrees, {{hit.scale:.2f}} times: {{hit.score:.2f}}")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    top, left, row, column = (ran[name] for name in ("top", "left", "row", "column"))
    face, answer = ran["face"], ran["sums"]
    kernel = face - face.mean()
    middle = top + len(face) // 2, left + len(face) // 2
    blocks: list[Block] = [
        "A convolution can also **search**. We cut a part out of the photo, from the upper middle, "
        f"where portraits have their face: {size(face.shape)} pixels from row {top}, column "
        f"{left}. Its mean is taken off, so that bright places do not win just by being bright.",
        "To look for the face as it is we hand convolution "
        "the face **upside down**: convolution turns it back. Zeros around it "
        "change no sum, and bring it to the size of the photo, as the product of two Fourier "
        "transforms needs it.",
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
        plain = "This part is of one level throughout, and no search can tell it from another one."
        return [blocks[0], plain, ran.code("A search for nothing, refused")]
    code = ran.code("The face found, upright and turned")
    return [*blocks, *_normalised(ran), *_turned(ran), *_deeper(), code]


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


def _normalised(ran: listing.Ran) -> list[Block]:
    hits = ran["hits"]
    scores = np.nan_to_num(hits.surface)
    second = f"; the next best place has {fixed(hits.score[1])}" if len(hits) > 1 else ""
    return [
        "Sums grow with contrast. Divided by the contrast of the kernel and of the patch below it "
        "each becomes a score from −1 to 1, the correlation coefficient of the two: 1 if they are "
        "alike up to brightness and contrast. It comes from two more convolutions, of the photo "
        "and of its squares with a box. The face where we cut it out has "
        f"{fixed(scores[ran['top'], ran['left']])}{second}.",
        Figure(
            (
                pictures.signed(
                    scores, "Scores of both signs with one bright spot.", "Scores", reach=1.0
                ),
            ),
            "The score of each place where the whole part fits: amber is alike, blue is opposite.",
        ),
    ]


def _turned(ran: listing.Ran) -> list[Block]:
    """The same search on the photo turned and enlarged."""
    hits, tilted = ran["found"], ran["tilted"]
    told = (
        f"A face that is tilted or nearer is another picture to these sums. We turned the photo by "
        f"{fixed(_TURN_DEG, 0)}° and enlarged it {fixed(_ENLARGED, 1)} times. A search "
        "over angles and scales, coarse on a small copy and finer from there, "
    )
    if not len(hits):
        return [told + "finds nothing that it would vouch for."]
    hit = hits[0]
    drawn = pictures.colour(
        pictures.outlined(tilted, hits.corners()[0]),
        "The photo turned and enlarged, with a tilted yellow frame.",
        "The photo, turned",
    )
    return [
        f"{told}answers: {fixed(hit.angle, 1)}°, {fixed(hit.scale)} times, score "
        f"{fixed(hit.score)}.",
        Figure((drawn,), "In the frame: what the search over angles and scales found."),
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
