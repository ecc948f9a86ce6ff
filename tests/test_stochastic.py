"""Stochastic convolution: what is drawn to the bit, its types, its errors.

Whether it is drawn with the right chances is asked in test_stochastic_laws.py.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

import intertwine as iw
from intertwine import _core, kernels
from intertwine.engine import sampling
from intertwine.engine.arguments import Options, parse
from intertwine.stochastic import expectation, sample, standard_error, variance
from philox import philox, picks

LOPSIDED = iw.Kernel([[1, 2, 3, 0], [4, 0, 5, 6]], origin=(0, 1))
DENSITY = iw.Kernel(LOPSIDED.taps / 21, LOPSIDED.origin)
BINOMIAL = kernels.binomial((2, 2))

#: Counter, key and words: known answers of Random123, the authors' own library.
KNOWN = [
    ([0] * 4, 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([2**32 - 1] * 4, 2**64 - 1, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        0x299F31D0A4093822,
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_its_known_answers(counter, key, words):
    assert _core.philox(counter, key) == words
    assert [int(word) for word in philox(counter, key)] == words


def noise(shape, dtype="float32", seed=3):
    return (np.random.default_rng(seed).random(shape) * 200).astype(dtype)


# What is drawn, to the bit.


@pytest.mark.parametrize("boundary", ["symmetric", "mirror", "nearest", "wrap", "zero", "constant"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int64", "float16"])
def test_every_draw_is_the_one_that_plain_loops_make(boundary, dtype):
    x = noise((9, 70), dtype)
    fill = 7 if boundary == "constant" else 0
    y = sample(x, DENSITY, 5, boundary=boundary, cval=fill)
    assert y.dtype == x.dtype
    taps, origin = DENSITY.taps, DENSITY.origin
    expected = picks(x, taps, origin, (0, 1), 5, boundary=boundary, fill=fill)
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize(
    ("shape", "axes", "taps"),
    [
        ((150,), (0,), [0.1, 0.2, 0.7]),
        ((5, 40), (0,), [0.1, 0.2, 0.7]),
        ((20, 3, 5), (1, 0), [[0.1, 0.2], [0.3, 0.1], [0.0, 0.3]]),
        ((4, 5, 6), (0, 1, 2), np.arange(12).reshape(2, 2, 3) / 66),
        ((3, 4), (0, 1), np.arange(1, 78).reshape(7, 11) / 3003),  # longer than the data
        ((20, 17), (0, 1), np.arange(110).reshape(11, 10) / 5995),  # too many to compare
    ],
)
def test_any_axes_and_sizes(shape, axes, taps):
    x, taps = noise(shape, "float64"), np.asarray(taps)
    origin = tuple(n // 3 for n in taps.shape)
    y = sample(x, iw.Kernel(taps, origin), 2**64 - 3, axes=axes)
    np.testing.assert_array_equal(y, picks(x, taps, origin, axes, 2**64 - 3))


def test_mean_of_draws_and_both_parts_of_a_signed_kernel():
    x = noise((6, 11), "float64")
    k = kernels.sobel(axis=1)
    positive, negative = np.maximum(k.taps, 0), np.maximum(-k.taps, 0)
    first = [picks(x, positive, k.origin, (0, 1), 9, draw, 0) for draw in range(3)]
    second = [picks(x, negative, k.origin, (0, 1), 9, draw, 1) for draw in range(3)]
    expected = 4 * np.mean(first, axis=0) - 4 * np.mean(second, axis=0)
    np.testing.assert_allclose(sample(x, k, 9, draws=3), expected, rtol=0, atol=1e-12)


def test_shared_channels_come_from_one_place():
    x = noise((9, 13, 3), "uint8")
    y = sample(x, DENSITY, 4, axes=(0, 1), shared=-1)
    for c in range(3):
        np.testing.assert_array_equal(y[..., c], sample(x[..., c], DENSITY, 4))
    first = np.ascontiguousarray(np.moveaxis(x, -1, 0))
    np.testing.assert_array_equal(
        sample(first, DENSITY, 4, axes=(1, 2), shared=0), np.moveaxis(y, -1, 0)
    )
    both = sample(np.stack([x, x], 1), DENSITY, 4, axes=(0, 2), shared=(1, 3))
    np.testing.assert_array_equal(both, np.stack([y, y], 1))
    assert (sample(x, DENSITY, 4, axes=(0, 1)) != y).any()


def test_complex_samples_stay_whole():
    x = noise((9, 13), "float64") + 1j * noise((9, 13), "float64", 8)
    y = sample(x, DENSITY, 4, boundary="constant", cval=2 - 1j)
    assert y.dtype == x.dtype
    seen = {complex(value) for value in x.ravel()} | {2 - 1j}
    assert {complex(value) for value in y.ravel()} <= seen


@pytest.mark.parametrize("k", [BINOMIAL, kernels.sobel(axis=0), kernels.gaussian(2.5, ndim=2)])
def test_same_bits_on_any_threads_and_tiles(k):
    x = noise((301, 257))
    calls = [
        lambda threads: sample(x, k, 1, threads=threads),
        lambda threads: sample(x, k, 1, draws=5, threads=threads),
        lambda threads: variance(x, k, threads=threads),
    ]
    for call in calls:
        one = call(1)
        for threads in (2, 8):
            np.testing.assert_array_equal(call(threads), one)
    problem = parse("sample", x, k, Options(), flip=True).problem
    drawn = [
        sampling.Windows(problem, (0, 1), (), None, tile).sample(x, x.dtype, 0.0, 1, 5, 2)
        for tile in ((1, 1000), (400, 1), (7, 65), (64, 64), (400, 400))
    ]
    for other in drawn[1:]:
        np.testing.assert_array_equal(other, drawn[0])


def test_work_is_handed_out_in_blocks(monkeypatch):
    x, k = noise((40, 3000)), kernels.gaussian(1.0, ndim=2)
    counts = x.astype(int)
    whole = sample(x, k, 1, draws=2), sample(counts, k, 1, how="scatter")
    monkeypatch.setattr(sampling, "_BLOCK", 1)
    np.testing.assert_array_equal(sample(x, k, 1, draws=2), whole[0])
    np.testing.assert_array_equal(sample(counts, k, 1, how="scatter"), whole[1])


def test_counts_move_alike_on_any_threads():
    x = np.random.default_rng(0).integers(0, 2000, (90, 110))
    one = sample(x, DENSITY, 1, how="scatter", threads=1)
    for threads in (2, 8):
        np.testing.assert_array_equal(sample(x, DENSITY, 1, how="scatter", threads=threads), one)


def test_layout_in_memory_does_not_matter():
    x = noise((40, 50, 3))
    y = sample(x, DENSITY, 6, axes=(0, 1))
    for other in (np.asfortranarray(x), x[::-1].copy()[::-1], np.repeat(x, 2, 1)[:, ::2]):
        np.testing.assert_array_equal(sample(other, DENSITY, 6, axes=(0, 1)), y)
    np.testing.assert_array_equal(sample(x.astype(">f4"), DENSITY, 6, axes=(0, 1)), y)


LEVELS = """
import hashlib, numpy as np, intertwine as iw
from intertwine.stochastic import sample
x = np.arange(7000, dtype="float32").reshape(70, 100); parts = []
for k in (iw.kernels.binomial((2, 2)), iw.kernels.gaussian(2.5, ndim=2)):
    for kind in ("uint8", "int32", "float32", "float64"):
        parts.append(sample(x.astype(kind), k, 1).tobytes())
    parts.append(sample(x.astype(int), k, 1, how="scatter").tobytes())
    parts.append(sample(x, k, 1, draws=7).tobytes())
