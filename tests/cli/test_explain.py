"""``intertwine explain``: what the card says follows from the numbers."""

import numpy as np
import pytest

import intertwine as iw
from intertwine import kernels
from intertwine.cli.card import rows
from intertwine.cli.chances import density, reading
from intertwine.cli.facts import facts
from intertwine.cli.kernel_text import parse_taps
from intertwine.cli.sentences import sentences
from intertwine.kernel import Kernel


def said(kernel):
    return " ".join(sentences(kernel, facts(kernel)))


@pytest.mark.parametrize(
    ("kernel", "rank"),
    [
        (kernels.sobel(), 1),
        (kernels.laplacian(), 2),
        (kernels.log(1.5, ndim=2), 2),
        (kernels.gabor(2.0, 0.2, angle_deg=30), 2),
        (kernels.disk(9), 7),
        (kernels.box((3, 2, 4)), 1),
        (kernels.laplacian(ndim=3), 2),
        (kernels.gaussian(65, ndim=2), 1),
        (kernels.log(65, ndim=2), 2),
        (kernels.disk(260), 154),
        (Kernel([[0, 0]]), 0),
    ],
)
def test_rank(kernel, rank):
    assert facts(kernel).rank == rank


@pytest.mark.parametrize("taps", [[[2, 4], [3, 6], [-1, -2]], [[0.0, 0.3], [0, 0.1]], [[[2, 1]]]])
def test_factors_multiply_to_the_kernel(taps):
    factors = facts(Kernel(taps)).factors
    product = factors[0]
    for line in factors[1:]:
        product = np.multiply.outer(product, line)
    np.testing.assert_allclose(product, taps, atol=1e-15)


@pytest.mark.parametrize("name", ["sobel", "scharr", "prewitt"])
@pytest.mark.parametrize("axis", [0, 1])
def test_slope_is_the_answer_to_a_ramp(name, axis):
    kernel = getattr(kernels, name)(axis=axis)
    ramp = np.indices((7, 7))[axis]
    assert facts(kernel).slope[axis] == iw.convolve(ramp, kernel)[3, 3]
    assert facts(kernel).slope[1 - axis] == 0


def test_curvature_is_the_answer_to_half_a_square():
    kernel = Kernel([2, -3, 0, 1], origin=1)  # sums to zero, and a ramp gives zero too
    parabola = (np.arange(11) - 5) ** 2 / 2
    assert facts(kernel).slope == (0.0,)
    assert facts(kernel).curvature[0] == iw.convolve(parabola, kernel)[5]


def test_shift_and_spread_of_an_average():
    found = facts(Kernel([1, 2, 1], origin=0))
    assert (found.shift, found.spread) == ((1.0,), (pytest.approx(np.sqrt(0.5)),))
    assert "the signal moves by 1 sample" in said(Kernel([1, 2, 1], origin=0))


def test_gains_and_noise():
    found = facts(Kernel([0.25, 0.5, 0.25]))
    assert (found.finest, found.strongest) == (pytest.approx(0), pytest.approx(1))
    assert found.noise == pytest.approx(np.sqrt(0.375))


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (kernels.gaussian(1.0), ["Sum 1", "smooths", "blurs"]),
        (kernels.sharpen(), ["Sum 1", "sharpens", "overshoot"]),
        (kernels.sobel(), ["Sum 0", "measures slopes"]),
        (kernels.laplacian(), ["Sum 0", "measures curvature"]),
        (kernels.emboss(), ["Sum 1", "adds slopes"]),
        (kernels.gabor(3.0, 0.2), ["flat areas nearly vanish"]),
        (kernels.identity(), ["One tap: everything stays."]),
        (Kernel([0, 0, 3]), ["One tap: everything moves by 1 sample, times 3."]),
        (Kernel([0, 0]), ["Every tap is 0"]),
        (Kernel([1, 1]), ["Sum 2: flat areas are multiplied by 2", "--normalize"]),
        (Kernel([1, 1j]), ["The taps are complex"]),
        (Kernel([1, -3, 3, -1]), ["finer patterns"]),
    ],
)
def test_what_kernels_do(kernel, words):
    for word in words:
        assert word in said(kernel)


