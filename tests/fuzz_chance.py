"""Random arguments for the fuzzer: mostly small and fitting, now and then not."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

#: Numbers where sizes wrap, or nearly.
EXTREMES = [
    0, -1, 2**31 - 1, 2**31, 2**32, 2**40, 2**44, 2**50, 2**53, 2**59, 2**60, 2**61, 2**62,
    2**63 - 1, -(2**31), -(2**62), -(2**63), 2**63, 2**64,
]  # fmt: skip

TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?"]
COMPLEXES = ["c8", "c16"]
ODD_TYPES = ["longdouble", "clongdouble", "O", "S3", "M8[s]", "V4", ">f4", ">i8", ">c16"]


class Chance:
    """Random arguments: mostly small and fitting, now and then not."""

    def __init__(self, seed: int, wild: float, library: bool = False) -> None:
        self.rng = np.random.default_rng(seed)
        self.wild = wild * self.rng.choice([0.0, 0.2, 1.0])
        self.library = library  # which takes numbers that begin at any byte

    def odd(self) -> bool:
        """Whether what comes next is wrong."""
        return bool(self.rng.random() < self.wild)

    def one(self, *choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]

    def number(self, low: int, high: int) -> int:
        """A number of this range, or one that nobody expects."""
        if self.odd():
            return int(self.one(*EXTREMES, low - 1, high + 1))
        return int(self.rng.integers(low, high + 1))

    def numbers(self, count: int, low: int, high: int) -> list[int]:
        count += self.one(-1, 1) if self.odd() else 0
        return [self.number(low, high) for _ in range(max(count, 0))]

    def real(self) -> float:
        odd = [np.nan, np.inf, -np.inf, 1e300, 1e-310, 2.0**62]
        return float(self.one(*odd) if self.odd() else self.rng.integers(-5, 6))

    def table(self, shape: Any, dtype: Any, low: int = 0, high: int = 9) -> Any:
        """Numbers one after the other, mostly."""
        found = self.array(shape, dtype, low, high)
        plain = isinstance(found, np.ndarray) and not self.odd()
        return np.require(found, requirements="CA") if plain else found

    def array(self, shape: Any, dtype: Any, low: int = 0, high: int = 9) -> Any:
        """An array of any layout; its shape, its type or what holds it may be wrong."""
        shape = [int(min(max(n, 0), 1 << 16)) for n in shape]
        while np.prod(shape, dtype=float) > 1 << 18:
            shape[int(np.argmax(shape))] //= 2
        if self.odd():
            shape = self.one(shape[1:], [*shape, 1], [n + 1 for n in shape], [0] * len(shape))
        if self.odd():
            dtype = self.one(*TYPES, *COMPLEXES, *ODD_TYPES)
        dtype = np.dtype(dtype)
        if dtype.kind not in "biufc":
            return np.zeros(shape, dtype)
        with np.errstate(all="ignore"):
            values = self.rng.integers(low, high + 1, shape).astype(dtype)
        if dtype.kind in "fc" and values.size and self.odd():
            values.flat[int(self.rng.integers(values.size))] = self.one(np.nan, np.inf, -np.inf)
        return self.laid_out(values)

    def laid_out(self, values: Any) -> Any:
        """The same numbers, lying in memory in another way."""
        how = self.rng.integers(12) if values.ndim else 0
        if how == 1:
            return np.asfortranarray(values)
        if how == 2:
            return np.repeat(values, 2, -1)[..., ::2]
        if how == 3:
            return values[::-1].copy()[::-1]
        if how == 4 and (self.library or self.odd()):
            room = np.zeros(values.nbytes + values.itemsize + 1, np.uint8)
            skewed = room[1 : 1 + values.nbytes].view(values.dtype).reshape(values.shape)
            skewed[...] = values
            return skewed
        if how == 5 and self.odd():
            return np.broadcast_to(values[:1], values.shape)
        if how == 6 and self.odd():
            return np.lib.stride_tricks.as_strided(values, strides=[0] * values.ndim)
        if how == 7 and self.odd():
            values.setflags(write=False)
        if how == 8 and self.odd():
            return self.other_holder(values)
        return values

    def other_holder(self, values: Any) -> Any:
        """The numbers in something else than an array, or nothing of the kind."""
        return self.one(
            memoryview(values),
            values.tobytes(),
            bytearray(values.tobytes()),
            (ctypes.c_float * max(values.size, 1))(),
            (ctypes.c_double * 2 * max(values.size, 1))(),
            values.tolist(),
            None,
        )
