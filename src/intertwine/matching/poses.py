"""Places, angles and scales of a pattern on a picture, improved step by step.

A pose ``(row, column, angle, log scale)`` lays the pattern on the data: its sample ``p`` comes to
lie at ``centre + scale * R(angle) (p - middle)``. Seen through a pose, the data are sampled where
the pattern's samples lie, and ``zncc`` compares the two. Since ``|w - k|^2 = 2 - 2 zncc`` for both
of unit norm, the best pose is a least-squares problem, solved by damped Gauss-Newton steps
(Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient
maximization", IEEE PAMI 2008), with the gradients of the picture as derivatives. Steps that leave
the limits of the search end on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.matching import patches
from intertwine.matching.bank import softened

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Pose = NDArray[np.float64]

#: Share of the pattern that must lie on samples of the data.
INSIDE = 0.95

#: Steps tried for each pose at each level, and how far they lead, in samples of the level.
STEPS, FAR = 12, 8

#: Of a larger pattern only so many samples, evenly spread, take part in the steps.
SAMPLES = 20_000

#: Rows of a reduced picture made at a time.
ROWS = 64

#: Steps shorter than this, in samples at the pattern's rim, end the search: at the full level, and
#: at coarser ones, in their samples.
SETTLED, NEARLY = 3e-3, 5e-2


@dataclass(frozen=True, slots=True)
class Limits:
    """What a pose keeps to, number by number."""

    low: Pose
    high: Pose

    @property
    def free(self) -> NDArray[np.bool_]:
        return self.high > self.low

    def keep(self, pose: Pose) -> Pose:
        return np.clip(pose, self.low, self.high)


class Level:
    """The pattern at one resolution: each sample is the mean of ``factor x factor``.

    Of a large one every second, third, ... sample is used, unless it shall be `whole`.
    """

    def __init__(
        self, pattern: Array, mask: Mask | None, factor: float, whole: bool = False
    ) -> None:
        self.factor, self.full = factor, pattern
        middle = (np.array(pattern.shape[1:]) - 1) / 2
        self.reach = float(np.hypot(*middle)) or 1.0
        counts = np.ones(pattern.shape) if mask is None else mask.astype(float)
        counts = reduced(counts, factor)
        stride = 1 if whole else int(np.ceil(np.sqrt(counts[0].size / SAMPLES)))
        self.some = (slice(None), slice(None, None, stride), slice(None, None, stride))
        self.counts = counts[self.some] > 0.99
        self.shape = self.counts.shape[1:]
        self.patches = patches.labels(self.shape)
        step = factor * stride
        grid = np.indices(self.shape).reshape(2, -1) * step + (factor - 1) / 2
        self.offsets: Array = grid - middle[:, None]
        self._own: dict[int, Array] = {}

    def own(self, size: float) -> Array:
        """The pattern as data have it in which it is ``exp(size)`` times as large."""
        eighth = min(round(8 * size), 0)
        if eighth not in self._own:
            soft = softened(self.full, float(np.exp(-eighth / 8)))
            self._own[eighth] = reduced(soft, self.factor)[self.some]
        return self._own[eighth]

    def lay(self, pose: Pose) -> Array:
        """Where the pattern's samples come to lie, from the pose's centre."""
        sine, cosine = np.exp(pose[3]) * np.sin(pose[2]), np.exp(pose[3]) * np.cos(pose[2])
        down, across = self.offsets
        return np.stack([cosine * down - sine * across, sine * down + cosine * across])


class View:
    """The data around one pose, as a level sees them."""

    def __init__(
        self, level: Level, scene: Scene, pose: Pose, share: float = INSIDE, covered: float = 0.0
    ) -> None:
        self.level, self.share, self.covered = level, share, covered
        factor = level.factor
        reach = level.reach * np.exp(pose[3]) + (2 * FAR + 2) * factor
        window, self.corner = scene.cut(pose[:2] - reach, pose[:2] + reach)
        x, present = window
        self.data = reduced(x, factor)
        self.present = None if present is None else reduced(present.astype(float), factor)
        self.order = 3 if factor == 1 else 1
        self._smooth = [
            scipy.ndimage.spline_filter(channel, 3, mode="mirror") if self.order == 3 else channel
            for channel in self.data
        ]
        self._slopes = [np.gradient(channel, factor) for channel in self.data]
        own = level.own(float(pose[3]))
        self.own, self.pattern = own, _unit(own, level.counts)

    def see(self, pose: Pose) -> tuple[Array, Array, Array, Mask]:
        """The pattern's samples: from the centre, in the data, their values, which count.

        None counts where too many lie outside.
        """
        factor = self.level.factor
        away = self.level.lay(pose)
        at = (away + (pose[:2] - self.corner)[:, None] - (factor - 1) / 2) / factor
        size = np.array(self.data.shape[1:])[:, None]
        inside = ((at >= -0.5) & (at <= size - 0.5)).all(0)
        shape = self.level.shape
        samples = [
            scipy.ndimage.map_coordinates(c, at, order=self.order, mode="mirror", prefilter=False)
            for c in self._smooth
        ]
        counts = self.level.counts & inside.reshape(shape)
        if self.present is not None:
            there = [scipy.ndimage.map_coordinates(p, at, order=1) > 0.99 for p in self.present]
            counts = counts & np.stack(there).reshape(-1, *shape)
        seen = np.stack(samples).reshape(-1, *shape)
        if np.count_nonzero(counts) < self.share * np.count_nonzero(self.level.counts):
            counts = np.zeros_like(counts)
        elif self.covered:
            counts = patches.uncovered(self.own, seen, counts, self.level.patches, self.covered)
        return away, at, seen, counts

    def compare(self, samples: Array, counts: Mask) -> float:
        """zncc of the pattern and what is seen; -1 where nothing counts."""
        if not counts.any():
            return -1.0
        whole = np.count_nonzero(counts) == np.count_nonzero(self.level.counts)
        own = self.pattern if whole else _unit(self.own, counts)
        return float(np.clip((own * _unit(samples, counts)).sum(), -1, 1))

    def score(self, samples: Array, counts: Mask) -> float:
        """What a hit is ranked by: zncc, or the mean of its patches where some may be covered."""
        if self.covered and counts.any():
            return patches.score(self.own, samples, counts, self.level.patches)
        return self.compare(samples, counts)

    def improve(self, pose: Pose, limits: Limits) -> tuple[Pose, float]:
        """The best pose near `pose` within the limits, and its score."""
        units = np.array([1.0, 1.0, 1 / self.level.reach, 1 / self.level.reach])  # 1 at the rim
        far = FAR * self.level.factor * units
        limits = Limits(np.fmax(limits.low, pose - far), np.fmin(limits.high, pose + far))
        pose = limits.keep(pose)
        settled = SETTLED if self.order == 3 else NEARLY * self.level.factor
        seen = self.see(pose)
        best, damping = self.score(*seen[2:]), 1e-3
        for _ in range(STEPS):
            step = self._step(*seen, limits.free, units, damping)
            tried = limits.keep(pose + step * units)
            new = self.see(tried)
            score = self.score(*new[2:])
            if score > best:
                pose, seen, best, damping = tried, new, score, max(damping / 4, 1e-6)
            else:
                damping *= 8
            if np.abs(step).max() < settled or damping > 10:
                break
        return pose, best

    def _step(
        self, away: Array, at: Array, samples: Array, counts: Mask, free: NDArray[np.bool_],
        units: Array, damping: float,
    ) -> Array:  # fmt: skip
        """A Gauss-Newton step in units of samples at the pattern's rim."""
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
        jacobian = np.stack(columns, axis=1).reshape(4, *samples.shape)[free]
        own = _unit(self.own, counts)
        seen = _unit(samples, counts)
        norm = float(np.linalg.norm(_centred(samples, counts))) or 1.0
        flat = np.stack([_centred(each, counts).ravel() for each in jacobian], axis=1) / norm
        flat -= np.outer(seen.ravel(), seen.ravel() @ flat)  # the norm stays 1
        normal = flat.T @ flat
        normal += damping * np.diag(np.diag(normal)) + 1e-12 * np.eye(len(normal))
        step = np.zeros(4)
        step[free] = np.linalg.solve(normal, flat.T @ (own - seen).ravel())
        return np.clip(step, -2.0 * self.level.factor, 2.0 * self.level.factor)


