"""Gradients of the operator: against finite differences, and against torch's own convolutions."""

from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch.nn import functional  # noqa: E402

import intertwine as iw  # noqa: E402
from cases import BOUNDARIES, MODES  # noqa: E402

pytestmark = pytest.mark.torch


#: Along random directions, which notice what every direction would, in a tenth of the time.
gradcheck = partial(torch.autograd.gradcheck, fast_mode=True)
gradgradcheck = partial(torch.autograd.gradgradcheck, fast_mode=True)


def leaves(*shapes, dtype=torch.float64):
    generator = torch.Generator().manual_seed(sum(map(sum, shapes)))
    made = [torch.randn(shape, dtype=dtype, generator=generator) for shape in shapes]
    return [tensor.requires_grad_() for tensor in made]


def positive(*shapes):
    """Kernels with weights that do not cancel, and a signal."""
    x, k = leaves(*shapes)
    return x, k.detach().abs().add(0.1).requires_grad_()


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mode", MODES)
def test_gradients_of_gradients(boundary, mode):
    x, k = positive((4, 3), (3, 2))
    cval = 0.5 if boundary == "constant" else 0.0

    def f(x, k):
        return iw.convolve(x, k, boundary=boundary, mode=mode, cval=cval)

    assert gradcheck(f, (x, k))
    assert gradgradcheck(f, (x, k))


@pytest.mark.parametrize(
    ("x", "k", "options"),
    [
        ((9,), (3,), {"stride": 2, "dilation": 3}),
        ((3,), (8,), {"boundary": "mirror"}),  # the kernel reaches over the data twice
        ((1, 4), (3, 7), {"boundary": ("mirror", "wrap")}),
        ((2, 5, 4), (2, 3, 2), {"axes": (1, 2), "stride": (2, 1), "mode": "full"}),
        ((5, 2, 4), (3, 1, 2, 2), {"axes": (0, 2), "boundary": "wrap"}),
        ((4, 5), (3, 2, 2), {"axes": (-2, -1), "mode": "valid"}),
        ((3, 2, 2, 3, 2), (2, 2, 2, 1), {"axes": (0, 1, 3, 4), "boundary": "nearest"}),
        ((7, 4), (3, 2), {"nan": "ignore", "mask": torch.rand(7, 4) < 2}),
        ((6,), (6,), {"mode": ("full",), "boundary": "symmetric", "stride": 4}),
    ],
)
def test_gradients_of_all_that_can_be_asked(x, k, options):
    signal, kernel = positive(x, k)
    for method in ("auto", "torch-direct", "torch-fft"):
        for call in (iw.convolve, iw.correlate):
            assert gradcheck(
                lambda a, b, call=call, m=method: call(a, b, method=m, **options), (signal, kernel)
            )
    assert gradgradcheck(lambda a, b: iw.convolve(a, b, **options),
                                        (signal, kernel))  # fmt: skip


@pytest.mark.parametrize("types", [("c", "c"), ("c", "r"), ("r", "c")])
def test_gradients_of_complex_numbers(types):
    kinds = {"c": torch.complex128, "r": torch.float64}
    x, k = leaves((5, 4), dtype=kinds[types[0]]) + leaves((3, 2), dtype=kinds[types[1]])
    cval = {"boundary": "constant", "cval": 0.5 + (0.25j if types[0] == "c" else 0)}
    for call in (iw.convolve, iw.correlate):
        assert gradcheck(partial(call, boundary="mirror"), (x, k))
        assert gradcheck(partial(call, **cval), (x, k))
    assert gradgradcheck(lambda a, b: iw.correlate(a, b, boundary="wrap"), (x, k))


