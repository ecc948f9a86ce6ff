"""Turns found beside scikit-image's log-polar recipe and OpenCV's phase correlation, in one run.

    python -m benchmarks.registration            the table of errors, then the times
    python -m benchmarks.registration --scale    with scales from 0.7 to 1.5

The recipes cannot tell a turn from half a turn more: their errors are counted up to that.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy import fft, ndimage

import intertwine as iw

ANGLES = (7.3, 37.0, 61.0, 123.4, 200.2)
SIX = ("astronaut", "camera", "coins", "chelsea", "coffee", "rocket")
CONDITIONS = ("clean", "shifted", "shifted, noise .1")
SIDE = 256


def photo(name: str) -> np.ndarray:
    """One of scikit-image's pictures, grey from 0 to 1."""
    from skimage import color, data

    picture = getattr(data, name)()
    return color.rgb2gray(picture[..., :3]) if picture.ndim == 3 else picture / 255.0


def turned(picture: np.ndarray, angle_deg: float, scale: float = 1.0) -> np.ndarray:
    """Turn about the centre by cubic splines, on a canvas of the same size."""
    t = math.radians(angle_deg)
    back = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) / scale
    middle = (np.array(picture.shape) - 1) / 2
    if scale < 1:
        picture = ndimage.gaussian_filter(picture, 0.5 * math.sqrt(1 / scale**2 - 1))
    return ndimage.affine_transform(picture, back, middle - back @ middle, order=3)


def crop(picture: np.ndarray, side: int, down: int = 0, right: int = 0) -> np.ndarray:
    """A square from the middle, moved by some pixels."""
    top, left = ((size - side) // 2 for size in picture.shape)
    return picture[top + down : top + down + side, left + right : left + right + side]


def pairs(
    rng: np.random.Generator, scaled: bool
) -> Iterator[tuple[str, float, float, np.ndarray, np.ndarray]]:
    """(condition, angle, scale, a, b): every photo, angle and condition."""
    for name in SIX:
        picture = photo(name)
        for angle in ANGLES:
            scale = float(np.exp(rng.uniform(np.log(0.7), np.log(1.5)))) if scaled else 1.0
            side = min(SIDE, int(min(picture.shape) * min(scale, 1)) - 60)
            other = turned(picture, angle, scale)
            for condition in CONDITIONS:
                a = crop(picture, side)
                b = crop(other, side, *((0, 0) if condition == "clean" else (20, -15)))
                if "noise" in condition:
                    a, b = (x + rng.normal(0, 0.1, x.shape) for x in (a, b))
                yield condition, angle, scale, a, b


def ours(a: np.ndarray, b: np.ndarray) -> float:
    return iw.rotation(a, b).angle_deg


def scikit_image(a: np.ndarray, b: np.ndarray) -> float:
    """The recipe of its gallery: band-pass, Hann window, log-polar spectrum, phase correlation."""
    from skimage.filters import difference_of_gaussians, window
    from skimage.registration import phase_cross_correlation
    from skimage.transform import warp_polar

    polar = []
    for x in (a, b):
        x = difference_of_gaussians(x, 5, 20) * window("hann", x.shape)
        size = np.abs(fft.fftshift(fft.fft2(x)))
        options = {"radius": a.shape[0] // 8, "output_shape": a.shape, "scaling": "log", "order": 0}
        polar.append(warp_polar(size, **options)[: a.shape[0] // 2])
    shift, _, _ = phase_cross_correlation(*polar, upsample_factor=10, normalization=None)
    return float(360 / a.shape[0] * shift[0])


def opencv(a: np.ndarray, b: np.ndarray) -> float:
    """Its recipe: Hann window, logarithm of the spectrum, warpPolar, phaseCorrelate."""
    import cv2

    polar = []
    for x in (a, b):
        hann = cv2.createHanningWindow(x.shape[::-1], cv2.CV_32F)
        size = np.log1p(np.abs(fft.fftshift(fft.fft2(np.float32(x) * hann)))).astype(np.float32)
        middle = (x.shape[1] / 2, x.shape[0] / 2)
        flags = cv2.INTER_LINEAR | cv2.WARP_POLAR_LOG
        polar.append(cv2.warpPolar(size, (x.shape[1], 720), middle, x.shape[0] / 2, flags))
    hann = cv2.createHanningWindow(polar[0].shape[::-1], cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(*polar, hann)
    return -float(shift[1]) / 2


def off(found: float, true: float, period: float) -> float:
    """The error of an angle, in degrees."""
    return abs(math.remainder(found - true, period))


def table() -> None:
    """Median and worst error of each contender on the same crops."""
    contenders: dict[str, tuple[Callable[[np.ndarray, np.ndarray], float], float]] = {
        "intertwine": (ours, 360),
        "scikit-image recipe": (scikit_image, 180),
        "OpenCV recipe": (opencv, 180),
    }
    errors: dict[tuple[str, str], list[float]] = {}
    for condition, angle, _, a, b in pairs(np.random.default_rng(0), scaled=False):
        for name, (find, period) in contenders.items():
            errors.setdefault((condition, name), []).append(off(find(a, b), angle, period))
    print(f"{'degrees':20s} {'contender':20s}  cases   median    worst  above 1")
    for (condition, name), each in errors.items():
        above = sum(e > 1 for e in each)
        figures = f"{np.median(each):8.4f} {max(each):8.4f} {above:8d}"
        print(f"{condition:20s} {name:20s} {len(each):6d} {figures}")


def scales() -> None:
    """Errors of angle and scale where both are looked for."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for condition, angle, scale, a, b in pairs(np.random.default_rng(0), scaled=True):
        found = iw.rotation(a, b, scale=True)
        error = off(found.angle_deg, angle, 360), 100 * abs(found.scale / scale - 1)
        rows.setdefault(condition, []).append(error)
    for condition, each in rows.items():
        (angle, scale), (worst, worst_scale) = np.median(each, axis=0), np.max(each, axis=0)
        print(
            f"{condition:20s} angle: median {angle:.4f}, worst {worst:.4f} degrees; "
            f"scale: median {scale:.4f}, worst {worst_scale:.4f} %"
        )


def speed() -> None:
    """Least times at 512 x 512, in turns."""
    a = photo("camera")
    b = turned(a, 37.0)
    contenders = {"intertwine": ours, "scikit-image recipe": scikit_image, "OpenCV recipe": opencv}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(7):
        for name, find in contenders.items():
            start = time.perf_counter()
            find(a, b)
            times[name].append(time.perf_counter() - start)
    for name, each in times.items():
        print(f"512 x 512 {name:20s} {1e3 * min(each):7.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", action="store_true", help="scales too")
    chosen = parser.parse_args()
    if chosen.scale:
        scales()
    else:
        table()
        speed()


if __name__ == "__main__":
    main()
