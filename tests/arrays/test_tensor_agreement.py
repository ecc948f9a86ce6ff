"""Tensors get the answers of the formula by every route, whatever is asked."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402

import intertwine as iw  # noqa: E402
from cases import grid  # noqa: E402
from strategies import cases  # noqa: E402
from tensor_cases import ROUTES, as_tensor, ask, check  # noqa: E402

pytestmark = pytest.mark.torch

FLOATING = ("float16", "float32", "float64", "complex64", "complex128")


def floating(**more):
    return cases(dtypes=FLOATING, kinds=("lopsided", "outer"), **more)


@pytest.mark.parametrize("route", ROUTES)
def test_no_counter_example(route):
    @settings(max_examples=60)
    @given(floating())
    def search(case):
        check(case, route)

    search()


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_no_counter_example_in_a_long_search(route):
    @settings(max_examples=3000)
    @given(floating())
    def search(case):
        check(case, route)

    search()


@pytest.mark.parametrize("route", ["gradients", "torch-direct", "torch-fft"])
@pytest.mark.parametrize(
    "case",
    grid(
        ((9, 8), (3, 4)),
        boundary=["zero", "constant", "nearest", "symmetric", "mirror", "wrap", "renormalize"],
        mode=["same", "full", "valid"],
        dtype=["float32", "complex128"],
        flip=[True, False],
    ),
    ids=str,
)
def test_every_boundary_and_mode(case, route):
    check(case, route)


@settings(max_examples=60)
@given(cases())
def test_without_gradients_tensors_are_arrays(case):
    want = case.call(case.x(), case.k(), **case.options)
    got = ask(case, "plain")
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(got, want)


@settings(max_examples=40)
@given(cases(dtypes=("float32", "float64", "complex128"), kinds=("signed",)))
def test_gradients_change_no_bit(case):
    if case.masked or case.nan == "ignore" or "renormalize" in case.boundary:
        return  # composed of sums: equal to rounding, see above
    want = case.call(case.x(), case.k(), **case.options)
    np.testing.assert_array_equal(ask(case, "gradients"), want)


def test_a_tensor_is_not_copied():
    x = torch.zeros(50, 60)
    y = torch.empty(50, 60)
    assert iw.convolve(x, iw.kernels.sobel(), out=y) is y
    x[20, 30] = 1.0
    iw.convolve(x, iw.kernels.sobel(), out=y)
    np.testing.assert_array_equal(y, iw.convolve(x.numpy(), iw.kernels.sobel()))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_types_are_summed_in_float32(dtype):
    x = torch.full((400,), 1.0, dtype=dtype)
    k = np.full(300, 1.0)
    for kwargs in ({}, {"method": "torch-direct"}, {"method": "torch-fft"}):
        y = iw.convolve(x, k, mode="valid", **kwargs)
        assert y.dtype == dtype
        assert (y == 300).all()  # in either type alone 256 + 1 is 256, or 2048 is the end
    z = iw.convolve(x.clone().requires_grad_(), k, mode="valid")
    assert z.dtype == dtype
    assert (z == 300).all()


def test_a_product_runs_axis_by_axis():
    x = torch.randn(20, 30, dtype=torch.float64, requires_grad=True)
    k = iw.kernels.gaussian(1.5, ndim=2)
    want = iw.convolve(x, k, boundary="mirror")
    got = iw.convolve(x, k, boundary="mirror", method="torch-separable")
    torch.testing.assert_close(got, want)
    (gradient,) = torch.autograd.grad(got.square().sum(), x)
    (expected,) = torch.autograd.grad(want.square().sum(), x)
    torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize(
    ("k", "method"),
    [
        (np.ones((3, 3)), "torch-direct"),
        (iw.kernels.gaussian(3.0, ndim=2).taps, "torch-separable"),
        (np.random.default_rng(0).random((7, 7)), "torch-direct"),
        (np.random.default_rng(0).random((63, 63)), "torch-fft"),
    ],
    ids=["small", "product", "medium", "large"],
)
def test_the_planner_of_devices_takes_the_method_with_the_least_work(k, method):
    from intertwine.arrays.tensors.geometry import Geometry, lines
    from intertwine.arrays.tensors.torch_route import _choose

    center = tuple(n // 2 for n in k.shape)
    geometry = Geometry(
        "convolve", (-2, -1), ("same",) * 2, ("zero",) * 2, (1, 1), (1, 1), center, 0j
    )
    assert _choose(lines(geometry, (256, 256), k.shape), (0, 1), torch.tensor(k)) == method


def test_threads_change_no_bit():
    x = torch.randn(300, 200, requires_grad=True)
    k = torch.randn(9, 9, requires_grad=True)
    found = []
    for threads in (1, 2, 5):
        y = iw.convolve(x, k, threads=threads)
        found.append((y, *torch.autograd.grad(y.square().sum(), (x, k))))
    for other in found[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found[0], other, strict=True))


def test_banks():
    images = torch.randn(4, 3, 20, 21, dtype=torch.float64)
    kernels = torch.randn(5, 1, 4, 3, dtype=torch.float64, requires_grad=True)
    for bank in (kernels, kernels[:, 0], kernels[:3, 0], kernels[0, 0]):
        x = images if bank.shape[:1] == (3,) or bank.ndim == 2 else images[0, 0]
        want = iw.correlate(x.numpy(), bank.detach().numpy(), axes=(-2, -1))
        for kwargs in ({}, {"method": "torch-direct"}, {"method": "torch-fft"}):
            got = iw.correlate(x, bank, axes=(-2, -1), **kwargs)
            np.testing.assert_allclose(got.detach(), want, rtol=1e-12, atol=1e-12)


def test_a_bank_of_32_on_one_image():
    y = iw.correlate(as_tensor(np.ones((256, 256), "f4")), torch.ones(32, 16, 16),
                     axes=(0, 1), mode="valid")  # fmt: skip
    assert y.shape == (32, 241, 241)


def test_autocast_is_respected():
    x, k = torch.randn(30, 31), torch.randn(3, 4, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = iw.convolve(x, k)
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), iw.convolve(x, k), rtol=0.05, atol=0.1)
    y.float().sum().backward()
    assert k.grad.dtype == torch.float32


def test_an_array_and_a_tensor_mix():
    x, k = np.arange(12.0).reshape(3, 4), torch.ones(2, 2, dtype=torch.float64)
    want = iw.convolve(x, k.numpy())
    np.testing.assert_array_equal(iw.convolve(x, k), want)
    np.testing.assert_array_equal(iw.convolve(torch.from_numpy(x), k.numpy()), want)
    np.testing.assert_array_equal(iw.convolve(x, k.requires_grad_()).detach(), want)
