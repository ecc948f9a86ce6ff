"""Sizes at which 64-bit arithmetic would wrap, and arrays that lie as nobody expects."""

import contextlib
import ctypes
import re
import threading

import numpy as np
import pytest

import intertwine as iw
from intertwine import _core

FAR = 2**63 - 1


def geometry(*axes, order=None):
    order = range(len(axes)) if order is None else order
    return _core.Geometry([number for axis in axes for number in axis], order, False)


def refuses(text, call, error=ValueError):
    with pytest.raises(error, match=re.escape(text)):
        call()


@pytest.mark.parametrize(
    ("axis", "text"),
    [
        ([8, 8, 2, 0, 1, 2**60, 0], "too far"),
        ([8, 2, 1, 0, 2**60, 1, 0], "too far"),
        ([8, 1, 1, 2**60, 1, 1, 0], "too far"),
        ([8, 1, 1, -(2**60), 1, 1, 0], "too far"),
        ([2**60, 1, 1, 0, 1, 1, 0], "too far"),
        ([8, 2**60, 1, 0, 1, 1, 0], "too far"),
    ],
)
def test_numbers_of_an_axis_have_ends(axis, text):
    refuses(f"geometry: {text}", lambda: geometry(axis))


def test_numbers_in_all_have_an_end():
    axis = [2**40, 1, 1, 0, 1, 1, 0]
    refuses("geometry: too many samples", lambda: geometry(axis, axis))
    axis = [1, 2**40, 1, 0, 1, 1, 1]
    refuses("geometry: too many results", lambda: geometry(axis, axis))


@pytest.mark.parametrize("far", [2**40, 2**62, FAR])
def test_a_stride_without_a_second_result_means_nothing(far):
    x, out = np.arange(8, dtype=np.float32) + 1, np.zeros(1, np.float32)
    lines = geometry([8, 1, 1, 2, far, far, 0])
    _core.Direct(lines, np.ones(1, np.float32), "float32").run(x, out, 0.0, False, 1)
    assert out.tolist() == [3]


@pytest.mark.parametrize("far", [2**60, 2**62 - 1])
def test_any_stride_is_taken(far):
    x = np.arange(32, dtype=np.float32).reshape(8, 4)
    assert iw.convolve(x, [1.0], axes=0, stride=far).tolist() == x[:1].tolist()
    assert iw.convolve(x[0], [1.0, 2.0], dilation=far, boundary="wrap").shape == (4,)


def test_windows_larger_than_memory_are_refused():
    far = [8, 8, 3, 0, 1, 2**40, 1]
    for numbers in ([far, far], [far, far, far]):
        method = _core.Direct(geometry(*numbers), np.ones(3 ** len(numbers)), "float64")
        x, out = np.zeros([8] * len(numbers)), np.zeros([8] * len(numbers))
        with pytest.raises(MemoryError):
            method.run(x, out, 0.0, False, 1)


@pytest.mark.parametrize(("tile", "batch"), [([FAR, 8], 4), ([8, FAR], 4), ([8, 8], FAR)])
def test_tiles_and_batches_of_any_size_hold_all(tile, batch):
    axis = [8, 8, 3, -1, 1, 1, 0]
    method = _core.Separable(geometry(axis, axis), np.ones((1, 6)), tile, batch, "float64")
    x, out = np.arange(64.0).reshape(8, 8), np.zeros((8, 8))
    method.run(x, out, 0.0, False, 2)
    assert out.tolist() == iw.convolve(x, np.ones((3, 3)), boundary="zero").tolist()


def test_tiles_of_transforms_have_an_end():
    rows = [2, 2, 1, 0, 2**45, 1, 0]
    line = [16, 14, 3, 0, 1, 1, 0]
    for axes, tile, text in [
        ((rows, line), [2, 16], "tile: too many samples behind it"),
        ((line,), [FAR], "tile: smaller than the kernel, or too large"),
        (([16, 16, 1, 0, 1, 1, 0],), [16], "geometry: a transform needs an axis with taps"),
    ]:
        taps = np.ones(int(np.prod([a[2] for a in axes])))
        made = geometry(*axes)
        refuses(text, lambda: _core.OverlapSave(made, taps, False, tile, "float64", -1, 1))  # noqa: B023


@pytest.mark.parametrize("count", [1025, 2**31 - 1])
def test_a_number_of_threads_has_an_end(count):
    method = _core.Direct(geometry([8, 8, 1, 0, 1, 1, 0]), np.ones(1), "float64")
    refuses(
        "threads: more than 1024", lambda: method.run(np.ones(8), np.ones(8), 0.0, False, count)
    )


@pytest.mark.parametrize("boundary", ["nearest", "symmetric", "mirror", "wrap", "zero"])
@pytest.mark.parametrize("size", [(17, 1), (2, 1), (17, 2)])
def test_a_line_of_one_sample_goes_through_transforms_too(boundary, size):
    """Its tile may be folded to a single number, whose transform does nothing."""
    x, k = np.arange(16.0)[None] + 1, np.arange(1.0, np.prod(size) + 1).reshape(size)
    y = iw.convolve(x, k, boundary=boundary, method="overlap_save")
    expected = iw.convolve(x, k, boundary=boundary, method="reference")
    bound = 64 * np.finfo(float).eps * np.abs(k).sum() * x.max()
    np.testing.assert_allclose(y, expected, rtol=0, atol=bound)


