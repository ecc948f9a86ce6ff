"""What a search returns: places with their scores, best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import ShapeError, counted, shown
from intertwine.base.libraries import need
from intertwine.matching.background import Background, Grid, Scale, drawn, in_words, middle

Array = NDArray[Any]


class Rivals(Protocol):
    """What else is searched for in the same data, when chance is asked for."""

    def extent(self) -> tuple[int, ...]:
        """How long the pattern is along each axis, without its padding."""

    def surfaces(self, scrambled: bool) -> Iterator[Array]:
        """Those of surrogates, or of the pattern with random phases, one at a time."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place.

    Attributes
    ----------
    position : tuple of float
        Where the pattern's first sample lies, in samples of the data along each searched axis.
    score : float
        See `intertwine.find`.
    z : float
        How far the score stands above the surface's own background, in its robust deviations.
    false_alarm : float
        Probability that chance has a score as good somewhere on the surface, read from the rest of
        it and from surrogates of the pattern. 1e-6 stands for this and anything rarer; NaN says
        that it is not known, since too few places are left to tell.
    angle, scale : float
        The pattern turned by `angle` degrees (counter-clockwise on a picture) and enlarged
        `scale` times lies on the data.
    """

    position: tuple[float, ...]
    score: float
    z: float
    false_alarm: float
    angle: float = 0.0
    scale: float = 1.0


class Hits:
    """Places where a pattern was found, best first.

    ``hits[0]`` is one `Hit`. A slice, a boolean mask or a list of integers picks `Hits`, in that
    order: ``hits[hits.score > 0.8]``. They keep the surface, and with it their `z` and
    `false_alarm`.

    Stable for those who build on it: the constructor's arguments and the attributes below.

    Attributes
    ----------
    position : (n, d) float array
        Where the pattern's first sample lies, between samples where `subpixel` is on.
    index : (n, d) int array
        The same places to the sample: ``surface[index - first]`` is the score.
    centre : (n, d) float array
        Where the pattern's middle lies; turned and scaled patterns are best read from here.
    score, z, false_alarm, angle, scale : (n,) float arrays
        As in `Hit`. `z` and `false_alarm` are worked out when first asked for: the data are kept
        until then, and surrogates are searched for in them.
    surface : (M1, ..., Md) array
        The score of every place; NaN where it is undefined.
    first, step : tuple of numbers
        ``surface[0, ..., 0]`` stands for the position `first`, and neighbours are `step` apart.
    undefined : dict of str to int
        Why places have no score, and how many of them.
    window : tuple of int
        The pattern's size along the searched axes.
    kind : str
        The name of the score.
    """

    def __init__(
        self,
        position: Array,
        score: Array,
        *,
        index: Array,
        surface: Array,
        window: tuple[int, ...],
        kind: str,
        first: tuple[int, ...] | None = None,
        step: tuple[float, ...] | None = None,
        angle: Array | None = None,
        scale: Array | None = None,
        undefined: dict[str, int] | None = None,
        picture: Array | None = None,
        rng: Any = None,
        rivals: Rivals | None = None,
    ) -> None:
        count, ndim = len(score), surface.ndim
        self.position = np.asarray(position, float).reshape(count, ndim)
        self.index = np.asarray(index, np.intp).reshape(count, ndim)
        self.score = np.asarray(score, float)
        self.angle = np.zeros(count) if angle is None else np.asarray(angle, float)
        self.scale = np.ones(count) if scale is None else np.asarray(scale, float)
        self.surface = surface
        self.first = first or (0,) * ndim
        self.step = step or (1,) * ndim
        self.window = window
        self.kind = kind
        self.undefined = undefined or {}
        self._picture = picture
        self._rng = rng
        self._rivals = rivals
        self._picked: tuple[Hits, NDArray[np.intp]] | None = None  # of which hits, and where there

    def __getstate__(self) -> dict[str, Any]:
        """With what chance does, and without the data."""
        return self.__dict__ | {"background": self.background, "_rivals": None}

    @cached_property
    def background(self) -> Background:
        """What chance alone does on this surface."""
        if self._picked is not None:
            return self._picked[0].background
        rivals = self._rivals
        extent = rivals.extent() if rivals else self.window
        window = tuple(max(1, int(k / s)) for k, s in zip(extent, self.step, strict=True))
        grid = Grid.of(self.surface.shape, window)
        scale = Scale(self.kind, *middle(drawn(self.surface, self._rng)), prod(self.window))

        def cells(surfaces: Iterable[Array]) -> list[Array]:
            return [grid.extremes(surface, self.kind) for surface in surfaces]

        own = grid.extremes(self.surface, self.kind)
        found = Background(scale, grid, own, cells(rivals.surfaces(False) if rivals else ()), [])
        if rivals and found.beyond_doubt(self.score, self._place):
            found = replace(found, scrambled=cells(rivals.surfaces(True)))
        self._rivals = None  # the data may go
        return found

    @property
    def _place(self) -> NDArray[np.float64]:
        """Where hits lie on the surface."""
        place: NDArray[np.float64] = (self.index - np.array(self.first)) / np.array(self.step)
        return place

    @cached_property
    def z(self) -> NDArray[np.float64]:
        """Scores in robust deviations above the surface's median."""
        if self._picked is not None:
            hits, places = self._picked
            return hits.z[places]
        return self.background.z(self.score)

    @cached_property
    def false_alarm(self) -> NDArray[np.float64]:
        """Probability that chance does as well anywhere on the surface."""
        if self._picked is not None:
            hits, places = self._picked
            return hits.false_alarm[places]
        return self.background.false_alarm(self.score, self._place)

    @cached_property
    def centre(self) -> NDArray[np.float64]:
        """Where the pattern's middle lies."""
        half = (np.array(self.window) - 1) / 2
        offset = np.broadcast_to(half, self.position.shape).copy()
        if self.position.shape[1] == 2:
            offset = turned(offset, self.angle, self.scale)
        else:
            offset *= self.scale[:, None]
        centre: NDArray[np.float64] = self.position + offset
        return centre

    def corners(self) -> NDArray[np.float64]:
        """The corner samples of the pattern as it lies on a picture: (n, 4, 2), in turn."""
        height, width = (np.array(self.window) - 1).tolist()
        box = np.array([(0, 0), (0, width), (height, width), (height, 0)], float)
        parts = [
            self.position + turned(np.broadcast_to(c, self.position.shape), self.angle, self.scale)
            for c in box
        ]
        return np.stack(parts, axis=1)

    def __len__(self) -> int:
        return len(self.score)

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: Any) -> Hits: ...
    def __getitem__(self, at: Any) -> Hit | Hits:
        places = np.arange(len(self))[at]
        if np.ndim(places) == 0:
            return self._one(int(places))
        if places.ndim != 1:
            raise ShapeError(
                f"Hits: {shown(at)} picks an array of {counted(places.ndim, 'axis', 'axes')} from "
                f"{counted(len(self), 'hit')}.\n"
                f"  Pass an integer, a slice, a mask of {counted(len(self), 'bool')} or a list of "
                f"integers."
            )
        return self._pick(places)

    def _one(self, at: int) -> Hit:
        return Hit(
            tuple(self.position[at].tolist()),
            float(self.score[at]),
            float(self.z[at]),
            float(self.false_alarm[at]),
            float(self.angle[at]),
            float(self.scale[at]),
        )

    def _pick(self, places: NDArray[np.intp]) -> Hits:
        """Some of the hits. What chance does they read from all: the surface is that of all."""
        picked = copy(self)
        for name in ("background", "z", "false_alarm", "centre"):
            picked.__dict__.pop(name, None)  # worked out for all hits
        for name in ("position", "index", "score", "angle", "scale"):
            setattr(picked, name, getattr(self, name)[places])
        whole, before = self._picked or (self, np.arange(len(self)))
        picked._picked, picked._rivals = (whole, before[places]), None
        return picked

    def __iter__(self) -> Iterator[Hit]:
        return (self._one(i) for i in range(len(self)))

    def to_records(self) -> Array:
        """A structured array: position, score, z, false_alarm, angle, scale."""
        names = ("score", "z", "false_alarm", "angle", "scale")
        ndim = self.position.shape[1]
        kind: list[Any] = [("position", float, (ndim,)), *((name, float) for name in names)]
        records = np.empty(len(self), kind)
        records["position"] = self.position
        for name in names:
            records[name] = getattr(self, name)
        return records

    def to_pandas(self) -> Any:
        """A DataFrame with one row a hit and a column ``position_0``, ... for each axis."""
        pandas = need("pandas", "Hits.to_pandas")
        columns = {f"position_{i}": column for i, column in enumerate(self.position.T)}
        for name in ("score", "z", "false_alarm", "angle", "scale"):
            columns[name] = getattr(self, name)
        return pandas.DataFrame(columns)

    def plot(self, ax: Any = None) -> Any:
        """Draw the hits on the data (pictures) or the scores with the hits (series).

        Returns the Matplotlib axes.
        """
        need("matplotlib", "Hits.plot")
        from intertwine.matching import drawing

        return drawing.plot(self, self._picture, ax)

    def __repr__(self) -> str:
        word = "hit" if len(self) == 1 else "hits"
        lines = [f"{len(self)} {word}, score {self.kind}, surface {self.surface.shape}"]
        varied = bool((self.angle != 0).any() or (self.scale != 1).any())
        if len(self):
            head = f"{'position':>{11 * self.position.shape[1]}} {'score':>9} {'z':>8}"
            head += f" {'false alarm':>12}" + (f" {'angle':>8} {'scale':>7}" if varied else "")
            lines.append(head)
        for hit in self[:_SHOWN]:
            place = " ".join(f"{p:10.2f}" for p in hit.position)
            row = f"{place:>{11 * len(hit.position)}} {hit.score:9.4f} {hit.z:8.1f}"
            row += f" {in_words(hit.false_alarm):>12}"
            lines.append(row + (f" {hit.angle:8.2f} {hit.scale:7.3f}" if varied else ""))
        if len(self) > _SHOWN:
            lines.append(f"... and {len(self) - _SHOWN} more")
        if self.undefined:
            why = ", ".join(f"{count:,} ({reason})" for reason, count in self.undefined.items())
            lines.append(f"places without a score: {why}")
        return "\n".join(lines)


_SHOWN = 10


def turned(offset: Array, angle: Array, scale: Array) -> NDArray[np.float64]:
    """(n, 2) offsets in rows and columns, turned counter-clockwise as seen and enlarged."""
    radians = np.deg2rad(angle)
    sine, cosine = scale * np.sin(radians), scale * np.cos(radians)
    row, column = offset[:, 0], offset[:, 1]
    return np.stack([cosine * row - sine * column, sine * row + cosine * column], axis=1)
