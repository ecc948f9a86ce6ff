"""describe(): every named kernel is recognised, turned ones too, and random taps are not."""

import numpy as np
import pytest

from intertwine import Kernel, kernels
from intertwine.base.errors import OptionError

DERIVATIVES = {
    "edge detector",
    "Laplacian",
    "line detector",
    "saddle detector",
    "mixed derivative",
}
AVERAGES = {"blur", "motion blur"}  # a box one sample wide is a motion blur, and the other way
KINDS = {
    "identity": {"identity"},
    "box": AVERAGES,
    "gaussian": {"blur"},
    "binomial": AVERAGES,
    "sobel": {"edge detector"},
    "scharr": {"edge detector"},
    "prewitt": {"edge detector"},
    "roberts": {"edge detector"},
    "laplacian": {"Laplacian"},
    "log": {"Laplacian"},
    "dog": {"Laplacian"},
    "sharpen": {"sharpener"},
    "unsharp": {"sharpener"},
    "emboss": {"emboss"},
    "edge": {"Laplacian"},
    "disk": AVERAGES,
    "motion": {"motion blur"},
    "gabor": {"Gabor"},
}


def drawn(name, rng, most_ndim=3):
    """A kernel of this name with random parameters."""
    ndim = int(rng.integers(1, most_ndim + 1))
    wide = 4 if ndim < 3 else 1.5
    orders_to = 4 if ndim < 3 else 2

    def whole(low, high):
        return int(rng.integers(low, high + 1))

    real = rng.uniform
    slope = {"axis": whole(0, ndim - 1), "ndim": ndim}
    cycles = real(0.15, 0.3)
    orders = rng.integers(0, orders_to + 1, ndim) * whole(0, 1)
    parameters = {
        "identity": {"ndim": ndim},
        "box": {"size": tuple(whole(2, 9) for _ in range(ndim))},
        "gaussian": {  # strongest at sqrt(order) / (2 pi sigma) < 0.27 cycles per sample
            "sigma": tuple(real(max(0.6, 0.6 * order**0.5), wide) for order in orders),
            "order": orders,
            "truncate": real(3.5, 5),
        },
        "binomial": {"order": tuple(whole(1, 9) for _ in range(ndim))},
        "sobel": slope,
        "scharr": slope,
        "prewitt": slope,
        "roberts": {"direction": whole(0, 1)},
        "laplacian": {"ndim": ndim, "connectivity": whole(1, ndim)},
        "log": {"sigma": tuple(real(0.8, wide) for _ in range(ndim))},
        "dog": {"sigma": real(0.8, wide), "ratio": real(1.1, 2.5), "ndim": ndim},
        "sharpen": {"amount": real(0.1, 5), "ndim": ndim, "connectivity": whole(1, ndim)},
        "unsharp": {"sigma": real(0.6, wide), "amount": real(0.1, 5), "ndim": ndim},
        "emboss": {"angle_deg": 45 * whole(0, 7)},
        "edge": {"ndim": ndim},
        "disk": {"radius": real(1, 9 if ndim < 3 else 4), "ndim": ndim},
        "motion": {"length": real(3, 20), "angle_deg": real(0, 360)},
        "gabor": {
            "sigma": max(1.0, real(0.6, 1.4) / cycles),
            "frequency": cycles,
            "angle_deg": real(0, 360),
            "phase_deg": float(rng.choice([0, 90, real(0, 360)])),
            "aspect": real(0.5, 2),
            "complex": bool(whole(0, 1)),
            "truncate": real(2.5, 5),
        },
    }
    return getattr(kernels, name)(**parameters[name])


def expected(name, k):
    """The kinds that are right: a Gaussian is a blur, a derivative of one is not."""
    if name == "gaussian":
        return {"blur"} if (k.taps > 0).all() else DERIVATIVES
    return KINDS[name]


def anonymous(k):
    return Kernel(k.taps, k.origin)


def missed(name, seed, draws, turn, most_ndim=3):
    """Of `draws` kernels, those that were taken for something else."""
    rng = np.random.default_rng(seed)
    wrong = []
    for _ in range(draws):
        k = anonymous(drawn(name, rng, most_ndim))
        right = expected(name, k)
        if turn and k.ndim > 1:
            axes = tuple(rng.choice(k.ndim, 2, replace=False).tolist())
            k = k.rotated(float(rng.uniform(0, 360)), axes)
        kind = k.describe().kind
        if kind not in right:
            wrong.append((kind, k))
    return wrong


