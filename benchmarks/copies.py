"""How well `duplicates()` finds copies of photos, and nothing else: python -m benchmarks.copies

Each photo comes with three copies: re-encoded as JPEG of quality 30 to 95, resized to 0.5 to 2 of
its sides, and cropped by up to 5 % of each side. Every pair of a photo and its copies, and of two
of its copies, should be found; every other pair is no copy. Those found all the same are printed,
to be looked at: a set of photos may hold copies of its own.

The photos lie in the folder `clothing` of the one that INTERTWINE_DATA names.
"""

from __future__ import annotations

import argparse
import io
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from intertwine.base.checks import Array
from intertwine.style import duplicates
from intertwine.style.pictures import read_picture, thumbnail

#: Crops take at most this fraction of a side away, from its two ends together.
MOST_CROPPED = 0.05


def report(originals: Mapping[str, Array], rng: np.random.Generator) -> None:
    """Print precision and recall over pairs, and what was missed."""
    changes: dict[str, Callable[[Array], Array]] = {
        "re-encoded": lambda p: recoded(p, int(rng.integers(30, 96))),
        "resized": lambda p: resized(p, float(np.exp(rng.uniform(np.log(0.5), np.log(2))))),
        "cropped": lambda p: cropped(p, rng),
    }
    small, source = {}, {}
    for name, picture in originals.items():
        versions = {"original": picture} | {how: change(picture) for how, change in changes.items()}
        for how, version in versions.items():
            small[f"{name} {how}"] = thumbnail(version)
            source[f"{name} {how}"] = name
    ids = sorted(small)
    start = time.perf_counter()
    groups = duplicates.groups(ids, small)
    seconds = time.perf_counter() - start
    found = {(a, b) for group in groups for a in group for b in group if a < b}
    right = {(a, b) for a, b in found if source[a] == source[b]}
    versions_each = 1 + len(changes)
    wanted = len(originals) * versions_each * (versions_each - 1) // 2
    print(
        f"duplicates of {len(ids)} pictures in {seconds:.1f} s: "
        f"precision {len(right) / max(len(found), 1):.4f}, recall {len(right) / wanted:.4f}"
    )
    for how in changes:
        missed = [
            name for name in originals
            if tuple(sorted((f"{name} original", f"{name} {how}"))) not in right
        ]  # fmt: skip
        print(f"  {how:12} found {1 - len(missed) / len(originals):7.1%}  {missed[:10] or ''}")
    for a, b in sorted({tuple(sorted((source[a], source[b]))) for a, b in found - right})[:20]:
        print(f"  not copies: {a} and {b}")


def recoded(picture: Array, quality: int) -> Array:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(picture).save(written, "JPEG", quality=quality)
    return np.array(Image.open(written))


def resized(picture: Array, factor: float) -> Array:
    from PIL import Image

    height, width = (max(1, round(factor * side)) for side in picture.shape[:2])
    return np.array(Image.fromarray(picture).resize((width, height)))


def cropped(picture: Array, rng: np.random.Generator) -> Array:
    height, width = picture.shape[:2]
    top, bottom, left, right = (
        int(rng.integers(0, int(MOST_CROPPED * side / 2) + 1))
        for side in (height, height, width, width)
    )
    return picture[top : height - bottom, left : width - right]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", default="test", choices=("train", "test"), help="of photos")
    parser.add_argument("--seed", type=int, default=0, help="of the copies (default 0)")
    options = parser.parse_args()
    folder = os.environ.get("INTERTWINE_DATA")
    if not folder:
        parser.error("set INTERTWINE_DATA to the folder that has clothing")
    photos = Path(folder) / "clothing" / options.split
    paths = sorted(path for path in photos.rglob("*") if path.is_file())
    originals = {f"{path.parent.name}/{path.stem}": read_picture(path) for path in paths}
    report(originals, np.random.default_rng(options.seed))


if __name__ == "__main__":
    main()