print(hashlib.sha256(b"".join(parts)).hexdigest())
"""


def test_every_level_draws_the_same():
    found = {
        subprocess.run(
            [sys.executable, "-c", LEVELS], env={**os.environ, "INTERTWINE_ISA": level},
            capture_output=True, text=True, check=True,
        ).stdout
        for level in _core.levels.split()
    }  # fmt: skip
    assert len(found) == 1


# Where random numbers come from.


def test_a_seed_repeats_and_a_generator_goes_on():
    x = noise((30, 30))
    np.testing.assert_array_equal(sample(x, BINOMIAL, 3), sample(x, BINOMIAL, np.int64(3)))
    assert (sample(x, BINOMIAL, 3) != sample(x, BINOMIAL, 4)).any()
    assert (sample(x, BINOMIAL, 3) != sample(x, BINOMIAL, 3 + 2**32)).any()
    assert (sample(x, BINOMIAL) != sample(x, BINOMIAL, None)).any()
    a, b = np.random.default_rng(7), np.random.default_rng(7)
    first, second = sample(x, BINOMIAL, a), sample(x, BINOMIAL, a)
    assert (first != second).any()
    np.testing.assert_array_equal(first, sample(x, BINOMIAL, b))
    np.testing.assert_array_equal(second, sample(x, BINOMIAL, b))
    np.testing.assert_array_equal(first, sample(x, BINOMIAL, np.random.SeedSequence(7)))


# Types and values.


def test_types():
    for dtype in ("bool", "int8", "uint8", "int32", "uint64", "float16", "float32", "complex64"):
        x = np.ones((4, 5), dtype)
        assert sample(x, BINOMIAL, 1).dtype == dtype
        assert sample(x, BINOMIAL, 1, draws=2).dtype == iw.convolve(x, BINOMIAL).dtype
        assert sample(x, kernels.sobel(axis=0), 1).dtype == iw.convolve(x, BINOMIAL).dtype
        np.testing.assert_array_equal(sample(x, BINOMIAL, 1, draws=3), 1)
    assert variance(np.ones((4, 5), "float16"), BINOMIAL).dtype == np.float32
    assert variance(np.ones((4, 5), "uint8"), BINOMIAL).dtype == np.float32
    assert variance(np.ones((4, 5), "complex128"), BINOMIAL).dtype == np.float64
    assert sample(np.ones((4, 5), "uint8"), BINOMIAL, 1, how="scatter").dtype == np.int64
    assert sample(np.ones((4, 5)), BINOMIAL, 1, how="scatter", draws=2).dtype == np.float64


def test_large_integers_are_moved_unharmed():
    x = np.array([2**63 - 1, -(2**63), 2**53 + 1, 5])
    assert set(sample(x, [0.3, 0.3, 0.4], 1).tolist()) <= set(x.tolist())
    x = np.array([2**64 - 1, 2**63, 3, 5], np.uint64)
    assert set(sample(x, [0.3, 0.3, 0.4], 1).tolist()) <= set(x.tolist())


def test_a_float32_density_is_one_though_its_sum_is_rounded():
    k = iw.Kernel(np.full((3, 3), 1 / 9, np.float32))
    assert sample(np.arange(12, dtype="uint8").reshape(3, 4), k, 1).dtype == np.uint8


def test_missing_samples_are_only_drawn():
    x = noise((40, 40))
    x[20, 20], x[5, 5] = np.nan, np.inf
    y, v = sample(x, BINOMIAL, 1), variance(x, BINOMIAL)
    for array in (y, v):
        bad = np.argwhere(~np.isfinite(array))
        assert len(bad)
        assert all(min(abs(b - (20, 20)).max(), abs(b - (5, 5)).max()) <= 1 for b in bad)
    assert np.count_nonzero(~np.isfinite(v)) == 18


def test_nothing_in_nothing_out():
    x = np.zeros((0, 4), "float32")
    for y in (sample(x, BINOMIAL, 1), variance(x, BINOMIAL), expectation(x, BINOMIAL)):
        assert y.shape == (0, 4)
        assert y.dtype == np.float32
    assert sample(x, BINOMIAL, 1, how="scatter").shape == (0, 4)
    assert expectation(x, BINOMIAL, how="scatter").shape == (0, 4)


def test_taps_of_hardly_any_chance():
    """A chance below 2**-33 may never be drawn; it still counts for the variance."""
    x, k = np.arange(200.0), [1e-12, 1 - 1e-12, 1e-300]
    np.testing.assert_array_equal(sample(x, k, 1), x)
    np.testing.assert_allclose(variance(1e9 * x, k)[1:-1], 1e6, rtol=1e-9)


def test_one_tap_moves_everything():
    k = iw.Kernel([0, 0, 1.0])
    x = np.arange(6)
    np.testing.assert_array_equal(sample(x, k, 1, boundary="wrap"), np.roll(x, 1))
    np.testing.assert_array_equal(sample(x, k, 1, how="scatter", boundary="wrap"), np.roll(x, 1))
    assert (variance(x, k) == 0).all()


@pytest.mark.parametrize("level", [0, 1e4, 1e9])
def test_variance_is_exact_at_any_height(level):
    x = level + np.random.default_rng(2).integers(0, 50, (20, 30)).astype(float)
    wide = x.astype(np.longdouble) - level
    square = iw.convolve((wide**2).astype(float), DENSITY)
    expected = square - iw.convolve(wide.astype(float), DENSITY) ** 2
    np.testing.assert_allclose(variance(x, DENSITY), expected, rtol=1e-12, atol=1e-12)
    assert (variance(np.full((9, 9), level + 1 / 3), BINOMIAL) >= 0).all()
    assert variance(np.full((9, 9), level + 1 / 3), BINOMIAL).max() <= 1e-30 * max(1, level**2)


def test_variance_of_a_signed_kernel_adds_both_parts():
    x, k = noise((15, 16), "float64"), kernels.sobel(axis=0)
    total = 0
    for part in (np.maximum(k.taps, 0) / 4, np.maximum(-k.taps, 0) / 4):
        total = total + 16 * variance(x, iw.Kernel(part, k.origin))
    np.testing.assert_allclose(variance(x, k), total, rtol=1e-12)
    np.testing.assert_allclose(standard_error(x, k, 9), np.sqrt(total / 9), rtol=1e-12)
    z = x + 1j * x.T[:15].repeat(2, 1)[:, :16]
    np.testing.assert_allclose(variance(z, k), variance(z.real, k) + variance(z.imag, k))


def test_expectation_is_the_convolution():
    x = noise((15, 16), "uint8")
    for k in (DENSITY, LOPSIDED, kernels.sobel(axis=1)):
        np.testing.assert_array_equal(
            expectation(x, k, boundary="wrap"), iw.convolve(x, k, boundary="wrap")
        )


# Errors.

LINE, GRAY, RGB = np.arange(5.0), np.zeros((4, 6)), np.zeros((4, 6, 3), "float32")
SMALL = iw.Kernel([0.25, 0.5, 0.25])

WRONG = [
    (lambda: sample(LINE, [0.0, 0.0]), iw.OptionError,
     "sample: each of 2 taps of `k` is 0, so none can be drawn.\n"
     "  Pass a kernel with at least one tap that is not 0."),
    (lambda: variance(LINE, [1j, 1]), iw.DTypeError,
     "variance: `k` is complex128, and chances are real.\n"
     "  Pass its real and imaginary part one after the other."),
    (lambda: sample(LINE, [1e308, 1e308]), iw.OptionError,
     "sample: the sizes of the taps of `k` add up to more than a float64 holds.\n"
     "  Scale the kernel down."),
    (lambda: sample(LINE, SMALL, draws=0), iw.OptionError,
     "sample: `draws=0` must be an integer from 1 to 4294967295."),
    (lambda: standard_error(LINE, SMALL, 2.5), iw.OptionError,
     "standard_error: `draws=2.5` must be an integer from 1 to 4294967295."),
    (lambda: sample(LINE, SMALL, how="scater"), iw.OptionError,
     "sample: `how='scater'` is not known. Did you mean 'scatter'?\n  Known: gather, scatter."),
    (lambda: sample(LINE, SMALL, rng=-1), iw.OptionError,
     "sample: `rng=-1` is no source of random numbers.\n"
     "  Pass an integer from 0 to 2**64 - 1, a numpy.random.Generator, or None."),
    (lambda: sample(LINE, SMALL, rng="seed"), iw.OptionError,
     "sample: `rng='seed'` is no source of random numbers.\n"
     "  Pass an integer from 0 to 2**64 - 1, a numpy.random.Generator, or None."),
    (lambda: sample(LINE, SMALL, boundary="renormalize"), iw.OptionError,
     "sample: boundary='renormalize' would change the chances from place to place.\n"
     "  Use another boundary, such as 'symmetric'."),
    (lambda: sample(LINE, SMALL, boundary="symetric"), iw.OptionError,
     "sample: `boundary='symetric'` is not known. Did you mean 'symmetric'?\n"
     "  Known: zero, constant, nearest, symmetric, mirror, wrap, renormalize."),
    (lambda: sample(RGB, SMALL), iw.ShapeError,
     "sample: `k` has 1 axis and `x` has 3: say which it works along.\n"
     "  x: float32 (4, 6, 3)    k: float64 (3,)\n"
     "  Pass axes=0, 1 or 2 to work along one axis, or a kernel with 3 axes, such as an outer "
     "product, for all."),
    (lambda: sample(RGB, SMALL, axes=0, shared=0), iw.OptionError,
     "sample: `shared` names axis 0, along which the kernel works (axes=(0,)).\n"
     "  Name only axes that are not filtered."),
    (lambda: sample(RGB, SMALL, axes=0, shared=3), iw.OptionError,
     "sample: `shared=3` must name axes of `x`, from -3 to 2.\n  x: float32 (4, 6, 3)"),
    (lambda: sample(LINE.astype("uint8"), SMALL, boundary="constant", cval=2.5), iw.OptionError,
     "sample: `cval=2.5` may be drawn, but `x` is uint8 and cannot hold it.\n"
     "  Pass a whole number from 0 to 255, or x as float."),
    (lambda: sample(np.ma.masked_less(LINE, 2), SMALL), iw.OptionError,
     "sample: `x` is a masked array, and what is missing cannot be drawn.\n"
     "  Fill it first: x.filled(...)."),
    (lambda: sample(np.zeros((1,) * 17), SMALL, axes=0), iw.ShapeError,
     "sample: `x` has 17 axes that are not shared, but at most 16 can be sampled.\n"
     "  Reshape x so that axes which are not filtered become one."),
    (lambda: sample(LINE, SMALL, threads=0), iw.OptionError,
     "sample: `threads=0` must be an integer from 1 to 1024, or None."),
    (lambda: sample("abc", SMALL), iw.DTypeError,
     "sample: `x` (str) cannot be read as an array of numbers.\n"
     "  Pass a NumPy array, or nested lists of numbers with rows of equal length."),
    (lambda: sample(-LINE, SMALL, how="scatter"), iw.OptionError,
     "sample: how='scatter' moves counts, but the least number in `x` is -4.\n"
     "  Pass counts of 0 and more."),
    (lambda: sample(LINE / 2, SMALL, how="scatter"), iw.OptionError,
     "sample: how='scatter' moves whole particles, but 2 of 5 numbers in `x` are not whole, "
     "the first is 0.5.\n  Round them, or draw counts: rng.poisson(x)."),
    (lambda: sample([1.0, np.nan, 1.0], SMALL, how="scatter"), iw.OptionError,
     "sample: how='scatter' moves whole particles, but 1 of 3 numbers in `x` are not whole, "
     "the first is nan.\n  Round them, or draw counts: rng.poisson(x)."),
    (lambda: sample([1, 2**60], SMALL, how="scatter"), iw.OptionError,
     "sample: how='scatter' is exact for counts up to 2**53 in a cell and 2**62 in all, but `x` "
     "goes to 1.15292e+18, 1.15292e+18 in all.\n  Count in larger units."),
    (lambda: sample([2**53] * 9, SMALL, how="scatter", draws=10**6), iw.OptionError,
     "sample: 1000000 draws of 81064793292668928 particles cannot be summed exactly.\n"
     "  Pass fewer draws."),
    (lambda: sample(LINE + 0j, SMALL, how="scatter"), iw.DTypeError,
     "sample: how='scatter' moves counts, but `x` is complex128.\n  Pass whole numbers."),
    (lambda: sample(LINE, [1, 2, 1], how="scatter"), iw.OptionError,
     "sample: how='scatter' needs chances that add up to 1, but `k` is no density: its sum is 4."
     "\n  Divide it by its sum."),
    (lambda: expectation(LINE, [1, 1, -1], how="scatter"), iw.OptionError,
     "expectation: how='scatter' needs chances that add up to 1, but `k` is no density: it has "
     "1 negative tap.\n  Use how='gather'."),
    (lambda: sample(LINE, SMALL, how="scatter", boundary="constant"), iw.OptionError,
     "sample: boundary='constant' has no meaning for how='scatter': no particles come from "
     "outside.\n  Pass 'zero' to lose those that leave, or 'symmetric'."),
    (lambda: sample(RGB, SMALL, axes=0, how="scatter", shared=-1), iw.OptionError,
     "sample: `shared` has no meaning for how='scatter', where each particle moves alone.\n"
     "  Leave it out."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), WRONG)
def test_what_wrong_calls_answer(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
