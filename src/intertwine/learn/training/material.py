"""What a net learns from: pictures that were read, some of them held back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intertwine.learn.training.loop import Tensors
from intertwine.learn.training.parts import Parts, split
from intertwine.learn.training.sources import check_classes
from intertwine.learn.training.squares import (
    Preprocessing,
    Progress,
    Squares,
    read_squares,
    same_channels,
)

#: What training takes of each class at least: one picture to learn from, one to validate with.
LEAST = 2


@dataclass(frozen=True)
class Material:
    """What a net trains on, chooses its best epoch by, and is measured on."""

    train: Squares
    validation: Squares
    test: Squares | None
    preprocessing: Preprocessing
    fingerprint: str
    skipped: tuple[tuple[str, str], ...]

    def tensors(self, squares: Squares) -> Tensors:
        """Squares as the net takes them."""
        return Tensors.of(squares.images, squares.labels, self.preprocessing)


def read_material(
    parts: Parts, side: int | None, validation: float, seed: int, progress: Progress | None
) -> Material:
    """Read pictures, split the validation part off, and take mean and deviation of the rest."""
    squares = read_squares(parts.train, side, progress)
    readable = replace(parts.train, labels=squares.labels, pictures=squares.images)
    check_classes(readable, LEAST, "readable pictures")
    held, kept = split(squares.labels, validation, seed)
    height, channels = squares.images.shape[1], squares.images.shape[3]
    preprocessing = Preprocessing(height, channels).fitted(squares.images[kept])
    test, skipped = None, squares.skipped
    if parts.test is not None:
        test = read_squares(parts.test, height, progress)
        skipped += test.skipped
        test = replace(test, images=same_channels(test.images, channels))
    return Material(
        squares.rows(kept), squares.rows(held), test, preprocessing, squares.fingerprint, skipped
    )
