"""Layers against torch's own: every engine, padding, stride, dilation and grouping."""

import numpy as np
import pytest

import intertwine as iw

torch = pytest.importorskip("torch")

from intertwine import learn  # noqa: E402
from intertwine.learn.layers import convolution, transposed  # noqa: E402
from intertwine.learn.layers.paddings import surround  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning"),
]

TWINS = [
    (learn.Conv1d, torch.nn.Conv1d),
    (learn.Conv2d, torch.nn.Conv2d),
    (learn.Conv3d, torch.nn.Conv3d),
]
TRANSPOSED = [
    (learn.ConvTranspose1d, torch.nn.ConvTranspose1d),
    (learn.ConvTranspose2d, torch.nn.ConvTranspose2d),
    (learn.ConvTranspose3d, torch.nn.ConvTranspose3d),
]
ENGINES = ["torch", "depthwise", "spectral"]

#: kernel_size, stride, padding, dilation, padding_mode.
SHAPES = [
    (1, 1, 0, 1, "zeros"),
    (2, 1, "same", 1, "zeros"),
    (3, 2, 1, 1, "zeros"),
    (3, 1, 2, 1, "circular"),
    (3, 1, "same", 2, "reflect"),
    (4, 1, "same", 1, "replicate"),
    (4, 2, 3, 1, "circular"),
    (3, 2, 1, 2, "zeros"),
    (4, 1, "same", 2, "reflect"),
    (3, 1, "valid", 1, "zeros"),
]


@pytest.fixture
def force(monkeypatch):
    def to(engine):
        for module in (convolution, transposed):
            monkeypatch.setattr(module, "engine_of", lambda *args, **options: engine)

    return to


def close(found, wanted, terms):
    """Equal but for the rounding of so many terms, in whichever order."""
    assert found.shape == wanted.shape
    scale = max(1.0, float(wanted.detach().abs().max()))
    bound = 16 * np.finfo(float).eps * terms * scale
    np.testing.assert_allclose(found.detach(), wanted.detach(), rtol=0, atol=bound)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("twins", TWINS, ids=["1d", "2d", "3d"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(map(str, shape)))
def test_torchs_own_answer_and_gradients(force, engine, twins, shape):
    force(engine)
    ours, theirs = twins
    kernel_size, stride, padding, dilation, mode = shape
    groups, outputs = (2, 6) if engine == "spectral" else (4, 8)
    options = {"groups": groups, "padding_mode": mode, "dtype": torch.float64}
    layer = theirs(4, outputs, kernel_size, stride, padding, dilation, **options)
    twin = ours(4, outputs, kernel_size, stride, padding, dilation, **options)
    twin.load_state_dict(layer.state_dict())
    assert repr(twin) == repr(layer)
    count = TWINS.index(twins) + 1
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.normal(size=(2, 4, *(8, 9, 7)[:count]))).requires_grad_()
    found, wanted = twin(x), layer(x)
    close(found, wanted, 4 * kernel_size**count)
    close(twin(x[0]), wanted[0], 4 * kernel_size**count)
    g = torch.from_numpy(rng.normal(size=wanted.shape))
    for ours_, theirs_ in zip(
        torch.autograd.grad(found, [x, *twin.parameters()], g),
        torch.autograd.grad(wanted, [x, *layer.parameters()], g),
        strict=True,
    ):
        close(ours_, theirs_, g.numel())


@pytest.mark.parametrize("twins", TRANSPOSED, ids=["1d", "2d", "3d"])
@pytest.mark.parametrize(
    ("kernel_size", "padding", "output_padding", "dilation"),
    [(3, 1, 0, 1), (3, 0, 0, 2), (4, 1, 1, 2), (2, 1, 0, 1), (3, 2, 0, 1), (1, 0, 0, 1)],
)
@pytest.mark.parametrize("each", [1, 2])
def test_transposed(force, twins, kernel_size, padding, output_padding, dilation, each):
    force("depthwise")
    ours, theirs = twins
    arguments = (3, 3 * each, kernel_size, 1, padding, output_padding, 3)
    layer = theirs(*arguments, dilation=dilation, dtype=torch.float64)
    twin = ours(*arguments, dilation=dilation, dtype=torch.float64)
    twin.load_state_dict(layer.state_dict())
    assert repr(twin) == repr(layer)
    count = TRANSPOSED.index(twins) + 1
    x = torch.from_numpy(np.random.default_rng(2).normal(size=(2, 3, *(6, 7, 5)[:count])))
    assert twin.engine(x) == "depthwise"
    close(twin(x), layer(x), 2 * kernel_size**count)


def test_strided_transposed_layers_are_torchs():
    twin = learn.ConvTranspose2d(4, 4, 31, stride=2, groups=4)
    assert twin.engine(torch.zeros(1, 4, 64, 64)) == "torch"
    assert twin(torch.zeros(1, 4, 8, 8), output_size=[46, 46]).shape == (1, 4, 46, 46)


