"""A folder of drawn pictures: each garment as shops show it, no two pictures alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from intertwine.base.atomic import atomic
from intertwine.base.libraries import need
from intertwine.style.wardrobe.drawing import draw
from intertwine.style.wardrobe.emblems import EMBLEMS
from intertwine.style.wardrobe.fabric import PRINTS
from intertwine.style.wardrobe.garment import collection

Progress = Callable[[str, int, int], None]

COLOURS = {
    "red": (196, 44, 52), "orange": (226, 122, 42), "mustard": (214, 172, 54),
    "green": (62, 130, 82), "teal": (38, 128, 138), "blue": (48, 88, 168),
    "navy": (34, 42, 84), "violet": (120, 78, 152), "pink": (226, 138, 168),
    "brown": (122, 84, 58), "sand": (206, 186, 150), "grey": (136, 138, 142),
    "black": (46, 44, 48), "white": (238, 236, 230),
}  # fmt: skip


def write(folder: Path, count: int, seed: int = 0, progress: Progress | None = None) -> list[Path]:
    """Draw `count` different garments into PNG files of a folder, and return their paths.

    Colour, print and emblem of each are drawn by chance; equal arguments, equal files. A file is
    named by its number, kind, colour and print.
    """
    image = need("PIL.Image", "Drawing garments")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, garment in enumerate(collection(count, seed)):
        rng = np.random.default_rng((seed, number))
        colour = str(rng.choice(list(COLOURS)))
        print = str(rng.choice(list(PRINTS)))
        emblem = str(rng.choice(list(EMBLEMS))) if rng.random() < 0.3 else None
        path = folder / f"{number:04}-{garment.kind}-{colour}-{print}.png"
        if not path.exists():
            picture = draw(garment, colour=COLOURS[colour], print=print, emblem=emblem)
            with atomic(path) as file:
                image.fromarray(picture).save(file, "PNG")
        paths.append(path)
        if progress:
            progress("drawing", number + 1, count)
    return paths
