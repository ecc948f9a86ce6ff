"""The Fourier chapters' numbers against their definitions."""

import re

import numpy as np
import pytest

from intertwine.tour.chapters import CHAPTERS, low_pass_circle, stripes, time_to_frequency
from intertwine.tour.photo import Photo


def table_of(chapters, module, head):
    blocks = chapters[CHAPTERS.index(module)].blocks
    return next(block for block in blocks if getattr(block, "head", ("",))[0] == head)


def number(text):
    return float(text.replace("−", "-").strip(" %°"))


def test_the_brightest_point_says_period_and_direction(chapters):
    for name, found, turn in table_of(chapters, stripes, "Stripes").rows:
        period, angle = (float(part.strip(" px°")) for part in name.split(","))
        assert 1 / number(found) == pytest.approx(1 / period, abs=1 / 128)
        apart = (number(turn) - angle + 90) % 180 - 90
        assert abs(apart) <= np.degrees(period / 128)


def test_waves_hold_the_share_that_their_squares_have(chapters, seen):
    grey = seen.square().grey.astype(float)
    row = grey[grey.var(axis=1).argmax()]
    sizes = np.abs(np.fft.fft(row)) ** 2 / 256
    for waves, share, left in table_of(chapters, time_to_frequency, "Waves").rows:
        n = int(waves)
        held = sizes[1 : n + 1].sum() + (sizes[-n:].sum() if n < 128 else sizes[129:].sum())
        total = sizes[1:].sum()
        assert number(share) == pytest.approx(100 * held / total, abs=0.051)
        assert number(left) == pytest.approx(np.sqrt(max(total - held, 0) / 256), abs=0.0051)


def test_the_octave_falls_by_what_the_response_says(chapters):
    """The gain of a Butterworth filter of order 2 is ``1 / sqrt(1 + (f / cutoff)**4)``."""
    text = " ".join(b for b in chapters[CHAPTERS.index(time_to_frequency)].blocks if type(b) is str)
    falls, curve = re.search(
        r"falls by ([\d.]+) decibels; the curve stands at −([\d.]+) decibels", text
    ).groups()
    expected = 10 * np.log10(1 + (1760 / 600) ** 4)
    assert float(curve) == pytest.approx(expected, abs=0.06)
    assert float(falls) == pytest.approx(expected, abs=0.3)  # the octave holds noise as well


@pytest.mark.parametrize("module", [time_to_frequency, stripes, low_pass_circle])
def test_a_constant_photo_works(module):
    assert module in CHAPTERS
    flat = Photo("flat", np.full((256, 256, 3), 9, np.uint8), np.full((256, 256), 9, np.float32))
    assert len(module.write(flat)) > 4


def test_the_ratio_is_black_area_over_circle_area(seen):
    table = next(
        block for block in low_pass_circle.write(seen) if getattr(block, "head", ("",))[0] == "Kept"
    )
    for row, share in zip(table.rows, (0.5, 0.1, 0.02), strict=True):
        assert float(row[1]) == pytest.approx((1 - share) / share, rel=0.03)
