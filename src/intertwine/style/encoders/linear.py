"""The linear encoder: each view's features, projected to 64 numbers. Nothing but a fit is learned.

Its shape code is a sum over the cells of a grid, so that a hit can say which parts agreed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Self

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.errors import OptionError
from intertwine.style import colour, detail, shape, texture
from intertwine.style.codes import MOST_NUMBERS, Codes
from intertwine.style.encoders.batches import batches, cut_out_all
from intertwine.style.encoders.projection import Projection
from intertwine.style.encoders.protocol import Progress, model_hash
from intertwine.style.encoders.sample import reservoir
from intertwine.style.garments import CutOut, place
from intertwine.style.prints import printed
from intertwine.style.views import VIEWS

#: Features of the views that look at garments alone.
FEATURES = {
    "colour": colour.features,
    "texture": texture.features,
    "detail": detail.features,
}

#: How strongly the shape view divides by eigenvalues, and damps what rotating, mirroring and
#: printing on a garment changes. Chosen on photos, drawings and pictures of 28 x 28 pixels: see
#: benchmarks/style.py.
POWER = 0.15
DAMPING = {"rotation": 0.3, "mirror": 0.1, "print": 2.0}
SMALL_DAMPING = {"rotation": 0.1, "mirror": 0.05}  # 28 pixels do not show a print

#: Pictures are rotated by up to so many degrees to learn what a rotation changes.
MOST_DEGREES = 20.0

#: More pictures than this make no better fit.
MOST_FITTED = 10_000

#: Squares that garments are brought to: pictures this small are not enlarged to the large one.
SMALL_SIDE, LARGE_SIDE = 28, 112


class LinearEncoder:
    """Codes of four views, 64 numbers each, from fixed features and principal components."""

    name = "linear"
    views: tuple[str, ...] = VIEWS

    def __init__(self) -> None:
        self._side = LARGE_SIDE
        self._fitted_on: dict[str, Any] = {}
        self._projections: dict[str, Projection] = {}

    def fit(self, pictures: Iterable[Array], *, progress: Progress | None = None) -> Self:
        """Fit on pictures without labels: at most 10,000 of them, drawn evenly.

        Raises
        ------
        OptionError
            There is no picture.
        """
        iterator = iter(pictures)
        first = next(iterator, None)
        if first is None:
            raise OptionError("fit: there is no picture.\n  Pass at least one.")
        self._side = LARGE_SIDE if max(first.shape[:2]) > 2 * SMALL_SIDE else SMALL_SIDE
        rows: dict[int, dict[str, Array]] = {}
        digest, seen = hashlib.sha256(), 0
        for batch in batches(reservoir(enumerate(chain([first], iterator), 1), MOST_FITTED)):
            places = [place for place, _ in batch]
            chosen = [picture for _, (_, picture) in batch]
            for picture in chosen:
                digest.update(np.ascontiguousarray(picture).tobytes())
            tables = self._tables_to_fit(chosen, places)
            for i, number in enumerate(places):
                rows[number] = {name: table[i].copy() for name, table in tables.items()}
            seen = batch[-1][1][0]
            if progress:
                progress(seen)
        self._fit_tables({name: np.stack([r[name] for r in rows.values()]) for name in rows[0]})
        self._fitted_on = {"count": len(rows), "fingerprint": digest.hexdigest()[:32]}
        return self

    def _tables_to_fit(self, pictures: list[Array], places: list[int]) -> dict[str, Array]:
        """The features of each view, and what of shape's changes by what is damped."""
        cut_outs = cut_out_all(pictures)
        tables = self._tables(pictures, cut_outs)
        changed = {
            "rotation": lambda: self._shape(cut_outs, [_angle(number) for number in places]),
            "print": lambda: shape.features(printed(place(cut_outs, self._side), places)),
        }
        for name in changed.keys() & self._damping:
            tables[name] = changed[name]() - tables["shape"]
        return tables

    def _tables(self, pictures: list[Array], cut_outs: list[CutOut]) -> dict[str, Array]:
        """The features of each view, one row a picture."""
        garments = place(cut_outs, self._side)
        return {"shape": self._shape(cut_outs)} | {v: f(garments) for v, f in FEATURES.items()}

    def _shape(self, cut_outs: list[CutOut], angles_deg: list[float] | None = None) -> Array:
        """The features of shape. Small pictures show garments cut out already, and cut and placed
        anew they would be blurred: edges are looked for in the pictures as they are."""
        garments = place(cut_outs, self._side, angles_deg)
        if self._side == LARGE_SIDE:
            return shape.features(garments)
        return shape.features(garments, place(cut_outs, self._side, angles_deg, whole=True))

    def _fit_tables(self, tables: dict[str, Array]) -> None:
        self._projections = {v: Projection.fit(tables[v]) for v in self.views if v != "shape"}
        mirror = shape.mirrored(tables["shape"]) - tables["shape"]
        changes = [(tables.get(name, mirror), amount) for name, amount in self._damping.items()]
        self._projections["shape"] = Projection.fit(tables["shape"], changes, power=POWER)

    @property
    def _damping(self) -> dict[str, float]:
        return DAMPING if self._side == LARGE_SIDE else SMALL_DAMPING

    def _codes(self, tables: dict[str, Array]) -> dict[str, Array]:
        """The codes of features, not normalised."""
        return {view: self._projections[view](tables[view]) for view in self.views}

    def encode(self, pictures: Iterable[Array], *, progress: Progress | None = None) -> Codes:
        """Return one code a picture, in their order.

        Raises
        ------
        OptionError
            The encoder is not fitted yet.
        """
        self._check_fitted("encode")
        parts, done = [], 0
        for batch in batches(pictures):
            parts.append(Codes(self._codes(self._tables(batch, cut_out_all(batch)))))
            done += len(batch)
            if progress:
                progress(done)
        if not parts:
            return Codes({view: np.empty((0, MOST_NUMBERS)) for view in self.views})
        return Codes.joined(parts)

    def agreement(self, picture: Array, other: Codes) -> list[Array] | None:
        """Return what each cell of a picture adds to the cosine of its shape with another's.

        ``cos(a, b) = sum_f (features_a - mean)_f (W b)_f / (|a| |b|)``: exact, a sum over features,
        which `shape.cell_sums` puts onto its grids. Negative where the shapes disagree.

        Parameters
        ----------
        picture : (H, W, 3) or (H, W) uint8 array
        other : Codes
            Of one picture.

        Returns
        -------
        list of (cells, cells) arrays, or None
            One a grid; together they sum to the cosine. None where there is no such sum.
        """
        self._check_fitted("agreement")
        features = self._shape(cut_out_all([picture]))
        projection = self._projections["shape"]
        length = float(np.linalg.norm(projection(features)))
        pulled = projection.matrix @ other["shape"][0]
        return shape.cell_sums((features[0] - projection.mean) * pulled / max(length, 1e-30))

    def card(self) -> dict[str, Any]:
        """JSON: name, version, settings, and what it was fitted on."""
        return {
            "name": self.name,
            "version": 1,
            "side": self._side,
            "views": list(self.views),
            "settings": {"power": POWER, "damping": self._damping},
            "fitted_on": self._fitted_on,
        }

    def arrays(self) -> dict[str, Array]:
        """Each view's mean and matrix."""
        parts = [p.arrays(view) for view, p in self._projections.items()]
        return {name: array for part in parts for name, array in part.items()}

    @classmethod
    def restore(cls, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the fitted encoder that `card` and `arrays` describe."""
        encoder = cls()
        encoder._restore(card, arrays)
        return encoder

    def _restore(self, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self._side = card["side"]
        self._fitted_on = dict(card["fitted_on"])
        self._projections = {v: Projection.restore(arrays, v) for v in card["views"]}

    @property
    def hash(self) -> str:
        """32 hexadecimal digits of the card and the arrays."""
        return model_hash(self.card(), self.arrays())

    def _check_fitted(self, caller: str) -> None:
        if not self._projections:
            raise OptionError(
                f"{caller}: the {self.name} encoder is not fitted yet.\n"
                f"  Call fit(pictures) first; the pictures to be searched serve best."
            )


def _angle(number: int) -> float:
    """The angle by which the picture of this number is rotated, evenly up to `MOST_DEGREES`."""
    return float(np.random.default_rng(number).uniform(-MOST_DEGREES, MOST_DEGREES))
