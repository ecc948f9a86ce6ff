"""Equal calls share a plan; calls that only look equal do not."""

from types import SimpleNamespace

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine.arguments import Options
from intertwine.engine.plan import CACHE

X = np.arange(30, dtype=np.float32).reshape(5, 6)
K = np.array([[1.0, 2.0, 3.0]])


def test_a_changed_kernel_is_seen():
    k = K.copy()
    first = iw.convolve(X, k)
    k[0, 0] = 5
    again = iw.convolve(X, k)
    np.testing.assert_array_equal(again, iw.plan(X, k)(X))
    assert (again != first).any()


def test_only_kernels_that_never_change_are_known_by_their_array():
    changing = SimpleNamespace(taps=K.copy(), origin=(0, 1))
    first = iw.convolve(X, changing)
    changing.taps[0, 0] = 5
    again = iw.convolve(X, changing)
    np.testing.assert_array_equal(again, iw.convolve(X, iw.Kernel(changing.taps, origin=(0, 1))))
    assert (again != first).any()
    for k in (iw.Kernel(K, origin=(0, 1)), SimpleNamespace(taps=K.copy(), origin=(0, 1))):
        np.testing.assert_array_equal(iw.convolve(X, k), first)  # another array, equal taps


def test_convolve_and_correlate_keep_apart():
    for _ in range(2):
        assert (iw.convolve(X, K) != iw.correlate(X, K)).any()


def test_what_equals_an_option_but_is_none_is_still_refused():
    iw.convolve(X, K, stride=1)
    iw.convolve(X, K, stride=(1, 1))
    for stride in (True, 1.0, (1, True), (1.0, 1), np.bool_(True)):
        for call in (iw.convolve, iw.correlate, iw.plan):
            with pytest.raises(iw.OptionError, match="`stride="):
                call(X, K, stride=stride)
    for k in (K, iw.Kernel(K)):
        iw.convolve(X, k, axes=(0, 1))
        with pytest.raises(iw.OptionError, match="`axes="):
            iw.convolve(X, k, axes=(False, True))


class Contrary:
    """Equal to everything, until it is hashed."""

    def __init__(self, error):
        self.error = error

    def __eq__(self, other):
        return True

    def __hash__(self):
        raise self.error


@pytest.mark.parametrize("error", [TypeError("no"), RuntimeError("no")], ids=repr)
def test_contrary_options_are_read_like_any_other(error):
    iw.convolve(X, K, boundary="wrap")
    for name in ("boundary", "mode", "stride", "method", "nan", "cval", "precision"):
        with pytest.raises(iw.OptionError, match=f"`{name}="):
            iw.convolve(X, K, **{name: Contrary(error)})


def test_lists_and_arrays_as_options_work_without_being_remembered():
    for _ in range(2):
        y = iw.convolve(X, K, stride=[1, 2], axes=np.array([0, 1]), mask=np.ones(X.shape, bool))
        np.testing.assert_array_equal(y, iw.convolve(X, K, stride=(1, 2)))


def test_strides_and_byte_order_of_the_data_do_not_matter():
    y = iw.convolve(X, K)
    large = np.zeros((10, 12), np.float32)
    large[::2, ::2] = X
    for x in (np.asfortranarray(X), large[::2, ::2], X.astype(">f4"), X[::-1, ::-1][::-1, ::-1]):
        for out in (None, np.empty_like(X), np.empty((6, 5), np.float32).T, X.astype(">f4")):
            np.testing.assert_array_equal(iw.convolve(x, K, out=out), y)
            np.testing.assert_array_equal(iw.plan(X, K)(x, out=out), y)


def test_a_wrong_output_is_refused_by_a_remembered_call():
    iw.convolve(X, K)
    with pytest.raises(iw.ShapeError, match="`out` has shape"):
        iw.convolve(X, K, out=np.empty((6, 5), np.float32))
    with pytest.raises(iw.DTypeError, match="`out` is float64"):
        iw.convolve(X, K, out=np.empty(X.shape))
    with pytest.raises(iw.OptionError, match="`threads="):
        iw.convolve(X, K, threads=0)


def test_the_output_may_be_the_data():
    x, y = X.copy(), iw.convolve(X, K)
    assert iw.convolve(x, K, out=x) is x
    np.testing.assert_array_equal(x, y)


def test_nan_is_seen_by_a_remembered_call():
    box = np.ones((3, 3))
    for method in ("direct", "running_sum", "overlap_save"):
        iw.convolve(X, box, method=method)
        x = X.copy()
        x[0, 0] = np.nan
        touched = np.isnan(iw.convolve(x, box, method=method))
        assert touched.sum() == 4
        assert touched[:2, :2].all()


def test_a_plan_is_found_again_by_an_equal_call_and_by_its_shape():
    plan = iw.plan(X, K, boundary="wrap")
    assert iw.plan(X.copy(), K.copy(), boundary="wrap") is plan
    assert iw.plan(X.shape, K, dtype="float32", boundary="wrap") is plan
    assert iw.plan(X.shape, K, dtype="float64", boundary="wrap") is not plan


def test_shapes_types_and_origins_have_plans_of_their_own():
    for x in (X, X[:3], X.astype(np.float64), X.astype(np.uint8)):
        for origin in ((0, 0), (0, 2)):
            k = iw.Kernel(K, origin=origin)
            for _ in range(2):
                np.testing.assert_array_equal(iw.convolve(x, k), iw.plan(x, k)(x))


def test_the_range_of_64_bit_integers_is_looked_at_each_time():
    k = np.array([1, 1])
    assert iw.convolve(np.array([1, 2]), k).tolist() == [2, 3]
    large = np.array([2**40, 2**40])
    assert iw.convolve(large, k).tolist() == [2**41, 2**41]


def test_an_equal_call_finds_its_plan():
    CACHE.clear()
    iw.convolve(X, K, boundary="wrap")
    plans = CACHE.plans()
    iw.convolve(X.copy(), K.copy(), boundary="wrap")
    assert CACHE.plans() == plans
    assert len(plans) == 1
    said = tuple(Options(boundary="wrap"))
    assert CACHE.lookup(X, K, said, True) is plans[0]
