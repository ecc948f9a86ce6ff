"""Small kernels that everybody should have met."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Grid, Picture
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, power

TITLE = "Edges, slopes, sharpening, blur, relief"


_CODE = """
edges = iw.convolve(x, iw.kernels.edge())
down = iw.convolve(x, iw.kernels.sobel(axis=0))
right = iw.convolve(x, iw.kernels.sobel(axis=1))
steepness = np.hypot(down, right)
sharp = iw.convolve(x, iw.kernels.sharpen())
soft = iw.convolve(x, iw.kernels.gaussian(2.0, ndim=2))
relief = iw.convolve(x, iw.kernels.emboss())
print(f"sharp: {sharp.min():.0f} to {sharp.max():.0f}, steepest: {steepness.max():.0f}")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    grey = ran["x"]
    return [
        "Change the taps and the same operation answers another question. Taps that add up to 1 "
        "keep the brightness of flat areas; taps that add up to 0 turn flat areas into 0 and keep "
        "only what changes. Results of both signs are shown with zero in mid-grey, negative in "
        "blue and positive in amber.",
        *_edge(grey, ran["edges"]),
        *_sobel(ran),
        *_sharpen(grey, ran["sharp"]),
        *_blur(grey, ran["soft"]),
        *_emboss(grey, ran["relief"]),
        ran.code("All results of this chapter"),
    ]


def _edge(grey: np.ndarray, result: np.ndarray) -> list[Block]:
    kernel = iw.kernels.edge()
    usual, spread = float(np.median(np.abs(result))), float(np.std(grey, dtype=float))
    reach = pictures.usual_reach(result)
    return [
        "**Edge.** Each pixel minus the mean of its eight neighbours: −1/8 all around, 1 in the "
        f"middle, sum {fixed(float(np.real(kernel.sum)), 0)}. Half of the results are no "
        f"larger than {fixed(usual, 1)} levels; the levels themselves lie {fixed(spread, 1)} from "
        f"their mean, as a root mean square. {_likeness(usual, spread)}",
        Figure(
            (
                taps_view(kernel),
                _before(grey),
                pictures.signed(result, "Thin double lines along every edge.", "After: edge"),
            ),
            _scale("A pixel equal to its neighbours gives 0, mid-grey", reach),
        ),
    ]


def _likeness(usual: float, spread: float) -> str:
    if spread == 0:
        return "Without differences there are no edges."
    if usual > spread / 3:
        return "Neighbours hardly resemble each other here: all of the photo is edges."
    return "Most pixels look like their neighbours. An edge is a bright line beside a dark one."


def _sobel(ran: listing.Ran) -> list[Block]:
    grey, down, right, steepness = (ran[name] for name in ("x", "down", "right", "steepness"))
    row, column = divmod(int(steepness.argmax()), grey.shape[1])
    reach = pictures.usual_reach([down, right])
    figure = Figure(
        (
            taps_view(iw.kernels.sobel(axis=0)),
            pictures.signed(down, "Slopes from top to bottom.", "sobel(axis=0): down", reach),
            taps_view(iw.kernels.sobel(axis=1)),
            pictures.signed(right, "Slopes from left to right.", "sobel(axis=1): right", reach),
        ),
        _scale("Amber where it gets brighter downwards or to the right", reach),
    )
    return [
        "**Sobel.** The slope of the brightness, in one direction at a time: a difference along "
        "one axis, smoothed along the other. The first map shows what changes from top to bottom, "
        "the second what changes from left to right.",
        figure,
        "By Pythagoras the two slopes make one steepness, whatever the direction: "
        "√(down² + right²). "
        + (
            f"The steepest place of this part of the photo is row {row}, column {column}, where "
            f"the two slopes are {fixed(down[row, column], 0)} and {fixed(right[row, column], 0)} "
            f"and the steepness is {fixed(steepness[row, column], 0)}."
            if steepness.any()
            else "This part of the photo is level everywhere."
        ),
        Figure(
            (
                _before(grey),
                pictures.strength(steepness, "Every outline as a bright line.", "Sobel steepness"),
            ),
            f"From 0 (black) to {fixed(pictures.usual_reach(steepness), 0)} (white).",
        ),
    ]


