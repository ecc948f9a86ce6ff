"""The core called directly: whatever is wrong is refused, and the process lives on."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intertwine import _core

#: n, m, k, start, stride, dilation, border: a row of 8 samples under 3 taps, same length.
ROW = [8, 8, 3, -1, 1, 1, 0]


def call(**changes):
    """Call `direct` rightly but for `changes`."""
    arguments = {
        "x": np.arange(8, dtype=np.float32)[:, None],
        "out": np.zeros((8, 1), np.float32),
        "taps": np.array([1, 2, 3], np.float32),
        "compute": "float32",
        "geometry": ROW,
        "fill": [0.0],
        "add": False,
        "threads": 1,
    }
    arguments.update(changes)
    _core.direct(*arguments.values())
    return arguments["out"]


def test_right_call():
    assert call()[:, 0].tolist() == [3, 8, 14, 20, 26, 32, 38, 20]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"x": np.zeros(8, np.float32)}, "x, out: wrong number of axes"),
        ({"x": np.zeros((7, 1), np.float32)}, "x, out: shape differs from geometry"),
        ({"out": np.zeros((9, 1), np.float32)}, "x, out: shape differs from geometry"),
        ({"x": np.zeros((8, 2), np.float32)}, "inner: differs"),
        ({"x": np.zeros((8, 1), np.complex64)}, "x: no real native type: Zf"),
        ({"taps": np.ones(3)}, "taps: wrong type, size or order"),
        ({"taps": np.ones(2, np.float32)}, "taps: wrong type, size or order"),
        ({"taps": np.ones(6, np.float32)[::2]}, "taps: wrong type, size or order"),
        ({"compute": "float80"}, "compute: unknown type float80"),
        ({"geometry": []}, "geometry: needs 7 numbers an axis"),
        ({"geometry": ROW[:-1]}, "geometry: needs 7 numbers an axis"),
        ({"geometry": ROW * 17}, "geometry: too many axes"),
        ({"geometry": [8, 8, 0, -1, 1, 1, 0]}, "geometry: number out of range"),
        ({"geometry": [8, 8, 3, -1, 0, 1, 0]}, "geometry: number out of range"),
        ({"geometry": [8, 8, 3, -1, 1, 1, 5]}, "geometry: number out of range"),
        ({"geometry": [8, 8, 3, -1, 1, 2**62, 0]}, "geometry: too far"),
        ({"fill": []}, "fill: one number an axis"),
        ({"threads": 0}, "threads: less than 1"),
    ],
)
def test_wrong_calls_are_refused(changes, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call(**changes)


def test_a_bank_shares_samples_or_has_its_own():
    taps = np.array([[1, 2, 3], [0, 1, 0]], np.float32)
    own = np.arange(16, dtype=np.float32).reshape(2, 8, 1)
    shared = np.broadcast_to(own[0], (2, 8, 1))
    for x in (own, shared):
        out = call(x=x, out=np.zeros((2, 8, 1), np.float32), taps=taps, threads=2)
        for one, k, y in zip(x, taps, out, strict=True):
            np.testing.assert_array_equal(call(x=one, taps=k), y)


@pytest.mark.parametrize(
    ("x", "out", "taps", "text"),
    [
        ((2, 8, 1), (8, 1), 6, "x, out: wrong number of axes"),
        ((2, 8, 1), (3, 8, 1), 6, "bank: differs, or is empty"),
        ((0, 8, 1), (0, 8, 1), 6, "bank: differs, or is empty"),
        ((2, 8, 1), (2, 8, 1), 3, "taps: wrong type, size or order"),
        ((2, 7, 1), (2, 8, 1), 6, "x, out: shape differs from geometry"),
        ((1,) * 17 + (8, 1), (1,) * 17 + (8, 1), 3, "bank: too many axes"),
    ],
)
def test_wrong_banks_are_refused(x, out, taps, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call(x=np.zeros(x, "f4"), out=np.zeros(out, "f4"), taps=np.ones(taps, "f4"))


def test_only_direct_takes_a_bank():
    x, out = np.zeros((2, 8, 1), np.float32), np.zeros((2, 8, 1), np.float32)
    rest = ("float32", ROW, [0.0], False, 1)
    with pytest.raises(ValueError, match="x, out: wrong number of axes"):
        _core.separable(x, out, np.ones((1, 3), np.float32), [8], *rest)
    with pytest.raises(ValueError, match="x, out: wrong number of axes"):
        _core.running_sum(x, out, [1.0], [0], [1], *rest)
    with pytest.raises(ValueError, match="x, out: wrong number of axes"):
        _core.Spectrum(np.ones(3, np.float32), "float32", ROW, [16]).run(
            x, out, ROW, [0.0], False, 1
        )


def test_read_only_output_is_refused():
    out = np.zeros((8, 1), np.float32)
    out.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        call(out=out)


def test_separable_and_boxes_check_their_own():
    x, out = np.zeros((8, 1), np.float32), np.zeros((8, 1), np.float32)
    rest = ("float32", ROW, [0.0], False, 1)
    with pytest.raises(ValueError, match="factors: needs"):
        _core.separable(x, out, np.ones(3, np.float32), [8], *rest)
    with pytest.raises(ValueError, match="factors: wrong type"):
        _core.separable(x, out, np.ones((2, 4), np.float32), [8], *rest)
    with pytest.raises(ValueError, match="tile: one length an axis"):
        _core.separable(x, out, np.ones((2, 3), np.float32), [8, 8], *rest)
    with pytest.raises(ValueError, match="tile: less than 1"):
        _core.separable(x, out, np.ones((2, 3), np.float32), [0], *rest)
    with pytest.raises(ValueError, match="boxes: sizes differ"):
        _core.running_sum(x, out, [1.0], [0, 0], [1, 1], *rest)
    with pytest.raises(ValueError, match="boxes: outside the kernel"):
        _core.running_sum(x, out, [1.0], [1], [3], *rest)


def test_spectrum_checks_its_own():
    taps = np.ones(3, np.float32)
    for tile, text in [
        ([12], "last length must be a multiple of 16"),
        ([2], "smaller than the kernel"),
        ([112], "products of 2, 3 and 5"),
        ([16, 16], "one length an axis"),
    ]:
        with pytest.raises(ValueError, match=f"tile: .*{text}"):
            _core.Spectrum(taps, "float32", ROW, tile)
    with pytest.raises(ValueError, match="float32 or float64"):
        _core.Spectrum(np.ones(3, np.int64), "int64", ROW, [16])
    spectrum = _core.Spectrum(taps, "float32", ROW, [16])
    x = np.zeros((8, 1), np.float32)
    with pytest.raises(ValueError, match="geometry: differs from the spectrum's"):
        spectrum.run(x, x.copy(), [8, 8, 4, -1, 1, 1, 0], [0.0], False, 1)


numbers = st.one_of(st.integers(-5, 20), st.sampled_from([2**31, 2**62, -(2**62)]))


@given(st.lists(numbers, min_size=7, max_size=14), st.integers(-1, 3), st.integers(1, 3))
def test_any_geometry_is_computed_or_refused(geometry, threads, inner):
    axes = max(1, len(geometry) // 7)
    shape = [min(max(int(n), 0), 30) for n in geometry[: 7 * axes : 7]]
    outputs = [min(max(int(n), 0), 30) for n in geometry[1 : 7 * axes : 7]]
    x, out = np.ones((*shape, inner)), np.zeros((*outputs, inner))
    taps = np.ones([min(max(int(n), 0), 30) for n in geometry[2 : 7 * axes : 7]])
    if any(abs(int(n)) > 2**40 for n in geometry):
        taps = np.ones(1)  # far geometry must be refused, never allocated
    try:
        _core.direct(x, out, taps, "float64", geometry, [0.0] * axes, False, threads)
    except ValueError as error:
        refused = str(error).partition(":")[0]
    else:
        refused = None
    assert refused in {None, "geometry", "x, out", "taps", "threads", "inner"}
    assert np.isfinite(out).all()
