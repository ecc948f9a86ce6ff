"""Stochastic convolution: whether samples are drawn with the right chances.

Seeds are fixed, so a test passes always or never. Each statistic is compared with its exact
distribution; the bounds are those that a right generator with other seeds would cross less than
once in 10,000 tests (`RARE`) or, for sums of many draws, five standard deviations (one in 1.7e6).
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import intertwine as iw
from intertwine import kernels
from intertwine.stochastic import expectation, sample, standard_error, variance

RARE, SIGMAS = 1e-4, 5.0

DENSITIES = {
    "binomial 3x3": kernels.binomial((2, 2)),
    "lopsided": iw.Kernel(np.arange(1, 16).reshape(3, 5) / 120, origin=(0, 3)),
    "steep": iw.Kernel(np.array([[1, 1, 1], [1, 40000, 1], [1, 1, 1]]) / 40008),
    "121 taps": iw.Kernel(np.arange(1, 122).reshape(11, 11) / 7381),
}


def goodness(seen, chances):
    """Return the chance of a chi^2 at least as large; rare classes are joined."""
    seen, wanted = np.asarray(seen, float), np.asarray(chances) * np.sum(seen)
    small = wanted < 10
    if small.any():
        seen = np.append(seen[~small], seen[small].sum())
        wanted = np.append(wanted[~small], wanted[small].sum())
    return stats.chisquare(seen, wanted).pvalue


def displacements(shape, k, rng):
    """Return how far away each output was drawn, along each axis."""
    moved = []
    for axis, n in enumerate(shape):
        line = np.arange(n).reshape([-1 if a == axis else 1 for a in range(len(shape))])
        drawn = sample(np.broadcast_to(line, shape), k, rng, boundary="wrap")
        moved.append((line - drawn + n // 2) % n - n // 2)
    return moved


@pytest.mark.parametrize("name", DENSITIES)
def test_offsets_are_drawn_with_the_taps_as_chances(name):
    k = DENSITIES[name]
    d0, d1 = displacements((1024, 1024), k, 11)  # one seed: both coordinates of the same draws
    seen = np.zeros(k.shape)
    np.add.at(seen, (d0 + k.origin[0], d1 + k.origin[1]), 1)
    assert goodness(seen.ravel(), k.taps.ravel()) > RARE


@pytest.mark.parametrize(("down", "right"), [(0, 1), (1, 0), (0, 16), (0, 64), (3, 7)])
def test_neighbours_draw_independently(down, right):
    d0, d1 = displacements((1024, 1024), DENSITIES["lopsided"], 12)
    tap = (d0 * 5 + d1 + 3).astype(int)
    here, there = tap[: 1024 - down, : 1024 - right], tap[down:, right:]
    pairs = np.zeros((15, 15))
    np.add.at(pairs, (here.ravel(), there.ravel()), 1)
    chances = DENSITIES["lopsided"].taps.ravel()
    assert goodness(pairs.ravel(), np.outer(chances, chances).ravel()) > RARE


def test_draws_and_seeds_are_independent():
    x = np.random.default_rng(0).random((512, 512))
    k = DENSITIES["lopsided"]
    first, both = sample(x, k, 1) - expectation(x, k), sample(x, k, 1, draws=2) - expectation(x, k)
    second = 2 * both - first
    other = sample(x, k, 2) - expectation(x, k)
    v = variance(x, k)
    for a, b in ((first, second), (first, other)):
        assert abs((a * b).sum()) < SIGMAS * np.sqrt((v * v).sum())


@st.composite
def problems(draw):
    """Data of one axis to three under any kernel: lopsided, signed, with any origin."""
    ndim = draw(st.integers(1, 3))
    shape = draw(st.tuples(*[st.integers(3, (60, 12, 6)[ndim - 1])] * ndim))
    size = draw(st.tuples(*[st.integers(1, 4)] * ndim))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    taps = rng.integers(-3 if draw(st.booleans()) else 0, 6, size).astype(float)
    taps.flat[rng.integers(taps.size)] = 4
    if draw(st.booleans()):
        taps = np.abs(taps) / np.abs(taps).sum()
    k = iw.Kernel(taps, [int(rng.integers(n)) for n in size])
    dtype = draw(st.sampled_from(["float32", "float64", "uint8", "int64"]))
    boundary = draw(st.sampled_from(["zero", "nearest", "symmetric", "mirror", "wrap"]))
    return (rng.random(shape) * 100).astype(dtype), k, boundary, draw(st.integers(0, 2**64 - 1))


@settings(max_examples=30)
@given(problems())
def test_expectation_and_variance(problem):
    """The mean of 400 draws, and the mean square of 200 single ones, over all outputs."""
    x, k, boundary, seed = problem
    mean = expectation(x, k, boundary=boundary).astype(float)
    v = variance(x, k, boundary=boundary).astype(float)
    off = sample(x, k, seed, draws=400, boundary=boundary) - mean
    assert abs(off.sum()) <= SIGMAS * np.sqrt(v.sum() / 400) + 1e-3 * off.size
    rng = np.random.default_rng(seed)
    squares = np.array(
        [((sample(x, k, rng, boundary=boundary) - mean) ** 2).sum() for _ in range(200)]
    )
    spread = squares.std() / np.sqrt(200)
    assert abs(squares.mean() - v.sum()) <= SIGMAS * spread + 1e-3 * v.sum() + 1e-3


def test_variance_at_every_output():
    """Each output's mean of draws, in its own standard errors: as many beyond 3 as normal ones."""
    x = np.random.default_rng(4).random((256, 256)) * 100
    for k in (DENSITIES["lopsided"], kernels.sobel(axis=0)):
        z = (sample(x, k, 21, draws=1000) - expectation(x, k)) / standard_error(x, k, 1000)
        assert goodness(np.histogram(z, NORMAL)[0], np.diff(stats.norm.cdf(NORMAL))) > RARE