def _sharpen(grey: np.ndarray, result: np.ndarray) -> list[Block]:
    kernel = iw.kernels.sharpen()
    outside = float(((result < 0) | (result > 255)).mean())
    return [
        "**Sharpen.** The photo plus what stands out from its four neighbours. The taps add up "
        f"to {fixed(float(np.real(kernel.sum)), 0)}, so the mean stays: {_means(grey, result)}. "
        f"The levels now run from {fixed(result.min(), 0)} to {fixed(result.max(), 0)}; "
        f"{fixed(100 * outside, 1)} % of the pixels left the range of the screen and are shown "
        "as plain black or white.",
        _before_after(
            grey,
            kernel,
            pictures.grey(result, "The photo, crisper and grainier.", "After: sharpen"),
            "Fine lines gain contrast, and so does the grain: sharpening cannot tell them apart.",
        ),
    ]


def _blur(grey: np.ndarray, result: np.ndarray) -> list[Block]:
    kernel = iw.kernels.gaussian(2.0, ndim=2)
    gain = float(np.square(kernel.taps).sum())
    return [
        "**Blur.** A Gaussian bell: near neighbours count most, and no direction is preferred. "
        f"The mean stays: {_means(grey, result)}. The typical step from one pixel to the next "
        f"is {fixed(_step(grey))} levels before and {fixed(_step(result))} after. Independent "
        "noise "
        f"in the pixels would shrink to {fixed(100 * gain**0.5, 0)} % of its size, the square "
        "root of the sum of the squared taps.",
        _before_after(
            grey,
            kernel,
            pictures.grey(result, "The photo, out of focus.", "After: gaussian, sigma 2"),
            f"The largest of the {kernel.size} taps is {fixed(kernel.taps.max(), 4)}. No tap is "
            "negative, so no result leaves the range of the levels around it.",
        ),
    ]


def _emboss(grey: np.ndarray, result: np.ndarray) -> list[Block]:
    kernel = iw.kernels.emboss()
    plain, sloped = float(np.std(grey)), float(np.std(result))
    return [
        "**Emboss.** Positive taps on one side, negative ones on the other: the photo becomes a "
        "relief with the light from the upper left. The typical distance from the mean is "
        f"{fixed(plain, 1)} levels before and {fixed(sloped, 1)} after.",
        _before_after(
            grey,
            kernel,
            pictures.grey(result, "The photo as a relief.", "After: emboss"),
            "Slopes that face the light are bright, those that turn away from it are dark.",
        ),
    ]


def taps_view(kernel: iw.Kernel) -> Grid | Picture:
    """A small kernel as numbers, a large one as a picture of its taps."""
    name = kernel.name or "kernel"
    height, width = kernel.shape
    label = f"{height} × {width} taps"
    if max(kernel.shape) <= 5:
        return pictures.taps_grid(kernel.taps, f"The {label} of {name}.", label)
    reach = float(np.abs(kernel.taps).max())
    picture = pictures.signed(
        kernel.taps, f"The {label} of {name}, the largest {power(reach)}.", label, reach
    )
    return pictures.enlarged(picture)


def _before(grey: np.ndarray) -> Picture:
    return pictures.grey(grey, "The photo in grey.", "Before")


def _before_after(grey: np.ndarray, kernel: iw.Kernel, result: Picture, caption: str) -> Figure:
    return Figure((taps_view(kernel), _before(grey), result), caption)


def _means(grey: np.ndarray, result: np.ndarray) -> str:
    before, after = (fixed(float(a.mean(dtype=float))) for a in (grey, result))
    return f"{before} before, {after} after"


def _step(grey: np.ndarray) -> float:
    return float(np.sqrt(np.square(np.diff(grey, axis=1), dtype=float).mean()))


def _scale(what: str, reach: float) -> str:
    return f"{what.rstrip('.')}. Colours run from −{fixed(reach, 0)} to {fixed(reach, 0)}."
