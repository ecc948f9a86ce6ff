"""Integers too large for one transform, cut in halves: every sum is exact, the largest too.

Sums are compared with those of int64 by NumPy, over padded copies, and with Python's own integers.
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import intertwine as iw
from cases import BOUNDARIES, MODES
from intertwine.engine.methods.halves import Cut, cut_taps
from tiles import forced

BOUNDED = [b for b in BOUNDARIES if b != "renormalize"]

PADS = {"zero": "constant", "constant": "constant", "nearest": "edge", "symmetric": "symmetric",
        "mirror": "reflect", "wrap": "wrap"}  # fmt: skip

#: Of rows: many taps; of planes and volumes; tiles of each, rows that are cut in two among them.
LINE = ((3000,), (257,), [(512,), (768,), (4096,)])
PLANE = ((70, 190), (13, 31), [(16, 48), (75, 160), (128, 2048), (324, 320)])
VOLUME = ((20, 17, 40), (7, 8, 9), [(16, 9, 32), (30, 25, 48)])

#: Samples of a type: the least and the largest, and taps up to how many bits keep sums in 64.
RANGES = {
    "int32": (-(2**31), 2**31 - 1, 20),
    "uint32": (0, 2**32 - 1, 19),
    "int64": (-(2**39), 2**39 - 1, 12),
    "uint64": (0, 2**50 - 1, 1),
}


def in_halves(x: np.ndarray, k: np.ndarray, **options: object) -> np.ndarray:
    """The answer in halves, the same on one thread and on two, and by a plan that travelled."""
    plan = iw.plan(x, k, method="overlap_save", **options)
    assert "bits of samples beside the high ones" in plan.explain()
    assert plan.error == 0
    one = plan(x, threads=1)
    np.testing.assert_array_equal(one, plan(x, threads=2))
    np.testing.assert_array_equal(one, pickle.loads(pickle.dumps(plan))(x))
    return one


def sums(x, k, mode="same", boundary="symmetric", cval=0, stride=1, dilation=1) -> np.ndarray:
    """The convolution in whole numbers: int64 where they fit, modulo its range on the way."""
    wide = np.zeros([(n - 1) * dilation + 1 for n in k.shape], np.int64)
    wide[tuple(slice(None, None, dilation) for _ in k.shape)] = k
    behind = {"same": lambda n: (n - 1) // 2, "full": lambda n: n - 1, "valid": lambda _: 0}[mode]
    before = {"same": lambda n: n // 2, "full": lambda n: n - 1, "valid": lambda _: 0}[mode]
    ends = [(before(n) * dilation, behind(n) * dilation) for n in k.shape]
    more = {"constant_values": cval} if boundary == "constant" else {}
    padded = np.pad(x.astype(np.int64), ends, PADS[boundary], **more)
    out = np.zeros([n - m + 1 for n, m in zip(padded.shape, wide.shape, strict=True)], np.int64)
    for at in np.argwhere(wide):
        first = [m - 1 - i for m, i in zip(wide.shape, at, strict=True)]
        window = tuple(slice(f, f + n) for f, n in zip(first, out.shape, strict=True))
        out += wide[tuple(at)] * padded[window]
    return out[tuple(slice(None, None, stride) for _ in k.shape)]


def drawn(shape, dtype: str, seed: int = 8) -> np.ndarray:
    low, high, _ = RANGES[dtype]
    return np.random.default_rng(seed).integers(low, high, shape, endpoint=True).astype(dtype)


def taps_for(shape, dtype: str, seed: int = 9) -> np.ndarray:
    most = 2 ** RANGES[dtype][2]
    return np.random.default_rng(seed).integers(-most, most, shape, endpoint=True)


@pytest.mark.parametrize("dtype", RANGES)
@pytest.mark.parametrize(("shape", "size", "tiles"), [LINE, PLANE, VOLUME], ids=["1d", "2d", "3d"])
def test_any_tile_and_any_type(monkeypatch, shape, size, tiles, dtype):
    x, k = drawn(shape, dtype), taps_for(size, dtype)
    if dtype == "uint64":
        k[k != 0] = np.abs(k[k != 0])  # sums of both signs would leave 64 bits no room
    want = sums(x, k)
    np.testing.assert_array_equal(in_halves(x, k), want)
    for tile in tiles:
        forced(monkeypatch, tile)
        np.testing.assert_array_equal(in_halves(x, k), want)
        monkeypatch.undo()
    iw.release_memory()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("boundary", BOUNDED)
@pytest.mark.parametrize("step", [(1, 1), (3, 1), (1, 2), (2, 3)])
def test_borders_modes_and_steps(boundary, mode, step):
    x, k = drawn((61, 77), "int32"), taps_for((7, 12), "int32")
    options = {"boundary": boundary, "mode": mode, "stride": step[0], "dilation": step[1]}
    if boundary == "constant":
        options["cval"] = -(2**31) + 12345
    np.testing.assert_array_equal(in_halves(x, k, **options), sums(x, k, **options))


#: Signs of samples and taps that add up, or that take turns: sums are as large as they can be.
SIGNS = {
    "alike": lambda n: np.ones(n, np.int64),
    "in turns": lambda n: 1 - 2 * (np.arange(n) % 2),
    "in pairs": lambda n: 1 - 2 * (np.arange(n) // 2 % 2),
    "by halves": lambda n: 1 - 2 * (np.arange(n) >= n // 2),
}


@pytest.mark.parametrize("of_taps", SIGNS)
@pytest.mark.parametrize("of_samples", SIGNS)
@pytest.mark.parametrize("sample", [2**31 - 1, 2**31 - 2**15, 2**30 + 2**16 - 1])
def test_the_largest_sums(of_samples, of_taps, sample):
    n, taps = 20_000, 4000
    largest = (2**63 - 1) // (taps * 2**31)
    x = (sample * SIGNS[of_samples](n)).astype(np.int32)
    k = largest * SIGNS[of_taps](taps)
    got = in_halves(x, k, mode="valid")
    signs = np.convolve(SIGNS[of_samples](n), SIGNS[of_taps](taps), "valid")  # 4000 at most
    np.testing.assert_array_equal(got, sample * largest * signs)
    if of_samples == of_taps:
        assert int(np.abs(got).max()) == sample * largest * taps > 2**61


def test_halves_that_leave_64_bits_while_their_sum_does_not():
    """All samples 2**31 - 1 round up to 2**31 on their way to the high half: 2**63 together."""
    x = np.repeat(np.array([2**31 - 1, -(2**31)], np.int32), 3000)
    k = np.full(2048, 2**21)
    got = in_halves(x, k, mode="valid")
    above = np.clip(3000 - np.arange(len(got)), 0, 2048)
    want = [2**21 * (int(n) * (2**31 - 1) - (2048 - int(n)) * 2**31) for n in above]
    assert got.tolist() == want
    assert (want[0], want[-1]) == (2**63 - 2**32, -(2**63))


@pytest.mark.parametrize("shared", [True, False])
def test_banks(shared):
    k = taps_for((3, 9, 14), "int32")
    x = drawn((40, 60) if shared else (3, 40, 60), "int32")
    got = in_halves(x, k, axes=(0, 1) if shared else (1, 2))
    each = [sums(x if shared else x[i], k[i]) for i in range(3)]
    np.testing.assert_array_equal(got, each)


def test_samples_from_anywhere_and_results_to_anywhere():
    x = drawn((90, 300), "int32").T[::-2, ::3]
    k = taps_for((11, 5), "int32")
    room = np.zeros((x.shape[1], x.shape[0], 2), np.int64)
    out = room[..., 1].T
    plan = iw.plan(x, k, method="overlap_save")
    assert "beside the high ones" in plan.explain()
    assert plan(x, out=out) is out
    np.testing.assert_array_equal(out, sums(x, k))
    assert not room[..., 0].any()
    swapped = x.astype(">i4")
    np.testing.assert_array_equal(iw.convolve(swapped, k, method="overlap_save"), sums(x, k))


def test_kernels_longer_than_the_data():
    x, k = drawn((30, 40), "int32"), taps_for((41, 55), "int32")
    for boundary in BOUNDED:
        cval = 77 if boundary == "constant" else 0
        got = iw.convolve(x, k, boundary=boundary, cval=cval, method="overlap_save")
        np.testing.assert_array_equal(got, sums(x, k, boundary=boundary, cval=cval))


def test_few_samples_that_are_not_zero():
    """The look at sizes, which sends such tiles of floats another way, does not matter here."""
    x = np.zeros(20_000, np.int32)
    x[[3, 9000, 9001]] = 2**31 - 1, -(2**31), 1
    k = taps_for((3000,), "int32")
    np.testing.assert_array_equal(in_halves(x, k), sums(x, k))


@pytest.mark.parametrize("bits", [1, 7, 20])
@pytest.mark.parametrize("passes", [2, 3, 4])
def test_parts_of_taps(bits, passes):
    taps = taps_for((1000,), "int32").astype(np.int32)
    parts = cut_taps(taps, Cut(16, bits, 1.0, passes))
    assert [place for place, _ in parts] == [bits * i for i in reversed(range(passes))]
    np.testing.assert_array_equal(sum(part * 2**place for place, part in parts), taps)
    assert all(np.abs(part).max() <= 2 ** (bits - 1) for place, part in parts[1:])


def test_explain_tells_what_is_cut():
    x = drawn((100_000,), "int32")
    few = iw.plan(x, np.arange(-2000, 2000) % 17 - 8).explain()
    assert ", the low 16 bits of samples beside the high ones." in few
    many = iw.plan(x, taps_for((2000,), "int32") >> 8).explain()
    assert ", two passes: taps without their low " in many
    most = iw.plan(drawn((512, 512), "int32"), taps_for((127, 127), "int32") >> 4).explain()
    assert ", 4 passes: taps in parts of 4 bits." in most


def test_what_cannot_be_cut_is_summed_directly():
    x = np.arange(-(2**59), 2**59, 2**52)
    k = np.array([1, 0, 0, -1, 2])
    with pytest.raises(iw.OptionError) as refused:
        iw.convolve(x, k, method="overlap_save")
    assert str(refused.value) == (
        "convolve: `method='overlap_save'` cannot compute this: "
        "its rounding could move an integer result by one.\n"
        "  Leave method='auto', or look at plan(...).explain() for those that can."
    )
    np.testing.assert_array_equal(iw.convolve(x, k), sums(x, k))