#: Classes of normal numbers.
NORMAL = np.array([-np.inf, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, np.inf])


def test_mean_of_draws_on_a_photo():
    """RMSE of the mean of n draws around the convolution: theory, and what is found.

    Few pixels, at edges, have most of the variance, so that the RMSE of 65,536 pixels still has a
    standard deviation of 1.2 to 1.4 %: the exact one is used here.
    """
    skimage_data = pytest.importorskip("skimage.data")
    crop = skimage_data.camera()[:256, :256].astype(float)
    crop -= crop.mean()
    k = kernels.binomial((2, 2))
    first, second, third, fourth = (
        expectation(crop**power, k, boundary="wrap") for power in (1, 2, 3, 4)
    )
    v = variance(crop, k, boundary="wrap")
    fourth += -4 * first * third + 6 * first**2 * second - 3 * first**4  # now around the mean
    for draws, theory in [(1, 11.83), (4, 5.91), (16, 2.96), (64, 1.48), (256, 0.74)]:
        exact = v.mean() / draws
        assert abs(np.sqrt(exact) - theory) < 0.0051
        found = sample(crop, k, 3, draws=draws, boundary="wrap") - first
        sd = np.sqrt(((fourth - 3 * v**2) / draws**3 + 2 * v**2 / draws**2).sum()) / crop.size
        assert abs((found**2).mean() - exact) < SIGMAS * sd
        assert sd / exact < 0.03


# Particles.


@pytest.mark.parametrize("boundary", ["symmetric", "mirror", "nearest", "wrap"])
@pytest.mark.parametrize("shape", [(50,), (20, 30), (3, 4, 50)])
def test_mass_is_exact(boundary, shape):
    x = np.random.default_rng(1).integers(0, 10**9, shape)
    k = iw.Kernel(np.arange(1, 6.0) / 15, origin=1)
    y = sample(x, k, 3, how="scatter", axes=-1, boundary=boundary)
    np.testing.assert_array_equal(y.sum(-1), x.sum(-1))  # rows keep what they have
    assert (y >= 0).all()


def test_what_leaves_is_lost():
    x = np.full(10, 1000)
    y = sample(x, [0.25, 0.5, 0.25], 1, how="scatter", boundary="zero")
    lost = x.sum() - y.sum()
    assert abs(lost - 500) < SIGMAS * np.sqrt(2 * 1000 * 0.25 * 0.75)


@pytest.mark.parametrize(
    ("count", "chance"),
    [(1, 0.3), (4, 0.5), (5, 0.01), (30, 0.2), (60, 0.2), (100, 0.5), (1000, 0.004), (1000, 0.7),
     (10**6, 0.2), (10**9, 0.37), (10**9, 1e-8), (10**12, 0.9)],
)  # fmt: skip
def test_counts_that_move_are_binomial(count, chance):
    """Of each cell's particles some move to the next; the others stay."""
    cells = 100_000 if count <= 10**6 else 20_000  # SciPy's distribution takes long
    x = np.zeros((cells, 2), np.int64)
    x[:, 0] = count
    k = iw.Kernel([1 - chance, chance], origin=0)
    y = sample(x, k, count, how="scatter", axes=1, boundary="zero")
    np.testing.assert_array_equal(y.sum(1), count)
    moved = stats.binom(count, chance)
    smooth = np.random.default_rng(count).random(cells)  # spread each number over its chance
    share = moved.cdf(y[:, 1]) - smooth * moved.pmf(y[:, 1])
    assert goodness(np.histogram(share, 100, (0, 1))[0], np.full(100, 0.01)) > RARE


