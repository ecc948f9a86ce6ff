"""Convolution by chance: one draw, sixteen draws, their mean beside the convolution."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine import stochastic
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "Convolution by chance"

_SEED = 2
_DRAWS = (1, 4, 16, 64, 256)
_CLOSE = 64  # pixels of a detail
KERNEL = iw.kernels.gaussian(2.0, ndim=2)


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey.astype(float)
    return [
        "A kernel whose taps are positive and add up to 1 can be read in a second way: as "
        "**chances**. Instead of mixing all pixels of a patch, draw one of them, the likelier the "
        "larger its tap. No level appears that was not in the photo. Average many such draws, "
        "and the convolution comes out of the noise. Here is the blur of a Gaussian of sigma 2:",
        _pictures(grey),
        "How far a draw is from the convolution is not a matter of luck alone. Its variance is "
        "`k * x² − (k * x)²`: the blur of the squares less the square of the blur. It is zero "
        "where the patch is flat and large at edges, and n draws have an n-th of it. The map "
        "of these **error bars** needs no draws at all:",
        _errors(grey),
        _table(grey),
        "Read the other way round, the taps say where a particle goes that starts at a pixel. "
        "Every particle moved by chance, step after step, is **diffusion**; all of them moved by "
        "their mean is convolution again.",
        Code(
            "from intertwine.stochastic import sample, standard_error\n\n"
            "k = iw.kernels.gaussian(2.0, ndim=2)\n"
            f"one = sample(x, k, rng={_SEED})\n"
            f"mean = sample(x, k, rng={_SEED}, draws=16)\n"
            "error_bars = standard_error(x, k, draws=16)",
            "Drawing from a convolution; the seed alone decides, not the number of threads",
        ),
    ]


def detail(grey: np.ndarray) -> tuple[slice, slice]:
    """The 64 × 64 pixels, of those on a grid, whose error bars are longest in sum."""
    spread = stochastic.variance(grey, KERNEL)
    half = _CLOSE // 2
    blocks = np.sqrt(spread).reshape(len(grey) // half, half, -1, half).sum((1, 3))
    four = blocks[:-1, :-1] + blocks[1:, :-1] + blocks[:-1, 1:] + blocks[1:, 1:]
    top, left = (int(i) * half for i in np.unravel_index(four.argmax(), four.shape))
    return slice(top, top + _CLOSE), slice(left, left + _CLOSE)


def _pictures(grey: np.ndarray) -> Figure:
    part = detail(grey)
    drawn = [
        (grey, "The photo", "a detail of the photo"),
        (stochastic.sample(grey, KERNEL, _SEED), "One draw", "the same detail, scattered"),
        (stochastic.sample(grey, KERNEL, _SEED, draws=16), "Mean of 16", "grainy and blurred"),
        (iw.convolve(grey, KERNEL), "Convolution", "the same detail, blurred"),
    ]
    panels = tuple(
        pictures.enlarged(pictures.grey(picture[part], f"{label}: {alt}.", label))
        for picture, label, alt in drawn
    )
    caption = (
        f"{_CLOSE} × {_CLOSE} pixels of the photo where draws differ most. One draw only moves "
        "pixels; the mean of 16 already looks like the convolution."
    )
    return Figure(panels, caption)


def _errors(grey: np.ndarray) -> Figure:
    bars = stochastic.standard_error(grey, KERNEL, 16)
    found = np.abs(stochastic.sample(grey, KERNEL, _SEED, draws=16) - iw.convolve(grey, KERNEL))
    reach = pictures.usual_reach(bars)
    panels = (
        pictures.grey(bars * (255 / reach), "Bright lines along edges.", "Expected error"),
        pictures.grey(found * (255 / reach), "The same lines, with grain.", "Error found"),
    )
    caption = (
        "Left the standard error of the mean of 16 draws, computed; right how far the mean of 16 "
        f"draws came to lie from the convolution. Black is 0, white is {fixed(reach, 1)} levels "
        "in both."
    )
    return Figure(panels, caption)


def _table(grey: np.ndarray) -> Table:
    mean, spread = iw.convolve(grey, KERNEL), stochastic.variance(grey, KERNEL)
    rows = []
    for draws in _DRAWS:
        found = stochastic.sample(grey, KERNEL, _SEED, draws=draws) - mean
        rows.append(
            (
                str(draws),
                fixed(float(np.sqrt(spread.mean() / draws))),
                fixed(float(np.sqrt((found**2).mean()))),
            )
        )
    return Table(
        "The error of all 256 × 256 pixels together (root of the mean square, in levels). Four "
        "times as many draws halve it.",
        ("Draws", "Expected", "Found"),
        tuple(rows),
    )
