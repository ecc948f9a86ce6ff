"""Places, angles and scales of a pattern on a picture, improved step by step.

A pose ``(row, column, angle, log scale)`` lays the pattern on the data: its sample ``p`` comes to
lie at ``centre + scale * R(angle) (p - middle)``. Seen through a pose, the data are sampled where
the pattern's samples lie, and ``zncc`` compares the two. Since ``|w - k|^2 = 2 - 2 zncc`` for both
of unit norm, the best pose is a least-squares problem, solved by damped Gauss-Newton steps
(Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient
maximization", IEEE PAMI 2008, with derivatives by differences).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from intertwine.convolution import convolve

Array = NDArray[Any]
Pose = NDArray[np.float64]

#: Share of the pattern that must lie inside the data.
INSIDE = 0.95

#: Steps tried for each pose at each level.
STEPS = 12

#: Steps shorter than this, in samples at the pattern's rim, end the search.
SETTLED = 1e-3


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
            ndimage.spline_filter(channel, 3, mode="mirror") if self.order == 3 else channel
            for channel in self.data
        ]

    def see(self, pose: Pose) -> tuple[Array, Array]:
        """The data through a pose, of zero mean and unit norm, and which samples lie inside."""
        sine, cosine = np.exp(pose[3]) * np.sin(pose[2]), np.exp(pose[3]) * np.cos(pose[2])
        down, across = self.offsets
        rows = pose[0] + cosine * down - sine * across
        columns = pose[1] + sine * down + cosine * across
        at = (np.stack([rows, columns]) - (self.factor - 1) / 2) / self.factor
        height, width = self.data.shape[1:]
        slack = 0.5
        inside = (at[0] >= -slack) & (at[0] <= height - 1 + slack)
        inside &= (at[1] >= -slack) & (at[1] <= width - 1 + slack)
        samples = np.stack([
            ndimage.map_coordinates(c, at, order=self.order, mode="mirror", prefilter=False)
            for c in self._smooth
        ]).reshape(self.pattern.shape)  # fmt: skip
        counts = self.counts & inside.reshape(self.pattern.shape[1:])
        return _unit(samples, counts), counts

    def score(self, pose: Pose) -> float:
        """zncc of the pattern and what is seen through a pose; -1 where too much lies outside."""
        seen, counts = self.see(pose)
        return self._compare(seen, counts)

    def _compare(self, seen: Array, counts: Array) -> float:
        whole = np.count_nonzero(self.counts)
        inside = np.count_nonzero(counts)
        if inside < INSIDE * whole:
            return -1.0
        own = self.pattern if inside == whole else _unit(self.pattern, counts)
        return float(np.clip((own * seen).sum(), -1, 1))

    def improve(self, pose: Pose, free: NDArray[np.bool_]) -> tuple[Pose, float]:
        """The best pose near `pose`; only `free` numbers of it change."""
        units = np.array([1.0, 1.0, 1 / self.reach, 1 / self.reach])[free]  # one sample at the rim
        pose = pose.copy()
        seen, counts = self.see(pose)
        best = self._compare(seen, counts)
        damping = 1e-3
        for _ in range(STEPS):
            step = self._step(pose, seen, free, units, damping)
            tried = pose.copy()
            tried[free] += step * units
            view, inside = self.see(tried)
            score = self._compare(view, inside)
            if score > best:
                pose, seen, best = tried, view, score
                damping = max(damping / 4, 1e-6)
                if np.abs(step).max() < SETTLED:
                    break
            else:
                damping *= 8
                if damping > 1e3 or np.abs(step).max() < SETTLED:
                    break
        return pose, best

    def _step(
        self, pose: Pose, seen: Array, free: NDArray[np.bool_], units: Array, damping: float
    ) -> Array:
        """A Gauss-Newton step in units of samples at the pattern's rim."""
        slopes = []
        width = 0.2 * self.factor
        for number, unit in zip(np.flatnonzero(free), units, strict=True):
            views = []
            for side in (-width, width):
                nudged = pose.copy()
                nudged[number] += side * unit
                views.append(self.see(nudged)[0])
            slopes.append(((views[1] - views[0]) / (2 * width)).ravel())
        jacobian = np.stack(slopes, axis=1)
        normal = jacobian.T @ jacobian
        normal += damping * np.diag(np.diag(normal)) + 1e-12 * np.eye(len(normal))
        step: Array = np.linalg.solve(normal, jacobian.T @ (self.pattern - seen).ravel())
        longest = 2.0 * self.factor
        return np.clip(step, -longest, longest)


def reduced(x: Array, factor: int) -> Array:
    """Means of ``factor x factor`` samples of (C, H, W), what is left over at the end cut off."""
    if factor == 1:
        return x
    box = np.full((factor, factor), 1 / factor**2)
    smaller: Array = convolve(x, box, axes=(1, 2), mode="valid", stride=factor)
    return smaller


def _unit(x: Array, counts: Array) -> Array:
    """Each channel without its mean, all of norm 1, zero where a sample does not count."""
    counts = np.broadcast_to(counts, x.shape)
    axes = (1, 2)
    number = np.maximum(counts.sum(axes, keepdims=True), 1)
    x = np.where(counts, x, 0)
    x = np.where(counts, x - x.sum(axes, keepdims=True) / number, 0)
    norm = np.sqrt((x * x).sum())
    unit: Array = x / norm if norm > 0 else x
    return unit
