"""The named kernels: their figures by formula, by moments, by rank, and by SciPy."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from scipy import ndimage

from intertwine import Kernel, kernels
from intertwine.engine.errors import OptionError, ShapeError

EPS = np.finfo(float).eps

# One call of every named kernel, with its figures: shape, sum and rank (None where there are more
# or fewer than two axes).
TABLE = [
    ("identity", {"ndim": 2}, (1, 1), 1, 1),
    ("box", {"size": (3, 4)}, (3, 4), 1, 1),
    ("gaussian", {"sigma": (2.0, 1.0)}, (17, 9), 1, 1),
    ("binomial", {"order": (4, 3)}, (5, 4), 1, 1),
    ("sobel", {}, (3, 3), 0, 1),
    ("scharr", {"axis": 1}, (3, 3), 0, 1),
    ("prewitt", {"ndim": 3}, (3, 3, 3), 0, None),
    ("roberts", {"direction": 1}, (2, 2), 0, 2),
    ("laplacian", {}, (3, 3), 0, 2),
    ("laplacian", {"connectivity": 2}, (3, 3), 0, 2),
    ("log", {"sigma": 2.0}, (17, 17), 0, 2),
    ("dog", {"sigma": 2.0}, (27, 27), 0, 2),
    ("sharpen", {}, (3, 3), 1, 2),
    ("unsharp", {"sigma": 1.5}, (13, 13), 1, 2),
    ("emboss", {}, (3, 3), 1, 3),
    ("edge", {}, (3, 3), 0, 2),
    ("disk", {"radius": 9}, (19, 19), 1, 7),
    ("motion", {"length": 9, "angle_deg": 90}, (9, 1), 1, 1),
    ("gabor", {"sigma": 3.0, "frequency": 0.1, "angle_deg": 30}, (25, 25), None, 2),
]


def ramp(shape, axis):
    """Rise by one a sample along `axis`."""
    return np.indices(shape)[axis]


def inner(y):
    """Drop the samples that a 3-tap kernel's border reaches."""
    return y[(slice(1, -1),) * y.ndim]


def about_middle(k):
    """Return each axis's distances from the origin."""
    return np.indices(k.shape) - np.reshape(k.origin, (-1,) + (1,) * k.ndim)


def test_the_table_names_every_kernel():
    assert {row[0] for row in TABLE} == set(kernels.names())


