"""A bank: one call with many kernels, and the answer by the oracle, one kernel at a time."""

import itertools
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

import intertwine as iw
import oracles
from cases import Case, Tapped, agree, bounds, unless_refused


@dataclass(frozen=True)
class Bank:
    """A case whose kernel is one of many: `kernels` are the axes of k before those of a kernel."""

    case: Case
    kernels: tuple[int, ...]

    def __str__(self):
        return f"{self.kernels}of{self.case}".replace(" ", "")

    def stack(self):
        """The kernels as an array."""
        more = [case_number(self.case, i).taps() for i in range(prod(self.kernels))]
        return np.stack(more).reshape(*self.kernels, *self.case.size)

    def k(self):
        """The array; or nested lists of kernels when they have an origin."""
        if self.case.origin is None:
            return self.stack()
        return nested(self.stack(), self.kernels, lambda one: Tapped(one, self.case.origin))

    def convolving(self):
        """The kernels under which `convolve` is the call of the case."""
        if self.case.flip:
            return self.k()
        origin = self.case.origin or [n // 2 for n in self.case.size]
        mirrored = tuple(n - 1 - c for n, c in zip(self.case.size, origin, strict=True))
        return nested(self.stack(), self.kernels, lambda one: Tapped(np.flip(one).conj(), mirrored))

    @property
    def places(self):
        """The axes that are filtered, counted from the end of x and of the result."""
        ndim = len(self.case.shape)
        axes = range(len(self.case.size)) if self.case.axes is None else self.case.axes
        return [axis % ndim - ndim for axis in axes]


def case_number(case, i):
    """The case with other taps: its random numbers follow from its name."""
    return Case(case.shape, case.size, case.kind, taps_dtype=case.taps_dtype, specks=100 + i)


def nested(taps, shape, make):
    """Lists of kernels, as deep as `shape` is long."""
    return [nested(part, shape[1:], make) for part in taps] if shape else make(taps)


def whole(bank):
    """The result's axes that are not filtered."""
    left = [n for i, n in enumerate(bank.case.shape, -len(bank.case.shape)) if i not in bank.places]
    return np.broadcast_shapes(tuple(left), bank.kernels)


def together(bank, x, taps):
    """The samples and the taps of every place on the axes that are not filtered."""
    count = len(bank.case.size)
    moved = np.moveaxis(x, bank.places, range(-count, 0))
    samples = np.broadcast_to(moved, whole(bank) + moved.shape[-count:])
    kernels = np.broadcast_to(taps, whole(bank) + bank.case.size)
    return [(samples[place], kernels[place]) for place in np.ndindex(whole(bank))]


def gathered(bank, parts):
    """Put answers, one for each place, together as one array with the axes where x has them."""
    stacked = np.stack(parts).reshape(*whole(bank), *parts[0].shape)
    return np.moveaxis(stacked, range(-len(bank.case.size), 0), bank.places)


@lru_cache(maxsize=512)
def answers(bank):
    """For every place: the oracle's answer, its rescaling factor, the samples and the taps."""
    case, stack = bank.case, bank.stack()
    options = {**case.options, "axes": None, "origin": case.origin}
    mask = options.pop("mask")
    masks = itertools.repeat(None)
    if mask is not None:
        masks = [present for present, _ in together(bank, mask, stack)]
    found = []
    for (samples, taps), present in zip(together(bank, case.x(), stack), masks, strict=False):
        adding = oracles.loops if samples.size * taps.size < 2000 else oracles.shifts
        answer = oracles.mix(case.flip, samples, taps, mask=present, adding=adding, **options)
        found.append((*answer, samples, taps))
    return found


def check(bank, method):
    """Assert that a method, where it applies, agrees with the oracle; say whether it does."""
    case = bank.case
    plan = unless_refused(iw.plan, case.x(), bank.convolving(), method=method, **case.options)
    if plan is None:
        return False
    got = case.call(case.x(), bank.k(), method=method, **case.options)
    cval = case.options["cval"]
    limits = [bounds(plan, *one, cval) for one in answers(bank)]
    agree(got, gathered(bank, [y for y, *_ in answers(bank)]), gathered(bank, limits))
    return True
