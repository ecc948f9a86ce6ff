"""What suppression does for photos on coat hangers: python -m benchmarks.hangers

Each photo of `clothing/train` that shows a hanger (`hangers.txt`) is asked among all the others:
how often is the first hit of its class? The shape code of `linear` is fitted and compared three
times: with garments cut out and hangers dropped, with garments cut out and their hangers kept, and
with the photos as they are. The other photos are asked the same way.

The photos lie in the folder `clothing` of the one that INTERTWINE_DATA names.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np

from intertwine.base.checks import Array
from intertwine.style import foreground, garments
from intertwine.style.encoders import linear
from intertwine.style.garments import CutOut
from intertwine.style.pictures import read_picture

#: How garments are cut out: a name, and what is replaced for it.
WAYS: dict[str, tuple[tuple[object, str, Callable], ...]] = {
    "cut out, hanger dropped": (),
    "cut out, hanger kept": ((foreground, "_without_hanger", lambda mask: mask),),
    "the photo as it is": (
        (garments, "foreground", lambda pixels: np.ones(pixels.shape[:2], bool)),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    folder = os.environ.get("INTERTWINE_DATA")
    if not folder:
        parser.error("set INTERTWINE_DATA to the folder that has clothing")
    photos = Path(folder) / "clothing" / "train"
    paths = sorted(path for path in photos.rglob("*") if path.is_file())
    names = [f"{path.parent.name}/{path.stem}" for path in paths]
    hung = np.isin(names, marked())
    labels = np.array([path.parent.name for path in paths])
    pictures = [read_picture(path) for path in paths]
    print(
        f"first hit of the same class, of {hung.sum()} photos on hangers and {(~hung).sum()} others"
    )
    for way, replaced in WAYS.items():
        with ExitStack() as changes:
            for owner, name, stand_in in replaced:
                changes.enter_context(patch.object(owner, name, stand_in))
            changes.enter_context(cut_once())
            codes = linear.LinearEncoder().fit(pictures).encode(pictures)["shape"]
        cosines = codes @ codes.T
        np.fill_diagonal(cosines, -2)
        right = labels[cosines.argmax(axis=1)] == labels
        print(f"  {way:24} {right[hung].mean():.3f}  {right[~hung].mean():.3f}", flush=True)


def marked() -> list[str]:
    """The photos that show a hanger, as class/stem."""
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@contextmanager
def cut_once() -> Iterator[None]:
    """Cut out each picture once, although it is fitted on and encoded."""
    known: dict[int, CutOut] = {}
    cut_out_all = linear.cut_out_all

    def remembered(pictures: Sequence[Array]) -> list[CutOut]:
        new = [picture for picture in pictures if id(picture) not in known]
        if new:
            known.update(zip(map(id, new), cut_out_all(new), strict=True))
        return [known[id(picture)] for picture in pictures]

    with patch.object(linear, "cut_out_all", remembered):
        yield


if __name__ == "__main__":
    main()
