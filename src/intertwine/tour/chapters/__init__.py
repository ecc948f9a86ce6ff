"""The chapters of the tour, in order of reading.

A chapter is one module here and one more entry in `CHAPTERS`. It has

- ``TITLE``: what stands over it;
- ``write(photo)``: its blocks, from a `Photo` whose ``rgb`` (uint8) and ``grey`` (float32, levels
  0 to 255) are never changed. Both sides are 256 to 640 pixels; ``photo.square()`` is 256 × 256.

A chapter computes by `listing.run` the very text that it shows, and takes its figures from the
names that the text leaves. Every sentence must hold for any photo: a constant one, pure noise, a
grey one.
"""

from __future__ import annotations

from typing import Protocol

from intertwine.tour.blocks import Block
from intertwine.tour.chapters import (
    bank,
    boundaries,
    classics,
    clothes,
    colours,
    diffusion,
    dot_product,
    feature_maps,
    first_layer,
    fitted,
    forecast,
    hierarchy,
    low_pass_circle,
    person,
    propagator,
    quiz,
    row_as_series,
    sampling,
    sizes,
    stripes,
    time_to_frequency,
    timing,
    turned,
    whitened,
)
from intertwine.tour.photo import Photo


class ChapterModule(Protocol):
    """What the tour asks of a chapter."""

    TITLE: str

    def write(self, photo: Photo) -> list[Block]:
        """Return the chapter's blocks, measured on `photo`."""


CHAPTERS: tuple[ChapterModule, ...] = (
    dot_product,
    boundaries,
    feature_maps,
    colours,
    sizes,
    classics,
    quiz,
    bank,
    fitted,
    first_layer,
    hierarchy,
    person,
    clothes,
    time_to_frequency,
    stripes,
    turned,
    low_pass_circle,
    propagator,
    diffusion,
    sampling,
    row_as_series,
    forecast,
    whitened,
    timing,
)
