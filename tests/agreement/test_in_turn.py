"""One axis after the other, whatever it costs: the oracle's answer for every border and mode."""

import pickle
import re

import numpy as np
import pytest

import intertwine as iw
from agreement.sweeps import LARGE, QUICK
from cases import BOUNDARIES, MODES, bounds, check, grid, near, planned
from intertwine.engine import machine
from intertwine.engine.methods import direct, in_turn, overlap_save, running_sum, strips
from intertwine.engine.plan import CACHE
from rounded import agree, kernel, samples


def forget():
    """Let every plan be made anew."""
    CACHE.clear()


@pytest.fixture(autouse=True)
def forced(monkeypatch):
    """Tiles of all axes at once cost more than anything; axes of any length are asked about."""
    monkeypatch.setattr(strips, "cost", lambda problem, machine: 1e3)
    monkeypatch.setattr(in_turn, "LEAST_TAPS", 0)
    forget()
    yield
    monkeypatch.undo()
    forget()


@pytest.fixture(params=["running_sum", "direct", "overlap_save"])
def only(request, monkeypatch):
    """One method for all lines: where it cannot, nothing can."""
    methods = {"running_sum": running_sum, "direct": direct, "overlap_save": overlap_save}
    monkeypatch.setattr(in_turn, "METHODS", (methods[request.param],))
    forget()
    return request.param


def taken(cases):
    """How many of the cases are computed this way; all that apply agree."""
    count = 0
    for case in cases:
        plan = planned(case, "separable")
        if plan is not None and "one axis after the other" in plan.explain():
            assert check(case, "separable")
            count += 1
    return count


PRODUCTS = [c for c in QUICK if len(c.size) > 1 and c.kind in ("outer", "rank2", "box", "boxes")]
EVERYWHERE = [
    *grid(
        ((5, 6), (3, 2)), ((5, 6), (7, 9)), ((4, 3, 5), (2, 3, 2)), ((4, 3, 5), (5, 4, 7)),
        boundary=list(BOUNDARIES), mode=list(MODES), kind=["outer", "box"],
        dtype=["float32", "uint8"],
    ),
    *grid(
        ((5, 6), (4, 9)), ((4, 3, 5), (2, 3, 2)), boundary=list(BOUNDARIES),
        kind=["outer", "box"], dtype=["float64", "int32", "complex64"],
    ),
    *grid(
        ((9, 8), (3, 2)), boundary=list(BOUNDARIES), mode=list(MODES), flip=[True, False],
        stride=(2, 3), dilation=(1, 3), origin=(2, 0), kind="outer",
    ),
    *grid(
        ((9, 8), (3, 4)), boundary=list(BOUNDARIES), kind="outer", specks=3,
        nan=["propagate", "ignore"], dtype=["float32", "complex64"],
    ),
    *grid(((9, 8), (3, 4)), boundary=list(BOUNDARIES), kind="outer", masked=True),
    *grid(
        ((9, 8), (3, 4)), kind="outer", boundary=[
            ("wrap", "constant"), ("constant", "mirror"), ("zero", "constant"),
            ("constant", "renormalize"), ("nearest", "zero"), ("renormalize", "symmetric"),
        ], mode=list(MODES),
    ),
    *grid(((7, 6, 5), (3, 1, 4)), kind="outer", origin=(1, 0, 2), mode=list(MODES)),
    *grid(((4, 7, 3), (3, 4)), axes=[(2, 1), (0, -2), (0, 1)], kind="outer"),
    *grid(((7, 6), (3, 4)), kind="outer", dtype=["float16", "bool", "int8", "uint64", "int64"],
          taps_dtype=["float64", "int64"]),
    *grid(((7, 6), (3, 4)), kind=["outer", "box"], taps_dtype="complex128",
          dtype=["float32", "complex128"], boundary=list(BOUNDARIES)),
]  # fmt: skip


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_agrees_with_the_loops(boundary):
    cases = [c for c in dict.fromkeys([*PRODUCTS, *EVERYWHERE]) if c.boundary == boundary]
    assert taken(cases) > len(cases) / 3


