"""The order of the rules that describe a kernel: where several hold, the special one answers."""

from itertools import pairwise

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
    "blur",
    "sharpener",
    "emboss",
    "band",
    "smooth_derivative",
    "wave",
    "derivative",
    "matched_pattern",
]


def answering(kernel):
    """The names of all rules that hold for a kernel, in the order in which they are asked."""
    found = Measures.of(kernel)
    return [rule.__name__ for rule in RULES if rule(found) is not None]


def test_the_rules_are_asked_from_the_special_to_the_general():
    assert [rule.__name__ for rule in RULES] == ORDER


@pytest.fixture(scope="module")
def held():
    """Which rules hold for kernels of every kind."""
    patch = np.random.default_rng(3).normal(size=(8, 8)).cumsum(axis=1)
    patch -= patch.mean()
    several = [
        kernels.identity(),
        Kernel([0, 3]),
        Kernel([0.0]),
        kernels.box(5),
        kernels.gaussian(2.0),
        kernels.sharpen(),
        kernels.emboss(),
        kernels.sobel(),
        kernels.laplacian(),
        kernels.log(2.0),
        kernels.gaussian(3.0, order=1),
        kernels.gabor(3.0, 0.2),
        Kernel(patch / np.linalg.norm(patch)),
    ]
    return [answering(kernel) for kernel in several]


def test_every_answer_is_the_first_of_those_that_hold(held):
    kinds = [names[0] for names in held if names]
    assert len(set(kinds)) >= 7


def test_the_order_matters(held):
    """Rules that hold for one kernel: were they asked the other way round, it would be named so."""
    both = {pair for names in held for pair in pairwise(names)}
    assert both, held
    assert all(ORDER.index(first) < ORDER.index(second) for first, second in both)
