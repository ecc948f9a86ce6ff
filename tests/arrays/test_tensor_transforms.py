"""What torch does with functions: compile, vmap, Jacobians, export, workers, threads."""

import concurrent.futures
import multiprocessing
from functools import partial

import pytest

torch = pytest.importorskip("torch")

import intertwine as iw  # noqa: E402

pytestmark = pytest.mark.torch


def data(*shapes):
    torch.manual_seed(0)
    return [torch.randn(shape, dtype=torch.float64) for shape in shapes]


class Blur(torch.nn.Module):
    """A learned blur of each channel."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.rand(3, 5, 5, dtype=torch.float64))

    def forward(self, x):
        return iw.convolve(x, self.weight, axes=(-2, -1), boundary="mirror").relu()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("backend", ["aot_eager", pytest.param("inductor", marks=pytest.mark.slow)])
def test_compile_without_a_break(backend):
    (x,) = data((2, 3, 12, 13))
    model = Blur()
    compiled = torch.compile(model, fullgraph=True, backend=backend)
    want, got = model(x), compiled(x)
    torch.testing.assert_close(got, want)
    (mine,) = torch.autograd.grad(got.square().sum(), model.weight)
    (its,) = torch.autograd.grad(want.square().sum(), model.weight)
    torch.testing.assert_close(mine, its)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_compile_with_a_named_kernel_and_other_shapes():
    kernel = torch.from_numpy(iw.kernels.sobel().taps.copy()).double()

    @torch.compile(fullgraph=True, backend="aot_eager", dynamic=False)
    def edges(x):
        return iw.correlate(x, kernel, boundary="nearest", mode="full").abs()

    for shape in ((8, 9), (5, 20)):
        (x,) = data(shape)
        want = iw.correlate(x, kernel, boundary="nearest", mode="full").abs()
        torch.testing.assert_close(edges(x), want)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_export():
    (x,) = data((2, 3, 12, 13))
    model = Blur()
    exported = torch.export.export(model, (x,))
    torch.testing.assert_close(exported.module()(x), model(x))


@pytest.mark.parametrize(
    ("in_dims", "x", "k"),
    [
        ((0, None), (4, 7, 8), (3, 2)),
        ((None, 2), (7, 8), (3, 2, 4)),
        ((1, 0), (7, 4, 8), (4, 3, 2)),
    ],
)
def test_vmap(in_dims, x, k):
    x, k = data(x, k)

    def f(x, k):
        return iw.convolve(x, k, boundary="wrap")

    want = torch.stack([
        f(x if in_dims[0] is None else x.select(in_dims[0], i),
          k if in_dims[1] is None else k.select(in_dims[1], i)) for i in range(4)
    ])  # fmt: skip
    torch.testing.assert_close(torch.func.vmap(f, in_dims=in_dims)(x, k), want)
    for method in ("torch-direct", "torch-fft"):
        g = partial(iw.convolve, boundary="wrap", method=method)
        torch.testing.assert_close(torch.func.vmap(g, in_dims=in_dims)(x, k), want)

    def loss(x, k):
        return f(x, k).square().sum()

    each = torch.func.vmap(torch.func.grad(loss, argnums=(0, 1)), in_dims=in_dims)(x, k)
    for i in range(4):
        one = torch.func.grad(loss, argnums=(0, 1))(
            x if in_dims[0] is None else x.select(in_dims[0], i),
            k if in_dims[1] is None else k.select(in_dims[1], i),
        )
        for mine, its in zip(each, one, strict=True):
            torch.testing.assert_close(mine[i], its)


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_jacobians_and_hessians():
    x, k = data((5, 4), (3, 3))

    def f(k):
        return iw.convolve(x, k, boundary="symmetric")

    def loss(k):
        return f(k).pow(3).sum()

    backward = torch.func.jacrev(f)(k)
    assert backward.shape == (5, 4, 3, 3)
    torch.testing.assert_close(torch.func.jacfwd(f)(k), backward)
    torch.testing.assert_close(torch.autograd.functional.jacobian(f, k), backward)
    hessian = torch.func.hessian(loss)(k)
    torch.testing.assert_close(torch.autograd.functional.hessian(loss, k), hessian)
    _, tangent = torch.func.jvp(f, (k,), (torch.ones_like(k),))
    torch.testing.assert_close(tangent, backward.sum((2, 3)))


class Filtered(torch.utils.data.Dataset):
    """Pictures that are filtered as they are loaded."""

    def __len__(self):
        return 6

    def __getitem__(self, i):
        x = torch.arange(400.0).reshape(20, 20) + i
        k = torch.ones(3, 3, requires_grad=True)
        return iw.convolve(x, k.detach()), iw.convolve(x, k).detach()


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_data_loaders(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system does not {method}")
    loader = torch.utils.data.DataLoader(
        Filtered(), batch_size=2, num_workers=2, multiprocessing_context=method
    )
    want = torch.stack([Filtered()[i][0] for i in range(6)])
    plain, traced = (torch.cat(parts) for parts in zip(*loader, strict=True))
    assert torch.equal(plain, want)
    assert torch.equal(traced, want)


def test_threads_at_once():
    x, k = data((60, 50), (5, 5))
    k.requires_grad_()

    def step(_):
        y = iw.convolve(x, k)
        return torch.autograd.grad(y.square().sum(), k)[0]

    want = step(0)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(torch.equal(found, want) for found in pool.map(step, range(32)))


def test_operators_pass_the_checks_of_torch():
    from intertwine.arrays.tensors.geometry import Geometry
    from intertwine.arrays.tensors.operators import (
        correlate,
        kernel_gradient,
        pack,
        signal_gradient,
    )

    x, w = (tensor.requires_grad_() for tensor in data((2, 5, 6), (1, 3, 2)))
    geometry = Geometry("convolve", (-2, -1), ("same",) * 2, ("wrap", "zero"), (2, 1), (1, 2),
                        (1, 0), 0j)  # fmt: skip
    packed = pack(geometry)
    tests = (
        "test_schema",
        "test_autograd_registration",
        "test_faketensor",
        "test_aot_dispatch_static",
    )
    g = correlate(x, w, packed, "auto", 0).detach().requires_grad_()
    for operator, arguments in (
        (correlate, (x, w, packed, "auto", 0)),
        (signal_gradient, (g, w, [2, 5, 6], packed, 0)),
        (kernel_gradient, (x, g, [1, 3, 2], packed, 0)),
    ):
        found = torch.library.opcheck(operator, arguments, test_utils=tests)
        assert set(found.values()) == {"SUCCESS"}
