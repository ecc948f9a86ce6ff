"""A photo has three channels: one map for each, and one for all."""

from __future__ import annotations

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, size

TITLE = "One map for each colour"

_NAMES = ("red", "green", "blue")
_CODE = """
wide = iw.kernels.gaussian(3.0, ndim=2)
blurred = iw.convolve(rgb, wide, axes=(0, 1), overflow="saturate")
edges = iw.convolve(rgb, iw.kernels.edge(), axes=(0, 1))
print(blurred.shape, blurred.dtype, edges.shape, edges.dtype)

weights = np.array([0.299, 0.587, 0.114]).reshape(1, 1, 3)
brightness = iw.correlate(rgb, weights, mode="valid")
print(brightness.shape, np.abs(brightness[..., 0] - x).max().round(3))
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    rgb, blurred, edges = (ran[name] for name in ("rgb", "blurred", "edges"))
    return [
        f"A colour photo is three grey photos on top of each other, an array of {size(rgb.shape)}: "
        "rows, columns, and the levels of red, green and blue. " + _is_grey(rgb),
        _channels(rgb),
        "A kernel with two axes works along rows and columns; `axes=(0, 1)` says so. Each channel "
        "is then convolved by itself, and the result has three channels again. With "
        '`overflow="saturate"` its bytes stay bytes: sums are rounded and held within 0 to 255. '
        "An edge kernel shows where each colour changes.",
        _after(rgb, blurred),
        _edges(edges),
        _table(rgb, blurred, edges),
        _across(ran["brightness"], ran["x"]),
        ran.code("Within channels, and across them"),
    ]


def _is_grey(rgb: np.ndarray) -> str:
    if (rgb == rgb[..., :1]).all():
        return "This photo is grey: its three channels are equal, and so are their maps."
    means = [float(rgb[..., c].mean(dtype=float)) for c in range(3)]
    most, least = int(np.argmax(means)), int(np.argmin(means))
    if means[most] == means[least]:
        return f"In this part of the photo all three have a mean level of {fixed(means[0], 1)}."
    return (
        f"In this part of the photo {_NAMES[most]} is the brightest channel, with a mean level of "
        f"{fixed(means[most], 1)}, and {_NAMES[least]} the darkest, with "
        f"{fixed(means[least], 1)}."
    )


def _channels(rgb: np.ndarray) -> Figure:
    channels = tuple(
        pictures.grey(
            rgb[..., c], f"The {name} channel, in shades of {name}.", name.capitalize(), palette
        )
        for c, (name, palette) in enumerate(zip(_NAMES, pictures.CHANNELS, strict=True))
    )
    return Figure(
        (pictures.colour(rgb, "The photo in colour.", "The photo"), *channels),
        "The photo and its three channels.",
    )


def _after(rgb: np.ndarray, blurred: np.ndarray) -> Figure:
    return Figure(
        (
            pictures.colour(rgb, "The photo in colour.", "Before"),
            pictures.colour(blurred, "The photo in colour, blurred.", "After: gaussian, sigma 3"),
        ),
        "Blurred channel by channel, in one call.",
    )


def _edges(edges: np.ndarray) -> Figure:
    reach = pictures.usual_reach(edges)
    return Figure(
        tuple(
            pictures.signed(
                edges[..., c], f"Edges of the {name} channel.", name.capitalize(), reach
            )
            for c, name in enumerate(_NAMES)
        ),
        f"The edge kernel on each channel, all three on the same scale, −{fixed(reach, 0)} to "
        f"{fixed(reach, 0)}: amber where a pixel is brighter than its surroundings, blue where it "
        "is darker.",
        layout="tiles",
    )


def _table(rgb: np.ndarray, blurred: np.ndarray, edges: np.ndarray) -> Table:
    rows = tuple(
        (
            name.capitalize(),
            fixed(rgb[..., c].mean(dtype=float)),
            fixed(blurred[..., c].mean(dtype=float)),
            fixed(float(np.sqrt(np.square(edges[..., c], dtype=float).mean()))),
        )
        for c, name in enumerate(_NAMES)
    )
    return Table(
        "Measured for each channel. The blur keeps the means but for the rounding to whole "
        "levels; the last column is the typical size "
        "(root mean square) of the edge kernel's answers.",
        ("Channel", "Mean before", "Mean after blur", "Edges, typical size"),
        rows,
    )


def _across(mixed: np.ndarray, grey: np.ndarray) -> str:
    apart = float(np.abs(mixed[..., 0] - grey).max())
    return (
        "A kernel may also reach across the channels. One tap along rows, one along columns and "
        "three along the colours, 0.299, 0.587 and 0.114, weigh each pixel's colours roughly as "
        f"the eye does. The result is an array of {size(mixed.shape)}, the brightness that the "
        "other chapters use; those levels are rounded to whole numbers, and differ from "
        f"it by at most {fixed(apart, 3)}."
    )
