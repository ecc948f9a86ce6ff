"""The chapter of the learned layer: what it says of structure is so, and of noise too."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage, stats

from intertwine.tour import listing
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.chapters import first_layer
from intertwine.tour.photo import Photo


def photo_of(levels: np.ndarray) -> Photo:
    grey = np.clip(levels.round(), 0, 255).astype(np.uint8)
    return Photo("drawn", np.repeat(grey[..., None], 3, axis=2), grey.astype(np.float32))


def text_of(blocks: list[Block]) -> str:
    return "\n".join(block for block in blocks if isinstance(block, str))


def noise() -> np.ndarray:
    return np.random.default_rng(1).normal(128, 30, (256, 256))


def squares() -> np.ndarray:
    """Rectangles over one another: their edges lie along the axes and nowhere else."""
    rng = np.random.default_rng(2)
    levels = rng.normal(0, 1, (256, 256))
    for _ in range(400):
        top, left = rng.integers(-20, 250, 2)
        height, width = rng.integers(8, 60, 2)
        levels[max(top, 0) : top + height, max(left, 0) : left + width] = rng.integers(20, 236)
    return ndimage.gaussian_filter(levels, 0.7)


@pytest.fixture(scope="module")
def learned() -> listing.Ran:
    return listing.run(photo_of(squares()), first_layer._CODE)


def test_noise_has_nothing_to_learn() -> None:
    text = text_of(first_layer.write(photo_of(noise())))
    assert "this photo has **no sparse structure to learn**" in text
    assert "`Kernel.describe()` finds no name for any of the 16." in text


def test_edges_along_the_axes_are_learned_as_such() -> None:
    blocks = first_layer.write(photo_of(squares()))
    text = text_of(blocks)
    assert "the interpolation's" not in text
    assert "Of the 16 kernels 16 exceed that" in text
    ways = re.search(
        r"point this way: (\d+) near 0°.*; (\d+) near 45°; (\d+) near 90°.*; (\d+)", text
    )
    upright, rising, level, falling = map(int, ways.groups())
    assert min(upright, level) >= 3
    assert upright + level > 2 * (rising + falling)
    (table,) = (block for block in blocks if isinstance(block, Table))
    named = [row[1] for row in table.rows if not row[1].startswith("None of these")]
    assert f"names {len(named)}: " in text


def test_sparsity_is_the_kurtosis_of_the_maps(learned: listing.Ran) -> None:
    for taps, found in zip(learned["taps"], learned["sparsity"], strict=True):
        answers = ndimage.correlate(learned["x"].astype(float), taps)[3:-3, 3:-3]
        assert abs(taps.sum()) < 49**2 * np.finfo(float).eps * np.abs(taps).sum()
        expected = np.mean(answers**4) / np.mean(answers**2) ** 2 - 3
        rounding = 4 * answers.size * np.finfo(float).eps
        assert found == pytest.approx(expected, rel=rounding)
        # The taps sum to zero, so that the mean is about 0 and this is Fisher's kurtosis.
        assert found == pytest.approx(stats.kurtosis(answers, axis=None), rel=0.05)


def test_a_learned_kernel_convolves_to_its_map(learned: listing.Ran) -> None:
    first = learned["learned"][0]
    made = ndimage.convolve(learned["x"].astype(float), first.taps)[3:-3, 3:-3]
    shown = learned["maps"][learned["order"][0]]
    rounding = 4 * 49 * np.finfo(float).eps * np.abs(first.taps).max() * 255
    np.testing.assert_allclose(made, shown, rtol=0, atol=rounding)


@pytest.mark.parametrize(
    ("levels", "directions"),
    [(np.full((256, 256), 90.0), 0), (255.0 * (np.arange(256) > 128) * np.ones((256, 1)), 6)],
)
def test_plain_photos_are_refused_in_words(levels: np.ndarray, directions: int) -> None:
    blocks = first_layer.write(photo_of(levels))
    assert "This photo has none to learn." in text_of(blocks)
    (code,) = (block for block in blocks if isinstance(block, Code))
    assert f"the data vary along {directions} directions only" in code.output


def test_the_limit_is_what_noise_keeps_to() -> None:
    """Kurtosis of as many Gaussian numbers as the photo has patches side by side."""
    limit = first_layer.limit(listing.run(photo_of(noise()), "print(1)"))
    rng = np.random.default_rng(3)
    drawn = stats.kurtosis(rng.normal(size=(500, 256 * 256 // 49)), axis=1)
    assert (drawn < limit).mean() > 0.95
    assert limit == pytest.approx(3 * drawn.std(), rel=0.2)


def test_an_enlarged_photo_is_told_of() -> None:
    plain = photo_of(np.zeros((256, 256)))
    enlarged = replace(plain, notes=("It was enlarged to 256 × 256 pixels.",))
    assert "the interpolation's" in first_layer._enlarged(enlarged)
    assert first_layer._enlarged(plain) == ""


def test_it_is_written_without_scikit_learn(monkeypatch: pytest.MonkeyPatch, seen: Photo) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    blocks = first_layer.write(seen)
    assert "Learning them needs `pip install 'intertwine[search]'`." in text_of(blocks)
    assert any(isinstance(block, Figure) for block in blocks)