def test_both_planes_are_of_one_type():
    line = geometry([16, 16, 3, -1, 1, 1, 0])
    method = _core.OverlapSave(line, np.ones(3), False, [32], "float64", -1, 1)
    real, whole = np.ones(16), np.ones(16, np.int8)
    for planes in [(real, whole, real, real), (real, real, real, whole)]:
        refuses("planes: types differ", lambda p=planes: method.run_complex(*p, 0.0, 0.0, 1))


def test_planes_may_lie_apart():
    """One of them in the output as it is, the other with gaps."""
    line = geometry([16, 16, 3, -1, 1, 1, 0])
    method = _core.OverlapSave(line, np.ones(3), False, [32], "float64", -1, 1)
    x, room = np.arange(16.0), np.full(48, 7.0)
    re, im = np.zeros(16), room[::3]
    method.run_complex(x, x, re, im, 0.0, 0.0, 1)
    np.testing.assert_allclose(re, iw.convolve(x, np.ones(3), boundary="zero"), atol=1e-12)
    np.testing.assert_allclose(im, re, atol=1e-12)
    assert (room[1::3] == 7).all()


def test_buffers_that_name_no_steps_lie_one_after_the_other():
    method = _core.Direct(geometry([8, 8, 1, 0, 1, 1, 0]), np.full(1, 2.0), "float64")
    x, out = (ctypes.c_double * 8)(*range(8)), (ctypes.c_double * 8)()
    method.run(x, out, 0.0, False, 1)
    assert list(out) == [2.0 * i for i in range(8)]


def unaligned(values):
    room = np.zeros(values.nbytes + 1, np.uint8)
    skewed = room[1:].view(values.dtype).reshape(values.shape)
    skewed[...] = values
    assert not skewed.flags.aligned
    return skewed


@pytest.mark.parametrize("dtype", ["u2", "f4", "f8", "c8"])
def test_numbers_may_begin_at_any_byte(dtype):
    x, k = np.arange(60).reshape(6, 10).astype(dtype), np.ones((3, 3))
    expected = iw.convolve(x, k)
    assert iw.convolve(unaligned(x), k).tolist() == expected.tolist()
    out = unaligned(np.zeros_like(expected))
    for _ in range(2):
        assert iw.convolve(x, k, out=out) is out
        assert out.tolist() == expected.tolist()
    assert iw.convolve(x, unaligned(k)).tolist() == expected.tolist()


def test_the_core_refuses_numbers_that_begin_at_any_byte():
    method = _core.Direct(geometry([8, 8, 1, 0, 1, 1, 0]), np.ones(1), "float64")
    x = unaligned(np.ones(8))
    refuses("x: not aligned", lambda: method.run(x, np.ones(8), 0.0, False, 1))
    refuses("out: not aligned", lambda: method.run(np.ones(8), x, 0.0, False, 1))
    refuses("norms: not aligned", lambda: _core.scores(x, np.ones(8)))


def test_tables_may_change_while_counts_move():
    """What was checked is what is used, or the change is told; nothing is written elsewhere."""
    n = 4000
    counts, arrive = np.full(n, 50), np.arange(n + 2)
    arrive[-2:] = -1
    step, share, sums = np.arange(3), np.array([0.5, 0.5, 1.0]), np.array([0.5, 0.75, 1.0])
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for table, wrong in ((arrive, 2**60), (step, 2**60), (counts, -1), (counts, 2**60)):
                kept = table[5 % len(table)]
                table[5 % len(table)] = wrong
                table[5 % len(table)] = kept

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for draw in range(200):
            out = np.zeros(n + 2, np.int64)[1:-1]
            with contextlib.suppress(ValueError):
                _core.move_counts(counts, out, arrive, [2], step, share, sums, 1, draw, 0, n, 2)
            assert out.base[0] == out.base[-1] == 0
    finally:
        stop.set()
        changing.join()


def test_a_call_keeps_its_methods():
    line = geometry([8, 8, 1, 0, 1, 1, 0])
    f8, x = np.dtype("f8"), np.arange(8.0)
    steps = [(_core.Direct(line, np.full(1, 2.0), "float64"), False, 0, 0, (0.0, 0.0), False)]
    call = _core.Call(steps, [8], f8, [8], f8, 1, lambda _: 1)
    steps.clear()
    for _ in range(100):
        _core.Direct(line, np.full(1, 3.0), "float64")
    assert call.run(object(), x, None, 1).tolist() == (2 * x).tolist()


def test_calls_of_plans_are_compared_without_code_of_others():
    calls, kept = _core.PlanCache(), _core.keep("plan", 1)

    class Meddler:
        def __eq__(self, other):
            calls.store(x, k, (other,), True, _core.keep("another", 1), None)
            return True

        def __hash__(self):
            return 1

    x, k = np.zeros((3, 4)), np.ones((1, 2))
    for _ in range(4):
        calls.store(x, k, (Meddler(),), True, kept, None)
    assert calls.lookup(x, k, (Meddler(),), True) is None
    deep = ()
    for _ in range(100_000):
        deep = (deep,)
    calls.store(x, k, deep, True, kept, None)
    assert calls.lookup(x, k, (deep,), True) is None
    calls.store(x, k, (1, "a"), True, kept, None)
    assert calls.lookup(x, k, (1, "a"), True) == "plan"


def test_a_transform_of_complex_taps_takes_both_planes():
    method = _core.OverlapSave(
        geometry([8, 8, 3, -1, 1, 1, 0]), np.ones(6), True, [16], "float64", -1, 1
    )
    x, out = np.ones(8), np.zeros(8)
    refuses("taps: complex ones take both planes", lambda: method.run(x, out, 1e300, False, 1))
