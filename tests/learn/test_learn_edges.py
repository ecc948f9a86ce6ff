"""What nets meet on bad days: numbers that are not finite, empty batches, layers with a life."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import intertwine as iw  # noqa: E402
from intertwine import learn  # noqa: E402

pytestmark = pytest.mark.torch


def pair(*arguments, **options):
    """Our layer and torch's, with the same weights."""
    ours, theirs = learn.Conv2d(*arguments, **options), torch.nn.Conv2d(*arguments, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_stays_where_it_is(groups, value):
    ours, theirs = pair(4, 4, 31, padding=15, groups=groups)
    x = torch.randn(2, 4, 64, 64)
    assert ours.engine(x) != "torch"
    x[0, 1, 3, 60] = value
    with torch.no_grad():
        found, wanted = ours(x), theirs(x)
    assert torch.equal(torch.isfinite(found), torch.isfinite(wanted))
    assert torch.equal(torch.isnan(found), torch.isnan(wanted))


@pytest.mark.parametrize("groups", [1, 4])
def test_weights_that_are_not_finite_give_what_torch_gives(groups):
    ours, theirs = pair(4, 4, 31, padding=15, groups=groups)
    for layer in (ours, theirs):
        layer.weight.data[2, 0, 5, 6] = float("nan")
    x = torch.randn(2, 4, 64, 64)
    assert torch.equal(torch.isnan(ours(x)), torch.isnan(theirs(x)))


def test_large_inputs_do_not_overflow_in_spectra():
    ours, theirs = pair(4, 6, 31, padding=15)
    x = torch.randn(2, 4, 64, 64) * 1e36
    assert ours.engine(x) == "spectral"
    torch.testing.assert_close(ours(x), theirs(x))


def test_a_bias_under_vmap():
    ours, theirs = pair(4, 4, 31, padding=15, groups=4)
    x, biases = torch.randn(1, 4, 64, 64), torch.randn(3, 4)

    def answers(layer):
        weight = layer.weight.detach()
        return torch.func.vmap(
            lambda bias: torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))
        )(biases)

    torch.testing.assert_close(answers(ours), answers(theirs), rtol=1e-4, atol=1e-5)


def test_an_empty_batch_is_drawn():
    layer = learn.StochasticConv2d(4, 4, 5, padding=2, groups=4)
    assert layer(torch.zeros(0, 4, 8, 8)).shape == (0, 4, 8, 8)


def said(error, call):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_refusals():
    assert said(iw.OptionError, lambda: learn.StochasticConv2d(
        4, 4, 5, groups=4, padding_mode="renormalize")) == (
        "StochasticConv2d: `padding_mode='renormalize'` leaves no neighbour to draw beyond the "
        "border.\n  Pass another padding_mode, such as 'nearest'."
    )  # fmt: skip
    assert said(iw.DTypeError, lambda: learn.Whiten2d(np.ones((3, 3)) * 1j)) == (
        "Whiten2d: the kernel is complex128, and layers of pictures are real.\n"
        "  Pass its real part, kernel.taps.real."
    )
    assert said(iw.DTypeError, lambda: learn.Conv2d(4, 4, 3)(np.zeros((1, 4, 8, 8), "f4"))) == (
        "Conv2d: the input is ndarray, not a tensor.\n"
        "  Pass torch.as_tensor(input, dtype=torch.float32)."
    )
    x = torch.zeros(1, 4, 8, 8)
    assert said(iw.OptionError, lambda: learn.convert(torch.nn.Conv2d(4, 4, 3), x)) == (
        "convert: the model is a single Conv2d, which cannot be swapped in place.\n"
        "  Pass torch.nn.Sequential(layer), or make an intertwine.learn.Conv2d."
    )
    assert said(iw.DTypeError, lambda: learn.convert(3, x)) == (
        "convert: the model is int, not a torch.nn.Module.\n"
        "  Pass a model, such as torch.nn.Sequential(layer)."
    )


def by_hand(layer):
    inner = layer.forward
    layer.forward = lambda x: inner(x) * 0


@pytest.mark.parametrize(
    "change",
    [
        by_hand,
        lambda layer: layer.register_buffer("average", torch.ones(3)),
        lambda layer: layer.register_full_backward_pre_hook(lambda *_: None),
        lambda layer: layer.register_state_dict_post_hook(lambda *_: None),
        lambda layer: setattr(layer, "note", "mine"),
    ],
    ids=["forward", "buffer", "backward", "state", "attribute"],
)
def test_layers_with_something_of_their_own_are_left_alone(change):
    layer = torch.nn.Conv2d(8, 8, 31, padding=15, groups=8)
    change(layer)
    model = torch.nn.Sequential(layer)
    done = learn.convert(model, torch.randn(1, 8, 48, 48))
    assert model[0] is layer
    assert done.swaps == ()