def test_agrees_on_mixed_borders():
    cases = [c for c in EVERYWHERE if isinstance(c.boundary, tuple)]
    assert taken(cases) > len(cases) / 2


def test_agrees_by_each_method(only):
    kind = "box" if only == "running_sum" else "outer"
    cases = [
        *grid(
            ((5, 6), (3, 2)), ((5, 6), (7, 9)), boundary=list(BOUNDARIES), mode=list(MODES),
            kind=kind, dtype=["float32", "uint8", "float64"],
        ),
        *grid(((9, 8), (3, 4)), boundary=list(BOUNDARIES), kind=kind, specks=3, dtype="float32"),
    ]  # fmt: skip
    assert taken(cases) == len(cases)


def test_agrees_on_large_data():
    assert taken([c for c in LARGE if len(c.size) > 1][::4]) >= 8


def photo(dtype="float32", shape=(150, 90, 3)):
    rng = np.random.default_rng(1)
    return (rng.uniform(-1, 1, shape) * 100).astype(dtype)


#: A box along rows of an image and weights along its columns: two kinds of lines.
MIXED = np.outer(np.r_[1.0, 2, 4, 3, 1:9], np.full(60, 0.5))


def plan_of(x, k=MIXED, **options):
    return iw.plan(x, k, axes=(0, 1), method="separable", **options)


def in_turn_of(plan):
    """The steps of the first term."""
    return in_turn.turns(plan.problem, machine.current()).terms[0]


def test_the_steps_are_explained(monkeypatch):
    monkeypatch.setattr(in_turn, "METHODS", (running_sum, direct))
    x = photo(shape=(150, 700))
    k = np.outer(np.r_[1.0, 2, 4, 3, 1:9], np.full(600, 0.5))
    plan = iw.plan(x, k, method="separable", mode=("same", "valid"))
    assert plan.explain().splitlines()[1] == (
        "Method separable: rank 1: one axis after the other with an array between: "
        "axis 1 by running_sum (1 box (1x600), a few additions for each output), then "
        "axis 0 by direct (12 multiply-adds for each output)."
    )
    sums = [running_sum.memory(s.problem) for s in in_turn_of(plan) if s.method is running_sum]
    assert plan.chosen.memory == 150 * 101 * 4 + max(sums)


def test_bits_do_not_depend_on_threads_and_plans_can_be_pickled():
    x = photo()
    x[3, 5, 1], x[100, 20, 0] = np.nan, -np.inf
    plan = plan_of(x)
    one, two, eight = (plan(x, threads=n).tobytes() for n in (1, 2, 8))
    assert one == two == eight == pickle.loads(pickle.dumps(plan))(x).tobytes()


def test_what_leaves_least_comes_first():
    short = np.outer(np.arange(1.0, 9), np.arange(1.0, 61))
    for mode, first in ((("same", "valid"), 1), (("valid", "same"), 0), (("full", "same"), 1)):
        assert f"between: axis {first} by" in plan_of(photo(), short, mode=mode).explain()
    assert "between: axis 0 by" in plan_of(photo(), short, stride=(3, 1)).explain()
    assert "between: axis 1 by" in plan_of(photo(), short, stride=(1, 3)).explain()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("precision", [None, 1e-3, 3e-7])
def test_the_stated_bound_holds(dtype, precision):
    x, line = photo(dtype), iw.kernels.gaussian(12.0).taps
    k = np.outer(line * np.linspace(0.1, 1, line.size), line)
    plan = plan_of(x, k, precision=precision)
    assert precision is None or plan.error <= precision
    want = iw.convolve(x.astype("float64"), k, axes=(0, 1), method="direct")
    slack = 3 * k.size * np.finfo("float64").eps * np.abs(x).max() * k.sum()
    near(plan(x), want, bounds(plan, want, 1, x, k, 0) + slack)
    assert ("recursive" in plan.explain().splitlines()[1]) == (precision is not None)


