"""Every named kernel: its shape, sum and rank, and its name, which makes it again."""

import inspect

import numpy as np
import pytest

from intertwine import kernels

EPS = np.finfo(float).eps


# One call of every named kernel, with its figures: shape, sum and rank (None where there are more
# or fewer than two axes).
TABLE = [
    ("identity", {"ndim": 2}, (1, 1), 1, 1),
    ("box", {"size": (3, 4)}, (3, 4), 1, 1),
    ("gaussian", {"sigma": (2.0, 1.0)}, (17, 9), 1, 1),
    ("binomial", {"order": (4, 3)}, (5, 4), 1, 1),
    ("sobel", {}, (3, 3), 0, 1),
    ("scharr", {"axis": 1}, (3, 3), 0, 1),
    ("prewitt", {"ndim": 3}, (3, 3, 3), 0, None),
    ("roberts", {"direction": 1}, (2, 2), 0, 2),
    ("laplacian", {}, (3, 3), 0, 2),
    ("laplacian", {"connectivity": 2}, (3, 3), 0, 2),
    ("log", {"sigma": 2.0}, (17, 17), 0, 2),
    ("dog", {"sigma": 2.0}, (27, 27), 0, 2),
    ("sharpen", {}, (3, 3), 1, 2),
    ("unsharp", {"sigma": 1.5}, (13, 13), 1, 2),
    ("emboss", {}, (3, 3), 1, 3),
    ("edge", {}, (3, 3), 0, 2),
    ("disk", {"radius": 9}, (19, 19), 1, 7),
    ("motion", {"length": 9, "angle_deg": 90}, (9, 1), 1, 1),
    ("gabor", {"sigma": 3.0, "frequency": 0.1, "angle_deg": 30}, (25, 25), None, 2),
]


def test_the_table_names_every_kernel():
    assert {row[0] for row in TABLE} == set(kernels.names())


@pytest.mark.parametrize(("name", "given", "shape", "total", "rank"), TABLE)
def test_figures(name, given, shape, total, rank):
    k = getattr(kernels, name)(**given)
    assert k.shape == shape
    assert k.origin == tuple((size - 1) // 2 for size in shape)
    if total is not None:
        assert abs(k.sum - total) <= EPS * np.abs(k.taps).sum()
    if rank is not None:
        assert np.linalg.matrix_rank(k.taps) == rank


@pytest.mark.parametrize(("name", "given"), [row[:2] for row in TABLE])
def test_the_name_is_the_call_and_makes_the_kernel_again(name, given):
    k = getattr(kernels, name)(**given)
    words = ",".join(f"{word}={value!r}" for word, value in given.items())
    assert k.name == f"{name}({words})".replace(",", ", ").replace(",  ", ", ")
    assert kernels.make(f"{name}:{words}") == k
    assert kernels.make(f"{name}:{words}").name == k.name


def test_names_show_plain_numbers():
    assert kernels.gaussian(2.0, ndim=2).name == "gaussian(sigma=2.0, ndim=2)"
    assert kernels.gaussian(np.array([2.0, 1.0])).name == "gaussian(sigma=[2.0, 1.0])"
    assert kernels.box(np.int64(3)).name == "box(size=3)"


def test_help_shows_a_kernel_as_the_result():
    assert str(inspect.signature(kernels.sobel)) == (
        "(axis: 'int' = 0, *, ndim: 'int' = 2) -> 'Kernel'"
    )
