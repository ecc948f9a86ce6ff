"""Sums along rows: vectors shifted into each other, pairs of taps, single vectors and row ends."""

import ctypes
import mmap
import sys

import numpy as np
import pytest

import intertwine as iw


@pytest.mark.parametrize("taps", [1, 2, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 40])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_of_any_width(taps, dtype):
    rng = np.random.default_rng(taps)
    k = rng.uniform(-1, 1, taps).astype(dtype)
    for width in (3, 15, 16, 40, 63, 64, 65, 129, 200, 300):
        x = rng.uniform(-1, 1, (3, width)).astype(dtype)
        y = iw.convolve(x, k, axes=(1,), boundary="zero", method="direct")
        want = [np.convolve(row, k.astype("f8"))[(taps - 1) // 2 :][:width] for row in x]
        bound = taps * np.finfo(dtype).eps * np.abs(k).sum() * np.abs(x).max()
        np.testing.assert_allclose(y, want, rtol=0, atol=bound)


@pytest.mark.parametrize("taps", [3, 13, 21, 31])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_bit_depends_on_where_a_sample_lies(taps, dtype):
    rng = np.random.default_rng(taps)
    x = rng.uniform(-1, 1, 700).astype(dtype)
    k = rng.uniform(-1, 1, taps).astype(dtype)
    y = iw.convolve(x, k, mode="valid", method="direct")
    for begin, length in ((1, 400), (77, 80), (300, 97), (650, 50)):
        part = iw.convolve(x[begin : begin + length], k, mode="valid", method="direct")
        assert part.tobytes() == y[begin : begin + length - taps + 1].tobytes()


@pytest.mark.skipif(sys.platform != "linux", reason="pages are guarded by mprotect")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_is_read_beyond_the_end(dtype):
    """Samples that end where a page ends; the page behind may not be touched."""
    page = mmap.PAGESIZE
    pages = np.frombuffer(mmap.mmap(-1, 2 * page), dtype)
    x = pages[: page // pages.itemsize]
    behind = ctypes.c_void_p(x.ctypes.data + page)
    assert ctypes.CDLL(None).mprotect(behind, ctypes.c_size_t(page), 0) == 0
    x[:] = np.random.default_rng(1).uniform(-1, 1, x.size)
    for taps in (3, 7, 9, 16, 17, 31):
        k = np.random.default_rng(taps).uniform(-1, 1, taps).astype(dtype)
        for width in (50, 70, 100, 300, x.size):
            y = iw.convolve(x[-width:], k, mode="valid", method="direct")
            want = np.convolve(x[-width:], k.astype("f8"), "valid")
            np.testing.assert_allclose(y, want, rtol=0, atol=taps * np.finfo(dtype).eps * taps)