def test_whole_numbers_pass_through_the_narrowest_type_that_holds_them():
    x = np.full((120, 130), 255, "uint8")
    plan = iw.plan(x, np.ones((101, 77), int), method="separable")
    assert [str(s.problem.result) for s in in_turn_of(plan)] == ["uint16", "uint32"]
    assert (plan(x) == 255 * 101 * 77).all()
    low = iw.plan(x, -np.ones((101, 77), int), method="separable")
    assert (low(x) == -255 * 101 * 77).all()


def test_samples_near_the_largest_number_do_not_overflow_between():
    x = np.full((90, 80), 3e38, "float32")
    x[::3] = -1e38
    k = np.outer([1e3, 2e3, 3e3, 1e3], [1e-4, 3e-4, 1e-4])
    k = np.ascontiguousarray(k / np.abs(k).sum())
    y = iw.convolve(x, k, method="separable")
    want = iw.convolve(x.astype("float64"), k, method="direct")
    bound = iw.plan(x, k, method="separable").error * np.float64(3e38)
    assert np.abs(y - want).max() <= bound


@pytest.mark.parametrize("methods", [(direct,), (overlap_save,), (direct, overlap_save)])
def test_nan_and_infinities_reach_their_windows_only(monkeypatch, methods):
    monkeypatch.setattr(in_turn, "METHODS", methods)
    forget()
    x, k = photo(), np.outer([1.0, 0, -2, 5], np.r_[3.0, 0, 1:7])
    x[3, 5, 1], x[100, 20, 0], x[101, 22, 0], x[149, 0, 2] = np.nan, np.inf, np.inf, -np.inf
    got = plan_of(x, k, boundary="zero")(x)
    want = iw.convolve(x, k, axes=(0, 1), boundary="zero", method="direct")
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    np.testing.assert_array_equal(got[np.isinf(want)], want[np.isinf(want)])


def test_corners_that_are_no_product_are_left_to_tiles():
    x, options = photo(), {"boundary": ("zero", "constant"), "mode": "full"}
    assert "one axis after the other" not in plan_of(x, cval=2.0, **options).explain()
    assert "one axis after the other" in plan_of(x, **options).explain()


def test_a_window_too_long_for_tiles_is_no_reason_to_refuse(monkeypatch):
    monkeypatch.setattr(strips, "MOST_BYTES", 1000)
    plan = plan_of(photo())
    assert "one axis after the other" in plan.explain()
    monkeypatch.setattr(in_turn, "METHODS", ())
    forget()
    with pytest.raises(iw.OptionError) as raised:
        plan_of(photo())
    tiles = re.sub(r"\d+(?= KiB)", "N", str(raised.value))
    assert tiles == (
        "plan: `method='separable'` cannot compute this: its tiles would take N KiB of work space "
        "a thread, more than 1000 bytes.\n"
        "  Leave method='auto', or look at plan(...).explain() for those that can."
    )


def test_arrays_between_axes_leave_room_for_others(monkeypatch):
    memory = plan_of(photo()).chosen.memory
    monkeypatch.setattr(in_turn, "installed", lambda: 4.0 * memory - 1)
    forget()
    assert "one axis after the other" not in plan_of(photo()).explain()
    monkeypatch.setattr(in_turn, "installed", lambda: 4.0 * memory)
    forget()
    assert "one axis after the other" in plan_of(photo()).explain()


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
@pytest.mark.parametrize("share", [1, 1 / 300])
def test_only_the_last_axis_is_rounded(only, share, dtype):
    x = samples(dtype, (40, 51))
    for kind in ("outer", "box"):
        k = kernel(kind, (5, 6)) * share
        plan = iw.plan(x, k, overflow="saturate", method="separable")
        assert "one axis after the other" in plan.explain()
        assert agree(x, k, "separable", dtype, boundary="mirror")
