"""Patterns that are not the pattern, and how long a pattern is."""

import numpy as np
import pytest

from intertwine.matching import surrogates


@pytest.mark.parametrize(("shape", "count"), [((1, 90), 4), ((3, 6, 9), 3), ((1, 4, 5, 6), 7)])
def test_no_surrogate_is_the_pattern_or_another(shape, count):
    rng = np.random.default_rng(0)
    pattern = rng.standard_normal(shape)
    found = [own for own, _ in surrogates.of(pattern, None)]
    assert len(found) == count
    for number, one in enumerate(found):
        others = [pattern, *found[:number]]
        assert not any(o.shape == one.shape and np.allclose(o, one) for o in others)
    if len(shape) > 2:
        assert all(
            np.sort(one, axis=None) == pytest.approx(np.sort(pattern, axis=None)) for one in found
        )


def test_changed_signs_are_orthogonal_to_the_pattern():
    """Each of eight stretches holds an eighth of the energy, to a sample."""
    rng = np.random.default_rng(1)
    pattern = rng.standard_normal((1, 4000)) * np.exp(-np.arange(4000) / 500)
    _, *changed = (own for own, _ in surrogates.of(pattern, None))
    x = pattern - np.median(pattern)
    for one in changed:
        y = one - np.median(pattern)
        assert np.abs(y) == pytest.approx(np.abs(x))
        assert abs((x * y).sum()) < 8 * (x**2).max()


def test_masks_go_with_their_samples():
    rng = np.random.default_rng(2)
    pattern, mask = rng.standard_normal((1, 5, 8)), rng.random((1, 5, 8)) > 0.3
    pattern[~mask] = 0
    for own, kept in surrogates.of(pattern, mask):
        assert (own[~kept] == 0).all()
        assert (own != 0).sum() == mask.sum()


@pytest.mark.parametrize("is_complex", [False, True])
def test_random_phases_keep_the_spectrum(is_complex):
    rng = np.random.default_rng(3)
    pattern = rng.standard_normal((2, 12, 15)) + (
        1j * rng.standard_normal((2, 12, 15)) if is_complex else 3
    )
    for own, _ in surrogates.scrambled(pattern, None):
        level = np.median(pattern.real, (1, 2), keepdims=True)
        mine, theirs = (np.abs(np.fft.fft2(x - level)) for x in (own, pattern))
        assert np.allclose(mine, theirs)
        assert not np.allclose(own, pattern)


def test_padding_is_no_part_of_a_pattern():
    pattern = np.zeros((1, 50, 900))
    pattern[0, 20:30, 400:440] = np.random.default_rng(4).choice([-1, 1], (10, 40))
    assert surrogates.extent(pattern, None) == (10, 40)
    assert surrogates.extent(pattern + 7, None) == (10, 40)
    assert surrogates.extent(np.random.default_rng(5).choice([-1.0, 1], (1, 30, 40)), None) == (
        30,
        40,
    )