@pytest.mark.parametrize(("name", "given", "shape", "total", "rank"), TABLE)
def test_figures(name, given, shape, total, rank):
    k = getattr(kernels, name)(**given)
    assert k.shape == shape
    assert k.origin == tuple((size - 1) // 2 for size in shape)
    if total is not None:
        assert abs(k.sum - total) <= EPS * np.abs(k.taps).sum()
    if rank is not None:
        assert np.linalg.matrix_rank(k.taps) == rank


@pytest.mark.parametrize(("name", "given"), [row[:2] for row in TABLE])
def test_the_name_is_the_call_and_makes_the_kernel_again(name, given):
    k = getattr(kernels, name)(**given)
    words = ",".join(f"{word}={value!r}" for word, value in given.items())
    assert k.name == f"{name}({words})".replace(",", ", ").replace(",  ", ", ")
    assert kernels.make(f"{name}:{words}") == k
    assert kernels.make(f"{name}:{words}").name == k.name


def test_names_show_plain_numbers():
    assert kernels.gaussian(2.0, ndim=2).name == "gaussian(sigma=2.0, ndim=2)"
    assert kernels.gaussian(np.array([2.0, 1.0])).name == "gaussian(sigma=[2.0, 1.0])"
    assert kernels.box(np.int64(3)).name == "box(size=3)"


def test_help_shows_a_kernel_as_the_result():
    assert str(inspect.signature(kernels.sobel)) == (
        "(axis: 'int' = 0, *, ndim: 'int' = 2) -> 'Kernel'"
    )


# Smoothing.


def test_a_number_is_one_axis_unless_ndim_says_more():
    for build, value in [(kernels.box, 3), (kernels.gaussian, 0.5), (kernels.binomial, 4)]:
        assert build(value).ndim == 1
        assert build(value, ndim=3) == build((value,) * 3)
        assert build([value]) == build(value)
    for build in (kernels.log, kernels.dog, kernels.unsharp):
        assert build(1.0).ndim == 2
        assert build(1.0) == build((1.0, 1.0)) == build(1.0, ndim=2)
        assert build((1.0, 2.0, 1.5)).ndim == 3


def test_box():
    assert kernels.box((2, 3)) == Kernel(np.full((2, 3), 1 / 6))
    ones = kernels.box((2, 3), normalize=False)
    assert ones == Kernel(np.ones((2, 3)))
    assert ones.dtype == np.int64


@pytest.mark.parametrize("sigma", [0.8, 2.0, 7.3])
def test_gaussian_moments(sigma):
    k = kernels.gaussian(sigma, truncate=10)
    (n,) = about_middle(k)
    assert k.taps.tolist() == k.taps[::-1].tolist()
    # Poisson summation: the sampled moments miss the true ones by terms of exp(-2 pi^2 sigma^2).
    alias = 2 * math.exp(-2 * (math.pi * sigma) ** 2) * (2 * math.pi * sigma) ** 4
    bound = alias + 1e-12
    assert (k.taps * n**2).sum() / sigma**2 == pytest.approx(1, rel=bound)
    assert (k.taps * n**4).sum() / sigma**4 == pytest.approx(3, rel=bound)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
@pytest.mark.parametrize(("sigma", "truncate"), [(2.0, 4.0), (3.3, 2.5)])
def test_gaussian_and_its_derivatives_are_scipys(order, sigma, truncate):
    impulse = np.zeros(61)
    impulse[30] = 1
    answer = ndimage.gaussian_filter1d(impulse, sigma, order=order, truncate=truncate)
    k = kernels.gaussian(sigma, order=order, truncate=truncate)
    middle = slice(30 - k.origin[0], 31 + k.origin[0])
    assert np.abs(k.taps - answer[middle]).max() <= 64 * EPS * np.abs(answer).max()
    assert answer.sum() == pytest.approx(answer[middle].sum())  # nothing lies beyond the kernel


def test_gaussian_derivatives_have_the_sign_of_the_slope():
    x = np.arange(40.0)
    slope = ndimage.convolve(x, kernels.gaussian(2.0, order=1, truncate=8).taps)
    assert slope[20] == pytest.approx(1, rel=1e-9)
    bend = ndimage.convolve(x**2, kernels.gaussian(2.0, order=2, truncate=8).taps)
    assert bend[20] == pytest.approx(2, rel=1e-9)


def test_gaussian_orders_go_with_their_axes():
    k = kernels.gaussian((2.0, 1.0), order=(0, 1))
    lines = kernels.gaussian(2.0).taps, kernels.gaussian(1.0, order=1).taps
    assert np.array_equal(k.taps, np.multiply.outer(*lines))


@pytest.mark.parametrize("order", [0, 1, 7, 20, 62])
def test_binomial_is_a_repeated_box(order):
    line = np.ones(1, np.int64)
    for _ in range(order):
        line = np.convolve(line, [1, 1])
    assert kernels.binomial(order, normalize=False).taps.tolist() == line.tolist()
    (n,) = np.indices((order + 1,))
    weights = kernels.binomial(order).taps
    assert (weights * (n - order / 2) ** 2).sum() == pytest.approx(order / 4)


@pytest.mark.parametrize(("radius", "ndim"), [(0.5, 2), (2.3, 1), (3, 2), (2.3, 3)])
def test_disk_holds_the_samples_within_its_radius(radius, ndim):
    k = kernels.disk(radius, ndim=ndim)
    inside = (about_middle(k) ** 2).sum(axis=0) <= radius**2
    assert k.shape == (2 * int(radius) + 1,) * ndim
    assert np.array_equal(k.taps, inside / inside.sum())


# Slopes.


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize(
    ("build", "weight"), [(kernels.sobel, 4), (kernels.scharr, 16), (kernels.prewitt, 3)]
)
def test_slopes_answer_a_ramp_exactly(build, weight, ndim):
    shape = (5, 6, 7)[:ndim]
    for axis in range(ndim):
        k = build(axis, ndim=ndim)
        assert k.dtype == np.int64
        assert build(axis - ndim, ndim=ndim) == k
        for other in range(ndim):
            answer = inner(ndimage.convolve(ramp(shape, other) * 5, k.taps))
            assert (answer == (5 * 2 * weight ** (ndim - 1) if other == axis else 0)).all()


def test_roberts_as_documented():
    x = np.array([[3, 1, -4], [1, 5, -9], [2, 6, 5]])
    down_right = kernels.roberts(0) @ x
    down_left = kernels.roberts(1) @ x
    assert np.array_equal(down_right[1:, 1:], x[1:, 1:] - x[:-1, :-1])
    assert np.array_equal(down_left[1:, 1:], x[1:, :-1] - x[:-1, 1:])


# Second derivatives.


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_laplacian_is_the_neighbours_less_the_middle(ndim):
    for connectivity in range(1, ndim + 1):
        k = kernels.laplacian(ndim=ndim, connectivity=connectivity)
        near = ndimage.generate_binary_structure(ndim, connectivity).astype(int)
        near[(1,) * ndim] -= near.sum()
        assert np.array_equal(k.taps, near)
        assert k.dtype == np.int64
    square = sum(ramp((5, 6, 7)[:ndim], axis) ** 2 for axis in range(ndim))
    answer = inner(ndimage.convolve(square, kernels.laplacian(ndim=ndim).taps))
    assert (answer == 2 * ndim).all()


def test_log_is_the_textbooks_but_for_its_sum():
    sigma = 2.0
    k = kernels.log(sigma, truncate=8)
    squared = (about_middle(k) ** 2).sum(axis=0)
    bell = np.exp(-squared / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    textbook = (squared - 2 * sigma**2) / sigma**4 * bell
    assert np.abs(k.taps - textbook).max() <= 1e-12 * np.abs(textbook).max()


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.0, (3.0, 1.5)])
def test_log_and_dog_sum_to_zero_within_a_rounding_of_the_middle_tap(sigma):
    for k in (kernels.log(sigma), kernels.dog(sigma)):
        assert abs(k.sum) <= EPS / 2 * abs(k.taps[k.origin])


