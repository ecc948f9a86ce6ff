"""Kernels as densities: published figures, theorems, and what is refused."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

import intertwine as iw
from intertwine.kernel import Kernel
from intertwine.propagator import Propagator
from intertwine.propagator.flows import composed

EDGE = Kernel([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
COIN = Kernel([1, 0, 1]).density("abs")
LOPSIDED = Kernel([0.1, 0.2, 0.7]).density("abs")


@st.composite
def propagators(draw, ndims=(1, 2, 3)):
    """Lopsided densities of one axis to three, with any origin and with zeros."""
    ndim = draw(st.sampled_from(ndims))
    shape = draw(st.tuples(*[st.integers(1, {1: 7, 2: 4, 3: 3}[ndim])] * ndim))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    taps = rng.random(shape) * (rng.random(shape) < 0.8)
    taps[tuple(rng.integers(0, n) for n in shape)] += 0.1
    return Kernel(taps, [int(rng.integers(0, n)) for n in shape]).density("abs")


def embedded(p, like):
    """The taps of `p` in a box that both propagators fit into, and those of `like`."""
    low = [max(a, b) for a, b in zip(p.origin, like.origin, strict=True)]
    ends = [
        (n - a, m - b)
        for n, a, m, b in zip(p.shape, p.origin, like.shape, like.origin, strict=True)
    ]
    out = []
    for each in (p, like):
        box = np.zeros([b + max(e) for b, e in zip(low, ends, strict=True)])
        at = [b - o for b, o in zip(low, each.origin, strict=True)]
        box[tuple(slice(a, a + n) for a, n in zip(at, each.shape, strict=True))] = each.taps
        out.append(box)
    return out


# Densities.


def test_softmax_of_the_edge_kernel_is_concentrated_at_the_centre():
    taps = EDGE.density().taps
    assert taps[1, 1] == pytest.approx(0.999013695, abs=5e-10)
    off = np.delete(taps.ravel(), 4)
    np.testing.assert_allclose(off, 1.23288084e-4, rtol=5e-9)
    assert np.round(off, 4).tolist() == [0.0001] * 8


def test_softmax_is_stable_and_knows_temperature():
    taps = Kernel([0.0, 1e4, 1e4 - 1]).density().taps
    np.testing.assert_allclose(taps, np.array([0, math.e, 1]) / (math.e + 1), rtol=1e-12)
    huge = Kernel([-1.7e308, 0.0, 1.7e308]).density(temperature=1e-300)
    assert huge.taps.tolist() == [0, 0, 1]
    even = Kernel([-1e4, 1e4]).density(temperature=1e12).taps
    np.testing.assert_allclose(even, 0.5, atol=1e-9)
    rng = np.random.default_rng(1)
    values = rng.normal(size=(4, 3)) * 5
    np.testing.assert_allclose(
        Kernel(values).density(temperature=2.5).taps, special.softmax(values / 2.5), rtol=1e-13
    )


def test_abs_and_clip():
    k = Kernel([-1, 2, -3], origin=0)
    np.testing.assert_allclose(k.density("abs").taps, np.array([1, 2, 3]) / 6)
    assert k.density("clip").taps.tolist() == [0, 1, 0]
    assert k.density("clip").origin == (0,)
    assert Kernel([5e-324, 1e-320]).density("abs").kernel.sum == 1
    assert Kernel([1e308, 1.5e308, 1e308]).density("abs").kernel.sum == pytest.approx(1)


REFUSED = [
    (lambda: Kernel([-1, -2]).density("clip"),
     "OptionError: density: how='clip' leaves nothing of 2 taps, the largest is -1.\n"
     "  Pass how='abs' or how='softmax'."),
    (lambda: Kernel([0, 0]).density("abs"),
     "OptionError: density: each of 2 taps is 0, there is no weight to share out.\n"
     "  Pass how='softmax', which makes them equal."),
    (lambda: Kernel([1, 2]).density(temperature=0),
     "OptionError: density: `temperature=0` must be a finite number above 0.\n"
     "  Small ones favour the largest taps, large ones even them out."),
    (lambda: Kernel([1, 2]).density(temperature=math.nan),
     "OptionError: density: `temperature=nan` must be a finite number above 0.\n"
     "  Small ones favour the largest taps, large ones even them out."),
    (lambda: Kernel([1, 2]).density("abs", 2.0),
     "OptionError: density: `temperature=2` has no effect with how='abs'.\n"
     "  Pass how='softmax', or leave temperature out."),
    (lambda: Kernel([1, 2]).density("softmx"),
     "OptionError: density: `how='softmx'` is not known. Did you mean 'softmax'?\n"
     "  Known: softmax, abs, clip."),
    (lambda: Kernel([1j, 2]).density(),
     "DTypeError: density: the taps are complex128, and a density is real.\n"
     "  Take a real part of the kernel first: Kernel(np.abs(k.taps), k.origin)."),
    (lambda: Propagator([0.5, 0.6]),
     "OptionError: Propagator: the taps sum to 1.1, not to 1.\n"
     "  k.density('abs') divides by the sum."),
    (lambda: Propagator([1.5, -0.5]),
     "OptionError: Propagator: 1 of 2 taps is negative, the least is -0.5.\n"
     "  A density has none: k.density('softmax' | 'abs' | 'clip')."),
    (lambda: COIN.step(-1),
     "OptionError: step: `n=-1` must be an integer from 0 to 2**62.\n"
     "  For a time that is not whole see flow(t)."),
    (lambda: COIN.flow(-0.5),
     "OptionError: flow: `t=-0.5` must be a finite number from 0 up.\n"
     "  Densities do not run backwards: negative times would amplify noise without end."),
    (lambda: COIN.flow(math.inf),
     "OptionError: flow: `t=inf` must be a finite number from 0 up.\n"
     "  Densities do not run backwards: negative times would amplify noise without end."),
    (lambda: COIN.cumulants(7),
     "OptionError: cumulants: `order=7` must be an integer from 1 to 6."),
    (lambda: COIN.gaussian_limit(0),
     "OptionError: gaussian_limit: `n=0` must be an integer from 1 to 2**62."),
    (lambda: Propagator([0.0, 1.0]).gaussian_limit(3),
     "OptionError: gaussian_limit: every step is the same, there is no spread to tend to a "
     "Gaussian.\n  The kernel has one tap that is not 0: n steps are a shift."),
    (lambda: Kernel(np.ones((9, 9, 9))).density("abs").step(500),
     "OptionError: step: the kernel would have 4,001 x 4,001 x 4,001 taps, more than "
     "134,217,728.\n  Ask for fewer steps or a shorter time."),
    (lambda: Kernel(np.ones((2, 2, 2))).density("abs").plot_flow([1]),
     "ShapeError: plot_flow: the density has 3 axes, and a picture shows one or two."),
    (lambda: COIN.plot_flow(2.0),
     "OptionError: plot_flow: `times=2.0` must be a list of times, such as [0.5, 1, 2]."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[m[:50] for _, m in REFUSED])
def test_refusals(call, message):
    with pytest.raises(iw.IntertwineError) as caught:
        call()
    assert f"{type(caught.value).__name__}: {caught.value}" == message


# One step.


def test_drift_and_variance_of_the_published_kernel():
    assert LOPSIDED.drift == pytest.approx([0.6], abs=1e-15)
    assert 2 * LOPSIDED.diffusion == pytest.approx(np.array([[0.44]]), abs=1e-15)


def test_the_binomial_kernel_composed_ten_times():
    walk = Kernel([1, 2, 1]).density("abs").step(10)
    assert walk.cumulants(2)[0, 0] == 5.0
    assert walk.cumulants(4).item() / 25 == pytest.approx(-0.1, abs=1e-14)
    assert walk.taps.tolist() == (special.comb(20, np.arange(21), exact=False) / 2**20).tolist()


def test_cumulants_are_those_of_scipy():
    k = np.array([0.1, 0.25, 0.4, 0.05, 0.2])
    p = Kernel(k, origin=1).density("abs")
    law = stats.rv_discrete(values=(np.arange(5) - 1, k))
    mean, var, skew, kurt = (float(v) for v in law.stats(moments="mvsk"))
    assert p.cumulants(1).item() == pytest.approx(mean)
    assert p.cumulants(2).item() == pytest.approx(var)
    assert p.cumulants(3).item() == pytest.approx(skew * var**1.5)
    assert p.cumulants(4).item() == pytest.approx(kurt * var**2)
    fair = Kernel([1, 0, 1]).density("abs")  # 2nd, 4th and 6th cumulant of a coin: 1, -2, 16
    assert [fair.cumulants(n).item() for n in range(1, 7)] == [0, 1, 0, -2, 0, 16]


def test_entropy_is_in_nats():
    assert Propagator([0.25] * 4).entropy == pytest.approx(math.log(4))
    assert Propagator([0.0, 1.0, 0.0]).entropy == 0
    assert EDGE.density().entropy == pytest.approx(stats.entropy(EDGE.density().taps.ravel()))


def test_it_acts_as_a_kernel():
    x = np.arange(7.0)
    np.testing.assert_array_equal(LOPSIDED @ x, iw.convolve(x, LOPSIDED))
    np.testing.assert_array_equal(LOPSIDED @ x, iw.convolve(x, LOPSIDED.kernel))
    assert pickle.loads(pickle.dumps(LOPSIDED)) == LOPSIDED
    assert len({LOPSIDED, Kernel([0.1, 0.2, 0.7]).density("abs")}) == 1
    with pytest.raises(AttributeError, match="never changes"):
        LOPSIDED.kernel = COIN.kernel


def test_the_words_say_what_the_numbers_say():
    said = EDGE.density().describe()
    assert said.startswith(
        "Nearly everything in the window of 3 x 3 concentrates at the centre: 0.999013695 of the "
        "weight, 0.000123 for each other tap. On average nothing moves."
    )
    assert "A step moves by (+0.6) samples on average." in LOPSIDED.describe()
    assert (
        iw.kernels.box((3, 3))
        .density("abs")
        .describe()
        .startswith("The weight is shared evenly by 9 taps of a 3 x 3 window.")
    )
    assert (
        Propagator([0.0, 0.0, 1.0])
        .describe()
        .startswith(
            "All of the weight is (+1) from where it is. A step moves by (+1) samples on average. "
            "Nothing spreads: it is a shift."
        )
    )
    slanted = Kernel(np.eye(3)).density("abs").describe()
    assert "It spreads most at 135 degrees" in slanted


# Flows.


@pytest.mark.parametrize("t", [0, 1e-300, 1e-9, 1e-3, 0.5, 1, 2, 15.9, 16.1, 100, 1e4, 1e6])
def test_the_flow_of_a_coin_is_a_bessel_function(t):
    flow = COIN.flow(t)
    n = np.arange(flow.shape[0]) - flow.origin[0]
    np.testing.assert_allclose(flow.taps, special.ive(np.abs(n), t), rtol=0, atol=1e-15)
    assert flow.taps.min() >= 0
    assert flow.kernel.sum == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("t", "published"),
    [
        (1.0, [0.465759608, 0.207910415, 0.0499387769, 0.00815530777, 0.00100693026]),
        (2.0, [0.30850832, 0.21526929, 0.09323903, 0.02879122, 0.00686537]),
    ],
)
def test_published_flows(t, published):
    flow = COIN.flow(t)
    c = flow.origin[0]
    np.testing.assert_allclose(flow.taps[c : c + 5], published, rtol=0, atol=5e-9)


@settings(max_examples=30)
@given(propagators(), st.floats(0, 12), st.floats(0, 12))
def test_flows_add_their_times(p, s, t):
    joined = Propagator(composed(p.flow(s).kernel, p.flow(t).kernel))
    left, right = embedded(joined, p.flow(s + t))
    assert np.abs(left - right).max() <= 1e-15
    full = iw.convolve(p.flow(s).taps, p.flow(t).taps, mode="full", boundary="zero")
    np.testing.assert_allclose(full, joined.taps, rtol=0, atol=1e-15)


@settings(max_examples=40)
@given(propagators(), st.sampled_from([1e-6, 0.3, 7.0, 40.0, 900.0]))
def test_flows_are_densities_with_the_moments_of_a_poisson_walk(p, t):
    if p.ndim == 3 and t > 100:
        t = 20.0
    flow = p.flow(t)
    assert flow.taps.min() >= 0
    assert flow.kernel.sum == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(flow.drift, t * p.drift, rtol=1e-11, atol=1e-11)
    second = t * (2 * p.diffusion + np.multiply.outer(p.drift, p.drift))
    np.testing.assert_allclose(2 * flow.diffusion, second, rtol=1e-9, atol=1e-11)


def test_the_flow_is_the_exponential_of_the_operator():
    from scipy.linalg import expm

    p = Kernel([0.1, 0.2, 0.4, 0.3], origin=1).density("abs")
    n = 41
    matrix = np.stack([iw.convolve(e, p, boundary="wrap") for e in np.eye(n)], axis=1)
    for t in (0.7, 21.0):
        expected = expm(t * (matrix - np.eye(n)))[:, 0]
        flow = iw.convolve(np.eye(n)[0], p.flow(t), boundary="wrap")
        np.testing.assert_allclose(flow, expected, rtol=0, atol=1e-14)


def test_long_flows_of_wide_kernels_take_the_transform_of_the_taps():
    taps = np.random.default_rng(3).random((13, 13))
    p = Kernel(taps).density("abs")
    flow = p.flow(300.0)
    np.testing.assert_allclose(flow.drift, 300 * p.drift, atol=1e-9)
    assert flow.taps.min() >= 0
    assert flow.kernel.sum == pytest.approx(1, abs=1e-14)


# Steps.


@given(propagators(), st.integers(0, 6))
def test_cumulants_of_n_steps_are_n_times_those_of_one(p, n):
    walk = p.step(n)
    assert walk.kernel.sum == pytest.approx(1, abs=1e-13)
    for order in range(1, 5):
        np.testing.assert_allclose(
            walk.cumulants(order), n * p.cumulants(order), rtol=1e-9, atol=1e-9
        )


@given(propagators())
def test_three_steps_are_one_after_the_other(p):
    by_hand = composed(composed(p.kernel, p.kernel), p.kernel)
    walk = p.step(3)
    assert walk.origin == by_hand.origin
    np.testing.assert_allclose(walk.taps, by_hand.taps, rtol=1e-12, atol=1e-16)
    assert p.step(0).taps.item() == 1


# The Gaussian limit.


@given(propagators(ndims=(1,)), st.sampled_from([1, 4, 30]))
def test_the_distance_keeps_to_the_bound_of_berry_and_esseen(p, n):
    if not p.diffusion.any():
        return
    limit = p.gaussian_limit(n)
    assert limit.distance <= limit.bound
    assert limit.distance <= 1


def test_the_distance_of_a_coin_is_known():
    # After one toss F jumps to 1/2 at -1, where the Gaussian has Phi(-1).
    limit = COIN.gaussian_limit(1)
    assert limit.distance == pytest.approx(0.5 - stats.norm.cdf(-1))
    assert limit.bound == pytest.approx(0.4748)
    ratio = COIN.gaussian_limit(400).distance / COIN.gaussian_limit(100).distance
    assert ratio == pytest.approx(0.5, rel=0.02)  # 1 / sqrt(n)


def test_the_limit_has_the_mean_and_covariance_of_the_walk():
    p = Kernel(np.outer([1, 2, 3], [1, 0, 5]) + 4 * np.eye(3)).density("abs")
    limit = p.gaussian_limit(20)
    reached = Propagator(limit.kernel)
    np.testing.assert_allclose(reached.drift, 20 * p.drift, atol=1e-12)
    np.testing.assert_allclose(limit.covariance, 40 * p.diffusion, rtol=1e-12)
    spread = 2 * reached.diffusion - np.eye(2) / 12  # cells of width 1 add 1/12
    np.testing.assert_allclose(spread, limit.covariance, atol=1e-11)
    walked, gaussian = embedded(p.step(20), reached)
    assert np.abs(walked - gaussian).max() < 0.1 * gaussian.max()
    assert limit.bound > limit.distance
    flat = Kernel(np.eye(3)).density("abs").gaussian_limit(50)  # no spread across the diagonal
    assert flat.bound == pytest.approx(Kernel([1, 1, 1]).density("abs").gaussian_limit(50).bound)


# Pictures.


def test_plots_show_the_flows():
    lines = LOPSIDED.plot_flow([0.5, 4])
    assert [t.get_text() for t in lines.axes[0].get_legend().get_texts()] == ["t = 0.5", "t = 4"]
    (line, _) = lines.axes[0].get_lines()
    places, heights = line.get_data()
    flow = LOPSIDED.flow(0.5)
    assert heights[list(places).index(0)] == flow.taps[flow.origin]
    panels = Kernel(np.eye(3)).density("abs").plot_flow([1, 3])
    drawn = [axes.images[0] for axes in panels.axes if axes.images]
    # Along the diagonal a step is -1, 0 or 1 alike: at the origin exp(-2 t / 3) I_0(2 t / 3).
    peaks = [f"{special.i0e(2 * t / 3):.2g}" for t in (1, 3)]
    titles = [f"t = {t}, peak {peak}" for t, peak in zip((1, 3), peaks, strict=True)]
    assert [image.axes.get_title() for image in drawn] == titles
    assert drawn[0].get_array().sum() == pytest.approx(1, abs=2e-3)
    # A share of 1/1000 of the peak is seen beside it, and an empty place is not.
    assert 0.2 < float(drawn[0].norm(1e-3 * drawn[0].get_array().max())) < 0.3
    assert float(drawn[0].norm(0.0)) == 0
