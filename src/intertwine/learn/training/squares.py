"""Pictures of any size and colour as one array of equal squares, as a net takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, OptionError, counted
from intertwine.base.libraries import need
from intertwine.learn.training.sources import Source

Array = NDArray[Any]

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

#: Photos are brought to this side, unless they are smaller or the caller names another.
PHOTO_SIDE = 64

#: Sides are looked up in so many files at most.
_LOOKED_AT = 256


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes a net's input: ``(square - mean) / deviation``.

    Attributes
    ----------
    side : pictures are stretched to squares of so many pixels.
    channels : 1 for grey, 3 for red, green and blue.
    mean, deviation : of each channel, 0 to 255, over the pictures trained on.
    """

    side: int
    channels: int
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()

    def square(self, picture: Array) -> Array:
        """Return uint8 (H, W, C or nothing) as uint8 (side, side, channels)."""
        cv2 = need("cv2", "Scaling pictures")
        if picture.ndim == 2:
            picture = picture[..., np.newaxis]
        if picture.shape[:2] != (self.side, self.side):
            shrinks = min(picture.shape[:2]) > self.side
            how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            picture = cv2.resize(picture, (self.side, self.side), interpolation=how)
            picture = picture.reshape(self.side, self.side, -1)
        if picture.shape[2] > self.channels:
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
            picture = grey[..., np.newaxis]
        return np.broadcast_to(picture, (self.side, self.side, self.channels))

    def fitted(self, images: Array) -> Self:
        """Return this with the mean and the deviation of `images` (n, side, side, channels)."""
        rows = images.reshape(-1, self.channels)
        count = len(rows)
        sums = [rows[:, c].sum(dtype=np.int64) for c in range(self.channels)]
        squares = [
            float(np.bincount(rows[:, c], minlength=256) @ np.arange(256.0) ** 2)
            for c in range(self.channels)
        ]
        mean = [float(total) / count for total in sums]
        variance = [each / count - m**2 for each, m in zip(squares, mean, strict=True)]
        return replace(
            self, mean=tuple(mean), deviation=tuple(max(v, 1.0) ** 0.5 for v in variance)
        )

    def as_card(self) -> dict[str, Any]:
        """JSON of the fields."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Self:
        """What `as_card` wrote."""
        side, channels = int(card["side"]), int(card["channels"])
        mean, deviation = (tuple(map(float, card[name])) for name in ("mean", "deviation"))
        if len(mean) != channels or len(deviation) != channels:
            raise ValueError(f"{channels} channels have {len(mean)} means")
        return cls(side, channels, mean, deviation)


@dataclass(frozen=True)
class Squares:
    """Pictures that were read, and the files that could not be.

    Attributes
    ----------
    images : (n, side, side, channels) uint8
    labels : (n,) int64
    classes : the name of each class
    names : n file names; empty for arrays.
    skipped : file -> the reason why it could not be read
    """

    images: Array
    labels: Array
    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits of SHA-256 over pixels, labels and classes."""
        digest = hashlib.sha256(repr((self.classes, self.images.shape)).encode())
        digest.update(np.ascontiguousarray(self.images).tobytes())
        digest.update(np.ascontiguousarray(self.labels).tobytes())
        return digest.hexdigest()[:32]

    def rows(self, which: Array) -> Squares:
        """Some of the pictures, by their places."""
        names = tuple(self.names[i] for i in which) if self.names else ()
        return Squares(self.images[which], self.labels[which], self.classes, names)


def read_squares(
    source: Source, side: int | None = None, progress: Progress | None = None
) -> Squares:
    """Read all pictures of a source; grey if all of them are.

    Raises
    ------
    FileError
        No file can be read as a picture.
    """
    if isinstance(source.pictures, np.ndarray):
        images = source.pictures
        side = side or max(images.shape[1:3])
        wanted = Preprocessing(side, images.shape[3])
        if images.shape[1:3] != (side, side):
            images = np.stack([wanted.square(each) for each in images])
        return Squares(_grey_if_so(images), source.labels, source.classes)
    wanted = Preprocessing(side or usual_side(source.pictures), 3)
    images = np.empty((len(source.pictures), wanted.side, wanted.side, 3), np.uint8)
    read, skipped = [], []
    for place, picture in enumerate(source.read()):
        if isinstance(picture, str):
            skipped.append((str(source.pictures[place]), picture))
        else:
            images[place] = wanted.square(picture)
            read.append(place)
        if progress:
            progress("reading", place + 1, len(source.pictures))
    if not read:
        raise all_broken(source.origin, skipped)
    names = tuple(str(source.pictures[place]) for place in read)
    labels = source.labels[read]
    return Squares(_grey_if_so(images[read]), labels, source.classes, names, tuple(skipped))


def all_broken(origin: str, skipped: list[tuple[str, str]]) -> FileError:
    """The error about files of which none is a picture."""
    first = f"\n  The first: {skipped[0][0]} {skipped[0][1]}" if skipped else ""
    return FileError(
        f"None of {counted(len(skipped), 'file')} in {origin} can be read as a picture.{first}"
    )


def same_channels(images: Array, channels: int) -> Array:
    """Pictures (n, side, side, C) with another number of channels."""
    wanted = Preprocessing(images.shape[1], channels)
    if images.shape[3] == channels:
        return images
    return np.stack([wanted.square(each) for each in images])


def usual_side(paths: Iterable[Path]) -> int:
    """The side to train at: the median longer side of the pictures, at most `PHOTO_SIDE`."""
    image = need("PIL.Image", "Reading pictures")
    every = list(paths)
    chosen = every[:: max(1, len(every) // _LOOKED_AT)]
    sides = []
    for path in chosen:
        try:
            with image.open(path) as opened:
                sides.append(max(opened.size))
        except Exception:  # it is listed as unreadable when its turn comes
            continue
    return int(min(np.median(sides), PHOTO_SIDE)) if sides else PHOTO_SIDE


def check_side(side: int | None, least: int = 8, most: int = 512) -> None:
    """Refuse a side that no net here takes."""
    if side is not None and not least <= side <= most:
        raise OptionError(f"train: `side={side}` must be from {least} to {most} pixels.")


def _grey_if_so(images: Array) -> Array:
    """One channel where all pictures are grey."""
    if images.shape[3] == 1 or not all((images[..., 0] == images[..., c]).all() for c in (1, 2)):
        return images
    return np.ascontiguousarray(images[..., :1])
