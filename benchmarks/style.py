"""How well style search finds garments of the same kind: no labels are used but to score.

    python -m benchmarks.style fashion                 Fashion-MNIST: 60,000 against 1,000 queries
    python -m benchmarks.style fashion --gallery 6000  the same on the first of them, quicker
    python -m benchmarks.style photos                  clothing photos, leave one out on `train`
    python -m benchmarks.style photos --split test     gallery `train`, queries `test`: report once
    python -m benchmarks.style photos --encoder pretrained

The data lie in the folder that INTERTWINE_DATA names. Queries come upright, rotated by up to 20
degrees and mirrored. Scores are cosines of the shape view; mAP is over the whole ranking.
"""

from __future__ import annotations

import argparse
import gzip
import os
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

from intertwine.style.encoders import Encoder, by_name


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", choices=("fashion", "photos"))
    parser.add_argument("--encoder", default="linear", choices=("linear", "pretrained"))
    parser.add_argument("--gallery", type=int, default=60_000, help="of Fashion-MNIST")
    parser.add_argument("--split", default="train", choices=("train", "test"), help="of photos")
    chosen = parser.parse_args()
    folder = os.environ.get("INTERTWINE_DATA")
    if not folder:
        parser.error("set INTERTWINE_DATA to the folder that has fashion-mnist and clothing")
    encoder = by_name(chosen.encoder)
    if chosen.data == "fashion":
        fashion(encoder, Path(folder) / "fashion-mnist", chosen.gallery)
    else:
        photos(encoder, Path(folder) / "clothing", chosen.split)


def fashion(encoder: Encoder, folder: Path, count: int) -> None:
    """Gallery: the first training images. Queries: the first 1,000 test images."""
    gallery, labels = idx(folder, "train")
    queries, wanted = idx(folder, "t10k")
    gallery, labels, queries, wanted = (
        gallery[:count], labels[:count], list(queries[:1000]), wanted[:1000]
    )  # fmt: skip
    codes = fitted_and_encoded(encoder, list(gallery))
    for name, changed in variants(queries):
        print_scores(name, encoder.encode(changed)["shape"] @ codes.T, labels, wanted)


def photos(encoder: Encoder, folder: Path, split: str) -> None:
    """Gallery: `train`. Queries: `test`, or each photo of `train` against all others."""
    gallery, labels = clothing(folder / "train")
    codes = fitted_and_encoded(encoder, gallery)
    queries, wanted = (gallery, labels) if split == "train" else clothing(folder / split)
    for name, changed in variants(queries):
        cosines = encoder.encode(changed)["shape"] @ codes.T
        if split == "train":
            np.fill_diagonal(cosines, -2)
        print_scores(name, cosines, labels, wanted, alone=split == "train")


def fitted_and_encoded(encoder: Encoder, pictures: list[np.ndarray]) -> np.ndarray:
    start = time.perf_counter()
    encoder.fit(pictures)
    middle = time.perf_counter()
    codes = encoder.encode(pictures)["shape"]
    end = time.perf_counter()
    print(
        f"{encoder.name}: fitted in {middle - start:.1f} s, {len(pictures)} pictures encoded in "
        f"{end - middle:.1f} s ({1e3 * (end - middle) / len(pictures):.2f} ms each)"
    )
    return codes


def variants(pictures: list[np.ndarray]) -> list[tuple[str, list[np.ndarray]]]:
    """Upright, rotated about the centre by a uniform angle of up to 20 degrees, mirrored."""
    angles = np.random.default_rng(1).uniform(-20, 20, len(pictures))
    rotated = [
        ndimage.rotate(p, a, reshape=False, order=1, mode="nearest" if p.ndim == 3 else "constant")
        for p, a in zip(pictures, angles, strict=True)
    ]
    mirrored = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
    return [("upright", pictures), ("rotated", rotated), ("mirrored", mirrored)]


def print_scores(
    name: str, cosines: np.ndarray, labels: np.ndarray, wanted: np.ndarray, alone: bool = False
) -> None:
    """1-NN, the share of relevant ones among the first 5, 10 and 100, and mAP."""
    order = np.argsort(-cosines, axis=1, kind="stable")
    if alone:  # the last is the query itself
        order = order[:, :-1]
    relevant = labels[order] == wanted[:, np.newaxis]
    found = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
    average = (found * relevant).sum(axis=1) / np.maximum(relevant.sum(axis=1), 1)
    first = "  ".join(f"P@{k} {relevant[:, :k].mean():.3f}" for k in (5, 10, 100))
    print(f"{name:9s} 1-NN {relevant[:, 0].mean():.3f}  {first}  mAP {average.mean():.3f}")


def idx(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images and labels of an IDX pair."""
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28),
        np.frombuffer(labels, np.uint8, offset=8),
    )


def clothing(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """The photos of a folder of folders, and the number of the folder that each lies in."""
    from PIL import Image, ImageOps

    kinds = sorted(path.name for path in folder.iterdir() if path.is_dir())
    pictures, labels = [], []
    for number, kind in enumerate(kinds):
        for path in sorted((folder / kind).iterdir()):
            with Image.open(path) as image:
                pictures.append(np.asarray(ImageOps.exif_transpose(image).convert("RGB")))
            labels.append(number)
    return pictures, np.array(labels)


if __name__ == "__main__":
    main()
