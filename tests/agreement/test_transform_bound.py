"""What is proven of transforms: the parts of the proof one by one, and integers at its limit."""

import math
from fractions import Fraction

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine.methods.transform_bound import CUT, FOLD, ROOT, radices, rounding
from tiles import forced

U = 2.0**-53
PI = Fraction("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")
K_PI = 3.14159265358979323846

LENGTHS = [
    2,
    3,
    5,
    8,
    12,
    30,
    81,
    125,
    128,
    240,
    512,
    625,
    720,
    1024,
    1875,
    2187,
    4096,
    15552,
    65536,
]


#: Numbers of 70 digits behind the point are integers, times this: fractions take ten times as long.
ONE = 10**70


def root(turns: Fraction) -> tuple[Fraction, Fraction]:
    """``exp(2 pi i turns)`` to 60 digits, by the series of an eighth of a turn at most."""
    eighths = round(turns * 8)
    angle = round(2 * PI * (turns - Fraction(eighths, 8)) * ONE)
    cosine, sine, term = 0, 0, ONE
    for n in range(40):
        part = term if n % 4 < 2 else -term
        cosine, sine = (cosine + part, sine) if n % 2 == 0 else (cosine, sine + part)
        term = term * angle // ((n + 1) * ONE)
    half = math.isqrt(ONE * ONE // 2)  # the sine of an eighth
    for _ in range(eighths % 8):
        cosine, sine = half * (cosine - sine) // ONE, half * (cosine + sine) // ONE
    return Fraction(cosine, ONE), Fraction(sine, ONE)


def off(number: tuple[float, float], turns: Fraction) -> float:
    """The distance of a root in float64 from the true one, in units of roundoff."""
    exact = root(turns)
    squares = sum((Fraction(a) - b) ** 2 for a, b in zip(number, exact, strict=True))
    return math.sqrt(squares) / U


def test_roots_of_unity_are_what_they_are():
    assert root(Fraction(1, 4)) == pytest.approx((0, 1), abs=1e-50)
    assert off((1.0, 0.0), Fraction(1)) < 1e-30
    assert 0.4 < off((math.sqrt(0.5), math.sqrt(0.5)), Fraction(1, 8)) < 1


@pytest.mark.parametrize("n", LENGTHS)
def test_tables_of_roots_are_as_exact_as_the_proof_takes_them(n):
    """Computed as `Fft::make_twiddles` does, a few hundred of each stage."""
    rng, length, worst = np.random.default_rng(n), n, 0.0
    for radix in radices(n):
        every = [j * q for j in range(length // radix) for q in range(1, radix)]
        for place in every if len(every) <= 60 else rng.choice(every, 60, replace=False):
            angle = -2 * K_PI * float(place) / float(length)
            found = math.cos(angle), math.sin(angle)
            worst = max(worst, off(found, Fraction(-int(place), length)))
        length //= radix
    assert length == 1
    assert worst <= ROOT
    assert worst < 8  # what is met: the proof leaves some room


@pytest.mark.parametrize("n", [256, 4096, 20736, 1 << 20])
def test_roots_of_cut_rows_and_of_folds(n):
    """Computed as `Tile::make_twiddle` and `Tile::make_turn` do."""
    rng, fine = np.random.default_rng(n), 1024

    def entry(i):
        angle = -2 * K_PI * float(i) / float(n)
        return math.cos(angle), math.sin(angle)

    for turns in rng.integers(0, n, 60):
        a, b = entry(int(turns % fine)), entry(int(turns // fine * fine))
        product = a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]
        assert off(product, Fraction(-int(turns), n)) <= CUT
        quarter = K_PI * float(turns) / float(2 * n)
        found = math.cos(quarter), math.sin(quarter)
        assert off(found, Fraction(int(turns), 4 * n)) <= FOLD


@pytest.mark.parametrize("n", LENGTHS)
def test_stages_make_up_the_length(n):
    stages = radices(n)
    assert math.prod(stages) == n
    assert stages.count(8) <= 1
    assert 8 not in stages[:-1]


#: Signs that add up in time or in frequency, and random ones.
PATTERNS = [
    lambda n, _: np.ones(n),
    lambda n, _: 1.0 - 2 * (np.arange(n) % 2),
    lambda n, _: np.where(np.cos(2 * np.pi * np.arange(n) / 37) < 0, -1.0, 1.0),
    lambda n, rng: np.sign(rng.normal(size=n)),
    lambda n, rng: np.where(rng.random(n) < 0.01, 1.0, 0.0),
]

TILES = [((512,), -1), ((15552,), -1), ((4096,), 0), ((48, 160), -1), ((96, 128), 1), ((64, 96), 0)]


@pytest.mark.parametrize(("tile", "folded"), TILES)
def test_the_bound_is_never_exceeded(monkeypatch, tile, folded):
    """Sums of 38 bits in float64: what is beside the nearest whole number is rounding."""
    forced(monkeypatch, tile, folded)
    size = tuple(n // 2 + 1 for n in tile)
    shape = tile if folded < 0 else tuple(n // 2 for n in tile)
    rng, seen = np.random.default_rng(3), 0.0
    for of_samples in PATTERNS:
        for of_taps in PATTERNS:
            x = (2.0**24 - 3) * of_samples(math.prod(shape), rng).reshape(shape)
            k = 7 * of_taps(math.prod(size), rng).reshape(size)
            if not k.any() or not x.any():
                continue
            y = iw.convolve(x, k, boundary="zero", method="overlap_save")
            worst = np.abs(y - np.rint(y)).max()
            scale = np.abs(k).sum() * np.sqrt(2) * np.abs(x).max()
            assert worst <= rounding(tile, folded) * scale
            seen = max(seen, worst / scale)
    assert 0 < seen < rounding(tile, folded) / 20  # such data are far from the worst


def limits(tile, folded, taps):
    """The largest sample for which whole sums are told, by the rule."""
    return int(0.5 / (rounding(tile, folded) * taps * math.sqrt(2)))


@pytest.mark.parametrize(("tile", "folded"), [((512,), -1), ((4096,), -1), ((4096,), 0)])
@pytest.mark.parametrize("pattern", range(4))
def test_integers_at_the_limit_are_exact(monkeypatch, tile, folded, pattern):
    forced(monkeypatch, tile, folded)
    size, rng = tile[0] // 2 + 1, np.random.default_rng(pattern)
    most = 2 ** (limits(tile, folded, 3 * size).bit_length() - 1) - 1  # ranges are powers of two
    count = tile[0] // 2 if folded >= 0 else 3 * tile[0]
    x = (most * PATTERNS[pattern](count, rng)).astype(np.int64)
    k = (3 * PATTERNS[pattern](size, rng)).astype(np.int64)
    plan = iw.plan(x, k, boundary="zero", method="overlap_save")
    assert "bits of samples" not in plan.explain()
    np.testing.assert_array_equal(plan(x), iw.convolve(x, k, boundary="zero", method="direct"))
    above = iw.plan(4 * x, k, boundary="zero", method="overlap_save")
    assert "bits of samples beside the high ones" in above.explain()
    want = iw.convolve(4 * x, k, boundary="zero", method="direct")
    np.testing.assert_array_equal(above(4 * x), want)
