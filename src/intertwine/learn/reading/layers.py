"""A layer's filters, each measured and described: weights and sentences to kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intertwine.learn.reading import measures
from intertwine.learn.reading.colours import Parts, colour_of, principal
from intertwine.learn.reading.describing import Said
from intertwine.learn.reading.duplicates import Copies
from intertwine.learn.reading.result import KernelReading, Single
from intertwine.learn.reading.weights import ConvWeights

Array = NDArray[np.float64]

#: A filter is dead below this fraction of the layer's median norm.
DEAD = 1e-3

#: A spatial part speaks for its filter when it holds this fraction of the filter's energy.
SPEAKS = 0.5


#: Channels that a direction of channels speaks for by itself.
_FEW = 3


@dataclass(frozen=True, eq=False)
class Singles:
    """The strongest kernel of each filter: its input, fraction of the energy, and taps."""

    inputs: NDArray[np.int64]
    energy: Array
    taps: Array


def split(layer: ConvWeights) -> Parts:
    """The strongest product of a direction of channels and a spatial part, of each filter."""
    return principal(layer.taps)


def as_convolved(layer: ConvWeights, spatial: Array) -> Array:
    """Kernels that convolve as the layer does: correlation mirrors them."""
    return spatial if layer.transposed else np.flip(spatial, tuple(range(1, spatial.ndim)))


def is_first_colour(layer: ConvWeights) -> bool:
    """Whether the three channels of a layer are taken to be red, green and blue."""
    return layer.taps.shape[1] == 3 and (layer.groups or 1) == 1


def strongest(layer: ConvWeights) -> Singles | None:
    """Of filters of many channels, the kernel with the most energy of each."""
    if layer.taps.shape[1] <= _FEW:
        return None
    count, inputs = layer.taps.shape[:2]
    energy = np.square(layer.taps.reshape(count, inputs, -1)).sum(axis=2)
    at = energy.argmax(axis=1)
    total = energy.sum(axis=1)
    best = energy[np.arange(count), at]
    held = np.divide(best, total, out=np.zeros(count), where=total > 0)
    return Singles(at, held, layer.taps[np.arange(count), at])


def with_singles(
    kernels: tuple[KernelReading, ...], singles: Singles, said: list[Said]
) -> tuple[KernelReading, ...]:
    """Kernels with what is said of the strongest single one of each filter."""
    return tuple(
        replace(
            k,
            single=Single(
                int(singles.inputs[k.number]),
                float(singles.energy[k.number]),
                said[k.number].kind,
                said[k.number].sentence,
            ),
        )
        for k in kernels
    )


def kernels_of(
    layer: ConvWeights, parts: Parts, said: list[Said], copies: Copies
) -> tuple[KernelReading, ...]:
    """Every filter of a layer, the strongest first."""
    taps = as_convolved(layer, parts.spatial)
    gains = measures.noise_gains(layer.taps)
    strength = np.sqrt(gains)
    rank, separable = measures.ranks(taps)
    power = measures.powers(taps)
    angles, clarity = measures.orientations(power) if taps.ndim == 3 else (None, None)
    origin = tuple(n // 2 for n in layer.size)
    softmax, absolute = (measures.steps(taps, origin, how) for how in ("softmax", "abs"))
    alive = strength > DEAD * float(np.median(strength))
    colours = is_first_colour(layer)
    found = []
    for place in np.argsort(-strength, kind="stable").tolist():
        told = _told(layer, said[place], parts, place, colours)
        reading = KernelReading(
            number=place,
            taps=parts.spatial[place],
            channels=parts.channels[place],
            energy=float(parts.energy[place]),
            kind=told.kind,
            sentence=told.sentence,
            angle_deg=told.angle_deg,
            strength=float(strength[place]),
            noise_gain=float(gains[place]),
            rank=int(rank[place]),
            separable=float(separable[place]),
            flatness=measures.flatness(power[place]),
            orientation_deg=None if angles is None else float(angles[place]),
            clarity=None if clarity is None else float(clarity[place]),
            peak=_peak(power[place]),
            softmax=_pair(softmax, place),
            absolute=_pair(absolute, place),
            colour=colour_of(parts.channels[place]) if colours else None,
            is_dead=not bool(alive[place]),
            duplicate=copies.found.get(place),
        )
        found.append(reading)
    return tuple(found)


def _told(layer: ConvWeights, said: Said, parts: Parts, place: int, colours: bool) -> Said:
    """What is said of a filter of several channels: how far its spatial part speaks for it."""
    energy = float(parts.energy[place])
    inputs = layer.taps.shape[1]
    if inputs == 1 or not parts.spatial[place].any():
        return said
    held = f"{100 * energy:.3g} % of the energy"
    start = f"{colour_of(parts.channels[place]).sentence}. " if colours else ""
    if energy < SPEAKS:
        text = (
            f"{start}None of the families as a whole: the strongest spatial part over {inputs} "
            f"channels holds {held}. That part: {said.sentence}"
        )
        return Said("none of these", text, said.share, None)
    text = f"{start}One spatial part over {inputs} channels holds {held}. {said.sentence}"
    return Said(said.kind, text, said.share, said.angle_deg)


def _pair(steps: measures.Steps, place: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(steps.drift[place].tolist()), tuple(steps.spread[place].tolist())


def _peak(power: Array) -> tuple[float, ...]:
    at = np.unravel_index(int(power.argmax()), power.shape)
    return tuple(
        abs(float(np.fft.fftfreq(n)[i])) if power.ndim == 1 else float(np.fft.fftfreq(n)[i])
        for i, n in zip(at, power.shape, strict=True)
    )