def test_log_is_positive_in_a_pit_and_dog_negative():
    y, x = np.indices((33, 33)) - 16
    pit = y**2 + 2.0 * x**2
    assert (kernels.log((1.5, 1.5)) @ pit)[16, 16] == pytest.approx(6, rel=1e-2)
    assert (kernels.dog(1.5) @ pit)[16, 16] < 0


def test_dog_is_a_difference_of_gaussians():
    k = kernels.dog((1.0, 2.0), ratio=2.0)
    wide = kernels.gaussian((2.0, 4.0))
    narrow = np.zeros(wide.shape)
    narrow[4:13, 8:25] = kernels.gaussian((1.0, 2.0)).taps
    tail = math.erfc(4 / math.sqrt(2))  # the narrow Gaussian's taps beyond four sigmas
    assert k.shape == wide.shape
    assert np.abs(k.taps - (narrow - wide.taps)).max() <= tail


# Sharpening, relief, edges.


def test_sharpen_adds_what_the_laplacian_takes():
    for amount, dtype in [(1, np.int64), (3, np.int64), (0.5, np.float64)]:
        for ndim, connectivity in [(1, 1), (2, 1), (2, 2), (3, 3)]:
            k = kernels.sharpen(amount, ndim=ndim, connectivity=connectivity)
            laplacian = kernels.laplacian(ndim=ndim, connectivity=connectivity)
            rest = -amount * laplacian.taps
            rest[k.origin] += 1
            assert np.array_equal(k.taps, rest)
            assert k.dtype == dtype
            assert not np.signbit(k.taps[k.taps == 0]).any()


def test_unsharp_adds_what_the_gaussian_takes():
    x = np.random.default_rng(3).normal(size=(20, 21))
    blurred = ndimage.gaussian_filter(x, (1.0, 1.5), mode="wrap")
    answer = ndimage.convolve(x, kernels.unsharp((1.0, 1.5), 0.7).taps, mode="wrap")
    assert answer == pytest.approx(x + 0.7 * (x - blurred), abs=1e-13)


def test_emboss_turns_with_its_light():
    assert kernels.emboss(0).taps.tolist() == [[-1, 0, 1], [-2, 1, 2], [-1, 0, 1]]
    assert kernels.emboss().taps.tolist() == [[2, 1, 0], [1, 1, -1], [0, -1, -2]]
    for angle in range(-360, 720, 45):
        k = kernels.emboss(angle)
        assert k == kernels.emboss(float(angle + 360))
        assert np.array_equal(np.rot90(k.taps), kernels.emboss(angle + 90).taps)
        assert k.dtype == np.int64


def test_emboss_lights_the_side_that_faces_the_light():
    bump = np.zeros((5, 9), int)
    bump[:, 3:6] = 1
    from_the_right = (kernels.emboss(0) @ bump)[2] - bump[2]
    assert from_the_right.tolist() == [0, 0, -4, -4, 0, 4, 4, 0, 0]


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_edge_is_the_middle_less_the_mean_around(ndim):
    k = kernels.edge(ndim=ndim)
    x = np.random.default_rng(5).integers(0, 99, (3,) * ndim).astype(float)
    around = (x.sum() - x[k.origin]) / (x.size - 1)
    assert (k.taps * x).sum() == pytest.approx(x[k.origin] - around, abs=99 * x.size * EPS)


