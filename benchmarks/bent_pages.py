"""Errors of `deskew` in degrees: scikit-image's page turned, drawn pages bent and turned.

python -m benchmarks.bent_pages
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage import data, transform

import intertwine as iw

PAPER, INK = 235, 30

#: How the photographed page is turned: with or without room for its corners, and what fills them.
TURNS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "edges continued": lambda page, t: transform.rotate(page, t, mode="edge"),
    "black corners": lambda page, t: transform.rotate(page, t),
    "enlarged, edges continued": lambda page, t: transform.rotate(
        page, t, resize=True, mode="edge"
    ),
    "enlarged, black corners": lambda page, t: ndimage.rotate(page, t),
    "enlarged, white corners": lambda page, t: ndimage.rotate(page, t, cval=255),
}


def drawn(seed: int, rows: int = 400, columns: int = 500) -> np.ndarray:
    """A page of words, some of its lines short, drawn large and reduced."""
    size = 4 * columns, 4 * rows
    image, rng = Image.new("L", size, PAPER), np.random.default_rng(seed)
    draw = ImageDraw.Draw(image)
    for top in range(200, size[1] - 200, 72):
        left, end = 160, size[0] - 160
        if rng.random() < 0.2:
            end = int(rng.uniform(0.4, 0.9) * size[0])
        while left < end - 150:
            for _ in range(rng.integers(2, 9)):
                if left > end - 14:
                    break
                draw.rectangle((left, top - int(rng.choice([26, 40])), left + 14, top), fill=INK)
                left += 24
            left += 40
    return np.asarray(image.resize((columns, rows), Image.Resampling.BOX)).astype(float)


def bent(page: np.ndarray, rise: float) -> np.ndarray:
    """Raise both ends of the lines by `rise` pixels, along a parabola."""
    row, column = np.mgrid[: page.shape[0], : page.shape[1]]
    across = 2 * column / (page.shape[1] - 1) - 1
    return ndimage.map_coordinates(page, [row + rise * across**2, column], order=1, cval=PAPER)


def report(name: str, errors: list[float]) -> None:
    each = np.abs(errors)
    print(f"{name:46s} {len(each):4d} {np.median(each):8.3f} {each.max():8.3f}")


def main() -> None:
    page = data.page()
    print(f"{'':46s} cases  median    worst")
    report("photographed page as it is", [iw.deskew(page).angle_deg])
    for name, turn in TURNS.items():
        angles = np.random.default_rng(0).uniform(-20, 20, 20)
        report(
            f"photographed page, {name}", [iw.deskew(turn(page, t)).angle_deg - t for t in angles]
        )
    for name, most, noise in (("straight", 0, 0), ("straight, noise 40", 0, 40), ("bent", 10, 0)):
        rng, errors = np.random.default_rng(1), []
        for seed in range(20):
            angle, rise = rng.uniform(-15, 15), rng.uniform(0.2, 1) * most * rng.choice([-1, 1])
            lying = ndimage.rotate(
                bent(drawn(seed), rise), angle, reshape=False, order=1, cval=PAPER
            )
            errors.append(
                iw.deskew(lying + rng.normal(0, 1, lying.shape) * noise).angle_deg - angle
            )
        report(f"drawn pages, {name}", errors)


if __name__ == "__main__":
    main()