def test_every_named_kernel_is_drawn():
    assert set(KINDS) == set(kernels.names())


@pytest.mark.parametrize("name", KINDS)
def test_named_kernels_are_recognised(name):
    assert missed(name, 1, 12, turn=False, most_ndim=2) == []


#: Turned off the grid, four taps are no longer near to any slope: 62 to 80 % of their energy.
TURNED = [name for name in KINDS if name != "roberts"]


@pytest.mark.parametrize("name", TURNED)
def test_turned_kernels_are_recognised(name):
    assert missed(name, 2, 8, turn=True, most_ndim=2) == []


@pytest.mark.slow
@pytest.mark.parametrize("turn", [False, True])
@pytest.mark.parametrize("name", KINDS)
def test_nearly_all_of_many_are_recognised(name, turn):
    assert len(missed(name, 3, 100, turn)) <= 1


def random_kernel(rng):
    ndim = int(rng.integers(1, 4))
    longest = {1: 16, 2: 9, 3: 5}[ndim]
    shape = tuple(rng.integers(1, longest + 1, ndim))
    shape = shape if np.prod(shape) > 1 else (*shape[:-1], 2)
    how = int(rng.integers(3))
    taps = (rng.uniform(0, 1, shape), rng.uniform(-1, 1, shape), rng.normal(size=shape))[how]
    return Kernel(taps, tuple(int(rng.integers(n)) for n in shape))


def test_random_taps_are_seldom_named():
    rng = np.random.default_rng(5)
    kinds = [random_kernel(rng).describe().kind for _ in range(60)]
    assert np.mean([kind != "none of these" for kind in kinds]) < 0.03


@pytest.mark.slow
def test_thousands_of_random_taps_are_seldom_named():
    rng = np.random.default_rng(6)
    kinds = [random_kernel(rng).describe().kind for _ in range(5000)]
    assert np.mean([kind != "none of these" for kind in kinds]) < 0.03


def test_numbers_of_a_blur():
    numbers = anonymous(kernels.gaussian((2.0, 1.0))).describe().numbers
    assert numbers["sigma"] == pytest.approx((2, 1), abs=2e-3)
    assert numbers["isotropic"] is False
    turned = kernels.gaussian((3.0, 1.0)).rotated(30).describe()
    assert "widest, 2.999 samples, at 120 degrees" in turned.sentence
    assert kernels.disk(6).describe().numbers["isotropic"] is True
    assert "moved by 1 sample" in Kernel([1, 2, 1], origin=0).describe().sentence


@pytest.mark.parametrize("angle", [0, 30, 75, 135])
def test_angles_are_those_asked_for(angle):
    motion = kernels.motion(15, angle).describe()
    assert abs((motion.numbers["angle_deg"] - angle + 90) % 180 - 90) < 1
    gabor = kernels.gabor(3.0, 0.15, angle, phase_deg=20).describe()
    assert gabor.numbers["angle_deg"] == pytest.approx(angle % 180, abs=1e-6)
    assert gabor.numbers["frequency"] == pytest.approx(0.15)
    assert gabor.numbers["sigma"] == pytest.approx(3)
    slope = kernels.sobel(axis=1).rotated(angle).describe()
    assert slope.numbers["angle_deg"] == pytest.approx(angle, abs=1e-6)
    line = kernels.gaussian(2.0, ndim=2, order=(0, 2)).rotated(angle).describe()
    assert abs((line.numbers["angle_deg"] - angle + 90) % 180 - 90) < 0.01


def test_emboss_says_where_the_light_is():
    for angle in range(0, 360, 45):
        assert kernels.emboss(angle).describe().numbers["angle_deg"] == pytest.approx(angle)


def test_orders_of_derivatives():
    for order in (1, 3, 4):
        assert kernels.gaussian(2.0, order=order).describe().numbers["order"] == order
    mixed = kernels.gaussian(1.5, ndim=2, order=(1, 1)).describe()
    assert (mixed.kind, mixed.numbers["order"]) == ("saddle detector", 2)
    assert kernels.gaussian(1.5, ndim=2, order=(1, 2)).describe().numbers["powers"] == (1, 2)
    assert "n²/2 gives 1 along each axis" in kernels.laplacian().describe().sentence
    assert "gives 8;" in kernels.sobel().describe().sentence