@pytest.mark.parametrize(
    "spec", ["sobel", "gaussian:sigma=9,ndim=2", "box:size=(3,4,5)", "box:size=50"]
)
def test_cards_are_printed(intertwine, spec):
    done = intertwine("explain", spec)
    assert done.code == 0, done.err
    assert all(word in done.out for word in ("shape", "origin", "sum", "rank", "symmetry"))


@pytest.mark.parametrize("taps", [[0], [[0, 0], [0, 0]], [1j, 2], np.ones((2, 2, 2, 2))])
def test_odd_kernels_have_cards_too(intertwine, taps):
    np.save("k.npy", np.array(taps))
    done = intertwine("explain", "k.npy")
    assert done.code == 0, done.err


def test_fractions_and_rows():
    np.testing.assert_array_equal(parse_taps("1/4 .5 -1e-1"), [0.25, 0.5, -0.1])
    assert parse_taps("1 2; 3, 4").dtype == np.int64


def test_equal_widths_are_said_once():
    assert "deviation 1 sample along each axis." in said(kernels.gaussian(1.0, ndim=3))
    three = said(kernels.box((3, 1, 3)))
    assert "deviation 0.8165 and 0 and 0.8165 samples along the axes in turn." in three


@pytest.mark.filterwarnings("error")
def test_huge_taps_do_not_overflow():
    assert "comes out as 1.414e+300." in said(Kernel([1e300, 1e300]))


def test_the_plane_that_is_drawn_is_named(intertwine):
    assert "the plane at 1 along axis 0." in intertwine("explain", "laplacian:ndim=3").out


@pytest.mark.parametrize(
    "spec",
    [
        "sobel",
        "gaussian:sigma=2",
        "laplacian:ndim=3",
        "disk:radius=3",
        "gabor:sigma=1,frequency=0.2",
    ],
)
def test_pages_are_written(intertwine, tmp_path, spec):
    page = tmp_path / "page.html"
    done = intertwine("explain", spec, "-o", str(page))
    assert done.code == 0, done.err
    text = page.read_text(encoding="utf-8")
    for title in ("Taps", "Spectrum", "Moments", "Propagator", "Separable factors"):
        assert f"<h2>{title}</h2>" in text
    assert text.count("data:image/png;base64,") >= 2
    assert "nan" not in text.split("</style>")[1].replace("data:image", "").split("base64")[0]


@pytest.mark.parametrize("taps", [[0], [[0, 0], [0, 0]], [1j, 2], np.ones((2, 2, 2, 2))])
def test_odd_kernels_have_pages_too(intertwine, taps):
    np.save("k.npy", np.array(taps))
    assert intertwine("explain", "k.npy", "-o", "page.html").code == 0


def test_pages_are_not_replaced_unless_told(intertwine):
    assert intertwine("explain", "box:size=3", "-o", "page.html").code == 0
    again = intertwine("explain", "box:size=3", "-o", "page.html")
    assert again.code == 2
    assert "page.html exists already." in again.err
    assert intertwine("explain", "box:size=3", "-o", "page.html", "--force").code == 0
    wrong = intertwine("explain", "box:size=3", "-o", "page.pdf")
    assert wrong.code == 2
    assert "-o page.pdf: the page is HTML." in wrong.err


def test_saved_kernels_keep_their_origin_and_name(intertwine):
    Kernel([1, 2, 4], origin=0, name="causal").save("k.json")
    done = intertwine("explain", "k.json")
    assert done.code == 0, done.err
    assert "causal" in done.out
    assert "0 (not the middle)" in done.out


def test_names_are_escaped_on_pages(intertwine):
    Kernel([1, 2, 4], name="<script>").save("k.json")
    assert intertwine("explain", "k.json", "-o", "page.html").code == 0
    with open("page.html", encoding="utf-8") as page:
        assert "<script>" not in page.read()


def test_a_wave_is_not_called_a_blur():
    gabor = kernels.gabor(3.0, 0.15)
    words = list(sentences(gabor, facts(gabor)))
    assert words[0] == "Sum 0.01834: flat areas are multiplied by 0.01834."
    assert words[1].startswith("Details: waves come out up to 0.5 times as large; the finest,")
    assert not any("blurs" in each or "--normalize" in each for each in words)


