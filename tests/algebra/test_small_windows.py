"""Blurs and edges beside the middle of a small window, and how seldom random taps are taken for
them."""

import numpy as np
import pytest

from intertwine import Kernel, convolve

EPS = np.finfo(float).eps


def test_a_blur_in_a_corner_moves_what_it_blurs():
    taps = np.zeros((3, 3))
    # Convolved, taps above and to the right move up and to the right.
    taps[:2, 1:] = [[1.0, 0.8], [0.8, 1.2]]
    taps[2, 0] = -0.1  # without it the kernel is one of four taps
    answer = Kernel(taps).describe()
    text = "A blur over 2 x 2 taps, moved by -0.5 samples along axis 0, 0.5 samples along axis 1"
    assert answer.sentence.startswith(f"{text}, 97 % of its energy. ")
    assert (answer.kind, answer.numbers["extents"]) == ("blur", (2.0, 2.0))
    x = np.zeros((9, 9))
    x[4, 4] = 1
    y = convolve(x, answer.template)
    rows, columns = (float((y * axis).sum() / y.sum()) for axis in np.indices(y.shape))
    assert (abs(rows - 3.5), abs(columns - 4.5)) <= (64 * EPS, 64 * EPS)


@pytest.mark.parametrize("way", [0, 1, 2, 3])
def test_an_edge_in_a_corner_has_the_direction_of_its_answer(way):
    taps = np.zeros((3, 3))
    taps[0, :2], taps[1, :2] = 1.0, -1.0  # convolved, it rises downwards
    taps[2, 2] = 0.1
    k = Kernel(np.rot90(taps, way))
    answer = k.describe()
    degrees = (270 + 90 * way) % 360
    assert (answer.kind, answer.numbers["angle_deg"]) == ("edge detector", degrees)
    turn = np.deg2rad(degrees)
    rows, columns = np.indices((9, 9)) - 4
    ramp = columns * np.cos(turn) - rows * np.sin(turn)
    assert convolve(ramp, Kernel(answer.template, (1, 1)))[4, 4] > 0
    assert abs(answer.numbers["share"] - 4 / 4.01) <= 64 * EPS


def test_a_narrow_blur_beside_the_middle_is_moved_there():
    far = (np.indices((3, 3))[0] - 2) ** 2 + (np.indices((3, 3))[1] - 1) ** 2
    taps = np.exp(-far / (2 * 0.7**2)) + 0.05 * np.array([[1, -1, 0], [0, 1, -1], [0, -1, 1]])
    answer = Kernel(taps).describe()
    assert answer.sentence.startswith(
        "A blur: a Gaussian of standard deviation 0.693 samples along each axis, moved by 1 sample"
        " along axis 0, 0 samples along axis 1, 99 % of its energy. "
    )


@pytest.mark.parametrize("count", [400, pytest.param(8000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3)])
def test_hardly_any_random_kernel_is_named(shape, count):
    drawn = np.random.default_rng(5).normal(size=(count, *shape))
    named = sum(Kernel(taps).describe().kind != "none of these" for taps in drawn)
    # 3 %, and four standard deviations of the count.
    assert named <= count * 0.03 + 4 * np.sqrt(count * 0.03)
