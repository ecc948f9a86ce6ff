"""Bytes against quality: each basis beside JPEG, on one picture."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intertwine.base.libraries import need
from intertwine.fourier import images, quality
from intertwine.fourier.compression.bases import Basis
from intertwine.fourier.compression.choosing import Waves, by_radius, by_step
from intertwine.fourier.compression.compressed import packed
from intertwine.fourier.images import Array

JPEG_QUALITIES = (5, 10, 20, 35, 50, 65, 75, 85, 95)
_STEPS = (6.0, 12.0, 24.0, 48.0, 96.0, 160.0)
_SHARES = (0.85, 0.6, 0.35, 0.15, 0.06, 0.02)


@dataclass(frozen=True)
class Point:
    """What one setting gave."""

    nbytes: int
    psnr: float
    ssim: float


@dataclass(frozen=True)
class Curve:
    """The points of one way to compress, from few bytes to many."""

    name: str
    points: tuple[Point, ...]

    def nbytes_at(self, psnr: float) -> float:
        """Bytes for this PSNR between two points, on a logarithmic scale; NaN outside."""
        if not self.points:
            return math.nan
        levels = [point.psnr for point in self.points]
        sizes = [math.log(point.nbytes) for point in self.points]
        return math.exp(float(np.interp(psnr, levels, sizes, left=math.nan, right=math.nan)))


def basis_curve(image: Array, name: str) -> Curve:
    """`image` (uint8) in one basis, from coarse to fine, written as coarsely as is sensible."""
    grid = Basis(name, *image.shape[:2])
    waves = Waves.of(grid, images.to_planes(images.to_levels(image)))
    if name == "circle":
        choices = (by_radius(waves, share) for share in _SHARES)
    else:
        choices = (by_step(waves, step) for step in _STEPS)
    made = [packed(image, grid, chosen) for chosen in choices]
    return _curve(name, [Point(each.nbytes, each.psnr, each.ssim) for each in made])


def jpeg_curve(image: Array, qualities: Sequence[int] = JPEG_QUALITIES) -> Curve:
    """`image` (uint8) as Pillow's JPEG: its usual half colour resolution, optimised tables."""
    pillow = need("PIL.Image", "Comparing with JPEG")
    points = []
    for setting in qualities:
        stream = io.BytesIO()
        pillow.fromarray(image).save(stream, "JPEG", quality=setting, optimize=True)
        back = np.asarray(pillow.open(stream))
        alike = quality.ssim(image, back) if min(image.shape[:2]) >= 7 else math.nan
        points.append(Point(len(stream.getvalue()), quality.psnr(image, back), alike))
    return _curve("JPEG", points)


def _curve(name: str, points: list[Point]) -> Curve:
    """Sorted, without copies that are perfect (PSNR infinite) or no better than smaller ones."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.nbytes, p.psnr)):
        if math.isfinite(point.psnr) and (not kept or point.psnr > kept[-1].psnr):
            kept.append(point)
    return Curve(name, tuple(kept))


_JPEG_WINS = (
    "JPEG wins against waves across the whole picture: an edge needs many of those, and they show "
    "everywhere, while blocks of 8 x 8 spend coefficients only where something is. It also rounds "
    "each frequency as coarsely as the eye allows, and codes runs of zeros in its own zigzag order."
)
_JPEG_LOSES = (
    "On this picture JPEG does not win against all waves across the whole picture: its structure "
    "crosses the whole picture, too."
)
_JPEGS_IDEA = (
    "block-dct is JPEG's own idea with one rounding step for all frequencies, which is what PSNR "
    "asks for; JPEG's tables give up PSNR for what the eye sees."
)


def _beside_jpeg(times: dict[str, float]) -> str:
    """How many times JPEG's bytes each of our bases takes at the same quality."""
    if not times:
        return "No other way was measured at that quality."
    said = ", ".join(f"{each:.2f} times as many with {name}" for name, each in times.items())
    return f"The same quality takes {said}."


def verdict(measured: Sequence[Curve], psnr: float) -> str:
    """Who takes how many bytes at a result's quality, and why, in whole sentences.

    Where JPEG was not measured there, its middle setting is compared instead, and that is said.
    """
    *ours, jpeg = measured
    if not jpeg.points:
        return "Nothing is lost of this picture at any setting: there is nothing to compare."
    level, takes = psnr, jpeg.nbytes_at(psnr)
    where = f"At {psnr:.1f} dB, the quality of this result,"
    if math.isnan(takes):
        middle = jpeg.points[len(jpeg.points) // 2]
        level, takes = middle.psnr, middle.nbytes
        low, high = jpeg.points[0].psnr, jpeg.points[-1].psnr
        where = (
            f"JPEG was measured from {low:.1f} to {high:.1f} dB, and this result has "
            f"{psnr:.1f} dB: compared is its middle setting. At {level:.1f} dB"
        )
    times = {curve.name: curve.nbytes_at(level) / takes for curve in ours}
    known = {name: each for name, each in times.items() if math.isfinite(each)}
    text = [f"{where} JPEG takes {takes:.0f} bytes. {_beside_jpeg(known)}"]
    whole = [each for name, each in known.items() if name != "block-dct"]
    if whole:
        text.append(_JPEG_WINS if min(whole) > 1 else _JPEG_LOSES)
    if "block-dct" in known:
        text.append(_JPEGS_IDEA)
    return "\n".join(text)
