"""Heat flow of profiles that depend on the radius alone: around a line, or around a point."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.base.boundaries import check_boundary
from intertwine.base.errors import OptionError, ShapeError, shown
from intertwine.diffusion.arguments import diffusivity_tensor, finite_time, per_axis
from intertwine.engine.types import float_result

Array = NDArray[Any]

GEOMETRIES = {"cylindrical": 2, "spherical": 3}
_CALLER = "diffuse_radial"
_BOUNDARIES = ("zero", "nearest", "symmetric")


def diffuse_radial(
    profile: ArrayLike,
    time: float,
    diffusivity: float = 1.0,
    boundary: str = "zero",
    *,
    geometry: str = "cylindrical",
    spacing: float = 1.0,
) -> Array:
    """Heat flow of a radial profile: ``dc/dt = D r**(1-d) d/dr (r**(d-1) dc/dr)``.

    Parameters
    ----------
    profile : (N,) array
        Concentrations in shells: sample i fills ``i h <= r < (i + 1) h`` evenly, h = `spacing`.
    time, diffusivity : float
        From 0 up.
    boundary : {"zero", "nearest", "symmetric"}
        Beyond the last shell the medium goes on, empty (zero) or filled like the last shell
        (nearest), and the answer is the exact solution of the continuous equation at the middle of
        each shell: the share that a shell sends there is a difference of two noncentral chi-squared
        distributions with d degrees of freedom (Carslaw and Jaeger, Conduction of Heat in Solids,
        1959, 10.3). Or there is a wall at ``N h`` that lets nothing through (symmetric): the answer
        is the exact flow of the N shells as finite volumes, a semigroup that keeps
        ``sum(volume * c)`` to rounding, with an error of order ``spacing**2``.
    geometry : {"cylindrical", "spherical"}
        Around a line (2-D, d = 2) or around a point (3-D, d = 3).
    spacing : float
        The thickness of a shell.

    Returns
    -------
    (N,) array
        float32 for float32, else float64. Never outside the range of what was there.

    Examples
    --------
    A disk of radius 10 after t = 5, at r = 0.5; the closed form at the centre is 1 - exp(-5).

    >>> import numpy as np, intertwine as iw
    >>> disk = np.where(np.arange(40) < 10, 1.0, 0.0)
    >>> round(float(iw.diffuse_radial(disk, 5.0)[0]), 6)
    0.992837
    """
    x = checks.as_array(_CALLER, "profile", profile)
    if x.ndim != 1 or x.size == 0:
        raise ShapeError(
            f"diffuse_radial: `profile` has shape {x.shape}, not one axis of radii.\n"
            "  Pass the concentrations from the centre outwards; diffuse() takes grids."
        )
    if x.dtype.kind == "c" or not np.isfinite(x).all():
        bad = int(np.count_nonzero(~np.isfinite(x)))
        raise OptionError(
            f"diffuse_radial: `profile` must hold finite real numbers, but it is {x.dtype} with "
            f"{bad} of {x.size} NaN or infinite."
        )
    d = GEOMETRIES[checks.word(_CALLER, "geometry", geometry, tuple(GEOMETRIES))]
    word = check_boundary(_CALLER, boundary, _BOUNDARIES)
    if checks.real(spacing) is None or checks.real(diffusivity) is None:
        raise OptionError(
            f"diffuse_radial: `spacing={shown(spacing)}` and `diffusivity={shown(diffusivity)}` "
            "must be one number each: shells are alike."
        )
    (step,) = per_axis(_CALLER, "spacing", spacing, 1, positive=True)
    tensor = diffusivity_tensor(_CALLER, diffusivity, 1)
    spread = float(tensor[0, 0]) * finite_time(_CALLER, time) / step**2
    values = x.astype(np.float64)
    result = _walled(values, spread, d) if word == "symmetric" else _open(values, spread, d, word)
    low, high = float(values.min()), float(values.max())
    if word == "zero":
        low, high = min(low, 0.0), max(high, 0.0)
    return np.clip(result, low, high).astype(float_result(x.dtype, np.dtype(np.float64)))


def _open(x: Array, spread: float, d: int, word: str) -> Array:
    """Each shell's share at the middle of each other, by Marcum's function."""
    from scipy.special import chndtr  # type: ignore[import-untyped]

    if spread == 0:
        return x.copy()
    middles = np.arange(x.size)[:, None] + 0.5
    edges = np.arange(x.size + 1)[None, :]
    within = chndtr(edges**2 / (2 * spread), d, middles**2 / (2 * spread))
    result: Array = np.diff(within, axis=1) @ x
    return result + (1 - within[:, -1]) * x[-1] if word == "nearest" else result


def _walled(x: Array, spread: float, d: int) -> Array:
    """``exp(L t)`` for shells as finite volumes, by the eigenvectors of its symmetric form."""
    from scipy.linalg import eigh_tridiagonal  # type: ignore[import-untyped]

    if x.size == 1:
        return x.copy()
    edges = np.arange(x.size + 1.0)
    volumes = np.diff(edges**d) / d
    areas = edges[1:-1] ** (d - 1)
    roots = np.sqrt(volumes)
    out = np.append(areas, 0.0) + np.insert(areas, 0, 0.0)
    values, vectors = eigh_tridiagonal(-out / volumes, areas / (roots[:-1] * roots[1:]))
    gains = np.exp(spread * np.minimum(values, 0))
    result: Array = (vectors @ (gains * (vectors.T @ (roots * x)))) / roots
    mean = math.fsum((volumes * x).tolist()) / volumes.sum()
    result += mean - (volumes @ result) / volumes.sum()
    return result
