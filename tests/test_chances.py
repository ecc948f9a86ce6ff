"""The chances that draws are made by: exact to a rounding of float64, whatever the taps' type."""

from fractions import Fraction

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine.sampling import parts
from intertwine.kernel import Kernel
from intertwine.stochastic.call import is_density

TAPS = [[1 / 3, 2 / 3], [0.1, 0.2, 0.7], [1, 5, 2, 9], [1e-9, 1.0, 1 / 7]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("taps", TAPS, ids=str)
def test_chances_are_the_taps_as_they_are_over_their_sum(taps, dtype):
    k = np.array(taps, dtype)
    (part,) = parts(k)
    exact = [Fraction(float(t)) for t in k]
    total = sum(exact)
    assert part.mass == pytest.approx(float(total), rel=2.0**-52)
    for place, chance in zip(part.places, part.chances, strict=True):
        want = exact[place] / total
        assert abs(Fraction(float(chance)) - want) <= want * Fraction(2) ** -51
    assert sorted(part.chances.tolist(), reverse=True) == part.chances.tolist()


@pytest.mark.parametrize("taps", TAPS, ids=str)
def test_words_end_within_one_of_the_chances(taps):
    (part,) = parts(np.array(taps))
    exact = [Fraction(float(taps[place])) for place in part.places]
    ends = [sum(exact[: i + 1]) / sum(exact) * 2**32 for i in range(len(exact))]
    for word, end in zip(part.last_words.tolist(), ends, strict=True):
        assert abs(word + 1 - end) <= 1
    assert part.last_words[-1] == 2**32 - 1


@pytest.mark.parametrize(
    ("taps", "dtype", "density"),
    [
        ([0.25, 0.75], "float64", True),
        ([0.1] * 10, "float64", True),
        ([0.1] * 10, "float32", True),
        ([0.25, 0.751], "float64", False),
        ([0.25, 0.751], "float32", False),
        ([0.25, 0.7501], "float32", False),
        ([0.25, 0.75 + 1e-12], "float64", False),
        ([1.25, -0.25], "float64", False),
        ([1], "int64", True),
        ([2], "int64", False),
    ],
)
def test_what_is_a_density(taps, dtype, density):
    k = Kernel(np.array(taps, dtype))
    assert is_density(k, parts(k.taps)) == density


@pytest.mark.parametrize("excess", [0.001, -0.001])
def test_taps_that_nearly_sum_to_one_scale_what_is_drawn(excess):
    """They are no density: what is drawn is scaled by their sum, so that its mean is right."""
    k = Kernel([0.25, 0.75 + excess])
    y = iw.stochastic.sample(np.full(50, 1000), k, rng=1)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, 1000 * (1 + excess), rtol=4 * np.finfo(float).eps)
    with pytest.raises(iw.OptionError, match="its sum is"):
        iw.stochastic.sample(np.full(50, 1000), k, rng=1, how="scatter")


@pytest.mark.parametrize("how", ["softmax", "abs", "clip"])
def test_densities_sum_to_one(how):
    rng = np.random.default_rng(2)
    for size in (2, 7, 300):
        taps = Kernel(rng.normal(size=size)).density(how).taps
        total = sum(Fraction(float(t)) for t in taps)
        assert abs(total - 1) <= size * Fraction(2) ** -53


def test_rare_moves_are_as_rare_as_they_say():
    """One particle in three cells: where it arrives tells its move. It stays 5 times in 10,000."""
    x = np.zeros(600_000, int)
    x[1::3] = 1
    y = iw.stochastic.sample(x, Kernel([0.5, 0.0005, 0.4995]), rng=3, how="scatter")
    back, stays, on = (int(y[first::3].sum()) for first in range(3))
    assert back + stays + on == 200_000
    for count, chance in ((back, 0.5), (stays, 0.0005), (on, 0.4995)):
        deviation = np.sqrt(200_000 * chance * (1 - chance))
        assert abs(count - 200_000 * chance) < 5 * deviation
