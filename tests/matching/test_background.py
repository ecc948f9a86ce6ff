"""How far a score stands out, and how often chance does as well, by the formulas."""

from math import exp, log

import pytest

from intertwine.matching.background import Background


def background(kind):
    return Background(median=10.0, spread=2.0, location=1.5, width=0.5, blocks=40, kind=kind)


@pytest.mark.parametrize(("kind", "sign"), [("zncc", 1), ("snr", 1), ("distance", -1)])
def test_good_scores_stand_above(kind, sign):
    """Small distances are good, large scores are."""
    assert background(kind).z(15.0) == sign * 2.5
    assert background(kind).z(7.0) == -sign * 1.5


@pytest.mark.parametrize(
    ("kind", "score", "q"),
    [
        ("zncc", 0.8, -log(1 - 0.64)),
        ("zncc", -0.8, log(1 - 0.64)),
        ("distance", 0.3, -2 * log(0.3)),
        ("snr", 14.0, 4.0),
        ("snr", 6.0, -4.0),
    ],
)
def test_chance_follows_gumbel_over_all_blocks(kind, score, q):
    want = 1 - exp(-exp(-(q - 1.5) / 0.5)) ** 40
    assert background(kind).false_alarm(score) == pytest.approx(want, rel=1e-12)
