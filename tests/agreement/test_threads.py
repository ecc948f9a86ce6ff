"""One answer, whatever the threads and however the data lie in memory: the same bits."""

from itertools import product

import numpy as np
import pytest

import intertwine as iw
from agreement.sweeps import LARGE
from cases import EXACT, Case, planned, unless_refused

NAMES = EXACT

WIDE = [
    *LARGE[::3],
    Case((400, 500), (7, 5), "box", dtype="float32"),
    Case((400, 500), (7, 5), "rank2", dtype="complex64", specks=2),
    Case((9, 40000), (1, 21), "box", dtype="float32", nan="ignore", specks=3),
]


def _bits(y):
    return y.shape, y.dtype, y.tobytes()


@pytest.mark.parametrize("method", [name for name in NAMES if name != "reference"])
def test_threads_do_not_show(method):
    seen = 0
    for case in WIDE:
        if planned(case, method):
            seen += 1
            x, k = case.x(), case.k()
            one, two, eight = (
                _bits(case.call(x, k, method=method, threads=n, **case.options)) for n in (1, 2, 8)
            )
            assert one == two == eight, str(case)
    assert seen >= 5


def _laid_out(x):
    """The same numbers in every layout that NumPy knows."""
    wide = np.zeros([2 * n + 1 for n in x.shape], x.dtype)
    gaps = wide[tuple(slice(1, None, 2) for _ in x.shape)]
    gaps[...] = x
    locked = x.copy()
    locked.setflags(write=False)
    shifted = np.frombuffer(b"?" + x.tobytes(), x.dtype, offset=1).reshape(x.shape)
    return {
        "gaps": gaps,
        "negative strides": np.flip(np.flip(x).copy()),
        "Fortran order": np.asfortranarray(x),
        "read-only": locked,
        "byte-swapped": x.astype(x.dtype.newbyteorder()),
        "unaligned": shifted,
        "nested lists": x.tolist() if x.dtype in (np.float64, np.int64) else x,
    }


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int16", "int64", "complex64"])
def test_layout_does_not_show(method, dtype):
    case = Case((25, 19), (4, 5), "box", dtype=dtype, boundary="mirror", specks=0)
    x, k = case.x(), case.k()
    want = _bits(iw.convolve(x, k, method=method, **case.options))
    for name, layout in _laid_out(x).items():
        before = np.array(layout)
        assert _bits(iw.convolve(layout, k, method=method, **case.options)) == want, name
        np.testing.assert_array_equal(layout, before)
    for name, layout in _laid_out(k).items():
        assert _bits(iw.convolve(x, layout, method=method, **case.options)) == want, name


@pytest.mark.parametrize("method", NAMES)
def test_repeated_samples(method):
    x = np.broadcast_to(np.arange(7.0), (6, 7))  # a stride of zero
    k = np.full((3, 2), 0.5)
    np.testing.assert_array_equal(
        iw.convolve(x, k, method=method), iw.convolve(x.copy(), k, method=method)
    )


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "complex64"])
def test_out_in_every_layout(method, dtype):
    case = Case((25, 19), (4, 5), "box", dtype=dtype, taps_dtype="float32")
    x, k = case.x(), case.k()
    want = iw.convolve(x, k, method=method)
    outs = {
        "plain": np.zeros(want.shape, want.dtype),
        "gaps": np.zeros((50, 57), want.dtype)[::2, ::3],
        "negative strides": np.zeros(want.shape, want.dtype)[::-1, ::-1],
        "Fortran order": np.zeros(want.shape, want.dtype, order="F"),
        "byte-swapped": np.zeros(want.shape, want.dtype.newbyteorder()),
    }
    for name, out in outs.items():
        assert iw.convolve(x, k, method=method, out=out) is out
        np.testing.assert_array_equal(out, want, err_msg=name)


@pytest.mark.parametrize("method", NAMES)
def test_out_may_be_the_data(method):
    case = Case((60, 50), (5, 4), "box", dtype="float32")
    x, k = case.x(), case.k()
    want = iw.convolve(x, k, method=method)
    double = np.zeros((61, 50), "float32")
    double[:60] = x
    moved = iw.convolve(double[:60], k, method=method, out=double[1:])
    np.testing.assert_array_equal(moved, want)
    assert iw.convolve(x, k, method=method, out=x) is x
    np.testing.assert_array_equal(x, want)


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "int64", "complex64"])
def test_out_may_be_part_of_the_data(method, dtype):
    taps = "uint8" if dtype == "int64" else "float32"
    for shape in ((7, 9), (61, 83), (500, 211)):
        case = Case(shape, (5, 4), "box", dtype=dtype, taps_dtype=taps)
        x, k = case.x(), case.k()
        x = np.clip(x, -(2**40), 2**40) if dtype == "int64" else x
        want = iw.convolve(x, k, method=method)
        rows, columns = shape
        memory = np.zeros((rows + 1, columns + 2), want.dtype)
        data = memory[:rows, 1:-1]
        down, right, back = memory[1:, 1:-1], memory[:-1, 2:], memory[rows - 1 :: -1, 1:-1]
        for out, threads in product((down, right, memory[1:, :-2], back), (1, 2, 8)):
            data[...] = x
            assert iw.convolve(data, k, method=method, out=out, threads=threads) is out
            np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize("method", NAMES)
def test_out_may_be_the_mask(method):
    x, k = np.arange(27.0, dtype="float32").reshape(9, 3), np.ones((2, 3), "float32")
    marks = np.arange(27).reshape(9, 3) % 4 > 0
    want = iw.convolve(x, k, mask=marks, method=method)
    memory = np.zeros(4 * marks.size, bool)
    memory[: marks.size] = marks.ravel()
    out = memory.view("float32").reshape(x.shape)
    iw.convolve(x, k, mask=memory[: marks.size].reshape(x.shape), out=out, method=method)
    np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("shape", [(0,), (0, 5), (4, 0, 3)])
@pytest.mark.parametrize("mode", ["same", "full", "valid"])
def test_no_samples_give_no_outputs(method, shape, mode):
    x, k = np.zeros(shape, "float32"), np.full((2,) * len(shape), 0.5)
    grown = {"same": 0, "full": 1, "valid": -1}[mode]
    y = unless_refused(iw.convolve, x, k, mode=mode, method=method)
    if y is None:
        assert method in ("separable", "overlap_save")  # one axis only, no tile
        return
    assert y.shape == tuple(n and n + grown for n in shape)
    assert y.dtype == np.float32


@pytest.mark.parametrize("shape", [(0, 0, 1), (1, 0, 0), (0, 4, 0)])
@pytest.mark.parametrize("size", [1, 2, 8])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_no_samples_beside_the_filtered_axis(shape, size, axis):
    assert iw.convolve(np.zeros(shape), np.ones(size), axes=axis, boundary="zero").shape == shape


@pytest.mark.parametrize("method", NAMES)
def test_a_plan_is_the_call(method):
    case = Case((33, 40), (3, 4), "box", dtype="float32", boundary="wrap", stride=(1, 2))
    x, k = case.x(), case.k()
    p = iw.plan(x.shape, k, dtype="float32", method=method, boundary="wrap", stride=(1, 2))
    assert p.method == method
    assert _bits(p(x)) == _bits(iw.convolve(x, k, method=method, **case.options))
    assert _bits(p(x, threads=2)) == _bits(p(x))
