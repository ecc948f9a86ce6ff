"""One case of the agreement tests: the arguments, made-up data to go with them, and the answer."""

import zlib
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache, reduce
from itertools import product
from math import hypot, prod
from typing import NamedTuple

import numpy as np

import intertwine as iw
import oracles
from intertwine.engine.methods import METHODS

#: The methods that keep to rounding; `recursive` approximates and has tests of its own.
EXACT = [method.NAME for method in METHODS if method.NAME != "recursive"]

BOUNDARIES = ("zero", "constant", "nearest", "symmetric", "mirror", "wrap", "renormalize")
MODES = ("same", "full", "valid")
INTEGERS = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
FLOATS = ("float16", "float32", "float64")
COMPLEXES = ("complex64", "complex128")
KINDS = ("lopsided", "signed", "outer", "rank2", "box", "boxes")


class Tapped(NamedTuple):
    """Taps with an origin: all that the operator asks of a kernel object."""

    taps: np.ndarray
    origin: tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """One call of `convolve` or `correlate`; `kind` tells the kernel's structure."""

    shape: tuple[int, ...]
    size: tuple[int, ...]
    kind: str = "lopsided"
    boundary: str | tuple[str, ...] = "symmetric"
    mode: str | tuple[str, ...] = "same"
    dtype: str = "float64"
    taps_dtype: str = "float64"
    nan: str = "propagate"
    specks: int = 0
    masked: bool = False
    min_weight: float | None = None
    axes: tuple[int, ...] | None = None
    origin: tuple[int, ...] | None = None
    stride: int | tuple[int, ...] = 1
    dilation: int | tuple[int, ...] = 1
    flip: bool = True
    whole: bool = False

    def __str__(self):
        return self._name

    @cached_property
    def _name(self):
        default = {f.name: f.default for f in fields(Case)}
        said = [getattr(self, f.name) for f in fields(Case) if getattr(self, f.name) != f.default]
        names = [f for f in default if getattr(self, f) != default[f]]
        flags = {"flip": "correlate", "whole": "whole", "masked": "masked"}
        words = [
            flags.get(name) or f"{'' if isinstance(v, str) else name}{v}".replace(" ", "")
            for name, v in zip(names, said, strict=True)
        ]
        return "-".join(words)

    @property
    def options(self):
        """The keyword arguments that oracle and library share."""
        cval = (3 if self.dtype in INTEGERS else 0.75) if "constant" in self.boundary else 0
        return {
            "axes": self.axes,
            "mode": self.mode,
            "boundary": self.boundary,
            "cval": min(cval, 1) if self.dtype == "bool" else cval,
            "nan": self.nan,
            "mask": self.mask(),
            "min_weight": self.min_weight,
            "stride": self.stride,
            "dilation": self.dilation,
        }

    @property
    def call(self):
        """The function that the case is about."""
        return iw.convolve if self.flip else iw.correlate

    @property
    def fits(self):
        """Whether there is an answer: not in mode "valid" for a window longer than the data."""
        lengths = [self.shape[axis] for axis in self.axes or range(len(self.size))]
        reach = [(n - 1) * d + 1 for n, d in zip(self.size, self._each(self.dilation), strict=True)]
        modes = self._each(self.mode)
        return all(m != "valid" or r <= n for m, r, n in zip(modes, reach, lengths, strict=True))

    def _each(self, value):
        return value if isinstance(value, tuple) else (value,) * len(self.size)

    def _rng(self, salt):
        return np.random.default_rng(zlib.crc32(f"{salt} {self}".encode()))

    def mask(self):
        """Two samples in three, or None."""
        return self._rng("mask").random(self.shape) < 0.67 if self.masked else None

    def x(self):
        """Samples between -1 and 1, or small integers, with NaN and infinities strewn in."""
        rng, dtype = self._rng("x"), np.dtype(self.dtype)
        if dtype.kind == "b":
            return rng.random(self.shape) < 0.5
        if dtype.kind in "iu" or self.whole:
            return rng.integers(0 if dtype.kind == "u" else -9, 10, self.shape).astype(dtype)
        x = rng.uniform(-1, 1, self.shape)
        if dtype.kind == "c":
            x = x + 1j * rng.uniform(-1, 1, self.shape)
        x = x.astype(dtype)
        for speck in (np.nan, np.inf, -np.inf)[: self.specks]:
            x[tuple(rng.integers(n) for n in self.shape)] = speck
        return x

    def taps(self):
        """A kernel of the asked structure that is the same neither flipped nor turned."""
        rng = self._rng("k")
        taps = MAKERS[self.kind](rng, self.size)
        dtype = np.dtype(self.taps_dtype)
        if dtype.kind in "fc" and not self.whole:
            taps = taps / 7
        if dtype.kind == "c":
            taps = taps + 1j * MAKERS[self.kind](rng, self.size)
        return taps.astype(dtype)

    def k(self):
        """The kernel, with its origin if the case names one."""
        taps = self.taps()
        return taps if self.origin is None else Tapped(taps, self.origin)


def _lopsided(rng, size):
    return rng.integers(1, 10, size)


def _signed(rng, size):
    taps = rng.integers(-9, 10, size)
    taps.flat[0] += 1 - min(taps.sum(), 0)  # weights cancel in some windows, never in all taps
    return taps


def _outer(rng, size):
    return reduce(np.multiply.outer, [rng.integers(1, 5, n) for n in size])


def _mirrored(rng, size):
    halves = [rng.integers(1, 5, n) for n in size]
    return reduce(np.multiply.outer, [half + half[::-1] for half in halves])


