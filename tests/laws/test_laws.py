"""The laws of convolution, with lopsided data; whole numbers, so that every law holds exactly."""

import itertools
from functools import partial

import numpy as np
import pytest

import intertwine as iw
from cases import BOUNDARIES, Tapped

#: Adding one product after the other is exact on whole numbers.
convolve = partial(iw.convolve, method="direct")
correlate = partial(iw.correlate, method="direct")

SIZES = [((23,), (4,), (3,)), ((9, 11), (3, 4), (2, 5)), ((6, 5, 7), (2, 3, 4), (3, 1, 2))]
LINEAR = [b for b in BOUNDARIES if b not in ("constant", "renormalize")]


def whole(salt, shape, dtype=float):
    """Lopsided whole numbers from -9 to 9."""
    return np.random.default_rng(salt).integers(-9, 10, shape).astype(dtype)


def origins(size):
    """Every place in a kernel of this size that may stand still: corners and the middle."""
    return list(itertools.product(*({0, n // 2, n - 1} for n in size)))


def inner(a, b):
    return np.vdot(a, b)


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
def test_an_impulse_answers_with_the_kernel(shape, size, _):
    k = whole(1, size)
    x = np.zeros(shape)
    at = tuple(n // 2 for n in shape)
    x[at] = 1
    for origin in origins(size):
        y = convolve(x, iw.Kernel(k, origin), boundary="zero")
        window = tuple(slice(p - c, p - c + n) for p, c, n in zip(at, origin, size, strict=True))
        np.testing.assert_array_equal(y[window], k)
        assert np.abs(y).sum() == np.abs(k).sum()
        y = correlate(x, iw.Kernel(k, origin), boundary="zero")
        window = tuple(
            slice(p + c - n + 1, p + c + 1) for p, c, n in zip(at, origin, size, strict=True)
        )
        np.testing.assert_array_equal(y[window], np.flip(k))


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_single_tap_one_changes_nothing(shape, size, _, boundary):
    x = whole(2, shape)
    one = np.ones((1,) * len(shape))
    np.testing.assert_array_equal(convolve(x, one, boundary=boundary), x)
    padded = np.zeros(size)
    padded[tuple((n - 1) // 2 for n in size)] = 1
    np.testing.assert_array_equal(convolve(x, padded, boundary=boundary), x)


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
def test_shifting_the_data_shifts_the_answer(shape, size, _):
    x, k = whole(3, shape), whole(4, size)
    steps = range(1, len(shape) + 1)
    axes = tuple(range(len(shape)))
    moved = convolve(np.roll(x, steps, axes), k, boundary="wrap")
    np.testing.assert_array_equal(moved, np.roll(convolve(x, k, boundary="wrap"), steps, axes))


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
def test_shifting_the_origin_shifts_the_answer(shape, size, _):
    x, k = whole(3, shape), whole(4, size)
    axes = tuple(range(len(shape)))
    first = convolve(x, Tapped(k, (0,) * len(size)), boundary="wrap")
    for origin in origins(size):
        y = convolve(x, Tapped(k, origin), boundary="wrap")
        np.testing.assert_array_equal(y, np.roll(first, [-c for c in origin], axes))


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
@pytest.mark.parametrize("boundary", LINEAR)
@pytest.mark.parametrize("call", [convolve, correlate])
def test_linear_in_the_data_and_in_the_kernel(shape, size, _, boundary, call):
    x, y, k, h = whole(5, shape), whole(6, shape), whole(7, size), whole(8, size)

    def mix(a, b):
        return call(a, b, boundary=boundary)

    np.testing.assert_array_equal(mix(2 * x - 3 * y, k), 2 * mix(x, k) - 3 * mix(y, k))
    np.testing.assert_array_equal(mix(x, 2 * k - 3 * h), 2 * mix(x, k) - 3 * mix(x, h))
    whole_number = 2 - 3j
    np.testing.assert_array_equal(mix(x + 1j * y, k), mix(x, k) + 1j * mix(y, k))
    scaled = whole_number if call is convolve else np.conj(whole_number)
    np.testing.assert_array_equal(mix(x, whole_number * k), scaled * mix(x, k))


@pytest.mark.parametrize(("shape", "size", "other"), SIZES)
def test_commutative_and_associative_in_full(shape, size, other):
    x, k, h = whole(9, shape), whole(10, size), whole(11, other)

    def full(a, b):
        return convolve(a, b, mode="full", boundary="zero")

    np.testing.assert_array_equal(full(x, k), full(k, x))
    np.testing.assert_array_equal(full(full(x, k), h), full(x, full(k, h)))


@pytest.mark.parametrize(("shape", "size", "other"), SIZES)
def test_associative_around_a_ring(shape, size, other):
    x, k, h = whole(9, shape), whole(10, size), whole(11, other)
    both = iw.Kernel(convolve(k, h, mode="full", boundary="zero"), origin=(0,) * len(size))
    k, h = (Tapped(taps, (0,) * len(size)) for taps in (k, h))
    one_by_one = convolve(convolve(x, k, boundary="wrap"), h, boundary="wrap")
    np.testing.assert_array_equal(one_by_one, convolve(x, both, boundary="wrap"))


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
@pytest.mark.parametrize("boundary", ["zero", "wrap"])
def test_correlation_is_the_adjoint(shape, size, _, boundary):
    x = whole(12, shape) + 1j * whole(13, shape)
    y = whole(14, shape) + 1j * whole(15, shape)
    taps = whole(16, size) + 1j * whole(17, size)
    for origin in origins(size):
        k = Tapped(taps, origin)
        there = inner(convolve(x, k, boundary=boundary), y)
        back = inner(x, correlate(y, k, boundary=boundary))
        assert there == back


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
def test_full_correlation_is_the_adjoint_of_valid(shape, size, _):
    x, taps = whole(18, shape), whole(19, size)
    valid = convolve(x, taps, mode="valid")
    y = whole(20, valid.shape)
    assert inner(valid, y) == inner(x, correlate(y, taps, mode="full", boundary="zero"))


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mode", ["same", "full", "valid"])
def test_correlating_is_convolving_with_the_mirrored_kernel(shape, size, _, boundary, mode):
    x, taps = whole(21, shape), np.abs(whole(22, size)) + 1 + 1j * whole(23, size)
    for origin in origins(size):
        k = iw.Kernel(taps, origin)
        options = {"boundary": boundary, "mode": mode, "stride": 2, "dilation": 1}
        np.testing.assert_array_equal(correlate(x, k, **options), convolve(x, ~k, **options))
        np.testing.assert_array_equal(convolve(x, k, **options), correlate(x, ~k, **options))


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
def test_array_defaults_mirror_each_other(shape, size, _):
    x, taps = whole(21, shape), whole(22, size)
    mirrored = ~iw.Kernel(taps)
    np.testing.assert_array_equal(convolve(x, iw.Kernel(taps)), convolve(x, taps))
    np.testing.assert_array_equal(correlate(x, taps), convolve(x, np.flip(taps)))
    assert mirrored.origin == tuple(n // 2 for n in size)
    shift = [(n - 1) // 2 - n // 2 for n in size]
    ring = correlate(x, taps, boundary="wrap")
    by_kernel = correlate(x, iw.Kernel(taps), boundary="wrap")
    axes = tuple(range(len(shape)))
    np.testing.assert_array_equal(np.roll(ring, shift, axes), by_kernel)


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
def test_modes_are_windows_of_full(shape, size, _):
    x, k = whole(24, shape), whole(25, size)
    full = convolve(x, k, mode="full", boundary="zero")
    same = tuple(slice((n - 1) // 2, (n - 1) // 2 + m) for n, m in zip(size, shape, strict=True))
    valid = tuple(slice(n - 1, m) for n, m in zip(size, shape, strict=True))
    np.testing.assert_array_equal(convolve(x, k, boundary="zero"), full[same])
    np.testing.assert_array_equal(convolve(x, k, mode="valid"), full[valid])


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
@pytest.mark.parametrize("mode", ["same", "full", "valid"])
def test_a_stride_keeps_every_so_manyth_output(shape, size, _, mode):
    x, k = whole(26, shape), whole(27, size)
    every = convolve(x, k, mode=mode)
    for step in (2, 3, 100):
        kept = every[tuple(slice(None, None, step) for _ in shape)]
        np.testing.assert_array_equal(convolve(x, k, mode=mode, stride=step), kept)


@pytest.mark.parametrize(("shape", "size", "_"), SIZES)
@pytest.mark.parametrize("boundary", ["mirror", "wrap", "zero"])
def test_dilation_is_a_kernel_with_holes(shape, size, _, boundary):
    x, taps = whole(28, shape), whole(29, size)
    holes = np.zeros([(n - 1) * 3 + 1 for n in size])
    holes[tuple(slice(None, None, 3) for _ in size)] = taps
    for origin in origins(size):
        spread = convolve(x, Tapped(taps, origin), dilation=3, boundary=boundary)
        k = Tapped(holes, tuple(3 * c for c in origin))
        np.testing.assert_array_equal(spread, convolve(x, k, boundary=boundary))


def test_axes_work_alone():
    x, k = whole(30, (5, 6, 4)), whole(31, (3, 2))
    y = convolve(x, k, axes=(0, 1))
    for channel in range(4):
        np.testing.assert_array_equal(y[..., channel], convolve(x[..., channel], k))
    turned = convolve(x.transpose(1, 0, 2), k, axes=(1, 0))
    np.testing.assert_array_equal(turned, y.transpose(1, 0, 2))
    line = convolve(x, [1, 2, 4], axes=-1)
    np.testing.assert_array_equal(line[2, 3], convolve(x[2, 3], [1, 2, 4]))


@pytest.mark.parametrize("boundary", ["symmetric", "mirror", "wrap", "nearest", "constant"])
def test_padding_by_hand_is_the_boundary(boundary):
    x, k = whole(32, (7, 9)), whole(33, (5, 4))
    word = {"mirror": "reflect", "nearest": "edge"}.get(boundary, boundary)
    filled = {"constant_values": 5} if boundary == "constant" else {}
    padded = np.pad(x, [(2, 2), (2, 1)], mode=word, **filled)
    options = {"boundary": boundary, "cval": 5 if filled else 0}
    np.testing.assert_array_equal(convolve(x, k, **options), convolve(padded, k, mode="valid"))


def test_a_constant_stays_constant_where_weights_are_kept():
    x = np.full((8, 9), 3.0)
    k = np.abs(whole(34, (4, 5))) + 1
    for boundary in BOUNDARIES:
        if boundary not in ("zero", "constant"):
            y = convolve(x, k, boundary=boundary)
            bound = 8 * np.finfo(float).eps * k.size * 3 * k.sum()
            np.testing.assert_allclose(y, 3 * k.sum(), rtol=0, atol=bound)