class Scene:
    """Data, levelled piece by piece; missing samples are the level."""

    def __init__(self, data: Array, present: Mask | None) -> None:
        self.data, self.present = data, present
        seen = data if present is None else data[present]
        self.level = float(seen.mean(dtype=np.float64))
        self.most = max(float(seen.max()) - self.level, self.level - float(seen.min())) or 1.0

    def cut(self, low: Array, high: Array) -> tuple[tuple[Array, Mask | None], Array]:
        """The data between two corners, what is present of them, and where they start."""
        size = np.array(self.data.shape[1:])
        start = np.clip(np.floor(low).astype(int), 0, np.maximum(size - 2, 0))
        stop = np.clip(np.ceil(high).astype(int) + 1, start + 2, size)
        piece = (slice(None), slice(start[0], stop[0]), slice(start[1], stop[1]))
        return self.levelled(piece), start

    def levelled(self, piece: tuple[slice, ...]) -> tuple[Array, Mask | None]:
        x = (self.data[piece].astype(np.float64) - self.level) / self.most
        if self.present is None:
            return x, None
        present = self.present[piece]
        return np.where(present, x, 0), present

    def reduced(self, factor: float) -> Array:
        """All of the data, reduced; some rows at a time."""
        count = max(1, int(self.data.shape[1] / factor + 1e-9))
        parts = []
        for start in range(0, count, ROWS):
            stop = min(start + ROWS, count)
            first, last = int(start * factor), min(int(np.ceil(stop * factor)), self.data.shape[1])
            x = self.levelled((slice(None), slice(first, last), slice(None)))[0]
            edges = np.arange(start, stop + 1) * factor - first
            parts.append(_means(_means(x, 1, edges, factor), 2, None, factor).astype(np.float32))
        return np.concatenate(parts, axis=1)