@pytest.mark.parametrize("mode", ["symmetric", "mirror", "nearest", "wrap", "zero"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_librarys_boundaries(force, engine, mode):
    force(engine)
    layer = learn.Conv2d(3, 3, (3, 5), padding="same", groups=3, padding_mode=mode, bias=False)
    x = torch.from_numpy(np.random.default_rng(3).normal(size=(3, 8, 9)).astype(np.float32))
    wanted = iw.correlate(x, layer.weight.detach()[:, 0], axes=(-2, -1), boundary=mode)
    bound = 4 * 15 * np.finfo(np.float32).eps * float(x.abs().max())
    np.testing.assert_allclose(layer(x).detach(), wanted, rtol=0, atol=bound)


def test_renormalize_keeps_the_level_at_the_edge():
    layer = learn.Conv2d(2, 2, 3, padding="same", groups=2, padding_mode="renormalize", bias=False)
    with torch.no_grad():
        layer.weight.fill_(1 / 9)
    np.testing.assert_allclose(layer(torch.ones(2, 5, 5)).detach(), 1, rtol=1e-6)


def test_more_padding_than_the_input_has_samples():
    x = torch.arange(3.0).reshape(1, 1, 3)
    np.testing.assert_array_equal(
        surround(x, [(5, 4)], "mirror")[0, 0], [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]
    )


def test_a_bank_on_one_picture():
    layer = learn.Conv2d(1, 32, 16)
    assert layer(torch.zeros(1, 256, 256)).shape == (32, 241, 241)
    assert layer(torch.zeros(2, 1, 256, 256)).shape == (2, 32, 241, 241)


@pytest.mark.parametrize(
    ("arguments", "size", "engine"),
    [
        ((64, 64, 3, 1, 1), (8, 64, 56, 56), "torch"),
        ((64, 64, 31, 1, 15, 1, 64), (8, 64, 128, 128), "depthwise"),
        ((384, 384, 3, 1, 1, 1, 384), (1, 384, 14, 14), "torch"),
        ((16, 16, 63, 1, 31), (2, 16, 256, 256), "spectral"),
        ((64, 64, 15, 1, 7, 1, 64), (8, 64, 14, 14), "torch"),
    ],
)
def test_the_engine(arguments, size, engine):
    with torch.no_grad():
        assert learn.Conv2d(*arguments, device="meta").engine(torch.empty(size)) == engine


def test_large_kernels_of_torchs_have_channels_last():
    """torch compiles them in no other layout; numbers and shape are the same."""
    layer = learn.Conv2d(4, 4, 15, padding=7)
    x = torch.randn(1, 4, 16, 16)
    with torch.no_grad():
        found = layer(x)
    assert layer.engine(x) == "torch"
    assert found.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_allclose(found, layer(x).detach(), atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("engine", ["depthwise", "spectral"])
def test_narrow_types(force, dtype, engine):
    force(engine)
    layer = learn.Conv2d(2, 2, 3, padding=1, groups=2).to(dtype)
    x = torch.from_numpy(np.random.default_rng(4).normal(size=(1, 2, 6, 6))).to(dtype)
    found = layer(x)
    wanted = torch.nn.functional.conv2d(
        x.double(), layer.weight.double(), layer.bias.double(), padding=1, groups=2
    )
    assert found.dtype == dtype
    bound = 4 * torch.finfo(dtype).eps * max(1.0, float(wanted.detach().abs().max()))
    np.testing.assert_allclose(found.detach().double(), wanted.detach(), rtol=0, atol=bound)


@pytest.mark.parametrize("engine", ENGINES)
def test_autocast(force, engine):
    force(engine)
    layer = learn.Conv2d(2, 2, 3, padding=1, groups=2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = layer(torch.randn(1, 2, 6, 6))
    assert found.dtype == torch.bfloat16


@pytest.mark.parametrize("engine", ENGINES)
def test_no_pictures(force, engine):
    force(engine)
    assert learn.Conv2d(2, 2, 3, groups=2)(torch.zeros(0, 2, 6, 6)).shape == (0, 2, 4, 4)


@pytest.mark.parametrize("size", ["large", "dense", "small"])
def test_compiled_and_exported(size):
    layer = {
        "large": learn.Conv2d(4, 4, 15, padding="same", groups=4, padding_mode="reflect"),
        "dense": learn.Conv2d(2, 8, 33, padding=16),
        "small": learn.Conv2d(4, 4, 3),
    }[size]
    model = torch.nn.Sequential(layer, torch.nn.ReLU())
    x = torch.randn(2, layer.in_channels, 96, 96)
    wanted = model(x).detach()
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    exported = torch.export.export(model, (x,)).module()
    bound = 1e-5 * float(wanted.abs().max())
    for found in (compiled(x), exported(x)):
        np.testing.assert_allclose(found.detach(), wanted, rtol=0, atol=bound)


def test_a_layer_learns():
    torch.manual_seed(0)
    wanted = learn.Conv2d(2, 2, 11, padding=5, groups=2, bias=False)
    layer = learn.Conv2d(2, 2, 11, padding=5, groups=2, bias=False)
    x = torch.randn(4, 2, 32, 32)
    target = wanted(x).detach()
    optimizer = torch.optim.Adam(layer.parameters(), 0.01)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = (layer(x) - target).square().mean()
        loss.backward()
        losses.append(float(loss.detach()))
        optimizer.step()
    assert losses[-1] < losses[0] / 30
