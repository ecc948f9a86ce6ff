"""The matrices that decorrelate, from the factor of the data (Kessy, Lewin and Strimmer 2018).

With covariance S, correlation P and variances V, all W with ``W S W' = 1``:

    pca      the axes of S, largest variance first, each scaled to 1
    zca      ``S^(-1/2)``: of all, the nearest to the data
    pca-cor  the axes of P, after scaling the columns
    zca-cor  ``P^(-1/2) V^(-1/2)``: the nearest to the scaled data
    chol     triangular: the last column is only scaled, each before it is freed of those after it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError
from intertwine.whitening.factor import Factor

Array = NDArray[np.float64]

METHODS = ("pca", "zca", "pca-cor", "zca-cor", "chol")


@dataclass(frozen=True, slots=True, eq=False)
class Whitening:
    """``z = components (x - mean)``, ``x = mean + mixing' z`` on the live directions.

    `variances` are those along the axes, largest first; `dead` are orthonormal directions along
    which the data do not vary, which come out as 0.
    """

    components: Array
    mixing: Array
    variances: Array
    rank: int
    dead: Array


def whitening(
    factor: Factor, method: str, n_components: int | float | None, shrinkage: float
) -> Whitening:
    """The matrices of a method, of rows that are at least two."""
    rows = factor.triangle / (factor.count - 1) ** 0.5
    rounding = factor.of_means / (factor.count - 1) ** 0.5
    scales = np.ones(rows.shape[1])
    if method.endswith("-cor"):
        deviations = np.linalg.norm(rows, axis=0)
        # A triangle's columns are each as precise as they are long: small ones count as well.
        scales = np.where(deviations > rounding, deviations, np.inf)
    scaled = rows / scales
    largest = float(np.linalg.norm(scaled, 2)) if scaled.size else 0.0
    noise = max(factor.relative_noise(largest), float((rounding / scales).max(initial=0.0)))
    if shrinkage:
        target = (scaled**2).sum() / max(np.isfinite(scales).sum(), 1)
        ridge = np.diag(np.where(np.isfinite(scales), (shrinkage * target) ** 0.5, 0.0))
        scaled = np.vstack([(1 - shrinkage) ** 0.5 * scaled, ridge])
    _, sizes, axes = np.linalg.svd(scaled, full_matrices=True)
    live = int((sizes > noise).sum())
    kept = _kept(sizes[:live] ** 2, n_components)
    dead = _orthonormal(axes[live:] / np.where(np.isfinite(scales), scales, 1.0))
    axes, sizes = _signed(axes[:kept]), sizes[:live]
    if method == "chol":
        turned, back = _cholesky(axes * sizes[:kept, None], noise)
    else:
        turned, back = axes / sizes[:kept, None], axes * sizes[:kept, None]
    if method.startswith("zca"):
        turned, back = axes.T @ turned, axes.T @ back
    back = back * np.where(np.isfinite(scales), scales, 0.0)
    return Whitening(turned / scales, back, sizes**2, live, dead)


def _signed(axes: Array) -> Array:
    """Axes whose largest entry is positive: which way they point is a convention."""
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], 1)
    return np.asarray(axes * np.where(largest < 0, -1.0, 1.0))


def _orthonormal(rows: Array) -> Array:
    return np.asarray(np.linalg.qr(rows.T)[0].T)


def _cholesky(rows: Array, noise: float) -> tuple[Array, Array]:
    """Columns from last to first, each freed of those after it; what they foretell is left out."""
    columns = rows.shape[1]
    noise = noise + 8 * np.finfo(float).eps * columns * float(np.linalg.norm(rows))
    if not len(rows):
        return np.zeros((columns, columns)), np.zeros((columns, columns))
    basis: list[Array] = []
    live: list[int] = []
    for place in range(columns - 1, -1, -1):
        left = rows[:, place].copy()
        for _ in range(2):  # once more takes away what rounding left
            for one in basis:
                left -= one * (one @ left)
        size = float(np.linalg.norm(left))
        if size > noise:
            basis.append(left / size)
            live.append(place)
    # The columns of the data are combinations of the basis, which is what comes out.
    back = np.zeros((columns, columns))
    back[live] = np.array(basis) @ rows
    turned = np.zeros((columns, columns))
    turned[np.ix_(live, live)] = np.linalg.inv(back[np.ix_(live, live)].T)
    return turned, back


def _kept(variances: Array, wanted: int | float | None) -> int:
    """How many axes: all live ones, so many, or the fewest that hold a fraction of the variance."""
    live = variances.size
    if wanted is None:
        return live
    if isinstance(wanted, float):
        shares = np.cumsum(variances) / variances.sum()
        return int(np.searchsorted(shares, wanted * (1 - 1e-12))) + 1
    if wanted > live:
        raise OptionError(
            f"whiten: `n_components={wanted}` but the data vary along {live} directions only.\n"
            "  Pass at most that many."
        )
    return int(wanted)
