"""Large arrays whose rows lie across memory: brought into rows, the same to the bit.

Smaller ones are read as they lie; `test_threads.py` has those.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import intertwine as iw
from cases import EXACT
from intertwine import _core

SHAPE = (41, 37, 53)
DTYPES = ("uint8", "int16", "float16", "float32", "float64", "int64", "complex64", "complex128")


def drawn(shape: tuple[int, ...], dtype: str, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 100, shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * rng.integers(-50, 50, shape)
    return values.astype(dtype)


def lying(x: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """The same numbers, the axes in this order in memory, the last of them the nearest."""
    return np.transpose(np.transpose(x, order).copy(), np.argsort(order))


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_order_of_axes_gives_the_same_bits(dtype, order):
    x = drawn(SHAPE, dtype)
    k = np.arange(1.0, 46).reshape(3, 5, 3)
    want = iw.convolve(x, k, boundary="mirror")
    out = lying(np.zeros_like(want), order)
    assert iw.convolve(lying(x, order), k, boundary="mirror", out=out) is out
    for y in (iw.convolve(lying(x, order), k, boundary="mirror"), out):
        assert (y.dtype, y.tobytes()) == (want.dtype, want.tobytes())


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("dtype", ["uint8", "float32", "complex64"])
def test_every_method(method, dtype):
    x = drawn(SHAPE, dtype)
    k = iw.kernels.box((3, 4, 5))
    want = iw.convolve(x, k, method=method, boundary="nearest")
    out = np.zeros_like(want, order="F")
    for threads in (1, 2):
        far = np.asfortranarray(x)
        y = iw.convolve(far, k, method=method, boundary="nearest", threads=threads)
        iw.convolve(far, k, method=method, boundary="nearest", threads=threads, out=out)
        np.testing.assert_array_equal(y, want)
        np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize(
    "take",
    [
        lambda x: np.asfortranarray(x)[::-1, :, ::-1],
        lambda x: np.asfortranarray(np.repeat(x, 2, axis=0))[::2],
        lambda x: np.asfortranarray(np.repeat(x, 2, axis=2))[..., ::2],
        lambda x: np.asfortranarray(np.repeat(x, 40, axis=0))[::40],  # no neighbours at all
        lambda x: np.broadcast_to(np.asfortranarray(x[:, :1]), x.shape),  # repeated samples
    ],
    ids=["backwards", "every other", "every other column", "far apart", "repeated"],
)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_views(take, dtype):
    x = take(drawn((70, 40, 60), dtype))
    k = drawn((3, 3, 3), "float64", 4)
    np.testing.assert_array_equal(iw.convolve(x, k), iw.convolve(x.copy(), k))
    out = take(np.zeros((70, 40, 60), iw.convolve(x, k).dtype))
    if out.flags.writeable:
        np.testing.assert_array_equal(iw.convolve(x, k, out=out), iw.convolve(x.copy(), k))


def test_channels():
    x = drawn((200, 150, 3), "float32")
    for order in permutations(range(3)):
        for axes in ((0, 1), (0, 2), (1,)):
            k = drawn((5, 4)[: len(axes)], "float32", 6)
            want = iw.convolve(x, k, axes=axes, boundary="wrap")
            out = lying(np.zeros_like(want), order)
            y = iw.convolve(lying(x, order), k, axes=axes, boundary="wrap", out=out)
            np.testing.assert_array_equal(y, want)


def test_banks():
    image, batch = drawn((160, 210), "float32"), drawn((6, 90, 70), "float32")
    shared = drawn((5, 3, 3), "float32", 7)  # kernels of one image
    own = drawn((6, 1, 3, 5), "float32", 8)[:, 0]  # one for each image
    for x, k in ((image, shared), (batch, own)):
        want = iw.convolve(x, k, axes=(-2, -1))
        for axes in permutations(range(want.ndim)):
            out = lying(np.zeros_like(want), axes)
            iw.convolve(np.asfortranarray(x), k, axes=(-2, -1), out=out)
            np.testing.assert_array_equal(out, want)


def test_missing_samples_and_weights():
    x = drawn(SHAPE, "float32")
    x[7, 8, 9], x[30, 1, 2] = np.nan, np.inf
    far = np.asfortranarray(x)
    k = drawn((3, 4, 5), "float32", 9)
    mask = drawn(SHAPE, "uint8", 2) > 20
    for options in ({}, {"boundary": "renormalize"}, {"nan": "ignore"}, {"mask": mask}):
        want = iw.convolve(x, k, **options)
        out = np.zeros_like(want, order="F")
        np.testing.assert_array_equal(iw.convolve(far, k, **options), want)
        np.testing.assert_array_equal(iw.convolve(far, k, **options, out=out), want)


def test_the_data_stay_as_they_are_and_may_be_the_result():
    x = np.asfortranarray(drawn(SHAPE, "float32"))
    k = drawn((3, 3, 3), "float32", 5)
    before = x.copy()
    want = iw.convolve(before, k)
    np.testing.assert_array_equal(iw.convolve(x, k), want)
    np.testing.assert_array_equal(x, before)
    assert iw.convolve(x, k, out=x) is x
    np.testing.assert_array_equal(x, want)


def test_copies_are_let_go():
    x = np.asfortranarray(drawn((64, 96, 80), "float32"))
    k = drawn((3, 3, 3), "float32", 5)
    out = np.zeros_like(x)
    iw.release_memory()
    kept = []
    for _ in range(4):
        iw.convolve(x, k, out=out)
        kept.append(_core.kept_bytes())
    assert kept[0] >= x.nbytes
    assert kept[1:] == kept[:1] * 3  # one block, put by and taken again