@pytest.mark.parametrize("count", [3, 40, 10**6])
def test_counts_of_all_taps_are_multinomial(count):
    """chi^2 of each cell's counts adds up over cells: 15 taps, 14 degrees of freedom each."""
    cells, k = 2000, DENSITIES["lopsided"]
    x = np.zeros((cells, 7, 11), np.int64)
    x[:, 3, 5] = count
    y = sample(x, k, count, how="scatter", axes=(1, 2), boundary="zero")
    seen, wanted = y[:, 3:6, 2:7].reshape(cells, 15), count * k.taps.ravel()
    np.testing.assert_array_equal(seen.sum(1), count)
    chi2 = ((seen - wanted) ** 2 / wanted).sum(1)
    # Exact mean and variance of Pearson's statistic (Haldane, 1937).
    taps = k.taps.ravel()
    sd = np.sqrt(28 + ((1 / taps).sum() - 15**2 - 28) / count)
    assert abs(chi2.mean() - 14) < SIGMAS * sd / np.sqrt(cells)


@pytest.mark.parametrize("boundary", ["symmetric", "mirror", "nearest", "wrap", "zero"])
def test_expected_counts(boundary):
    x = np.random.default_rng(2).integers(0, 10**6, (7, 6))
    k = iw.Kernel(np.arange(1, 25.0).reshape(4, 6) / 300, origin=(0, 4))
    mean = expectation(x, k, how="scatter", boundary=boundary)
    y = sample(x, k, 8, how="scatter", boundary=boundary, draws=200)
    most = mean / 200  # the variance of a sum of binomial numbers is at most its mean
    assert (abs(y - mean) < SIGMAS * np.sqrt(most)).all()
    if boundary != "zero":
        assert mean.sum() == pytest.approx(x.sum(), rel=1e-14)
    if boundary in ("wrap", "zero"):
        convolved = expectation(x, k, boundary=boundary)
        np.testing.assert_allclose(mean, convolved, rtol=1e-12, atol=1e-6)


def test_expected_counts_of_a_symmetric_kernel_are_its_convolution():
    x = np.random.default_rng(2).integers(0, 100, (7, 6))
    k = kernels.binomial((4, 2))
    np.testing.assert_allclose(
        expectation(x, k, how="scatter"), expectation(x, k), rtol=1e-13, atol=1e-11
    )


# A random walk: the covariance of the way after n steps is n times the kernel's.


def moments(k):
    """Return the mean and the covariance of a kernel's displacement."""
    at = np.stack(np.meshgrid(*map(np.arange, k.shape), indexing="ij"), -1) - k.origin
    at, chance = at.reshape(-1, k.ndim), k.taps.ravel()
    mean = chance @ at
    return mean, (at - mean).T @ ((at - mean) * chance[:, None])


STEPS = 7


def test_particles_walk():
    k, many = DENSITIES["lopsided"], 10**6
    x = np.zeros((41, 61), np.int64)
    x[10, 30] = many
    rng = np.random.default_rng(5)
    for _ in range(STEPS):
        x = sample(x, k, rng, how="scatter", boundary="zero")
    assert x.sum() == many
    at = np.argwhere(x) - (10, 30)
    check_walk(at, x[x > 0], k, many)


def test_repeated_gathering_walks():
    k, shape = DENSITIES["lopsided"], (700, 700)
    rng = np.random.default_rng(6)
    rows, columns = np.indices(shape)
    number = rows * 700 + columns
    for _ in range(STEPS):
        number = sample(number, k, rng, boundary="wrap")
    way = [(here - there + 350) % 700 - 350
           for here, there in ((rows, number // 700), (columns, number % 700))]  # fmt: skip
    # Coalescing ways are not independent: what two outputs share narrows the sample.
    check_walk(np.stack(way, -1).reshape(-1, 2), np.ones(number.size), k, number.size / 10)


def check_walk(at, weight, k, independent):
    """Compare mean and covariance of displacements with n times the kernel's."""
    mean, covariance = moments(k)
    found = weight @ at / weight.sum()
    sd = np.sqrt(STEPS * np.diag(covariance) / independent)
    assert (abs(found - STEPS * mean) < SIGMAS * sd).all()
    spread = (at - found).T @ ((at - found) * weight[:, None]) / weight.sum()
    # A sample covariance of n nearly normal pairs has the variance (c_ii c_jj + c_ij^2) / n.
    c = STEPS * covariance
    sd = np.sqrt((np.outer(np.diag(c), np.diag(c)) + c**2) / independent)
    assert (abs(spread - c) < SIGMAS * sd).all()
    assert abs(spread / c - 1)[[0, 1], [0, 1]].max() < 0.02
