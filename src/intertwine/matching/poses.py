"""Places, angles and scales of a pattern on a picture, improved step by step.

A pose ``(row, column, angle, log scale)`` lays the pattern on the data: its sample ``p`` comes to
lie at ``centre + scale * R(angle) (p - middle)``. Seen through a pose, the data are sampled where
the pattern's samples lie, and ``zncc`` compares the two. Since ``|w - k|^2 = 2 - 2 zncc`` for both
of unit norm, the best pose is a least-squares problem, solved by damped Gauss-Newton steps
(Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient
maximization", IEEE PAMI 2008), with the gradients of the picture
as derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.convolution import convolve

Array = NDArray[Any]
Pose = NDArray[np.float64]

#: Share of the pattern that must lie inside the data.
INSIDE = 0.95

#: Steps tried for each pose at each level.
STEPS = 12

#: Steps shorter than this, in samples at the pattern's rim, end the search.
SETTLED = 3e-3


class Level:
    """Pattern and data at one resolution: each sample is the mean of ``factor x factor``."""

    def __init__(self, pattern: Array, mask: Array | None, data: Array, factor: int) -> None:
        self.factor = factor
        self.data = reduced(data, factor)
        small = reduced(pattern, factor)
        counts = np.ones(small.shape, bool)
        if mask is not None:
            counts = reduced(mask.astype(float), factor) > 0.99
        self.counts = counts
        self.pattern = _unit(small, counts)
        middle = (np.array(pattern.shape[1:]) - 1) / 2
        grid = np.indices(small.shape[1:]).reshape(2, -1) * factor + (factor - 1) / 2
        self.offsets: Array = grid - middle[:, None]
        self.reach = float(np.hypot(*middle)) or 1.0
        self.order = 3 if factor == 1 else 1
        self._smooth = [
            scipy.ndimage.spline_filter(channel, 3, mode="mirror") if self.order == 3 else channel
            for channel in self.data
        ]
        self._slopes = [np.gradient(channel, float(factor)) for channel in self.data]

    def _lay(self, pose: Pose) -> tuple[Array, Array]:
        """Where the pattern's samples come to lie, from the pose's centre and in the data."""
        sine, cosine = np.exp(pose[3]) * np.sin(pose[2]), np.exp(pose[3]) * np.cos(pose[2])
        down, across = self.offsets
        away = np.stack([cosine * down - sine * across, sine * down + cosine * across])
        return away, (away + pose[:2, None] - (self.factor - 1) / 2) / self.factor

    def see(self, at: Array) -> tuple[Array, Array]:
        """The data at these places, and which of them lie inside."""
        size = np.array(self.data.shape[1:])[:, None]
        inside = ((at >= -0.5) & (at <= size - 0.5)).all(0)
        samples = [
            scipy.ndimage.map_coordinates(c, at, order=self.order, mode="mirror", prefilter=False)
            for c in self._smooth
        ]
        counts = self.counts & inside.reshape(self.pattern.shape[1:])
        return np.stack(samples).reshape(self.pattern.shape), counts

    def score(self, pose: Pose) -> float:
        """zncc of the pattern and what is seen through a pose; -1 where too much lies outside."""
        return self._compare(*self.see(self._lay(pose)[1]))

    def _compare(self, samples: Array, counts: Array) -> float:
        whole, inside = np.count_nonzero(self.counts), np.count_nonzero(counts)
        if inside < INSIDE * whole:
            return -1.0
        own = self.pattern if inside == whole else _unit(self.pattern, counts)
        return float(np.clip((own * _unit(samples, counts)).sum(), -1, 1))

    def improve(self, pose: Pose, free: NDArray[np.bool_]) -> tuple[Pose, float]:
        """The best pose near `pose`, and its score; only `free` numbers of it change."""
        units = np.array([1.0, 1.0, 1 / self.reach, 1 / self.reach])  # one sample at the rim
        away, at = self._lay(pose)
        samples, counts = self.see(at)
        best, damping = self._compare(samples, counts), 1e-3
        for _ in range(STEPS):
            step = np.zeros(4)
            step[free] = self._step(away, at, samples, counts, free, units, damping)
            tried = pose + step * units
            new_away, new_at = self._lay(tried)
            new_samples, new_counts = self.see(new_at)
            score = self._compare(new_samples, new_counts)
            better = score > best
            if better:
                pose, away, at, samples, counts = tried, new_away, new_at, new_samples, new_counts
                best, damping = score, max(damping / 4, 1e-6)
            else:
                damping *= 8
            if np.abs(step).max() < SETTLED or damping > 10:
                break
        return pose, best

    def _step(
        self, away: Array, at: Array, samples: Array, counts: Array, free: NDArray[np.bool_],
        units: Array, damping: float,
    ) -> Array:  # fmt: skip
        """A Gauss-Newton step in units of samples at the pattern's rim."""
        shape = self.pattern.shape[1:]
        turning = np.stack([-away[1], away[0]])
        columns = []
        for slopes in self._slopes:
            down, across = (
                scipy.ndimage.map_coordinates(s, at, order=1, mode="mirror") for s in slopes
            )
            columns.append(np.stack([
                down, across, down * turning[0] + across * turning[1],
                down * away[0] + across * away[1],
            ]) * units[:, None])  # fmt: skip
        jacobian = np.stack(columns, axis=1).reshape(4, len(self.data), *shape)[free]
        counts = np.broadcast_to(counts, samples.shape)
        seen = _unit(samples, counts)
        norm = float(np.linalg.norm(_centred(samples, counts))) or 1.0
        flat = np.stack([_centred(each, counts).ravel() for each in jacobian], axis=1) / norm
        flat -= np.outer(seen.ravel(), seen.ravel() @ flat)  # the norm stays 1
        normal = flat.T @ flat
        normal += damping * np.diag(np.diag(normal)) + 1e-12 * np.eye(len(normal))
        step: Array = np.linalg.solve(normal, flat.T @ (self.pattern - seen).ravel())
        return np.clip(step, -2.0 * self.factor, 2.0 * self.factor)


def reduced(x: Array, factor: int) -> Array:
    """Means of ``factor x factor`` samples of (C, H, W), what is left over at the end cut off."""
    if factor == 1:
        return x
    box = np.full((factor, factor), 1 / factor**2)
    smaller: Array = convolve(x, box, axes=(1, 2), mode="valid", stride=factor)
    return smaller


def _unit(x: Array, counts: Array) -> Array:
    """Each channel without its mean, all of norm 1, zero where a sample does not count."""
    x = _centred(x, np.broadcast_to(counts, x.shape))
    norm = np.sqrt((x * x).sum())
    unit: Array = x / norm if norm > 0 else x
    return unit


def _centred(x: Array, counts: Array) -> Array:
    axes = (1, 2)
    number = np.maximum(counts.sum(axes, keepdims=True), 1)
    x = np.where(counts, x, 0)
    return np.where(counts, x - x.sum(axes, keepdims=True) / number, 0)