def reduced(x: Array, factor: float) -> Array:
    """Means of ``factor x factor`` samples of (C, H, W), what is left over at the end cut off."""
    return x if factor == 1 else _means(_means(x, 1, None, factor), 2, None, factor)


def _means(x: Array, axis: int, edges: Array | None, factor: float) -> Array:
    """Means between edges along one axis, by default `factor` apart from the first sample on."""
    size = x.shape[axis]
    if edges is None:
        edges = np.arange(max(1, int(size / factor + 1e-9)) + 1) * factor
    edges = np.clip(edges, 0, size)
    whole = np.minimum(edges.astype(int), size - 1)
    sums = np.insert(x.cumsum(axis), 0, 0, axis)
    part = np.expand_dims(edges - whole, tuple({0, 1, 2} - {axis})) * x.take(whole, axis)
    means: Array = np.diff(sums.take(whole, axis) + part, axis=axis) / factor
    return means


def _unit(x: Array, counts: Mask) -> Array:
    """Each channel without its mean, all of norm 1, zero where a sample does not count."""
    x = _centred(x, np.broadcast_to(counts, x.shape))
    norm = np.sqrt((x * x).sum())
    unit: Array = x / norm if norm > 0 else x
    return unit


def _centred(x: Array, counts: Mask) -> Array:
    axes = (1, 2)
    number = np.maximum(counts.sum(axes, keepdims=True), 1)
    x = np.where(counts, x, 0)
    return np.where(counts, x - x.sum(axes, keepdims=True) / number, 0)