def test_filters_by_their_bands():
    from scipy import signal

    cases = {
        "low-pass": signal.firwin(61, 0.4),
        "high-pass": signal.firwin(61, 0.4, pass_zero=False),
        "band-pass": signal.firwin(61, [0.3, 0.6], pass_zero=False),
    }
    for kind, taps in cases.items():
        assert Kernel(taps).describe().kind == kind
    edges = Kernel(cases["band-pass"]).describe().numbers["edges"]
    assert edges == pytest.approx((0.15, 0.3), abs=0.01)


def test_patterns_shifts_and_nothing():
    patch = np.random.default_rng(3).normal(size=(8, 8)).cumsum(axis=1)
    patch -= patch.mean()
    assert Kernel(patch / np.linalg.norm(patch)).describe().kind == "matched pattern"
    assert str(Kernel([0, 0, 3]).describe()) == "A shift: everything moves by 1 sample, times 3."
    assert str(Kernel([1]).describe()) == "The identity: everything stays."
    assert Kernel([[0, 0]]).describe().kind == "zero"
    assert Kernel([1, 1j, 3]).describe().kind == "none of these"
    assert Kernel([1, 0, 0, 0, 1]).describe().kind == "none of these"


def test_scale_and_name_do_not_matter():
    for k in (kernels.sobel(), kernels.log(1.5), kernels.emboss(), kernels.motion(9, 20)):
        kind = k.describe().kind
        assert (1e-3 * k).describe().kind == (1e6 * k).describe().kind == kind
        assert Kernel(k, name="random noise").describe() == k.describe()


def test_spectrum_words():
    words = kernels.sobel(axis=1).spectrum().sentence
    assert words.startswith("Strongest, gain 8, at 0.25 cycles per sample along axis 1; gain 0 for")
    assert str(kernels.gaussian(1.0).spectrum()).startswith("Strongest for flat areas, gain 1.")
    assert Kernel([0]).spectrum().sentence == "Every tap is 0: nothing passes."


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        # One frequency of 2048 passes: where the gain falls to 0.71 is left open below the next.
        (kernels.box(1001), "only below 0.0004883 cycles per sample."),
        (
            Kernel(np.cos(0.5 * np.pi * np.arange(-500, 501)), origin=7),
            "only between 0.2495 and 0.2505 cycles per sample.",
        ),
        # Two neighbours of 262,144 frequencies.
        (
            Kernel(np.cos(0.2 * np.arange(-50_000, 50_001))),
            "from 0.03183 to 0.031834 cycles per sample.",
        ),
        (kernels.identity(), "at every frequency."),
        (Kernel([0, 0, 2, 0]), "at every frequency."),
        (kernels.box(5), "from 0 to 0.08984 cycles per sample."),
        # Notches, 0.25 and others, lie between the bands.
        (
            Kernel([1, 0, 0, 0, -1]),
            "from 0.0625 to 0.1875 and from 0.3125 to 0.4375 cycles per sample.",
        ),
        (Kernel([1, 0, 1]), "from 0 to 0.125 and from 0.375 to 0.5 cycles per sample."),
        (
            Kernel([1 / 3, 0, 1 / 3, 0, 1 / 3]),
            "from 0 to 0.07422 and from 0.4258 to 0.5 cycles per sample.",
        ),
        (Kernel([1, *[0] * 15, -1]), "in 8 bands between 0.01562 and 0.4844 cycles per sample."),
    ],
)
def test_narrow_bands_have_digits_enough(kernel, words):
    sentence = kernel.spectrum().sentence
    assert sentence.partition("Above 0.71 of the strongest ")[2] == words


def test_wrong_spectra_are_refused():
    with pytest.raises(OptionError, match="`shape=0` must be an integer from 1 to 4194304"):
        Kernel([1, 2]).spectrum(0)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 8e307])
def test_taps_of_any_size_are_named(size):
    """The head is that of the same taps of moderate size; what overflows is said to."""
    for taps in ([1, 2, 1], [1, 0, -1], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[1, 1], [1, 1]]):
        head, _, rest = str(Kernel(np.array(taps) * size).describe()).partition(". ")
        same = str(Kernel(taps).describe()).partition(". ")[0]
        assert head.partition(", times")[0] == same.partition(", times")[0]
        assert "inf" not in rest
        assert "nan" not in rest
        k = Kernel(np.array(taps) * size)
        assert "inf" not in k.spectrum().sentence


