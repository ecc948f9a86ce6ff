"""Samples as they come in: checked, gaps by policy, and sorted into strata."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import as_array, refuse_hidden
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

CALLER = "chance"

#: Sizes of numbers, apart from 0, whose squares and sums keep their precision; and whole numbers
#: that float64 holds.
_TINY, _HUGE, _WHOLE = 1e-100, 1e100, 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Two columns of equal length; `codes` number the stratum of every row."""

    a: Array
    b: Array
    codes: NDArray[np.intp]
    names: tuple[Hashable, ...]
    eps: float
    dropped: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Two samples by strata: the values of both, and which are of the first."""

    values: list[Array]
    first: list[Mask]
    names: tuple[Hashable, ...]
    eps: float
    dropped: int = 0
    unmatched: int = 0

    @property
    def sizes(self) -> tuple[int, int]:
        """Observations of a and of b."""
        return (sum(int(m.sum()) for m in self.first), sum(int((~m).sum()) for m in self.first))

    def single(self) -> tuple[Array, Array]:
        """Both samples, strata one after the other."""
        return (
            np.concatenate([v[m] for v, m in zip(self.values, self.first, strict=True)]),
            np.concatenate([v[~m] for v, m in zip(self.values, self.first, strict=True)]),
        )


def sample(name: str, value: Any) -> tuple[Array, float]:
    """One sample as float64, and the rounding of the type it came in."""
    _refuse_text(name, value)
    array = as_array(CALLER, name, value, masks=True)
    refuse_hidden(
        CALLER, name, value,
        f'Pass {name}.compressed(), or {name}.filled(np.nan) with nan_policy="omit".',
    )  # fmt: skip
    if array.dtype.kind == "c":
        raise DTypeError(
            f"chance: `{name}` is complex ({array.dtype}), and complex numbers have no order.\n"
            f"  Pass np.abs({name}), or its real part."
        )
    if array.ndim != 1:
        raise ShapeError(
            f"chance: `{name}` has {array.ndim} axes; a sample has one.\n"
            f"  Pass {name}.ravel() if all its {array.size} numbers are observations."
        )
    if np.isinf(array).any():
        raise OptionError(
            f"chance: `{name}` holds {counted(int(np.isinf(array).sum()), 'infinite value')} among "
            f"{array.size}; no mean can be taken.\n"
            '  Leave them out, or make them NaN and pass nan_policy="omit".'
        )
    _refuse_sizes(name, array)
    eps = float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else np.finfo(float).eps
    return array.astype(np.float64), float(eps)


def _refuse_text(name: str, value: Any) -> None:
    if isinstance(value, str | bytes | Mapping):
        return  # as_array refuses what is not a list at all
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length, which as_array refuses
        return
    if array.dtype.kind in "US":
        raise DTypeError(
            f"chance: `{name}` holds text, such as {array.ravel()[0].item()!r}.\n"
            f"  Pass numbers: np.asarray({name}, float) if the text spells them."
        )


def _refuse_sizes(name: str, array: NDArray[Any]) -> None:
    """Sums of squares must neither overflow nor vanish, and whole numbers stay as they are."""
    if array.dtype.kind in "iu":
        if array.size and max(int(array.max()), -int(array.min())) > _WHOLE:
            raise OptionError(
                f"chance: `{name}` holds whole numbers beyond 2**53, which float64 rounds.\n"
                "  Take the same number off all observations of both samples first."
            )
        return
    sizes = np.abs(array[(array != 0) & ~np.isnan(array)].astype(np.float64))
    if sizes.size and not _TINY < sizes.min() <= sizes.max() < _HUGE:
        extreme = sizes.max() if sizes.max() >= _HUGE else sizes.min()
        raise OptionError(
            f"chance: `{name}` holds a number of size {extreme:.3g}; other than 0 they may be from "
            f"{_TINY:g} to {_HUGE:g}.\n"
            "  Pass both samples in another unit."
        )


def pairs(a: Any, b: Any, by: Any, policy: str) -> Pairs:
    """Read two columns whose rows belong together."""
    (x, eps_a), (y, eps_b) = sample("a", a), sample("b", b)
    _same_index(a, b)
    if x.size != y.size:
        raise ShapeError(
            f"chance: `a` has {counted(x.size, 'observation')} but `b` has {y.size}; "
            "this design pairs them.\n"
            '  Pass as many of each, or design="two-sample" if they do not belong together.'
        )
    keep = ~(_gaps("a", x, policy) | _gaps("b", y, policy))
    labels = np.zeros(x.size, np.intp) if by is None else _labels(by, x.size, "by")
    names, codes = np.unique(labels[keep], return_inverse=True)
    _some("a", int(keep.sum()))
    dropped = int((~keep).sum())
    return Pairs(
        x[keep],
        y[keep],
        codes,
        () if by is None else tuple(names.tolist()),
        max(eps_a, eps_b),
        dropped,
    )


def groups(a: Any, b: Any, by: Any, policy: str) -> Groups:
    """Read two samples of independent cases."""
    (x, eps_a), (y, eps_b) = sample("a", a), sample("b", b)
    keep_a, keep_b = ~_gaps("a", x, policy), ~_gaps("b", y, policy)
    by_a, by_b = _two_labels(by, x.size, y.size)
    x, y, by_a, by_b = x[keep_a], y[keep_b], by_a[keep_a], by_b[keep_b]
    _some("a", x.size)
    _some("b", y.size)
    values, first, names = [], [], []
    matched = 0
    for name in np.unique(np.concatenate([by_a, by_b])):
        u, v = x[by_a == name], y[by_b == name]
        if u.size and v.size:
            values.append(np.concatenate([u, v]))
            first.append(np.arange(u.size + v.size) < u.size)
            names.append(name.item())
            matched += u.size + v.size
    if not values:
        raise ShapeError(
            "chance: no stratum of `by` holds cases of both samples.\n"
            "  Within strata nothing can be compared: pass coarser strata, or none."
        )
    dropped = int((~keep_a).sum() + (~keep_b).sum())
    return Groups(
        values, first, () if by is None else tuple(names), max(eps_a, eps_b), dropped,
        x.size + y.size - matched,
    )  # fmt: skip


def _two_labels(by: Any, size_a: int, size_b: int) -> tuple[NDArray[Any], NDArray[Any]]:
    if by is None:
        return np.zeros(size_a, np.intp), np.zeros(size_b, np.intp)
    if not isinstance(by, Sequence) or isinstance(by, str) or len(by) != 2:
        raise OptionError(
            "chance: `by` must be a pair here, the strata of `a` and those of `b`.\n"
            f"  Pass by=(strata_a, strata_b), with {size_a} and {size_b} entries."
        )
    one, other = _labels(by[0], size_a, "by[0]"), _labels(by[1], size_b, "by[1]")
    if (one.dtype.kind in "US") != (other.dtype.kind in "US"):
        one, other = one.astype(str), other.astype(str)
    return one, other


def _same_index(a: Any, b: Any) -> None:
    """Rows are paired by their places; labels that say otherwise are refused."""
    if not (hasattr(a, "reindex") and hasattr(b, "reindex")) or len(a) != len(b):
        return
    if not a.index.equals(b.index):
        raise OptionError(
            "chance: `a` and `b` have different indexes, and rows are paired by their places.\n"
            "  Pass b.reindex(a.index) to pair by index, or b.to_numpy() to pair by place."
        )


def _labels(by: Any, size: int, name: str) -> NDArray[Any]:
    labels = np.asarray(by)
    if labels.dtype == object:
        missing = np.array([v is None or v != v for v in labels.ravel()], bool)
        labels = labels.astype(str)
    else:
        missing = labels.ravel() != labels.ravel()
    if missing.any():
        raise OptionError(
            f"chance: `{name}` holds {int(missing.sum())} NaN or None among {labels.size}; "
            "such cases are in no stratum.\n"
            "  Leave them out, or give them a stratum of their own."
        )
    if labels.shape != (size,):
        raise ShapeError(
            f"chance: `{name}` has shape {labels.shape} for {counted(size, 'observation')}.\n"
            "  Pass one stratum for each."
        )
    return labels


def _gaps(name: str, x: Array, policy: str) -> Mask:
    gaps = np.isnan(x)
    if policy == "raise" and gaps.any():
        raise OptionError(
            f"chance: `{name}` holds {int(gaps.sum())} NaN among {x.size}.\n"
            '  Pass nan_policy="omit" to leave these cases out.'
        )
    return np.asarray(gaps if policy == "omit" else np.zeros(x.size, bool))


def _some(name: str, size: int) -> None:
    if not size:
        raise ShapeError(
            f"chance: `{name}` has 0 observations.\n  At least 1 is needed, and more to tell."
        )
