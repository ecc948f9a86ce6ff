"""The heat equation against closed forms, and on other solvers' own test problems."""

import math

import numpy as np
import pytest
from scipy import integrate, ndimage, special

import intertwine as iw

AQUARIUM = np.repeat([1.0, 0.0], 128)


def order(errors):
    """How often the error halves when the grid step does."""
    return np.log2(np.array(errors[:-1]) / errors[1:])


# Published figures.


@pytest.mark.parametrize("method", ["transform", "kernel", "auto"])
@pytest.mark.parametrize(
    ("t", "published"),
    [
        (10, [1, 0.953233744, 0.544510354, 0.455489646, 0.0467662563, 1.8346e-13]),
        (100, [0.98703927, 0.70205845, 0.5141018, 0.4858982, 0.29794155, 0.01077813]),
    ],
)
def test_the_aquarium(t, published, method):
    flowed = iw.diffuse(AQUARIUM, t, method=method)
    np.testing.assert_allclose(flowed[[96, 120, 127, 128, 135, 160]], published, atol=5.1e-9)
    x = np.arange(256) + 0.5
    exact = special.erfc((x - 128) / math.sqrt(4 * t)) / 2
    np.testing.assert_allclose(flowed, exact, rtol=0, atol=1e-15)


def test_the_grids_own_equation_tends_to_the_continuous_one_with_order_2():
    errors = []
    for n in (64, 128, 256, 512):
        x = (np.arange(n) + 0.5) * (256 / n)
        flowed = iw.diffuse(np.repeat([1.0, 0.0], n // 2), 100, spacing=256 / n, discrete=True)
        errors.append(np.abs(flowed - special.erfc((x - 128) / 20) / 2).max())
    assert (order(errors) > 1.9).all()


def test_smooth_data_with_order_2():
    errors = []
    for n in (32, 64, 128):
        x = (np.arange(n) + 0.5) / n
        flowed = iw.diffuse(np.cos(np.pi * x), 0.05, spacing=1 / n)
        errors.append(np.abs(flowed - np.cos(np.pi * x) * np.exp(-(np.pi**2) * 0.05)).max())
    assert (order(errors) > 1.95).all()
    assert errors[-1] < 2e-5


def test_half_a_space_held_at_one():
    # 1 - erf(x / 2 sqrt(D t)); the wall at 1 is the middle between 2 and 0.
    mirrored = np.repeat([2.0, 0.0], 200)
    flowed = iw.diffuse(mirrored, 45.0)[200:]
    published = [0.957967252, 0.562082610, 0.268381627, 0.0307038581]
    np.testing.assert_allclose(flowed[[0, 5, 10, 20]], published, rtol=0, atol=5e-10)


DISK = {0: 0.9932620530, 5: 0.9122089162, 10: 0.4360833314, 15: 0.0435493480}


def test_the_disk_as_a_radial_profile():
    for r, published in DISK.items():  # the closed form is Marcum's function
        assert special.chndtr(100 / 10, 2, r * r / 10) == pytest.approx(published, abs=5e-11)
    for n in (10, 40):  # shells in the disk: whole ones, so that the profile is the disk itself
        h = 10 / n
        r = (np.arange(4 * n) + 0.5) * h
        flowed = iw.diffuse_radial(np.where(r < 10, 1.0, 0.0), 5.0, spacing=h)
        np.testing.assert_allclose(flowed, special.chndtr(10.0, 2, r * r / 10), rtol=0, atol=5e-15)


def test_the_disk_of_finite_shells_with_order_2():
    errors = []
    for h in (1.0, 0.5, 0.25, 0.125):
        r = (np.arange(round(40 / h)) + 0.5) * h
        flowed = iw.diffuse_radial(np.where(r < 10, 1.0, 0.0), 5.0, boundary="symmetric", spacing=h)
        errors.append(np.abs(flowed - special.chndtr(10.0, 2, r * r / 10)).max())
    assert (order(errors) > 1.9).all()


def covered(radius, h, half, parts=32):
    """The share of each cell that a disk covers; the middle cell is centred on it."""
    at = np.arange(-half, half + 1)[:, None] * h
    fine = (at + ((np.arange(parts) + 0.5) / parts - 0.5) * h).ravel()
    inside = fine[:, None] ** 2 + fine**2 < radius**2
    n = 2 * half + 1
    return inside.reshape(n, parts, n, parts).mean(axis=(1, 3))


def test_the_disk_on_a_square_grid_with_order_2():
    published = np.array(list(DISK.values()))
    found = []
    for h in (1.0, 0.5, 0.25):
        half = round(27 / h)
        flowed = iw.diffuse(covered(10, h, half, 16), 5.0, spacing=h)[half]
        found.append(np.array([flowed[half + round(r / h)] for r in DISK]))
    errors = [np.abs(each - published).max() for each in found]
    assert (order(errors) > 1.9).all()
    assert errors[0] < 2.7e-3  # evenly filled cells: about h**2 / 12 laplacian(c), not yet 5e-5
    # An error of order 2 can be extrapolated away (Richardson): then the bar is met.
    extrapolated = found[2] + (found[2] - found[1]) / 3
    np.testing.assert_allclose(extrapolated, published, rtol=0, atol=5e-5)


def test_a_shorter_time_makes_points_of_cells():
    # Averages over cells, taken for filled cells, have spread by 2 h**2 / 12 along each axis; time
    # h**2 / 12 less, and what is left is what averages cannot tell of the disk's outline.
    published = np.array(list(DISK.values()))
    for h, bar in ((1.0, 3e-4), (0.5, 5e-5)):
        half = round(27 / h)
        flowed = iw.diffuse(covered(10, h, half), 5.0 - h**2 / 12, spacing=h)[half]
        found = np.array([flowed[half + round(r / h)] for r in DISK])
        np.testing.assert_allclose(found, published, rtol=0, atol=bar)


def test_the_ball():
    # Carslaw and Jaeger (1959), 10.3 (8): a ball of radius a in an infinite medium.
    a, t = 8.0, 6.0
    r = np.arange(30) + 0.5
    s = 2 * math.sqrt(t)
    exact = (special.erf((a - r) / s) + special.erf((a + r) / s)) / 2 - s / (
        2 * r * math.sqrt(math.pi)
    ) * (np.exp(-(((a - r) / s) ** 2)) - np.exp(-(((a + r) / s) ** 2)))
    flowed = iw.diffuse_radial(np.where(r < a, 2.5, 0.0), t, geometry="spherical")
    np.testing.assert_allclose(flowed, 2.5 * exact, rtol=0, atol=1e-14)


@pytest.mark.parametrize("geometry", ["cylindrical", "spherical"])
def test_radial_walls_keep_the_amount_and_are_a_semigroup(geometry):
    d = {"cylindrical": 2, "spherical": 3}[geometry]
    profile = np.random.default_rng(1).random(37)
    volumes = np.diff(np.arange(38.0) ** d)
    kept = {"boundary": "symmetric", "geometry": geometry, "spacing": 0.3}
    one = iw.diffuse_radial(profile, 1.7, 0.4, **kept)
    assert volumes @ one == pytest.approx(volumes @ profile, rel=1e-14)
    two = iw.diffuse_radial(iw.diffuse_radial(profile, 0.7, 0.4, **kept), 1.0, 0.4, **kept)
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-13)
    flat = iw.diffuse_radial(profile, 1e9, **kept)
    np.testing.assert_allclose(flat, volumes @ profile / volumes.sum(), atol=1e-12)
    np.testing.assert_allclose(iw.diffuse_radial(np.ones(9), 3.0, **kept), 1, atol=1e-14)


def test_radial_is_what_the_plane_does():
    h, half = 0.5, 64
    flat = iw.diffuse(covered(10, h, half), 5.0, spacing=h, boundary="zero")
    r = (np.arange(60) + 0.5) * h
    radial = iw.diffuse_radial(np.where(r < 10, 1.0, 0.0), 5.0, spacing=h)
    along = flat[half, half:]
    midway = (along[1:] + along[:-1]) / 2
    np.testing.assert_allclose(midway[:60], radial, atol=2e-3)


def test_which_boundaries_keep_the_total():
    # Mass error of a common Gaussian filter of sigma 14.14: symmetric 2e-16, zero -9.28e-2 and so
    # on, on its photo; here on an image whose edges matter as much.
    image = np.random.default_rng(5).random((200, 160)) + np.linspace(0, 3, 160)
    total = image.sum()
    for boundary in ("symmetric", "wrap"):
        for discrete in (False, True):
            flowed = iw.diffuse(image, 100.0, boundary=boundary, discrete=discrete)
            assert abs(flowed.sum() / total - 1) < 1e-13
    assert iw.diffuse(image, 100.0, boundary="zero").sum() < 0.95 * total
    assert abs(iw.diffuse(image, 100.0, boundary="nearest").sum() / total - 1) > 1e-5


@pytest.mark.parametrize("boundary", ["symmetric", "nearest", "zero", "wrap"])
def test_long_times_agree_with_the_gaussian_of_scipy(boundary):
    image = np.random.default_rng(2).random((60, 50))
    mode = {"symmetric": "reflect", "zero": "constant"}.get(boundary, boundary)
    flowed = iw.diffuse(image, 50.0, boundary=boundary)
    # A Gaussian sampled and one integrated over cells differ by 1/12 in variance.
    sampled = ndimage.gaussian_filter(image, math.sqrt(100 + 1 / 12), mode=mode, truncate=9)
    np.testing.assert_allclose(flowed, sampled, atol=1e-5)


# Other solvers' own test problems.


def test_fipy_mesh1d():
    """FiPy, examples/diffusion/mesh1D.py: 50 cells, t = 45; 7e-4 explicit, 2e-2, 3e-3 implicit."""
    x = np.arange(50) + 0.5
    # Held at 1 and at 0: what is left beside the steady line is odd about both ends.
    steady = 1 - x / 50
    odd = np.concatenate([-steady, steady[::-1]])
    flowed = iw.diffuse(odd, 45.0, boundary="wrap")[:50] + steady
    analytic = 1 - special.erf(x / (2 * math.sqrt(45.0)))
    assert np.abs(flowed - analytic).max() < 7e-5


def test_fipy_explicit_mesh1d():
    """FiPy, examples/diffusion/explicit/mesh1D.py: 100 cells held at 0 at the left; 2e-3."""
    odd = np.concatenate([-np.ones(100), np.ones(100)])
    x = np.arange(100) + 0.5
    flowed = iw.diffuse(odd, 10.0, boundary="nearest")[100:]
    np.testing.assert_allclose(flowed, special.erf(x / (2 * math.sqrt(10))), atol=1e-14)


def test_fipy_anisotropy():
    """FiPy, examples/diffusion/anisotropy.py: a point source, ratio 5 at 45 degrees, t = .01; 8 %.

    Its mesh has cells of about .05. A sample is taken for a filled cell, of variance h**2 / 12;
    taken off the tensor, the source is a point, and the error falls from order 2 to order 4.
    """
    turn = np.array([[1, 1], [-1, 1]]) / math.sqrt(2)
    tensor = turn @ np.diag([0.2, 1.0]) @ turn.T
    filled, points = [], []
    for h in (0.05, 0.025, 0.0125):
        half = round(1 / h)
        source = np.zeros((2 * half + 1, 2 * half + 1))
        source[half, half] = 1 / h**2
        x, y = np.meshgrid(*[np.arange(-half, half + 1) * h] * 2, indexing="ij")
        form = np.einsum("i...,ij,j...->...", [x, y], np.linalg.inv(tensor), [x, y])
        exact = np.exp(-form / 0.04) / (0.04 * math.pi * math.sqrt(0.2))
        cell = h**2 / 24 / 0.01 * np.eye(2)
        for errors, spread in ((filled, tensor), (points, tensor - cell)):
            flowed = iw.diffuse(source, 0.01, spread, spacing=h, boundary="zero")
            errors.append(np.abs(flowed - exact).max() / exact.max())
    assert (order(filled) > 1.9).all()
    assert (order(points) > 3.9).all()
    assert points[0] < 0.0004


def test_fipy_bands_of_an_impulse_in_three_dimensions():
    """The same point source in 3-D along the axes, against the product of error functions."""
    source = np.zeros((25, 21, 23))
    source[12, 10, 11] = 1
    flowed = iw.diffuse(source, 1.5, (0.3, 1.0, 0.6), boundary="zero")
    lines = [
        np.diff(special.ndtr((np.arange(n + 1) - n / 2) / math.sqrt(3 * d)))
        for n, d in zip(source.shape, (0.3, 1.0, 0.6), strict=True)
    ]
    np.testing.assert_allclose(flowed, np.einsum("i,j,k->ijk", *lines), atol=1e-15)


def test_pypde_values_at_both_ends():
    """py-pde, test_simple_diffusion_value: 16 cells, 0 and 1 at the ends, t = 1; 5e-3."""
    rng = np.random.default_rng(0)
    x = (np.arange(16) + 0.5) / 16
    rest = rng.random(16) - x
    odd = np.concatenate([rest, -rest[::-1]])
    flowed = iw.diffuse(odd, 1.0, boundary="wrap", spacing=1 / 16)[:16] + x
    np.testing.assert_allclose(flowed, x, rtol=5e-4)


@pytest.mark.parametrize("side", ["left", "right"])
def test_pypde_flux_at_one_end(side):
    """py-pde, test_simple_diffusion_flux_right and _left: slopes 3 and 2, t = 5; 5e-3."""
    rng = np.random.default_rng(1)
    x = (np.arange(16) + 0.5) / 16
    steady = 3 * x if side == "right" else 2 - 2 * x
    rest = rng.random(16) - steady
    if side == "left":
        rest = rest[::-1]
    even = np.concatenate([rest, rest[::-1]])  # no flux of the rest at the far end
    odd = np.concatenate([even, -even])
    flowed = iw.diffuse(odd, 5.0, boundary="wrap", spacing=1 / 16)[:16]
    flowed = (flowed if side == "right" else flowed[::-1]) + steady
    np.testing.assert_allclose(flowed, steady, rtol=5e-4)


def test_pypde_random_fields_of_two_axes_lose_each_mode_at_its_rate():
    """py-pde, test_diffusion_spectral compares operators on such fields to 20 %."""
    n, t = 64, 2e-4
    x, y = np.meshgrid(*[(np.arange(n) + 0.5) / n] * 2, indexing="ij")
    field = np.cos(2 * np.pi * (2 * x + 3 * y)) + np.sin(2 * np.pi * x)
    exact = np.cos(2 * np.pi * (2 * x + 3 * y)) * np.exp(-4 * np.pi**2 * 13 * t)
    exact = exact + np.sin(2 * np.pi * x) * np.exp(-4 * np.pi**2 * t)
    flowed = iw.diffuse(field, t, boundary="wrap", spacing=1 / n)
    assert np.abs(flowed - exact).max() < 6e-3


def test_the_radial_kernel_is_an_integral():
    """Marcum's function against quadrature of the kernel it stands for."""
    t, r = 3.0, 4.5
    profile = np.zeros(12)
    profile[6] = 1
    share, _ = integrate.quad(
        lambda s: s / 6 * math.exp(-((r - s) ** 2) / 12) * special.ive(0, r * s / 6), 6, 7
    )
    assert iw.diffuse_radial(profile, t)[4] == pytest.approx(share, abs=1e-13)