def test_edge_in_two_axes():
    eighth = [-0.125] * 3
    assert kernels.edge().taps.tolist() == [eighth, [-0.125, 1, -0.125], eighth]


# Lines and waves.


@pytest.mark.parametrize("length", [1, 5, 9])
def test_motion_along_the_axes_is_a_box(length):
    for angle, shape in [(0, (1, length)), (180, (1, length)), (-90, (length, 1))]:
        assert kernels.motion(length, angle) == kernels.box(shape)


def test_motion_rises_to_the_right_for_small_angles():
    k = kernels.motion(11, 30)
    rows, columns = about_middle(k)
    assert (k.taps * rows * columns).sum() < 0  # up is a negative row
    assert np.array_equal(k.taps[::-1], kernels.motion(11, -30).taps)
    assert np.array_equal(k.taps[::-1, ::-1], k.taps)
    leaning = np.arctan2(
        -2 * (k.taps * rows * columns).sum(), (k.taps * (columns**2 - rows**2)).sum()
    )
    assert math.degrees(leaning) / 2 == pytest.approx(30, abs=1)


@pytest.mark.parametrize("length", [4, 6.5, 12])
def test_motion_of_any_length_has_that_length(length):
    k = kernels.motion(length)
    assert k.taps[k.origin] == pytest.approx(1 / length, rel=0.1)
    assert k.shape[1] == 2 * math.ceil((length - 1) / 2) + 1


@pytest.mark.parametrize("angle", [0, 30, 90, 200])
def test_gabor_is_the_formula(angle):
    sigma, frequency, phase, aspect = 3.0, 0.11, 40, 0.6
    k = kernels.gabor(sigma, frequency, angle, phase_deg=phase, aspect=aspect)
    rows, columns = about_middle(k)
    turn = math.radians(angle)
    u = columns * math.cos(turn) - rows * math.sin(turn)
    v = -columns * math.sin(turn) - rows * math.cos(turn)
    bell = np.exp(-(u**2 + (aspect * v) ** 2) / (2 * sigma**2))
    wave = np.cos(2 * math.pi * frequency * u + math.radians(phase))
    assert np.abs(k.taps - bell * wave / bell.sum()).max() <= 1e-14


def test_gabor_answers_its_own_wave_and_not_the_one_across():
    rows, columns = np.indices((61, 61)) - 30
    turn = math.radians(30)
    k = kernels.gabor(4.0, 0.125, 30)
    along = np.cos(2 * math.pi * 0.125 * (columns * math.cos(turn) - rows * math.sin(turn)))
    across = np.cos(2 * math.pi * 0.125 * (columns * math.sin(turn) + rows * math.cos(turn)))
    assert (k @ along)[30, 30] == pytest.approx(0.5, abs=1e-2)
    assert abs((k @ across)[30, 30]) < 1e-2


def test_complex_gabor_has_the_even_and_the_odd_wave():
    both = kernels.gabor(3.0, 0.1, 20, phase_deg=15, complex=True)
    even = kernels.gabor(3.0, 0.1, 20, phase_deg=15)
    odd = kernels.gabor(3.0, 0.1, 20, phase_deg=15 - 90)
    assert both.dtype == np.complex128
    assert both.taps.real == pytest.approx(even.taps, abs=EPS)
    assert both.taps.imag == pytest.approx(odd.taps, abs=EPS)


# Reading a line of text.


def test_make_without_parameters():
    assert kernels.make("sobel") == kernels.make("sobel:") == kernels.sobel()
    assert kernels.make("box:size=( 3, 2 )") == kernels.box((3, 2))
    assert kernels.make("sobel()") == kernels.sobel()
    assert kernels.make("box(size=(3, 2), normalize=False)") == kernels.box((3, 2), normalize=False)


