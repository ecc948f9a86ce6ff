"""Correlations are those of outputs, copies are found and said, savings reach their errors."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from torch.nn import functional  # noqa: E402

from intertwine.learn.reading.correlations import predicted  # noqa: E402
from intertwine.learn.reading.duplicates import SAME, duplicates  # noqa: E402
from intertwine.learn.reading.lines import read_series  # noqa: E402
from intertwine.learn.reading.maps import of_maps  # noqa: E402
from intertwine.learn.reading.savings import savings  # noqa: E402
from intertwine.learn.reading.weights import ConvWeights  # noqa: E402


def filters(*shape):
    return np.random.default_rng(7).normal(size=shape)


def strengths(taps):
    return np.sqrt(np.square(taps).reshape(len(taps), -1).sum(axis=1))


@pytest.mark.parametrize(
    ("stride", "dilation", "groups"),
    [((1, 1), (1, 1), 1), ((2, 1), (1, 1), 1), ((1, 1), (2, 2), 1), ((1, 2), (1, 1), 2)],
)
def test_predicted_correlations_are_those_of_white_input(stride, dilation, groups):
    taps = filters(4, 2, 3, 3)
    taps[1] = np.roll(taps[0], 1, axis=2) + 0.3 * taps[1]  # two that go together at a distance
    layer = ConvWeights("a", taps, None, groups, stride, dilation)
    found = predicted(layer, strengths(taps))
    noise = np.random.default_rng(8).normal(size=(1, 2 * groups, 400, 400))
    x = torch.from_numpy(noise)
    y = functional.conv2d(x, torch.from_numpy(taps), None, stride, 0, dilation, groups)[0].numpy()
    seen = of_maps(y, found.maps, found.pairs, None, 0.0)
    # Of n samples that go together over 5 x 5 distances, correlations miss by at most sqrt(25 / n).
    bound = 4 * np.sqrt(25 / y[0].size)
    assert np.abs(seen.matrix - found.predicted).max() < bound
    assert (seen.white, seen.tested) == (0, 4)  # white input, and no output is
    assert np.abs(np.subtract(seen.neighbours, found.neighbours)).max() < bound
    assert found.pairs
    for pair in seen.pairs:
        assert abs(pair.measured - pair.predicted) < bound
    assert abs(found.pairs[0].predicted) > 2 * bound  # there is something to measure


def test_maps_of_different_channels_are_independent():
    layer = ConvWeights("a", filters(4, 1, 3, 3), None, 4, (1, 1), (1, 1))
    found = predicted(layer, strengths(layer.taps))
    assert np.array_equal(found.predicted != 0, np.eye(4, dtype=bool))
    assert found.pairs == ()


def test_a_transposed_layer_has_no_one_correlation():
    layer = ConvWeights("a", filters(2, 1, 3, 3), None, 1, (2, 2), (1, 1), transposed=True)
    assert predicted(layer, strengths(layer.taps)) is None


def test_copies_are_found_with_their_change():
    first = filters(1, 2, 3, 3)[0]
    moved = np.zeros_like(first)
    moved[:, 1:, :] = first[:, :-1, :]
    stack = np.stack([first, -0.5 * first, 0.9 * np.rot90(first, 1, axes=(1, 2)), first[::-1]])
    found = duplicates(stack, strengths(stack)).found
    assert set(found) == {1, 2}
    assert found[1].sentence == "A copy of kernel 0, -0.5 times."
    assert found[2].sentence == "A copy of kernel 0, 0.9 times, rotated by 90 degrees."
    edge = np.zeros((2, 1, 3, 3))
    edge[0, 0, 0], edge[1, 0, 1] = [1, 2, -1], [3, 6, -3]
    (copy,) = duplicates(edge, strengths(edge)).found.values()
    assert copy.of == 1
    assert copy.sentence == "A copy of kernel 1, 0.333 times, shifted by (-1, +0) taps."


def test_what_differs_by_more_is_no_copy():
    taps = filters(1, 1, 3, 3)[0]
    other = filters(2, 1, 3, 3)[1]
    other -= taps * (taps * other).sum() / (taps**2).sum()
    other *= np.linalg.norm(taps) / np.linalg.norm(other)
    for part, count in ((0.9 * SAME, 1), (1.1 * SAME, 0)):
        stack = np.stack([taps, taps + part / np.sqrt(1 - part**2) * other])
        assert len(duplicates(stack, strengths(stack)).found) == count


def test_a_layer_of_products_is_saved_without_error():
    column, row = filters(5, 3, 1), filters(5, 1, 3)
    layer = ConvWeights("a", (column @ row)[:, None], None, 5)
    (found,) = savings(layer)
    assert found.error < 1e-7  # the square root of rounding
    assert (found.before, found.after) == (45, 30)


def test_depthwise_and_pointwise_without_error():
    kernels, mix = filters(3, 3, 3), filters(6, 3)
    taps = np.einsum("oc,cij->ocij", mix, kernels)
    found = savings(ConvWeights("a", taps, None, 1))[0]
    assert found.error < 1e-7
    assert (found.before, found.after) == (6 * 3 * 9, 3 * 9 + 18)


def test_a_series_is_read_where_it_is_one():
    line = ConvWeights("a", np.array([[[0.2, 0.5]]]), np.array([3.0]), 1, (1,), (1,))
    found = read_series(line, [0])
    assert found.kernels == (0,)
    start = "Kernel 0: As an autoregression: x[t] = 3 +0.5 x[t-1] +0.2 x[t-2]"
    assert found.sentences[0].startswith(start)
    plane = ConvWeights("a", filters(1, 1, 3, 3), None, 1, (1, 1), (1, 1))
    assert read_series(plane, [0]).sentences == (
        "No reading as an autoregression: a window of 3 x 3 taps is not one line of samples.",
    )
