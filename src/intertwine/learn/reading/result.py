"""What was read: a net, its layers, their kernels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.learn.reading.colours import Colour
from intertwine.learn.reading.correlations import Correlations
from intertwine.learn.reading.describing import UNNAMED
from intertwine.learn.reading.duplicates import Duplicate
from intertwine.learn.reading.lines import SeriesReading
from intertwine.learn.reading.maps import Seen
from intertwine.learn.reading.savings import Saving
from intertwine.learn.reading.weights import ConvWeights

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Single:
    """The strongest kernel of a filter of many channels: its input, energy fraction, and words."""

    input: int
    energy: float
    kind: str
    sentence: str

    @property
    def is_named(self) -> bool:
        """Whether a family holds enough of it."""
        return self.kind not in UNNAMED


@dataclass(frozen=True, eq=False)
class KernelReading:
    """One filter: what its strongest spatial part does, and what is measured of it.

    Attributes
    ----------
    number : the output channel.
    taps : (K1, ..., Kd) the spatial part, as the layer keeps it (a layer correlates).
    channels : the direction of input channels that it is applied to.
    energy : the fraction of the filter's energy that this part holds.
    kind, sentence : what it does; see `Kernel.describe`.
    angle_deg : the direction of an edge or a line detector, or None.
    strength : the filter's norm. noise_gain : its square.
    rank, separable : of the spatial part, and the energy in its best product of lines.
    flatness : of its spectrum. orientation_deg, clarity : of its spectrum, for two axes.
    peak : the frequency at which its gain is largest.
    softmax, absolute : drift and spread as a density, along each axis.
    likeness : normalised correlation with the strongest patch of the photo, or None.
    single : the strongest kernel of one input channel, where there are more than three, or None.
    """

    number: int
    taps: Array
    channels: Array
    energy: float
    kind: str
    sentence: str
    angle_deg: float | None
    strength: float
    noise_gain: float
    rank: int
    separable: float
    flatness: float
    orientation_deg: float | None
    clarity: float | None
    peak: tuple[float, ...]
    softmax: tuple[tuple[float, ...], tuple[float, ...]]
    absolute: tuple[tuple[float, ...], tuple[float, ...]]
    colour: Colour | None = None
    is_dead: bool = False
    duplicate: Duplicate | None = None
    likeness: float | None = None
    single: Single | None = None

    @property
    def is_named(self) -> bool:
        """Whether a family holds enough of it."""
        return self.kind not in UNNAMED

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, eq=False)
class ConvReading:
    """One layer: its kernels, the strongest first, and what is said of them together."""

    weights: ConvWeights
    kernels: tuple[KernelReading, ...]
    sentences: tuple[str, ...]
    power: Array
    flatness: float
    correlations: Correlations | None
    savings: tuple[Saving, ...]
    series: SeriesReading
    searched: str
    seen: Seen | None = None

    @property
    def name(self) -> str:
        return self.weights.name

    @property
    def named(self) -> int:
        """How many kernels a family names."""
        return sum(kernel.is_named for kernel in self.kernels)

    @property
    def separable(self) -> float:
        """The fraction of living kernels that are one product of lines to 95 % of their energy."""
        alive = [k for k in self.kernels if not k.is_dead]
        return sum(k.separable >= 0.95 for k in alive) / max(len(alive), 1)

    @property
    def part_energy(self) -> tuple[float, float, float] | None:
        """Lowest, median and highest fraction of energy that spatial parts of living filters hold.

        None where filters have one channel: there the part is the filter.
        """
        return self._of_living([k.energy for k in self.kernels if not k.is_dead])

    @property
    def single_energy(self) -> tuple[float, float, float] | None:
        """The same of their strongest kernels of one input; None up to three channels."""
        living = [k for k in self.kernels if not k.is_dead]
        return self._of_living([k.single.energy for k in living if k.single is not None])

    def _of_living(self, energies: list[float]) -> tuple[float, float, float] | None:
        if self.weights.taps.shape[1] == 1 or not energies:
            return None
        return min(energies), float(np.median(energies)), max(energies)

    def count(self, *kinds: str) -> int:
        """How many living kernels are of one of these kinds."""
        return sum(k.kind in kinds and not k.is_dead for k in self.kernels)

    def __str__(self) -> str:
        return "\n".join([f"{self.name}: {self.sentences[0]}", *self.sentences[1:]])


@dataclass(frozen=True, eq=False)
class NetReading:
    """A net that was read: print it, `save` its figures, write its `page`.

    Attributes
    ----------
    name : the model's.
    layers : its spatial convolutions, in order.
    pointwise : names and shapes of those that mix channels only.
    notes : what is not known.
    photo : what it was shown, in words; "" for nothing.
    """

    name: str
    layers: tuple[ConvReading, ...]
    pointwise: tuple[tuple[str, tuple[int, ...]], ...]
    notes: tuple[str, ...] = field(default=())
    photo: str = ""

    @property
    def sentence(self) -> str:
        """The whole net in a sentence."""
        from intertwine.learn.reading.summary import net_sentence

        return net_sentence(self)

    def __str__(self) -> str:
        return "\n\n".join([self.sentence, *self.notes, *map(str, self.layers)])

    def figures(self) -> dict[str, Any]:
        """All figures, as JSON keeps them."""
        from intertwine.learn.reading.figures import figures

        return figures(self)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write all figures as JSON; the file is there whole or not at all."""
        from intertwine.learn.reading.figures import save

        save(self, Path(path), overwrite)

    def page(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the page, and the figures beside it as JSON."""
        from intertwine.learn.reading.page import write

        write(self, Path(path), overwrite)
