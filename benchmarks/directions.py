"""Directions of ten photos beside ten isotropic fields of the same sizes.

``python -m benchmarks.directions``: for each the highest direction over the median, the median's
relative standard error, and how many of 180 directions stand five errors above the mean. A field
has the spectrum ``1 / f**a`` and random phases: it prefers no direction.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import intertwine as iw

Array = NDArray[Any]

_PHOTOS = ("brick", "camera", "coffee", "coins", "grass", "gravel", "text")
_KODAK = ("03.png", "08.png", "23.png")
_LUMA = (0.299, 0.587, 0.114)


def photos() -> Iterator[tuple[str, Array]]:
    """Seven photos that scikit-image brings along, and three of `$INTERTWINE_DATA/photos`."""
    from PIL import Image
    from skimage import data

    for name in _PHOTOS:
        photo = np.asarray(getattr(data, name)(), float)
        yield name, photo @ _LUMA if photo.ndim == 3 else photo
    folder = Path(os.environ.get("INTERTWINE_DATA", "")) / "photos"
    for name in _KODAK:
        if (folder / name).is_file():
            yield f"Kodak {name[:2]}", np.asarray(Image.open(folder / name).convert("L"), float)


def field(shape: tuple[int, ...], exponent: float, seed: int) -> Array:
    """Noise of the power spectrum ``1 / f**exponent``, cut out of one four times as large."""
    rows, columns = (2 * n for n in shape)
    noise = np.random.default_rng(seed).normal(size=(rows, columns))
    radius = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns))
    radius[0, 0] = np.inf
    whole = np.fft.irfft2(np.fft.rfft2(noise) * radius ** (-exponent / 2), (rows, columns))
    return whole[: shape[0], : shape[1]]


def row(name: str, picture: Array) -> str:
    """One line of the table."""
    profile = iw.spectrum(picture, window="hann", detrend="mean").angular_profile()
    level = float(np.median(profile.power))
    error = float(np.median(profile.error)) / level
    top = int(profile.power.argmax())
    where = f"{profile.places[top]:.0f}°" if profile.directions.size else "none"
    highest = profile.power[top] / level
    found = ", ".join(f"{each.angle_deg:.0f}°" for each in iw.orientation(picture).directions)
    numbers = f"{highest:.2f} | {error:.2f} | {profile.directions.size} | {where}"
    return f"| {name} | {numbers} | {found or 'none'} |"


def main() -> None:
    """Print the table."""
    print("| picture | highest / median | error | directions | highest at | `iw.orientation` |")
    print("| --- | --- | --- | --- | --- | --- |")
    shapes = []
    for name, photo in photos():
        print(row(name, photo))
        shapes.append(photo.shape)
    for place, shape in enumerate(shapes):
        exponent = 1 + 2 * place / max(1, len(shapes) - 1)
        size = " × ".join(map(str, shape))
        print(row(f"field 1/f^{exponent:.2g}, {size}", field(shape, exponent, place)))


if __name__ == "__main__":
    main()
