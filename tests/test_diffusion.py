"""The heat equation: theorems, types, missing data."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import intertwine as iw

SLANTED = [[2.0, 0.8], [0.8, 1.0]]


# Theorems.


@st.composite
def problems(draw, drifting=False):
    """Data of one axis to three, lopsided, and a diffusivity that may couple axes."""
    ndim = draw(st.integers(1, 3))
    shape = draw(st.tuples(*[st.integers(1, {1: 40, 2: 14, 3: 8}[ndim])] * ndim))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    x = rng.normal(size=shape) + 2
    root = rng.normal(size=(ndim, ndim))
    kind = draw(st.sampled_from(["number", "axes", "tensor"] if ndim > 1 else ["number", "axes"]))
    diffusivity = {
        "number": 0.7,
        "axes": rng.random(ndim).tolist(),
        "tensor": root @ root.T + 0.3 * np.eye(ndim),
    }[kind]
    options = {
        "boundary": "wrap" if kind == "tensor" else draw(st.sampled_from(["symmetric", "wrap"]))
    }
    if drifting:
        options = {"boundary": "wrap", "drift": rng.normal(size=ndim).tolist()}
    return x, diffusivity, options


@settings(max_examples=40)
@given(problems(), st.floats(0, 20), st.booleans())
def test_the_total_is_kept_and_nothing_leaves_the_range(problem, t, discrete):
    x, diffusivity, options = problem
    if discrete and np.ndim(diffusivity) == 2:
        discrete = False
    flowed = iw.diffuse(x, t, diffusivity, discrete=discrete, **options)
    assert flowed.sum() == pytest.approx(x.sum(), abs=1e-13 * np.abs(x).sum())
    assert x.min() <= flowed.min()
    assert flowed.max() <= x.max()
    assert flowed.dtype == x.dtype


@settings(max_examples=40)
@given(problems(), problems(drifting=True), st.floats(0, 20), st.booleans())
def test_transforms_and_kernels_agree(plain, drifting, t, turn):
    x, diffusivity, options = drifting if turn else plain
    t = min(t, 0.5) if np.ndim(diffusivity) == 2 and x.ndim == 3 else t  # kernels of 3-D get large
    one = iw.diffuse(x, t, diffusivity, method="transform", **options)
    other = iw.diffuse(x, t, diffusivity, method="kernel", **options)
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-13 * np.abs(x).max())


@settings(max_examples=40)
@given(problems(), st.floats(0, 5), st.floats(0, 5))
def test_the_grids_own_flow_is_a_semigroup(problem, s, t):
    x, diffusivity, options = problem
    if np.ndim(diffusivity) == 2:
        diffusivity = np.diag(diffusivity)
    options = {**options, "diffusivity": diffusivity, "discrete": True}
    twice = iw.diffuse(iw.diffuse(x, s, **options), t, **options)
    np.testing.assert_allclose(twice, iw.diffuse(x, s + t, **options), rtol=0, atol=3e-13)


def test_the_semigroup_on_grey_levels_where_sampled_gaussians_fail():
    photo = np.random.default_rng(7).integers(0, 256, (128, 128)).astype(float)
    apart = lambda f: np.abs(f(f(photo, 0.05), 0.05) - f(photo, 0.1)).max()  # noqa: E731
    # 2 ulp of 255 at each of the three flows: published as 3e-13.
    assert apart(lambda x, t: iw.diffuse(x, t, discrete=True)) < 3.5e-13
    assert apart(lambda x, t: ndimage.gaussian_filter(x, math.sqrt(2 * t))) > 10


@settings(max_examples=40)
@given(problems(), st.floats(0, 10))
def test_it_is_self_adjoint(problem, t):
    x, diffusivity, options = problem
    y = np.random.default_rng(x.size).normal(size=x.shape)
    left = np.vdot(y, iw.diffuse(x, t, diffusivity, **options))
    right = np.vdot(iw.diffuse(y, t, diffusivity, **options), x)
    assert left == pytest.approx(right, abs=1e-12 * np.abs(x).sum())


@settings(max_examples=40)
@given(
    st.floats(0, 3),
    st.floats(0, 2),
    st.floats(-4, 4),
    st.floats(-4, 4),
    st.floats(0.2, 3),
    st.booleans(),
)
def test_drift_moves_the_centre_of_mass_exactly(t, d, v, w, h, coupled):
    x = np.zeros((121, 131))
    x[58:60, 66] = 1.0, 2.0
    tensor = d * np.array(SLANTED) if coupled else d
    flowed = iw.diffuse(x, t, tensor, "zero", drift=(v * h, w * h), spacing=h)
    rows, columns = np.indices(x.shape) * h
    widest = np.linalg.eigvalsh(np.atleast_2d(tensor)).max()
    if t * widest / h**2 > 20:
        return  # it reaches the rim, where what leaves is lost
    assert (rows * flowed).sum() / 3 == pytest.approx((rows * x).sum() / 3 + v * h * t, abs=1e-9)
    assert (columns * flowed).sum() / 3 == pytest.approx(66 * h + w * h * t, abs=1e-9)


def test_discrete_drift_has_the_moments_of_the_equation():
    x = np.zeros(201)
    x[90] = 1
    flowed = iw.diffuse(x, 8.0, 1.5, "zero", drift=2.0, discrete=True)
    places = np.arange(201) - 90
    assert places @ flowed == pytest.approx(16)
    assert (places - 16) ** 2 @ flowed == pytest.approx(24)
    slanted = np.zeros((81, 81))
    slanted[40, 40] = 1
    flowed = iw.diffuse(slanted, 3.0, SLANTED, "zero", discrete=True)
    at = np.indices((81, 81)).reshape(2, -1) - 40
    np.testing.assert_allclose((at * flowed.ravel()) @ at.T, 6 * np.array(SLANTED), rtol=1e-12)


@settings(max_examples=30)
@given(problems(), st.floats(0.1, 5), st.floats(0.2, 4))
def test_only_d_t_over_h_squared_counts(problem, t, h):
    x, diffusivity, options = problem
    one = iw.diffuse(x, t * h**2, diffusivity, spacing=h, **options)
    np.testing.assert_allclose(one, iw.diffuse(x, t, diffusivity, **options), atol=1e-12)
    scaled = iw.diffuse(x, 1.0, np.multiply(diffusivity, t), **options)
    np.testing.assert_allclose(scaled, iw.diffuse(x, t, diffusivity, **options), atol=1e-12)


def test_turning_the_data_turns_the_tensor():
    x = np.random.default_rng(3).random((20, 20))
    (a, b), (_, c) = SLANTED
    turned = [[c, -b], [-b, a]]  # a quarter turn exchanges the axes and the sign between them
    one = np.rot90(iw.diffuse(x, 1.3, SLANTED, "wrap"))
    np.testing.assert_allclose(one, iw.diffuse(np.rot90(x), 1.3, turned, "wrap"), atol=1e-13)
    eigen = np.diag([0.4, 0.4])
    np.testing.assert_allclose(
        iw.diffuse(x, 2, eigen, "wrap"), iw.diffuse(x, 2, 0.4, "wrap"), atol=1e-14
    )


def test_a_tensor_along_one_diagonal_is_taken():
    flowed = iw.diffuse(np.eye(31)[::-1], 4.0, [[1, 1], [1, 1]], "wrap")
    assert flowed.sum() == pytest.approx(31)
    along = iw.diffuse(np.eye(31), 4.0, [[1, 1], [1, 1]], "wrap")
    assert np.abs(along - np.eye(31)).max() < 0.9  # spread along itself: little changes
    assert along.trace() > 3 * flowed[::-1].trace()


# Types, missing data, options.


@pytest.mark.parametrize(
    ("dtype", "result"),
    [("float32", "float32"), ("float64", "float64"), ("float16", "float16"), ("uint8", "float32"),
     ("int32", "float64"), ("bool", "float32"), ("complex64", "complex64"),
     ("complex128", "complex128"), (">f4", "float32")],
)  # fmt: skip
def test_types_are_kept(dtype, result):
    x = (np.random.default_rng(0).random((9, 11)) * 100).astype(dtype)
    exact = iw.diffuse(x.astype(complex if "c" in dtype else float), 2.0)
    for method in ("transform", "kernel"):
        for boundary in ("symmetric", "wrap"):
            flowed = iw.diffuse(x, 2.0, boundary=boundary, method=method)
            assert flowed.dtype == np.dtype(result)
            if boundary == "symmetric":
                size = max(1.0, np.abs(exact).max())
                tolerance = 20 * size * np.finfo(result).eps
                np.testing.assert_allclose(flowed, exact, rtol=0, atol=tolerance)


def test_axes_that_are_not_named_stay_apart():
    stack = np.random.default_rng(4).random((3, 12, 10, 2))
    flowed = iw.diffuse(stack, 1.2, (0.5, 2.0), ("wrap", "symmetric"), axes=(2, 1))
    for i, j in np.ndindex(3, 2):
        one = iw.diffuse(stack[i, :, :, j], 1.2, (2.0, 0.5), ("symmetric", "wrap"))
        np.testing.assert_allclose(flowed[i, :, :, j], one, atol=1e-14)
    for axes in ((1, 2), (2, 1)):
        tensor = SLANTED if axes == (1, 2) else np.array(SLANTED)[::-1, ::-1]
        flowed = iw.diffuse(
            stack, 1.2, tensor, "wrap", axes=axes, drift=np.array([0.3, -1])[[a - 1 for a in axes]]
        )
        one = iw.diffuse(stack[1, :, :, 1], 1.2, SLANTED, "wrap", drift=(0.3, -1))
        np.testing.assert_allclose(flowed[1, :, :, 1], one, atol=1e-14)


def test_out_and_inputs():
    x = np.random.default_rng(4).random((12, 10))
    before = x.copy()
    out = np.empty_like(x)
    assert iw.diffuse(x, 1.0, out=out) is out
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(out, iw.diffuse(x, 1.0))
    still = iw.diffuse(x, 0)
    np.testing.assert_array_equal(still, x)
    assert not np.shares_memory(still, x)
    assert iw.diffuse(x, 1.0, out=x) is x
    np.testing.assert_array_equal(x, out)
    for threads in (1, 2):
        np.testing.assert_array_equal(iw.diffuse(before, 1.0, threads=threads), out)


def test_missing_samples_are_left_out():
    x = np.full((20, 20), 3.0)
    x[4, 5] = np.nan
    x[11] = np.inf
    np.testing.assert_allclose(iw.diffuse(x, 2.0, nan="ignore"), 3.0, atol=1e-12)
    lonely = np.full(200, np.nan)
    lonely[0] = 1
    flowed = iw.diffuse(lonely, 0.5, nan="ignore")
    assert flowed[:5] == pytest.approx(1)
    assert np.isnan(flowed[100:]).all()


def test_huge_times_and_numbers():
    x = np.random.default_rng(0).random((17, 5))
    np.testing.assert_allclose(iw.diffuse(x, 1e300), x.mean(), rtol=1e-13)
    np.testing.assert_allclose(iw.diffuse(x, 1e-300), x, rtol=1e-15)
    np.testing.assert_allclose(iw.diffuse(x * 1e300, 3.0) / 1e300, iw.diffuse(x, 3.0), rtol=1e-13)
    assert iw.diffuse(x, 1e12, boundary="nearest").max() <= x.max()
    assert iw.diffuse(x, 1e12, boundary="zero").max() < 1e-5
