"""Random calls of the core past every check in Python, for the fuzzer."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from fuzz_chance import COMPLEXES, ODD_TYPES, TYPES, Chance
from intertwine import _core

#: How the core refuses: what it takes is checked, sizes are found in memory or not.
REFUSALS = (ValueError, TypeError, MemoryError, OverflowError, BufferError, RuntimeError)


def geometry(
    c: Chance, plain: bool = False, bank: bool = False, channels: bool = True
) -> tuple[Any, dict[str, Any]]:
    """A geometry, and what arrays must be to fit it. A `plain` one has no stride nor dilation."""
    taps = 6
    nd = int(c.rng.integers(1, 4)) if not c.odd() else c.one(0, 1, 5, 16, 17)
    few = {1: 40, 2: 14, 3: 7}.get(nd, 2)
    numbers = []
    for _ in range(nd):
        n, k = c.number(1, few), c.number(1, taps)
        m = n if plain else c.number(1, few)
        step = (1, 1) if plain else (c.number(1, 3), c.number(1, 3))
        numbers.append([n, m, k, c.number(-taps, 3), *step, c.number(0, 5)])
    channels = bool(c.rng.random() < 0.2) and (channels or c.odd())
    kernels = bool(c.rng.random() < 0.2) and (bank or c.odd())
    bank = c.numbers(int(c.rng.integers(1, 3)), 1, 3) if kernels else []
    places = len(bank) + nd + channels
    order = [int(i) for i in c.rng.permutation(places)]
    if c.odd():
        order = c.numbers(places, 0, max(places - 1, 0))
    inner = [int(c.rng.integers(1, 5))] if channels else []
    shared = [c.one(1, n) for n in bank]
    x, out = [0] * places, [0] * places
    samples = [*shared, *(a[0] for a in numbers), *inner]
    results = [*bank, *(a[1] for a in numbers), *inner]
    for place, n, m in zip(order, samples, results, strict=False):
        if 0 <= place < places:
            x[place], out[place] = n, m
    made = _core.Geometry([n for a in numbers for n in a], order, channels, bank)
    size = [*bank, *(a[2] for a in numbers)]
    return made, {"x": x, "out": out, "size": size, "numbers": numbers, "nd": nd}


def count_of(sizes: Any) -> int:
    return int(min(np.prod([float(n) for n in sizes]), 1 << 16))


def run(c: Chance, method: Any, fits: dict[str, Any], *kinds: str) -> None:
    """Run what was made ready, on data of its shape."""
    x_type, out_type = c.one(*TYPES), c.one(*(kinds or TYPES))
    if c.rng.random() < 0.15:
        whole = c.rng.random() < 0.5  # planes of one complex array
        x_type, out_type = c.one("f4", "f8"), c.one("f4", "f8")
        both = {"f4": "c8", "f8": "c16"}
        arrays = []
        for shape, dtype in ((fits["x"], x_type), (fits["out"], out_type)):
            z = c.array(shape, both[dtype])
            if whole and isinstance(z, np.ndarray) and z.dtype.kind == "c":
                arrays += [z.real, z.imag]
            else:
                arrays += [c.array(shape, dtype), c.array(shape, dtype)]
        method.run_complex(*arrays, c.real(), c.real(), c.number(1, 3))
        return
    x, out = c.array(fits["x"], x_type), c.array(fits["out"], out_type)
    method.run(x, out, c.real(), c.one(False, False, True), c.number(1, 3))


def direct(c: Chance) -> None:
    made, fits = geometry(c, bank=True)
    compute = c.one("float32", "float64", "int64", "int16")
    taps = c.table([count_of(fits["size"])], compute, -3, 3)
    halvings = c.number(0, 14) if compute == "int16" else 0
    run(
        c, _core.Direct(made, taps, compute, halvings, c.one(True, False), *pairs(c, compute)), fits
    )


def pairs(c: Chance, compute: str) -> tuple[Any, ...]:
    """Differences for one kernel, now and then of taps that there are not."""
    if c.rng.random() < 0.6:
        return ()
    count = c.number(0, 4)
    places = [c.number(0, 2 if c.rng.random() < 0.8 else 40) for _ in range(2 * count)]
    return c.table([count], compute, -3, 3), places, [0, count]


def missing(c: Chance) -> None:
    made, fits = geometry(c, bank=True)
    method = _core.Missing(made, c.one(True, False))
    real = c.one("f2", "f4", "f8")
    method.run(
        c.array(fits["x"], real), c.array(fits["out"], real), c.real(), False, c.number(1, 3)
    )


def separable(c: Chance) -> None:
    made, fits = geometry(c)
    compute = c.one("float32", "float64", "int64")
    taps = int(min(sum(max(a[2], 0) for a in fits["numbers"]), 1 << 16))
    factors = c.table([c.number(1, 3), taps], compute, -3, 3)
    tile = c.numbers(fits["nd"], 1, 20)
    run(c, _core.Separable(made, factors, tile, c.number(1, 20), compute), fits)


def running_sum(c: Chance) -> None:
    made, fits = geometry(c, plain=c.rng.random() < 0.7)
    boxes = int(c.rng.integers(1, 3))
    first, length, weight = [], [], [c.real() for _ in range(boxes)]
    for _ in range(boxes):
        for a in fits["numbers"]:
            size = max(min(a[2], 99), 1)
            at = c.number(0, size - 1)
            first.append(at)
            length.append(c.number(1, max(size - max(at, 0), 1)))
    compute = c.one("float32", "float64", "int64")
    run(c, _core.RunningSum(made, weight, first, length, compute), fits)


def recursive(c: Chance) -> None:
    made, fits = geometry(c, plain=True, channels=False)
    sides, taps, ends = [], [], []
    for a in fits["numbers"]:
        behind = c.number(1, max(min(a[2], 99), 1))
        for count in (behind, a[2] - behind):
            poles = c.number(1, 3) if count > 0 else 0
            numbers = c.rng.uniform(-1, 1, 6 * min(max(poles, 0), 12))
            sides.append([float(v) for v in numbers])
            taps.append(int(count))
            ends.append(bool(c.rng.integers(2)))
    order = [int(a) for a in c.rng.permutation(fits["nd"])]
    compute = c.one("float32", "float64")
    method = _core.Recursive(made, order, sides, taps, ends, compute)
    x, out = c.array(fits["x"], c.one(*TYPES)), c.array(fits["out"], compute)
    method.run(x, out, c.real(), c.odd(), c.number(1, 3))


def tile_of(c: Chance, numbers: list[list[int]], folded: int) -> list[int]:
    """Lengths of a tile that hold the kernel, of products of 2, 3 and 5."""
    tile = []
    for i, a in enumerate(numbers):
        reach = (min(max(a[2], 1), 99) - 1) * min(max(a[5], 1), 99) + 1
        least = reach + (min(max(a[1], 1), 99) - 1 if i == folded else 0)
        unit = (32 if i == folded else 16) if i == len(numbers) - 1 else 1 + (i == folded)
        fitting = (unit * n for n in (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 25, 64, 100))
        lengths = list(islice((n for n in fitting if n >= least), 3)) or [unit]
        tile.append(c.number(0, 9) if c.odd() else c.one(*lengths))
    return tile


def overlap_save(c: Chance) -> None:
    made, fits = geometry(c, bank=True, channels=False)
    compute = c.one("float32", "float64")
    planes = c.one(1, 1, 2)
    taps = c.table([planes * count_of(fits["size"])], compute, -3, 3)
    folded = c.number(0, max(fits["nd"] - 1, 0)) if c.rng.random() < 0.3 else -1
    tile = tile_of(c, fits["numbers"], folded)
    if c.rng.random() < 0.2:
        whole = c.table([count_of(fits["size"])], "float64", -3, 3)
        halves = _core.Halves(made, whole, tile, c.number(1, 30), c.number(0, 9), c.number(1, 2))
        run(c, halves, fits, "i8", "u8")
        return
    method = _core.OverlapSave(made, taps, planes == 2, tile, compute, folded, c.number(1, 2))
    assert method.kept_bytes > 0
    run(c, method, fits)


def sampler(c: Chance) -> None:
    made, fits = geometry(c, plain=True)
    total = count_of(fits["size"])
    parts = []
    for _ in range(c.number(1, 2) & 3):
        taps = int(c.rng.integers(1, 5))
        last = np.sort(c.rng.integers(0, 2**32, taps)).astype("u4")
        last[-1] = 2**32 - 1
        places = c.table([taps], "i8", 0, max(total - 1, 0))
        parts.append((places, c.table([taps], "f8", 0, 3), last, c.real()))
    drawn = _core.Sampler(made, c.numbers(fits["nd"], 1, 9), parts)
    x, out = c.array(fits["x"], c.one(*TYPES)), c.array(fits["out"], c.one(*TYPES))
    first, count = c.number(0, 1), c.number(1, max(min(drawn.tiles, 99), 1))
    if c.rng.random() < 0.5:
        seed, draws = c.number(0, 9), c.number(1, 4)
        drawn.draw(x, out, c.real(), seed, draws, c.odd(), first, count, c.number(1, 2))
    else:
        drawn.variance(x, out, c.real(), first, count, c.number(1, 2))


def weights(c: Chance) -> None:
    nd = int(c.rng.integers(0, 4))
    shape = c.numbers(nd, 1, 8)
    begin = [c.number(0, max(min(n, 9), 0)) for n in shape]
    end = [c.number(max(min(b, 9), 0) + 1, max(min(n, 9), 1)) if b < n else n for b, n in
           zip(begin, shape, strict=True)]  # fmt: skip
    entries = [b + 1 + n - e if b < e else n for n, b, e in zip(shape, begin, end, strict=True)]
    table = _core.WeightTable(c.table([count_of(entries)], "f8"), shape, begin, end)
    kind = c.one("f4", "f8")
    if c.rng.random() < 0.5:
        table.scale(c.table(shape, kind), c.number(1, 2))
    else:
        sums = [c.one(1, n) for n in shape]
        total, least = c.table(sums, "f8"), c.table(sums, "f8")
        table.divide(c.table(shape, kind), c.table(shape, "f8"), total, least, c.number(1, 2))


def small_functions(c: Chance) -> None:
    """The functions of the core that take arrays and no geometry."""
    count, kind = int(c.rng.integers(1, 30)), c.one("f4", "f8")
    which = c.rng.integers(6)
    if which == 0:
        x = c.table([count], c.one("f4", "f8", "c8", "c16"))
        mask = c.one(None, c.table([count], "?", 0, 1))
        into = (None, None) if c.odd() else (np.empty_like(x), np.empty(count, bool))
        _core.put_aside(x, mask, c.one(True, False), *into, c.number(1, 2))
    elif which == 1:
        sums = [c.table([3 * count], "f8") for _ in range(2)]
        _core.norms(*sums, c.table([3], "f8"), c.real(), c.real(), c.table([3 * count], kind))
    elif which == 2:
        _core.scores(c.table([count], kind), c.table([2 * count], kind))
    elif which == 3:
        taps, kind = int(c.rng.integers(1, 9)), c.one("i8", "f8")
        low, high = c.table([4], "i8", 0, taps // 2), c.table([4], "i8", taps // 2, taps)
        _core.box_sums(c.table([2, taps, 3], kind), low, high, c.table([2, 4, 3], kind))
    elif which == 4:
        shape = tuple(c.numbers(int(c.rng.integers(0, 4)), 0, 200))
        _core.empty(shape, np.dtype(c.one(*TYPES, *COMPLEXES, *ODD_TYPES)))
    else:
        nd = int(c.rng.integers(0, 4))
        _core.is_nested(c.numbers(nd, 0, 9), c.numbers(nd, -9, 9), c.number(1, 8))
        _core.philox(c.numbers(4, 0, 9), c.number(0, 9))


def move_counts(c: Chance) -> None:
    nd = int(c.rng.integers(1, 4))
    shape = [int(n) for n in c.rng.integers(1, 7, nd)]
    reach = c.numbers(nd, 0, 2)
    pitch = np.cumprod([1, *shape[:0:-1]])[::-1]
    lines = [
        np.minimum(np.arange(n + min(max(r, 0), 9)), n - 1) * step
        for n, r, step in zip(shape, reach, pitch, strict=False)
    ]
    arrive = np.concatenate(lines) if lines else np.zeros(0, np.int64)
    if c.odd():
        arrive = c.table([len(arrive)], "i8", -1, max(int(np.prod(shape)) - 1, 0))
    taps = int(c.rng.integers(1, 4))
    step = c.table([taps, nd], "i8", 0, 0 if c.rng.random() < 0.5 else 1)
    share, sums = c.table([taps], "f8", 0, 1), c.table([taps], "f8", 0, 1)
    if isinstance(share, np.ndarray) and share.size and share.flags.writeable:
        share.flat[-1] = 1
    first, count = c.number(0, 1), c.number(0, max(int(np.prod(shape)) - 1, 0))
    _core.move_counts(
        c.table(shape, "i8", 0, c.one(9, 2**53)), c.table(shape, "i8"), arrive, reach, step, share,
        sums, c.number(0, 9), c.number(0, 9), first, count, c.number(1, 3),
    )  # fmt: skip


def calls_of_plans(c: Chance) -> None:
    """Calls and where they are remembered, made of the wrong parts now and then."""
    made, fits = geometry(c, bank=True)
    compute = c.one("float32", "float64")
    method = _core.Direct(made, c.table([count_of(fits["size"])], compute, -3, 3), compute)
    complex_ = c.rng.random() < 0.3
    kind = np.dtype(c.one(*COMPLEXES) if complex_ else c.one(*TYPES))
    result = np.dtype(c.one(*COMPLEXES) if complex_ else c.one(*TYPES))
    if c.odd():
        kind = np.dtype(c.one(*ODD_TYPES))
    plane = int(c.rng.integers(2)) if complex_ else 0
    steps = [(method, c.odd(), plane, c.number(0, 1) if c.odd() else plane,
              (c.real(), c.real()), c.one(True, False)) for _ in range(c.one(1, 1, 2))]  # fmt: skip
    call = _core.Call(
        steps, fits["x"], kind, fits["out"], result, c.number(1, 4), lambda _: c.number(1, 3)
    )
    if c.odd():
        steps.clear()
    del method

    class Plan:
        def stamp(self, *_: Any) -> None:
            """Nothing more to be said."""

    x = c.array(fits["x"], kind)
    out = c.one(None, c.array(fits["out"], result))
    call.run(Plan(), x, out, c.one(None, c.number(1, 3)))
    cache = _core.PlanCache()
    kept = _core.keep(Plan(), c.number(0, 1 << 20))

    class Meddler:
        def __eq__(self, other: object) -> bool:
            cache.store(x, k, (other,), True, kept, None)
            return True

        def __hash__(self) -> int:
            return 1

    said = (c.one(1, 1.0, True, "a", (1, 2), Meddler()), c.real())
    k = c.array([3], c.one(*TYPES))
    cache.store(x, k, said, c.one(True, False), kept, c.one(None, call))
    again = (c.one(said[0], (1, 2), Meddler()), said[1])
    cache.lookup(x, k, again, c.one(True, False))
    cache.run(x, k, again, c.one(True, False), out, c.one(None, 1))
    kept.drop()


CORE = [
    direct, missing, separable, running_sum, recursive, overlap_save, sampler, weights,
    small_functions, move_counts, calls_of_plans,
]  # fmt: skip
