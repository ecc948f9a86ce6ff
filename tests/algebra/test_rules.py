"""The order of the rules that describe a kernel: where several hold, the special one answers."""

import numpy as np
import pytest

from intertwine import kernels
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.description.rules import RULES
from intertwine.kernel import Kernel

#: From the special to the general.
ORDER = [
    "zero",
    "single_tap",
    "cosine",
    "polynomial",
    "wavelet",
    "compass",
    "binomial",
    "blur",
    "sharpener",
    "emboss",
    "odd_filters",
    "band",
    "smooth_derivative",
    "wave",
    "difference",
    "matched_pattern",
    "nearest",
]

AT = np.arange(-9, 10)
BELL = np.exp(-(AT**2) / 18)

#: A kernel for which several rules hold, these rules, and what it is called.
SEVERAL = [
    (
        Kernel(np.sinc(np.arange(-30, 31)) - 0.4 * np.sinc(0.4 * np.arange(-30, 31))),
        ["band"],
        "high-pass",
    ),
    (
        kernels.gaussian(3.0, order=2),
        ["smooth_derivative", "wave", "nearest"],
        "Laplacian",
    ),
    (Kernel(BELL * np.cos(1.2 * AT)), ["wave", "nearest"], "Gabor"),
    (Kernel(BELL * np.sin(1.2 * AT)), ["wave", "nearest"], "Gabor"),
]


def test_the_rules_are_asked_from_the_special_to_the_general():
    assert [rule.__name__ for rule in RULES] == ORDER


@pytest.mark.parametrize(("kernel", "holding", "kind"), SEVERAL, ids=[n for *_, n in SEVERAL])
def test_the_first_of_the_rules_that_hold_answers(kernel, holding, kind):
    found = Measures.of(kernel)
    answers = {rule.__name__: answer for rule in RULES if (answer := rule(found)) is not None}
    assert [name for name in answers if name in holding] == holding == list(answers)[: len(holding)]
    assert kernel.describe().sentence.startswith(answers[holding[0]].sentence)
    assert kernel.describe().kind == kind