@pytest.mark.parametrize(
    ("kernel", "how", "mass_at_origin"),
    [
        (Kernel([0.25, 0.5, 0.25]), "its taps as they are", 0.5),
        (Kernel([[1, 2, 5]]), "its taps divided by their sum", 0.25),
        (Kernel([True, True]), "its taps divided by their sum", 0.5),
        (Kernel([0, 1, -1]), "the softmax of its taps", np.e / (1 + np.e + 1 / np.e)),
        (Kernel([0, 0]), "the softmax of its taps", 0.5),
    ],
)
def test_chances_are_the_taps_where_they_can_be(kernel, how, mass_at_origin):
    said, walk = density(kernel)
    assert said == how
    assert walk.taps[walk.origin] == pytest.approx(mass_at_origin, rel=1e-15)
    assert reading(kernel).startswith(f"Read as chances, {how}: ")


def test_the_card_of_the_edge_kernel_says_where_everything_goes(intertwine):
    printed = " ".join(
        intertwine("explain", "--taps=-1 -1 -1; -1 8 -1; -1 -1 -1").out.replace("│", " ").split()
    )
    assert (
        "Nearly everything in the window of 3 x 3 concentrates at the centre: 0.999013695 of the "
        "weight, 0.000123 for each other tap."
    ) in printed
    assert "The kernel itself answers most where differences are largest." in printed
    assert "differences are largest" not in reading(kernels.gaussian(1.0))


def test_complex_taps_are_no_chances():
    assert density(Kernel([1, 1j])) is None
    assert reading(Kernel([1, 1j])) == (
        "Complex taps are no chances, and no softmax of them is taken."
    )


def test_taps_of_both_signs_have_no_variance(intertwine):
    assert "│ variance" not in intertwine("explain", "emboss", "--normalize").out
    assert "variance 0.5 " in intertwine("explain", "--taps", "-1 -2 -1").out.replace("   ", "")


NEARLY_ALONE = np.zeros(10_001)
NEARLY_ALONE[5000], NEARLY_ALONE[5001] = 1, 1e-9


@pytest.mark.parametrize(
    ("kernel", "word", "value"),
    [
        (kernels.box(20_001), "mean", "0 samples, from the origin"),
        (kernels.gaussian(1000.0), "mean", "0 samples, from the origin"),
        (kernels.gabor(30, 0.1), "mean", "0 samples along each axis, from the origin"),
        (kernels.box(20_000), "mean", "0.5 samples, from the origin"),
        (Kernel(NEARLY_ALONE), "mean", "1e-09 samples, from the origin"),  # no rounding
        (Kernel(NEARLY_ALONE), "variance", "1e-09"),
        (
            kernels.gaussian(30.0, ndim=2, order=(1, 0)),
            "moments",
            "0 below order 1, where sum n k is -0.999 along axis 0, 0 along axis 1",
        ),
        pytest.param(
            *(kernels.box(1_000_001), "mean", "0 samples, from the origin"), marks=pytest.mark.slow
        ),
    ],
)
def test_rounding_is_shown_as_nothing(kernel, word, value):
    assert dict(rows(kernel, facts(kernel)))[word] == value


@pytest.mark.parametrize(
    ("taps", "words"),
    [
        ([1.7e308] * 3, "Sum beyond 1.8e308: flat areas are multiplied by beyond 1.8e308."),
        ([8e307, 0, -8e307], "Sum 0: flat areas become 0. Only changes are seen."),
        ([1e-320, 2e-320, 1e-320], "Sum 4e-320: flat areas are multiplied by 4e-320."),
    ],
)
def test_taps_at_the_ends_of_the_range_have_a_card(taps, words):
    k = Kernel(taps)
    said = list(sentences(k, facts(k)))
    assert said[0].startswith(words)
    assert "nan" not in " ".join(said)
    measured = dict(rows(k, facts(k)))
    assert measured["noise gain"].startswith("beyond 1.8e308" if taps[0] > 1 else "below 4.9e-324")