def test_what_overflows_is_beyond_the_range():
    k = Kernel([1.7e308] * 3)
    assert str(k.describe()) == (
        "A blur: standard deviation 0.8165 samples, times beyond 1.8e308. Flat areas are "
        "multiplied by beyond 1.8e308; no sinusoid comes out more than beyond 1.8e308 times as "
        "large; noise of standard deviation 1 comes out as beyond 1.8e308."
    )
    assert k.moments(2).mean == (0,)
    assert k.moments(2).variance == pytest.approx((2 / 3,))
    assert "times 1.6e+308;" in str(Kernel([8e307, 0, -8e307]).describe())


@pytest.mark.parametrize("shape", [(2, 4), (2, 4, 2), (6, 2, 2), (3, 9), (2, 2)])
def test_boxes_are_no_lines(shape):
    answer = Kernel(np.ones(shape) / np.prod(shape)).describe()
    assert answer.kind == "blur"
    size = " x ".join(map(str, shape))
    assert answer.sentence.startswith(f"A blur by a box of {size} samples: standard deviation ")


@pytest.mark.parametrize("length", [3.2, 3.6, 5.0, 8.0])
@pytest.mark.parametrize("angle", [20, 45, 63, 110])
def test_oblique_lines_are_lines_and_bells_of_their_width_are_not(length, angle):
    line = kernels.motion(length, angle)
    assert line.describe().kind == "motion blur"
    bell = kernels.gaussian((0.45 * length**0.5, 0.3 * length)).rotated(angle)
    assert bell.describe().kind == "blur"


@pytest.mark.parametrize(
    ("taps", "apart"),
    [
        ([1, -1], "1 sample apart along"),
        ([1, 1, -1, -1], "2 samples apart along"),
        ([[1], [1], [1], [-1], [-1], [-1]], "3 samples apart downwards"),
        ([-1, 0, 0, 1], "3 samples apart against"),
        ([2, 1, -1, -2], "2.333 samples apart along"),
    ],
)
def test_odd_taps_of_one_sign_change_are_differences_of_averages(taps, apart):
    answer = Kernel(taps).describe()
    assert answer.kind == "edge detector"
    words = f"An edge detector: the difference of two averages whose centres lie {apart}"
    assert answer.sentence.startswith(words)


def test_short_random_taps_stay_unnamed():
    rng = np.random.default_rng(8)
    kinds = [Kernel(rng.normal(size=2 + i % 3)).describe().kind for i in range(90)]
    assert "edge detector" not in kinds[::3]


@pytest.mark.parametrize(
    ("taps", "words"),
    [
        ([1, 0, 0, 0, -1], "strongest at 0.125 and 0.375 cycles per sample, times 2;"),
        ([-1, 0, 0, 1], "strongest at 0.1667 and 0.5 cycles per sample, times 2;"),
        ([1, *[0] * 15, -1], "strongest at 0.03125 cycles per sample, among others, times 2;"),
        ([1, 0, -1], "strongest at 0.25 cycles per sample, times 2;"),
        ([[1, 0], [0, -1]], " degrees, among others, times 2;"),
    ],
)
def test_equal_peaks_are_all_said(taps, words):
    answer = Kernel(taps).describe().sentence
    assert words in answer
    assert words.rpartition(", times")[0] in Kernel(taps).spectrum().sentence.replace(
        "Strongest, gain 2, at", "strongest at"
    )


def recursive(order, edge, kind, size):
    """The answer of Butterworth's recursive filter to one sample; `edge` in half cycles."""
    from scipy import signal

    sections = signal.butter(order, edge, kind, output="sos")
    return Kernel(signal.sosfilt(sections, np.r_[1, np.zeros(size - 1)]), 0)


@pytest.mark.parametrize(
    ("order", "edge", "kind", "size"),
    [
        (5, 0.05, "high", 81),
        (2, 0.02, "high", 101),
        (1, 0.1, "low", 81),
        (2, 0.1, "low", 121),
        (3, 0.3, "high", 101),
        (4, 0.2, "low", 121),
    ],
)
def test_recursive_filters_are_named_by_their_band(order, edge, kind, size):
    answer = recursive(order, edge, kind, size).describe()
    assert answer.kind == f"{kind}-pass"
    if "order" in answer.numbers:
        assert answer.numbers["order"] == order
        assert answer.numbers["edges"] == pytest.approx((edge / 2,), rel=0.05)


def test_the_sum_counts_the_taps_at_the_rim():
    """Taps below a billionth of the largest add up to 3e-9; with them the sum is 7e-12."""
    assert "Flat areas become 0;" in recursive(1, 0.1, "high", 81).describe().sentence
    sentence = recursive(3, 0.3, "high", 101).describe().sentence
    assert "ramps become 0; parabolas become 0;" in sentence
