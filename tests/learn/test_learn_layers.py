"""Layers of kernels that are probabilities, rotated or given; and models that are converted."""

import pickle

import numpy as np
import pytest

import intertwine as iw

torch = pytest.importorskip("torch")

from intertwine import learn  # noqa: E402
from intertwine.learn.layers import conversion as module  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning"),
]


def normal(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


class TestStochastic:
    def layer(self, **options):
        torch.manual_seed(1)
        made = learn.StochasticConv2d(4, 6, 3, groups=2, dtype=torch.float64, **options)
        with torch.no_grad():
            made.weight.copy_(normal(5, *made.weight.shape))
        return made

    @pytest.mark.parametrize("options", [
        {"padding": "same", "padding_mode": "symmetric"},
        {"padding": 2, "dilation": 2},
        {"stride": (2, 1), "padding": 1, "padding_mode": "circular"},
    ], ids=str)  # fmt: skip
    def test_draws_average_to_the_expectation(self, options):
        layer = self.layer(bias=True, **options)
        x = normal(6, 1, 4, 5, 6)
        expected = layer.eval()(x).detach()
        count = 2000
        with torch.no_grad():
            drawn = layer.train()(x.expand(count, -1, -1, -1))
            spread = drawn.var(0, keepdim=True)
        # The mean of so many draws lies within 6 of its standard errors.
        slack = 6 * (spread / count).sqrt() + 1e-12
        assert bool(((drawn.mean(0, keepdim=True) - expected).abs() <= slack).all())

    def test_every_output_is_a_sample(self):
        layer = self.layer(padding=1, padding_mode="nearest", bias=False)
        x = normal(7, 2, 4, 6, 6)
        y = layer(x).detach()
        own, others = x[:, :2], x[:, 2:]
        assert torch.isin(y[:, :3], own).all()
        assert torch.isin(y[:, 3:], others).all()

    def test_gradients(self):
        """Straight through for the weights; for the input those of the samples that were drawn."""
        layer = self.layer(bias=False)
        x = normal(8, 3, 4, 6, 6).requires_grad_()
        torch.manual_seed(2)
        y = layer(x)
        g = normal(9, *y.shape)
        dx, dw = torch.autograd.grad(y, [x, layer.weight], g)
        mean = layer.eval()(x)
        _, wanted = torch.autograd.grad(mean, [x, layer.weight], g)
        np.testing.assert_allclose(dw, wanted, atol=1e-12)
        step = normal(10, *x.shape)
        layer.train()
        torch.manual_seed(2)
        moved = layer(x.detach() + step)
        np.testing.assert_allclose((dx * step).sum(), (g * (moved - y)).sum().detach(), rtol=1e-9)

    def test_the_seed_repeats_draws(self):
        layer, x = self.layer(), normal(11, 4, 6, 6)
        drawn = []
        for seed in (3, 3, 4):
            torch.manual_seed(seed)
            drawn.append(layer(x).detach())
        assert torch.equal(drawn[0], drawn[1])
        assert not torch.equal(drawn[0], drawn[2])


class TestPropagator:
    def test_its_densities_convolve_as_the_layer(self):
        layer = learn.PropagatorConv2d(
            2, 4, (3, 4), padding="same", padding_mode="mirror", groups=2, bias=False
        ).double()
        x = normal(12, 2, 7, 8)
        y = layer(x).detach()
        densities = layer.propagators()
        assert [len(each) for each in densities] == [1] * 4
        for channel, (density,) in enumerate(densities):
            wanted = iw.convolve(x[channel // 2].numpy(), density, boundary="mirror")
            np.testing.assert_allclose(y[channel], wanted, atol=1e-12)
            assert isinstance(density, iw.Propagator)

    def test_weight_is_kept(self):
        layer = learn.PropagatorConv2d(
            3, 3, 5, padding=2, padding_mode="wrap", groups=3, bias=False
        )
        x = torch.rand(3, 9, 9)
        np.testing.assert_allclose(layer(x).detach().sum((1, 2)), x.sum((1, 2)), rtol=1e-5)

    def test_it_learns_where_things_went(self):
        torch.manual_seed(3)
        layer = learn.PropagatorConv2d(1, 1, 3, padding=1, padding_mode="wrap", bias=False)
        x = torch.rand(1, 16, 16)
        target = x.roll(1, -1)
        optimizer = torch.optim.Adam(layer.parameters(), 0.3)
        for _ in range(60):
            optimizer.zero_grad()
            (layer(x) - target).square().sum().backward()
            optimizer.step()
        drift = layer.propagators()[0][0].drift
        np.testing.assert_allclose(drift, [0, 1], atol=0.1)


class TestRotation:
    @pytest.mark.parametrize("size", [3, 4])
    def test_quarters_are_the_taps_themselves(self, size):
        layer = learn.RotationPooled2d(2, 3, size, angles=8)
        bank = layer.bank().detach().reshape(3, 8, 2, size, size)
        for quarter in range(4):
            wanted = layer.weight.detach().rot90(quarter, (-2, -1))
            assert torch.equal(bank[:, 2 * quarter], wanted)

    def test_between_quarters_it_is_interpolated(self):
        """A linear ramp, rotated, is the ramp in the rotated direction, where no corner is cut."""
        layer = learn.RotationPooled2d(1, 1, 9, angles=8).double()
        y, x = np.mgrid[:9, :9] - 4.0
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(x)[None, None])
        rotated = layer.bank()[1, 0].detach().numpy()
        middle = np.hypot(y, x) <= 3
        # Counter-clockwise on a screen, whose rows count downwards: right becomes up and right.
        np.testing.assert_allclose(rotated[middle], ((x - y) / np.sqrt(2))[middle], atol=1e-12)

    def test_the_strongest_counts(self):
        layer = learn.RotationPooled2d(1, 2, 3, angles=4, bias=True)
        x = torch.randn(2, 1, 8, 8)
        each = torch.stack([
            torch.nn.functional.conv2d(x, layer.weight.rot90(q, (2, 3))) for q in range(4)
        ])  # fmt: skip
        wanted = each.amax(0) + layer.bias.reshape(-1, 1, 1)
        np.testing.assert_allclose(layer(x).detach(), wanted.detach(), atol=1e-5)

    def test_groups(self):
        layer = learn.RotationPooled2d(4, 4, 3, groups=2, angles=4).double()
        x = normal(13, 1, 4, 6, 6)
        turned = layer(x.rot90(1, (2, 3)))
        np.testing.assert_allclose(turned.detach(), layer(x).rot90(1, (2, 3)).detach(), atol=1e-12)


class TestWhitening:
    def test_a_kernel_for_every_channel(self):
        kernel = iw.Kernel(np.random.default_rng(14).normal(size=(3, 4)), origin=(0, 1))
        layer = learn.Whiten2d(kernel, channels=3, padding_mode="mirror").double()
        x = normal(15, 2, 3, 8, 9)
        wanted = iw.convolve(x.numpy(), kernel, axes=(-2, -1), boundary="mirror")
        np.testing.assert_allclose(layer(x), wanted, atol=1e-6)

    def test_a_bank_mixes_colours(self):
        bank = np.random.default_rng(16).normal(size=(3, 3, 5, 5))
        layer = learn.Whiten2d(bank, dtype=torch.float64)
        x = normal(17, 1, 3, 8, 9)
        wanted = sum(iw.convolve(x[0, c].numpy(), bank[:, c], axes=(-2, -1)) for c in range(3))
        np.testing.assert_allclose(layer(x)[0], wanted, atol=1e-12)

    def test_kernels_of_their_own(self):
        kernels = [iw.kernels.laplacian(), iw.kernels.gaussian(1.0, ndim=2)]
        layer = learn.Whiten2d(kernels).double()
        x = normal(18, 2, 12, 9)
        for channel, kernel in enumerate(kernels):
            wanted = iw.convolve(x[channel].numpy(), kernel)
            np.testing.assert_allclose(layer(x)[channel], wanted, atol=1e-6)

    def test_it_is_saved_and_not_learned(self):
        layer = learn.Whiten2d(np.eye(3), channels=2)
        assert list(layer.parameters()) == []
        assert list(layer.state_dict()) == ["weight"]
        again = pickle.loads(pickle.dumps(layer))
        assert torch.equal(again.weight, layer.weight)


class Twice(torch.nn.Module):
    """A model that meets one layer under two names, and one that it never uses."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(8, 8, 41, padding=20, groups=8)
        self.again = self.first
        self.unused = torch.nn.Conv2d(8, 8, 41, padding=20, groups=8)
        self.head = torch.nn.Conv2d(8, 2, 1)

    def forward(self, x):
        return self.head(self.again(torch.relu(self.first(x))))


class TestConversion:
    @pytest.fixture
    def timed(self, monkeypatch):
        """Ways take as many seconds as they are told."""

        def tell(*rounds):
            told = iter(rounds)
            monkeypatch.setattr(module, "alternating", lambda ways: [way() for way in ways]
                                and list(next(told)))  # fmt: skip

        return tell

    def test_what_is_quicker_is_swapped(self, timed):
        timed((0.8, 0.1), (1.0, 0.25))
        model, x = Twice().eval(), torch.randn(1, 8, 64, 64)
        before, weights = model(x).detach(), model.state_dict()
        found = learn.convert(model, x)
        assert type(model.first) is learn.Conv2d
        assert model.first is model.again
        assert type(model.unused) is torch.nn.Conv2d
        assert model.first.weight is dict(model.named_parameters())["first.weight"]
        assert list(model.state_dict()) == list(weights)
        np.testing.assert_allclose(model(x).detach(), before, atol=1e-4)
        assert [swap.name for swap in found.swaps] == ["first", "again"]
        assert str(found).splitlines() == [
            "1 of 2 convolutions swapped; the model is 4.00 times as fast (1e+03 ms to 250 ms).",
            *(
                f"  {name}: Conv2d(8, 8, kernel_size=(41, 41), stride=(1, 1), padding=(20, 20), "
                "groups=8) is 8.00 times as fast (800 ms to 100 ms)"
                for name in ("first", "again")
            ),
        ]

    def test_a_model_that_lost_speed_is_as_before(self, timed):
        timed((0.8, 0.1), (0.96, 1.0))
        model = Twice().train()
        found = learn.convert(model, torch.randn(1, 8, 64, 64))
        assert type(model.first) is type(model.again) is torch.nn.Conv2d
        assert model.training
        assert found.swaps == ()
        assert found.gain == 1

    def test_a_layer_that_is_not_quicker_stays(self, timed):
        timed((0.1, 0.1), (1.0, 1.0))
        model = Twice()
        found = learn.convert(model, torch.randn(1, 8, 64, 64))
        assert str(found) == "0 of 2 convolutions swapped: torch's own are as quick."

    def test_no_convolution(self):
        class Own(torch.nn.Conv2d):
            """A class of somebody's, which may do something else."""

        found = learn.convert(torch.nn.Sequential(Own(1, 1, 3)), torch.randn(1, 1, 8, 8))
        wanted = (
            "Nothing swapped: the example met no convolution of torch's own classes without hooks "
            "or attributes of its own."
        )
        assert str(found) == wanted

    def test_a_watched_layer_stays(self, timed):
        timed((1.0, 1.0))
        model = Twice()
        model.first.register_forward_hook(lambda *args: None)
        assert learn.convert(model, torch.randn(1, 8, 64, 64)).convolutions == 1
        assert type(model.first) is torch.nn.Conv2d

    @pytest.mark.parametrize("layer", [
        torch.nn.Conv1d(2, 4, 5, stride=2, padding=1, dilation=2, groups=2, bias=False),
        torch.nn.Conv2d(2, 4, (3, 5), padding="same", padding_mode="circular"),
        torch.nn.Conv3d(2, 4, 3, dtype=torch.float64),
        torch.nn.ConvTranspose1d(2, 4, 5, 2, 1, 1),
        torch.nn.ConvTranspose2d(2, 4, (3, 5), dilation=2, bias=False),
        torch.nn.ConvTranspose3d(2, 4, 3, groups=2),
    ], ids=repr)  # fmt: skip
    def test_twins(self, layer):
        twin = module.twin_of(layer)
        assert type(twin) is module.TWINS[type(layer)]
        assert repr(twin) == repr(layer)
        assert twin.weight is layer.weight
        assert twin.bias is layer.bias

    def test_for_real(self):
        """The swap pays by far, on any machine."""
        model = torch.nn.Sequential(torch.nn.Conv2d(8, 8, 63, padding=31, groups=8))
        found = learn.convert(model, torch.randn(1, 8, 96, 96))
        assert len(found.swaps) == 1
        assert found.gain > 1