def _box(rng, size):
    return np.full(size, rng.integers(2, 5))


def _boxes(rng, size):
    taps = _box(rng, size)
    taps[tuple(slice(n // 3, None) for n in size)] += 2
    return taps


MAKERS = {
    "lopsided": _lopsided,
    "signed": _signed,
    "outer": _outer,
    "mirrored": _mirrored,
    "rank2": lambda rng, size: _outer(rng, size) + _outer(rng, size),
    "box": _box,
    "boxes": _boxes,
}


@lru_cache(maxsize=4096)
def answer(case):
    """The oracle's answer to a case, and the factor by which it was rescaled."""
    k = case.k()
    taps, origin = k if isinstance(k, Tapped) else (k, None)
    adding = oracles.loops if prod(case.shape) * taps.size < 2000 else oracles.shifts
    return oracles.mix(case.flip, case.x(), taps, origin=origin, adding=adding, **case.options)


def same_kernel_convolving(case):
    """The kernel object under which `convolve` is the call of this case."""
    k = case.k()
    if case.flip:
        return k
    taps, origin = k if isinstance(k, Tapped) else (k, [n // 2 for n in k.shape])
    mirrored = tuple(n - 1 - c for n, c in zip(taps.shape, origin, strict=True))
    return Tapped(np.flip(taps).conj(), mirrored)


def planned(case, method):
    """The method's plan for a case; None when it does not apply."""
    k = same_kernel_convolving(case)
    return unless_refused(iw.plan, case.x(), k, method=method, **case.options)


def tolerance(case, plan):
    """What is allowed, in the units of the answer, for each output: no more than is stated."""
    return bounds(plan, *answer(case), case.x(), case.taps(), case.options["cval"])


def bounds(plan, y, factor, x, taps, cval):
    """What is allowed for each of the answers `y`, in which there is a factor, to one kernel.

    That is what the types and the number of taps allow, and never more than the plan states.
    """
    if plan.problem.exact:
        return np.zeros(y.shape)
    most = max(largest(x), abs(cval))
    weight = np.abs(taps.astype(np.clongdouble)).sum()
    bound = allowed(plan, taps.size, x.size) * weight * most
    if isinstance(factor, int):
        return np.broadcast_to(np.longdouble(bound), y.shape)
    # The weights are summed in float64 over every tap; dividing rounds twice more.
    total = np.abs(taps.astype(np.clongdouble).sum())
    double, own = np.finfo(np.float64).eps, np.finfo(plan.problem.result).eps
    weights = 4 * double * taps.size * weight * np.abs(factor) / total
    size = sum(np.abs(np.nan_to_num(plane, posinf=0, neginf=0)) for plane in (y.real, y.imag))
    return bound * np.abs(factor) + size * (weights + 4 * own)


def allowed(plan, taps, samples):
    """``|error| / (sum|k| * max|x|)`` that a plan may make, which states no absurd bound."""
    if plan.problem.precision is not None:
        return plan.error
    result = plan.problem.result
    assert plan.error <= oracles.largest_bound(taps, samples, result)
    return min(plan.error, oracles.tolerance(taps, result))


def largest(x):
    """The largest finite magnitude in `x`."""
    return hypot(*(np.abs(p[np.isfinite(p)], dtype=float).max(initial=0) for p in (x.real, x.imag)))


def unless_refused(call, *arguments, method, **options):
    """The call's answer; None when the method says that it does not apply."""
    try:
        return call(*arguments, method=method, **options)
    except iw.OptionError as error:
        if f"`method={method!r}` cannot compute this" not in str(error):
            raise
        return None


def check(case, method):
    """Assert that the method, where it applies, gives the oracle's answer; say whether it does."""
    plan = planned(case, method)
    if plan is None:
        return False
    got = case.call(case.x(), case.k(), method=method, **case.options)
    agree(got, answer(case)[0], tolerance(case, plan))
    return True


def check_all(subject, check=check, methods=EXACT):
    """`check` a case, or a bank, with every method; say which of them apply."""
    taken = []
    for method in methods:
        try:
            if check(subject, method):
                taken.append(method)
        except AssertionError as error:
            error.add_note(f"method={method!r}")
            raise
    return taken


def agree(got, want, bound):
    """Assert that integers are equal, and both planes of other numbers near."""
    assert got.shape == want.shape
    if got.dtype.kind in "iu":
        assert (got == want).all()
        return
    assert (got.dtype.kind == "c") == (want.dtype.kind == "c")
    for plane in ("real", "imag") if got.dtype.kind == "c" else ("real",):
        near(getattr(got, plane), getattr(want, plane), bound)


def near(got, want, bound):
    """Assert equality to a bound, with NaN and infinities in the same places."""
    got, want = got.astype(np.longdouble), np.asarray(want, np.longdouble)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    infinite = np.isinf(want)
    np.testing.assert_array_equal(got[infinite], want[infinite])
    finite = np.isfinite(want)
    assert np.isfinite(got[finite]).all()
    excess = np.abs(got[finite] - want[finite]) - np.broadcast_to(bound, want.shape)[finite]
    assert excess.max(initial=0) <= 0, f"beyond the stated bound by {excess.max():.3g}"


def grid(*shapes_and_sizes, **choices):
    """Return the cases of every combination; a choice that is no list is one for all."""
    lists = [value if isinstance(value, list) else [value] for value in choices.values()]
    made = [
        Case(shape, size, **dict(zip(choices, chosen, strict=True)))
        for shape, size in shapes_and_sizes
        for chosen in product(*lists)
    ]
    return [case for case in made if case.fits]
