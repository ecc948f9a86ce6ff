"""Every form of a convolution's weights becomes filters, one an output channel."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from intertwine import learn  # noqa: E402
from intertwine.learn.reading.weights import of_module, of_state  # noqa: E402


def seeded(make):
    torch.manual_seed(1)
    return make()


@pytest.mark.parametrize(
    ("layer", "shape", "kind"),
    [
        (lambda: nn.Conv1d(4, 6, 5), (6, 4, 5), "dense"),
        (lambda: nn.Conv2d(4, 8, 3, groups=4), (8, 1, 3, 3), "depthwise"),
        (lambda: nn.Conv2d(4, 6, 3, groups=2, dilation=2), (6, 2, 3, 3), "grouped"),
        (lambda: nn.Conv3d(1, 2, 3), (2, 1, 3, 3, 3), "dense"),
        (lambda: nn.Conv2d(4, 6, 1), (6, 4, 1, 1), "pointwise"),
        (lambda: nn.ConvTranspose2d(4, 6, 3, groups=2), (6, 2, 3, 3), "transposed"),
        (lambda: learn.Conv2d(3, 2, 3), (2, 3, 3, 3), "dense"),
    ],
)
def test_layers_by_kind(layer, shape, kind):
    (found,) = of_module(nn.Sequential(seeded(layer)))
    assert (found.name, found.taps.shape, found.kind) == ("0", shape, kind)


def test_a_transposed_layer_scatters_the_kernels_that_are_read():
    layer = seeded(lambda: nn.ConvTranspose2d(4, 6, 3, groups=2, bias=False))
    (found,) = of_module(layer)
    for group, channel in ((0, 1), (1, 0)):
        x = torch.zeros(1, 4, 1, 1)
        x[0, 2 * group + channel] = 1
        y = layer(x)[0].detach().double().numpy()
        for output in range(3):
            number = 3 * group + output
            assert np.array_equal(y[number], found.taps[number, channel])


def test_batch_normalisation_is_multiplied_in():
    model = nn.Sequential(nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3)).double().eval()
    norm = model[1]
    norm.running_var.copy_(torch.tensor([1.0, 4.0, 0.25]))
    norm.weight.data = torch.tensor([2.0, -1.0, 1.0], dtype=torch.double)
    norm.bias.data.zero_()
    (found,) = of_module(model)
    (stated,) = of_state(model.state_dict())
    assert found.norm == stated.norm == "1"
    x = torch.rand(1, 2, 7, 7, dtype=torch.double)
    y = functional.conv2d(x, torch.from_numpy(found.taps))
    bound = 18 * 4 * np.finfo(float).eps * float(np.abs(found.taps).max())
    assert float((model(x) - y).detach().abs().max()) <= bound
    assert np.array_equal(found.taps, stated.taps)


def test_an_activation_between_keeps_batch_normalisation_out():
    (found,) = of_module(nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.BatchNorm2d(3)))
    assert found.norm == ""


def test_a_layer_with_children_of_its_own_is_followed_by_what_follows_it():
    class Padded(nn.Conv2d):
        def __init__(self):
            super().__init__(2, 3, 3)
            self.pad = nn.Identity()

    (found,) = of_module(nn.Sequential(Padded(), nn.BatchNorm2d(3)))
    assert found.norm == "1"


def test_logits_are_read_as_probabilities():
    (found,) = of_module(seeded(lambda: learn.PropagatorConv2d(2, 2, 3, groups=2)))
    assert np.allclose(found.taps.sum(axis=(1, 2, 3)), 1)
    assert found.notes == ("Its weights are logits: the kernels are their softmax.",)


def test_filters_of_one_channel_in_a_state_dict():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.Conv2d(4, 8, 3, groups=4), nn.Conv2d(8, 6, 3), nn.Conv2d(1, 4, 3)
    )
    kinds = [layer.kind for layer in of_state(model.state_dict())]
    assert kinds == ["dense", "depthwise", "dense", "depthwise or of one channel"]


def test_weight_normalisation_is_joined():
    layer = seeded(lambda: nn.utils.parametrizations.weight_norm(nn.Conv2d(2, 3, 3)))
    model = nn.Sequential(layer)
    (found,) = of_state(model.state_dict())
    (whole,) = of_module(model)
    assert found.name == whole.name == "0"
    bound = 18 * torch.finfo(torch.float32).eps * np.abs(whole.taps).max()
    assert np.abs(found.taps - whole.taps).max() <= bound


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_coarse_weights_are_read_and_said(dtype):
    layer = seeded(lambda: nn.Conv2d(1, 2, 3)).to(dtype)
    (found,) = of_module(layer)
    assert np.array_equal(found.taps, layer.weight.detach().double().numpy())
    assert found.notes == (f"Weights are {dtype}, and as coarse.",)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
def test_quantised_weights_are_read_with_their_scales():
    weight = torch.quantize_per_tensor(
        torch.arange(-4.0, 5).reshape(1, 1, 3, 3), 0.5, 0, torch.qint8
    )
    (found,) = of_state({"a.weight": weight})
    assert np.array_equal(found.taps.ravel(), np.arange(-4.0, 5))
    assert "read with their scales" in found.notes[0]


def test_whole_numbers_are_known_up_to_a_factor():
    (found,) = of_state({"a.weight": torch.ones(1, 1, 3, 3, dtype=torch.int8)})
    assert found.notes == ("Weights are torch.int8 without scales: known up to a factor.",)


def test_layers_that_share_their_weights_say_so():
    net = nn.Sequential(nn.Conv2d(2, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 3))
    net[2].weight = net[0].weight
    notes = {layer.name: layer.notes for layer in of_module(net)}
    assert notes == {"0": (), "2": ("Its weights are those of 0.",), "3": ()}
