"""Figures of many kernels at once are those of `Kernel`, one by one."""

import numpy as np
import pytest

import intertwine as iw

pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from intertwine.learn.reading import measures  # noqa: E402
from intertwine.learn.reading.colours import colour_of, principal  # noqa: E402
from intertwine.learn.reading.describing import UNNAMED, say_all  # noqa: E402

EPS = np.finfo(float).eps


def lopsided(*shape):
    return np.random.default_rng(3).normal(size=shape)


@pytest.mark.parametrize("size", [(5,), (3, 4), (2, 3, 4)])
@pytest.mark.parametrize("how", ["softmax", "abs"])
def test_drift_and_spread_are_the_propagators(size, how):
    kernels, origin = lopsided(4, *size), tuple(n // 2 for n in size)
    found = measures.steps(kernels, origin, how)
    for taps, drift, spread in zip(kernels, found.drift, found.spread, strict=True):
        walk = iw.Kernel(taps, origin).density(how)
        bound = 8 * EPS * taps.size * max(size) ** 2
        assert np.abs(walk.drift - drift).max() <= bound
        assert np.abs(2 * np.diag(walk.diffusion) - spread**2).max() <= bound


@pytest.mark.parametrize("size", [(5,), (3, 4), (2, 3, 4)])
def test_ranks_and_noise_gains(size):
    kernels = lopsided(4, *size)
    rank, _ = measures.ranks(kernels)
    gains = measures.noise_gains(kernels)
    for taps, r, gain in zip(kernels, rank, gains, strict=True):
        assert r == iw.Kernel(taps).rank
        assert abs(gain - iw.Kernel(taps).noise_gain) <= 4 * EPS * taps.size * gain


def test_a_product_of_lines_is_one_product():
    line = np.array([1.0, 2.0, 3.0])
    kernels = np.stack([np.outer(line, [1, 0, -1]), np.eye(3), np.zeros((3, 3))])
    rank, first = measures.ranks(kernels)
    assert rank.tolist() == [1, 3, 0]
    assert abs(first[0] - 1) <= 8 * EPS
    assert abs(first[1] - 1 / 3) <= 8 * EPS


def test_directions_are_those_of_the_picture():
    kernels = np.stack(
        [iw.kernels.gabor(2.0, frequency=0.2, angle_deg=a).taps for a in (0, 30, 90, 150)]
    )
    angles, clarity = measures.orientations(measures.powers(kernels))
    apart = np.abs((angles - [0, 30, 90, 150] + 90) % 180 - 90)
    assert apart.max() < 2  # the grid and the Gaussian's cut move them by about a degree
    assert (clarity > 0.5).all()


def test_one_tap_is_white_and_a_blur_is_not():
    tap = np.zeros((1, 3, 3))
    tap[0, 1, 2] = 5
    assert abs(measures.flatness(measures.powers(tap)) - 1) <= 1e3 * EPS
    assert measures.flatness(measures.powers(iw.kernels.gaussian(2.0, ndim=2).taps[None])) < 0.01


def test_a_product_of_colour_and_space_comes_apart_again():
    colour, space = np.array([1.0, -1.0, 0.0]) / np.sqrt(2), lopsided(3, 3)
    parts = principal(np.einsum("c,ij->cij", colour, space)[None])
    assert abs(parts.energy[0] - 1) <= 100 * EPS
    again = np.einsum("c,ij->cij", parts.channels[0], parts.spatial[0])
    assert (
        np.abs(again - np.einsum("c,ij->cij", colour, space)).max()
        <= 100 * EPS * np.abs(space).max()
    )
    assert colour_of(parts.channels[0]).name in ("red against green", "green against red")
    assert colour_of(parts.channels[0]).is_opponent


def test_many_channels_give_the_same_part_as_few():
    filters = lopsided(2, 40, 3, 3)
    parts = principal(filters)
    for filter_, energy in zip(filters, parts.energy, strict=True):
        values = np.linalg.svd(filter_.reshape(40, 9), compute_uv=False)
        assert abs(energy - values[0] ** 2 / (values**2).sum()) <= 1e3 * EPS


@pytest.mark.parametrize(
    ("direction", "name", "opponent"),
    [
        ((0.3, 0.59, 0.11), "luminance", False),
        ((-1.0, -1.0, -1.0), "all channels alike", False),
        ((-1.0, 1.0, 0.0), "green against red", True),
        ((1.0, 1.0, -2.0), "yellow against blue", True),
        ((0.0, 1.0, -1.0), "", True),
        ((1.0, 0.0, 0.0), "", False),
    ],
)
def test_colours_have_names_near_them_only(direction, name, opponent):
    found = colour_of(np.array(direction))
    assert (found.name, found.is_opponent) == (name, opponent)


def test_processes_say_what_one_says(monkeypatch):
    from intertwine.learn.reading import describing

    stacks = [lopsided(3, 3, 3), lopsided(2, 5)]
    alone = say_all(stacks)
    monkeypatch.setattr(describing, "_MANY", 3)
    monkeypatch.setattr(describing, "available_cores", lambda: 2)
    told = []
    assert say_all(stacks, lambda done, total: told.append((done, total))) == alone
    assert told == [(n, 5) for n in range(1, 6)]
    assert all(said.sentence for row in alone for said in row)
    assert UNNAMED == ("none of these", "zero")


def test_a_call_that_is_cancelled_ends_its_processes(monkeypatch):
    from intertwine.learn.reading import describing

    started = []
    begin = describing._started
    monkeypatch.setattr(describing, "_MANY", 1)
    monkeypatch.setattr(describing, "available_cores", lambda: 2)
    monkeypatch.setattr(describing, "_started", lambda *a: started.append(begin(*a)) or started[-1])

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        say_all([lopsided(40, 3, 3)], stop)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)
