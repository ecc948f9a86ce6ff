"""Is it a wave under a Gaussian?

``exp(-(n - c)' P (n - c) / 2) (a cos 2 pi f.n + b sin 2 pi f.n)`` is fitted by least squares: f, P
and c from a start that the spectrum gives, a and b in one linear step for each guess (variable
projection, Golub and Pereyra, 1973).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array

_MOST_TAPS = 1 << 16
_TAPS_A_PARAMETER = 3
_HOPELESS = 0.6  # energy missed at the start from which no wave was ever found


@dataclass(frozen=True)
class Wave:
    """The best wave under a Gaussian.

    Attributes
    ----------
    frequency : cycles per sample along each axis; the first that is not 0 is positive.
    sigma : standard deviation of the Gaussian along the wave, in samples.
    misfit : the share of the energy ``sum |k|**2`` that the wave misses.
    centre, precision : of the Gaussian ``exp(-(n - c)' P (n - c) / 2)``, n counted from the first
        tap of the used axes.
    """

    frequency: Array
    sigma: float
    misfit: float
    centre: tuple[float, ...]
    precision: tuple[tuple[float, ...], ...]

    @property
    def cycles(self) -> float:
        """Cycles per sample."""
        return float(np.linalg.norm(self.frequency))

    @property
    def waves_in_sigma(self) -> float:
        """Waves within one standard deviation; well below 0.2 nothing oscillates."""
        return self.cycles * self.sigma


def best_wave(found: Measures) -> Wave | None:
    """Fit a wave, or return None when the taps are too few to tell or none comes near."""
    ndim = len(found.used_axes)
    parameters = 2 + 2 * ndim + ndim * (ndim + 1) // 2
    if ndim > 2 or not _TAPS_A_PARAMETER * parameters <= found.taps.size <= _MOST_TAPS:
        return None
    taps = found.taps.squeeze()
    start = _start(taps)
    if start is None:
        return None
    return _fitted(taps, start, found)


def _start(taps: Array) -> Array | None:
    """Frequency, precision and centre of the half of the spectrum around its highest peak."""
    shape = [1 << (4 * n - 1).bit_length() for n in taps.shape]
    response = np.fft.fftn(taps, shape, axes=range(taps.ndim))
    lines = np.meshgrid(*[np.fft.fftfreq(n) for n in shape], indexing="ij")
    peak = np.unravel_index(int(np.abs(response).argmax()), response.shape)
    way = np.array([line[peak] for line in lines])
    if not way.any():
        return None
    side = sum(line * w for line, w in zip(lines, way, strict=True)) > 0
    half = np.where(side, response, 0)
    energy = np.abs(half) ** 2
    frequency = [float((energy * line).sum() / energy.sum()) for line in lines]
    envelope = np.abs(np.fft.ifftn(half))[tuple(slice(n) for n in taps.shape)] ** 2
    envelope /= envelope.sum()
    places = np.indices(taps.shape)
    centre = [float((envelope * at).sum()) for at in places]
    away = [at - c for at, c in zip(places, centre, strict=True)]
    # The square of a Gaussian has half its covariance.
    spread = 2 * np.array([[(envelope * a * b).sum() for b in away] for a in away])
    spread += 0.05 * np.eye(taps.ndim)
    lower = np.linalg.cholesky(np.linalg.inv(spread))
    return np.array([*frequency, *lower[np.tril_indices(taps.ndim)], *centre])


def _fitted(taps: Array, start: Array, found: Measures) -> Wave | None:
    from scipy.optimize import least_squares  # type: ignore[import-untyped]

    places = np.indices(taps.shape).reshape(taps.ndim, -1)
    values = taps.ravel() / np.linalg.norm(taps)

    def rest(parameters: Array) -> Array:
        missing = _missing(parameters, places, values)
        return np.concatenate([missing.real, missing.imag]) if np.iscomplexobj(values) else missing

    if np.sum(rest(start) ** 2) > _HOPELESS:
        return None
    best = least_squares(rest, start, max_nfev=40, x_scale=np.maximum(np.abs(start), 0.05))
    ndim = taps.ndim
    frequency, lower, centre = _parts(best.x, ndim)
    full = np.zeros(found.kernel.ndim)
    full[found.used_axes] = frequency
    full = full if full[np.flatnonzero(full)[:1]].sum() >= 0 else -full
    cycles = float(np.linalg.norm(frequency))
    along = frequency / cycles if cycles else frequency
    precision = float(np.sum((lower.T @ along) ** 2))
    sigma = 1 / math.sqrt(precision) if precision > 1e-12 else math.inf
    whole = tuple(map(tuple, (lower @ lower.T).tolist()))
    return Wave(full, sigma, float(2 * best.cost), tuple(centre.tolist()), whole)


def _parts(parameters: Array, ndim: int) -> tuple[Array, Array, Array]:
    lower = np.zeros((ndim, ndim))
    lower[np.tril_indices(ndim)] = parameters[ndim:-ndim]
    return parameters[:ndim], lower, parameters[-ndim:]


def _missing(parameters: Array, places: Array, values: Array) -> Array:
    """What the best wave of these parameters leaves of `values`."""
    frequency, lower, centre = _parts(parameters, len(places))
    away = places - centre[:, None]
    envelope = np.exp(-0.5 * np.sum((lower.T @ away) ** 2, axis=0))
    wave = 2 * np.pi * (frequency @ away)
    if np.iscomplexobj(values):
        basis = (envelope * np.exp(1j * wave))[:, None]
    else:
        basis = np.stack([envelope * np.cos(wave), envelope * np.sin(wave)], axis=1)
    orthogonal = np.linalg.qr(basis)[0]
    left: Array = values - orthogonal @ (orthogonal.conj().T @ values)
    return left