@settings(max_examples=40)
@given(st.data())
def test_the_core_and_torch_agree_on_gradients(data):
    ndim = data.draw(st.integers(1, 3))
    shape = data.draw(st.tuples(*[st.integers(1, 7)] * ndim))
    size = data.draw(st.tuples(*[st.integers(1, 6)] * ndim))
    options = {
        "boundary": data.draw(st.tuples(*[st.sampled_from((*BOUNDARIES[2:6], "zero"))] * ndim)),
        "mode": data.draw(st.sampled_from(["same", "full"])),
        "stride": data.draw(st.tuples(*[st.integers(1, 3)] * ndim)),
        "dilation": data.draw(st.tuples(*[st.integers(1, 3)] * ndim)),
    }
    x, k = leaves(shape, size)
    found = []
    for method in ("auto", "torch-direct", "torch-fft"):
        y = iw.convolve(x, k, method=method, **options)
        weights = torch.linspace(1, 2, y.numel(), dtype=y.dtype).reshape(y.shape)
        found.append(torch.autograd.grad((y * weights).sum(), (x, k)))
    for other in found[1:]:
        for mine, its in zip(found[0], other, strict=True):
            torch.testing.assert_close(mine, its, rtol=1e-10, atol=1e-9)


#: torch's words for what lies outside, and ours.
PADDINGS = {"zeros": "zero", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("dilation", [1, 2])
def test_torch_layers_give_the_same(ndim, padding, dilation):
    """A layer that sees each channel alone, its border padded by one reach on either side."""
    x, w = leaves((2, 3, *[8] * ndim), (3, 1, *[3] * ndim))
    pads = [dilation] * (2 * ndim)
    wide = functional.pad(x, pads, mode="constant" if padding == "zeros" else padding)
    conv = getattr(functional, f"conv{ndim}d")
    want = conv(wide, w, groups=3, dilation=dilation)
    axes = tuple(range(-ndim, 0))
    got = iw.correlate(x, w[:, 0], axes=axes, boundary=PADDINGS[padding], dilation=dilation)
    torch.testing.assert_close(got, want)
    for mine, its in zip(torch.autograd.grad(got.sin().sum(), (x, w)),
                         torch.autograd.grad(want.sin().sum(), (x, w)), strict=True):  # fmt: skip
        torch.testing.assert_close(mine, its)


def test_missing_samples_have_no_gradient():
    x = torch.tensor([1.0, float("nan"), 3.0, 4.0, 5.0], dtype=torch.float64, requires_grad=True)
    k = torch.tensor([1.0, 2.0, 1.0], dtype=torch.float64, requires_grad=True)
    iw.convolve(x, k, nan="ignore").sum().backward()
    assert x.grad[1] == 0
    assert torch.isfinite(x.grad).all()
    assert torch.isfinite(k.grad).all()


def test_a_gradient_that_is_not_finite_reaches_the_kernels_it_belongs_to():
    x, k = leaves((2, 3, 6), (3, 2))
    y = iw.correlate(x, k, axes=-1)
    g = torch.zeros_like(y)
    g[1, 2, 3] = float("inf")
    dx, dk = torch.autograd.grad(y, (x, k), g)
    assert torch.isnan(dk).all(dim=1).tolist() == [False, False, True]
    assert not torch.isfinite(dx[1, 2]).all()
    assert torch.isfinite(dx[0]).all()


def test_nothing_is_detached_unseen():
    x, k = leaves((6, 6), (3, 3))
    assert iw.convolve(x, k.detach()).requires_grad
    assert iw.convolve(x.detach(), k).requires_grad
    assert iw.convolve(x.detach().numpy(), k).requires_grad
    with torch.no_grad():
        assert not iw.convolve(x, k).requires_grad


def test_a_kernel_is_learned():
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(40, 40)))
    wanted = iw.convolve(x, iw.kernels.sobel())
    k = torch.zeros(3, 3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([k], max_iter=40, tolerance_grad=1e-14, tolerance_change=0)

    def loss():
        optimizer.zero_grad()
        value = (iw.convolve(x, k) - wanted).square().mean()
        value.backward()
        return value

    optimizer.step(loss)
    np.testing.assert_allclose(k.detach(), iw.kernels.sobel().taps, atol=1e-6)
