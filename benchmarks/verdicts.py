"""``python -m benchmarks.verdicts``: what the notes of `learn.fit_kernel` say of photos.

Pairs that a convolution made must not be denied one (a false alarm), and pairs that no convolution
connects must not pass without a word (a miss). The photos are crops of 256 x 256 grey levels, seen
through a window of 9 x 9. Thresholds are chosen on the photos of TUNED; those of HELD_OUT judge.
"""

from __future__ import annotations

import argparse
import io
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage import data

import intertwine as iw

K = iw.kernels
SIZE, WINDOW = 256, 9
TUNED = ("astronaut", "camera", "coins", "grass", "page", "moon", "08.png")
HELD_OUT = (
    "chelsea", "coffee", "brick", "gravel", "text", "rocket", "retina", "hubble_deep_field",
    "motorcycle", "03.png", "23.png",
)  # fmt: skip

Pair = tuple[np.ndarray, np.ndarray]
RNG = np.random.default_rng(0)
BLURS = (K.gaussian(1.0, ndim=2), K.disk(2), K.motion(7, angle_deg=30), K.box((5, 5)))
SIGNED = (K.sobel(axis=1), K.sharpen(), K.laplacian())


def photo(name: str) -> np.ndarray:
    """Grey levels from 0 to 255 of the middle of a photo."""
    if name.endswith(".png"):
        with Image.open(Path(os.environ["INTERTWINE_DATA"], "photos", name)) as opened:
            found = np.asarray(opened)
    elif name == "motorcycle":
        found = data.stereo_motorcycle()[0]
    else:
        found = getattr(data, name)()
    grey = found[..., :3].mean(axis=2) if found.ndim == 3 else found
    size = min(SIZE, *grey.shape)
    top, left = ((n - size) // 2 for n in grey.shape)
    return grey[top : top + size, left : left + size].astype(float)


def rounded(values: np.ndarray) -> np.ndarray:
    """As a file of 8 bits holds it."""
    return np.rint(values).clip(0, 255).astype(np.uint8)


def jpeg(values: np.ndarray, quality: int) -> np.ndarray:
    """As JPEG gives it back."""
    buffer = io.BytesIO()
    Image.fromarray(rounded(values)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def noisy(values: np.ndarray, share: float) -> np.ndarray:
    """With Gaussian noise, whose size is a share of the standard deviation."""
    return values + RNG.normal(0, share * values.std(), values.shape)


def convolutions(before: np.ndarray) -> Iterator[tuple[str, Pair]]:
    """Pairs that a convolution connects, and the name of their noise."""
    chance = [
        iw.Kernel(RNG.normal(size=(5, 5))),
        iw.Kernel(RNG.dirichlet(np.ones(49)).reshape(7, 7)),
    ]
    for kernel in (*BLURS, *SIGNED, *chance):
        after = iw.convolve(before, kernel, dtype=np.float64)
        yield "no noise", (before, after)
        for percent in (0.3, 1, 5, 30):
            yield f"Gaussian noise, {percent} %", (before, noisy(after, percent / 100))
        yield "rounded to integers", (before, np.rint(after).astype(np.int16))
        yield "1 % noise in both", (noisy(before, 0.01), noisy(after, 0.01))
        yield "5 % noise in both", (noisy(before, 0.05), noisy(after, 0.05))
        if kernel.taps.min() < 0:
            continue
        yield "rounded to 8 bits", (before, rounded(after))
        for photons in (5000, 200):
            counted = RNG.poisson(np.maximum(after, 0) / 255 * photons) * (255 / photons)
            yield f"Poisson noise, {photons} at white", (before, counted)
        for quality in (95, 75, 40):
            yield f"JPEG {quality}", (before, jpeg(after, quality))
        yield "both JPEG 90", (jpeg(before, 90), jpeg(after, 90))
        bright = noisy(1.5 * after, 0.01)
        yield "clipped, left out", (before, np.where(bright >= 255, np.nan, bright))


def others(before: np.ndarray, next_one: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """What no convolution makes of `before`, by name."""
    eight = rounded(before)
    soft = iw.convolve(before, BLURS[0])
    for gamma in (0.45, 0.9, 1.1, 2.2):
        yield f"gamma {gamma}", 255 * (soft / 255) ** gamma
    yield "a constant added", 0.9 * soft + 20
    yield "clipped", soft * (255 / np.quantile(soft, 0.95))
    for angle in (0.5, 1, 2, 5):
        after = ndimage.rotate(before, angle, reshape=False, mode="reflect")
        yield f"rotated by {angle} degrees", after
    scaled = ndimage.zoom(before, 1.02, mode="reflect")
    yield "scaled by 1.02", scaled[: before.shape[0], : before.shape[1]]
    for size in (3, 5):
        yield f"median of {size} x {size}", ndimage.median_filter(before, size)
    yield "largest of 3 x 3", ndimage.maximum_filter(before, 3)
    yield "bilateral", cv2.bilateralFilter(eight, 9, 40, 3)
    yield "CLAHE", cv2.createCLAHE(2.0, (8, 8)).apply(eight)
    sharp = ImageFilter.UnsharpMask(2, 150, 8)
    yield "unsharp, threshold 8", np.asarray(Image.fromarray(eight).filter(sharp))
    yield "absolute Sobel", np.abs(iw.convolve(before, SIGNED[0])) / 4
    yield "another picture", next_one
    yield "mirrored", before[:, ::-1]
    yield "shifted by (15, 9)", np.roll(before, (15, 9), (0, 1))
    weight = np.linspace(0, 1, before.shape[1])
    blurred = (ndimage.gaussian_filter(before, sigma) for sigma in (0.7, 2.0))
    left, right = blurred
    yield "blur that changes across", left * (1 - weight) + right * weight
    yield "a blur too wide", ndimage.gaussian_filter(before, 5)
    yield "noise", RNG.normal(128, 30, before.shape)


def said(pair: Pair) -> str:
    """denied, hinted or silent; where a kernel lies is another matter."""
    notes = iw.learn.fit_kernel(*pair, WINDOW).notes
    if not notes or notes[0].startswith("The kernel lies off"):
        return "silent"
    denied = notes[0].startswith(("No convolution", "No tap"))
    return "denied" if denied else "hinted"


Counts = dict[str, dict[str, list[str]]]


def judged(name: str, next_name: str, tables: tuple[Counts, Counts]) -> None:
    """Note what is said of each kind of pair from a photo: convolutions, and others."""
    before, following = photo(name), photo(next_name)
    for kind, pair in convolutions(before):
        tables[0][kind][said(pair)].append(name)
    missing = [(0, max(0, n - m)) for n, m in zip(before.shape, following.shape, strict=True)]
    following = np.pad(following, missing, mode="reflect")
    for kind, after in others(before, following[: len(before), : before.shape[1]]):
        for noise, ended in (("8 bits", after), ("2 levels of noise", noised(after))):
            tables[1][f"{kind}; {noise}"][said((before, rounded(ended)))].append(name)
    for one, other in RNG.normal(128, 30, (2, 2, SIZE, SIZE)):
        tables[1]["noise and noise"][said((one, other))].append(name)


def noised(values: np.ndarray) -> np.ndarray:
    """With Gaussian noise of 2 levels."""
    return values + RNG.normal(0, 2, values.shape)


def main() -> None:
    """Print a table each of false alarms and of misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuned", action="store_true", help="the photos that thresholds know")
    parser.add_argument("--names", action="store_true", help="list the photos of each verdict")
    parser.add_argument("photos", nargs="*", help="some of these only")
    asked = parser.parse_args()
    names = TUNED if asked.tuned else HELD_OUT
    if "INTERTWINE_DATA" not in os.environ:
        names = tuple(name for name in names if not name.endswith(".png"))
    tables: tuple[Counts, Counts] = tuple(defaultdict(lambda: defaultdict(list)) for _ in "12")
    for name, next_name in zip(names, (*names[1:], names[0]), strict=True):
        if name in asked.photos or not asked.photos:
            judged(name, next_name, tables)
    titles = "Convolutions (denied: a false alarm)", "Others (silent: a miss)"
    for title, table in zip(titles, tables, strict=True):
        print(f"\n{title}\n{'':36s}  denied  hinted  silent")
        total: dict[str, int] = defaultdict(int)
        for kind, verdicts in table.items():
            row = [len(verdicts[word]) for word in ("denied", "hinted", "silent")]
            print(f"{kind:36s}" + "".join(f"{count:8d}" for count in row))
            for word, count in zip(("denied", "hinted", "silent"), row, strict=True):
                total[word] += count
                if asked.names and count:
                    print(f"      {word}: {' '.join(verdicts[word])}")
        print(f"{'all':36s}" + "".join(f"{total[w]:8d}" for w in ("denied", "hinted", "silent")))


if __name__ == "__main__":
    main()
