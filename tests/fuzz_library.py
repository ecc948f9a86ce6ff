"""Random calls of the library, for the fuzzer: an answer, the same twice, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import intertwine as iw
from fuzz_chance import COMPLEXES, TYPES, Chance

BOUNDARIES = ["zero", "constant", "nearest", "symmetric", "mirror", "wrap", "renormalize"]
METHODS = ["auto", "direct", "separable", "running_sum", "overlap_save", "recursive", "reference"]


def options(c: Chance, ndim: int, shape: tuple[int, ...]) -> dict[str, Any]:
    """Options of a call, each there or not."""
    count = max(ndim, 1)

    def each(choice: Callable[[], Any]) -> Any:
        return choice() if c.rng.random() < 0.7 else tuple(choice() for _ in range(count))

    all_of = {
        "axes": lambda: tuple(c.numbers(ndim, 0, max(ndim - 1, 0))),
        "mode": lambda: each(lambda: c.one("same", "full", "valid")),
        "boundary": lambda: each(lambda: c.one(*BOUNDARIES)),
        "cval": c.real,
        "nan": lambda: c.one("propagate", "ignore", "raise"),
        "mask": lambda: c.array(shape, "?", 0, 1),
        "min_weight": lambda: float(c.rng.random()),
        "dtype": lambda: c.one(*TYPES, *COMPLEXES, None),
        "overflow": lambda: c.one("raise", "saturate"),
        "stride": lambda: each(lambda: c.number(1, 5)),
        "dilation": lambda: each(lambda: c.number(1, 5)),
        "method": lambda: c.one(*METHODS),
        "precision": lambda: float(10.0 ** c.rng.integers(-16, 0)),
        "threads": lambda: c.one(1, 2, 3, c.number(1, 4)),
    }
    likely = {"boundary": 0.7, "method": 0.6, "mode": 0.4, "threads": 0.4}
    return {
        name: make() for name, make in all_of.items() if c.rng.random() < likely.get(name, 0.15)
    }


def library(c: Chance) -> None:
    """A convolution, a correlation or a plan."""
    ndim = int(c.rng.integers(1, 4))
    longest = {1: 200, 2: 40, 3: 12}[ndim]
    shape = tuple(int(n) for n in c.rng.integers(1, longest + 1, ndim))
    filtered = int(c.rng.integers(1, ndim + 1))
    size = tuple(int(n) for n in c.rng.integers(1, c.one(3, 6, longest), filtered, endpoint=True))
    x = c.array(shape, c.one(*TYPES, *COMPLEXES), -5, 9)
    k = c.one(np.ones(size), c.array(size, c.one("f4", "f8", "i8", "c16"), -3, 5))
    said = options(c, filtered, shape)
    if filtered < ndim and "axes" not in said:
        said["axes"] = tuple(int(a) for a in c.rng.permutation(ndim)[:filtered])
    if c.rng.random() < 0.1:
        shape_or_x = c.one(x, shape, tuple(c.numbers(ndim, 1, longest)))
        made = iw.plan(shape_or_x, k, **{n: v for n, v in said.items() if n not in {"threads"}})
        made.explain()
        if shape_or_x is x:
            check(made(x), made(x, threads=2))
        return
    call = c.one(iw.convolve, iw.convolve, iw.correlate)
    result = call(x, k, **said)
    out = c.laid_out(np.zeros(result.shape, result.dtype))
    if isinstance(out, np.ndarray) and c.rng.random() < 0.3:
        again = call(x, k, **{**said, "threads": 2}, out=out)
    else:
        again = call(x, k, **{**said, "threads": 2})
    check(result, again)


def check(result: Any, again: Any) -> None:
    """A call made twice gives the same bits: nothing was read that nobody wrote."""
    assert result.shape == again.shape
    assert result.dtype == again.dtype
    assert result.tobytes() == again.tobytes(), "two answers to one call"