MEANT = "\n  Write param=value,... with numbers or tuples: "
NOT_READ = f"{MEANT}gaussian:sigma=(2,1.5)."
KNOWN = f"\n  Known: {', '.join(kernels.names())}."
CAP = "\n  Ask for fewer axes or fewer taps on each."
REFUSED = [
    ("gausian", f"There is no kernel named 'gausian'. Did you mean 'gaussian'?{KNOWN}"),
    ("", f"There is no kernel named ''.{KNOWN}"),
    (
        "sobel:axes=1",
        "sobel has no parameter 'axes'. Did you mean 'axis'?\n  sobel takes: axis=0, ndim=2.",
    ),
    (
        "box",
        "box needs `size`: write box:size=...\n  box takes: size, ndim=None, normalize=True.",
    ),
    ("box:3", f"box: cannot read the parameters '3'.{MEANT}box:size=3."),
    ("gaussian(3)", f"gaussian: cannot read the parameters '3'.{MEANT}gaussian:sigma=3."),
    ("box:size=a", f"box: cannot read the parameters 'size=a'.{NOT_READ}"),
    ("box:size=3,size=5", f"box: cannot read the parameters 'size=3,size=5'.{NOT_READ}"),
    ("box:**{'size':3}", f"box: cannot read the parameters \"**{{'size':3}}\".{NOT_READ}"),
    ("sobel:axis=0)(ndim=2", f"sobel: cannot read the parameters 'axis=0)(ndim=2'.{NOT_READ}"),
    ("box:size=0", "box: `size` must be a whole number from 1 to 268435456, not 0."),
    ("box:size=2.5", "box: `size` must be a whole number from 1 to 268435456, not 2.5."),
    ("box:size=True", "box: `size` must be a whole number from 1 to 268435456, not True."),
    ("box:size=3,ndim=65", "box: `ndim` must be a whole number from 1 to 64, not 65."),
    ("box:size=3,normalize=0", "box: `normalize` must be True or False, not 0."),
    (
        "box:size=(99999,99999)",
        "box: 2 axes of up to 99999 taps exceed the 268435456 taps that a named kernel may have."
        + CAP,
    ),
    (
        "gaussian:sigma=1e9",
        "gaussian: 1 axis of up to 8e+09 taps exceeds the 268435456 taps that a named kernel may "
        "have." + CAP,
    ),
    (
        "sobel:ndim=64",
        "sobel: 64 axes of up to 3 taps exceed the 268435456 taps that a named kernel may have."
        + CAP,
    ),
    ("gaussian:sigma=0", "gaussian: `sigma` must be greater than 0, not 0."),
    ("gaussian:sigma=(2,-1)", "gaussian: `sigma` must be greater than 0, not -1."),
    ("gaussian:sigma=1e999", "gaussian: `sigma` must be a finite number, not inf."),
    ("gaussian:sigma='2'", "gaussian: `sigma` must be a finite number, not '2'."),
    ("gaussian:sigma=2j", "gaussian: `sigma` must be a finite number, not 2j."),
    ("gaussian:sigma=1,truncate=0", "gaussian: `truncate` must be greater than 0, not 0."),
    (
        "gaussian:sigma=1,truncate=41",
        "gaussian: `truncate` must be a number from 0 to 40, not 41.",
    ),
    ("gaussian:sigma=1,order=-1", "gaussian: `order` must be a whole number from 0 to 20, not -1."),
    (
        "log:sigma=0.1",
        "log: order 2 needs at least 3 taps on its axis, but sigma=0.1 with truncate=4 gives 1.\n"
        "  Raise sigma or truncate.",
    ),
    ("dog:sigma=1,ratio=1", "dog: `ratio` must be a number from 1.01 to 100, not 1."),
    (
        "binomial:order=(40,40),normalize=False",
        "binomial: `order` must be a whole number from 0 to 62, not 80.",
    ),
    ("sobel:axis=2", "sobel: `axis` must be a whole number from -2 to 1, not 2."),
    ("roberts:direction=2", "roberts: `direction` must be a whole number from 0 to 1, not 2."),
    (
        "laplacian:connectivity=3",
        "laplacian: `connectivity` must be a whole number from 1 to 2, not 3.",
    ),
    ("emboss:angle_deg=30", "emboss: `angle_deg` must be a multiple of 45, not 30."),
    ("motion:length=0.5", "motion: `length` must be a number from 1 to 2.68435e+08, not 0.5."),
    ("motion:length=5,angle_deg=1e999", "motion: `angle_deg` must be a finite number, not inf."),
    (
        "gabor:sigma=2,frequency=0.6",
        "gabor: `frequency` must be a number from 0 to 0.5, not 0.6.",
    ),
]


@pytest.mark.parametrize(("spec", "text"), REFUSED)
def test_refusals_name_the_kernel_the_bound_and_the_value(spec, text):
    with pytest.raises(OptionError) as caught:
        kernels.make(spec)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("gaussian:sigma=(1,2),ndim=3", "gaussian: `sigma` (1, 2) names 2 axes, not 3."),
        ("gaussian:sigma=1,order=(0,1)", "gaussian: `order` (0, 1) names 2 axes, not 1."),
        ("box:size=()", "box: `size` names 0 axes; a kernel has from 1 to 64."),
    ],
)
def test_tuples_must_agree_with_the_axes(spec, text):
    with pytest.raises(ShapeError) as caught:
        kernels.make(spec)
    assert str(caught.value) == text
