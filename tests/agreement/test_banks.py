"""Many kernels in one call: the answers of as many calls, with every method and option."""

import numpy as np
import pytest
from hypothesis import given, settings

import intertwine as iw
from banks import Bank, check
from cases import (
    BOUNDARIES,
    COMPLEXES,
    EXACT,
    FLOATS,
    INTEGERS,
    MODES,
    Case,
    Tapped,
    check_all,
    grid,
    unless_refused,
)
from strategies import banks

NAMES = EXACT

#: (data, one kernel, axes, axes of k before the kernel's): a bank on one image, a kernel for each
#: channel, a bank on single channels, one for each colour, a bank on every colour, rows, a line.
FORMS = [
    ((7, 8), (3, 2), (-2, -1), (4,)),
    ((2, 3, 7, 8), (3, 4), (-2, -1), (3,)),
    ((2, 1, 7, 8), (3, 4), (-2, -1), (4,)),
    ((7, 6, 3), (3, 2), (0, 1), (3,)),
    ((7, 6, 3), (2, 3), (0, 1), (4, 1)),
    ((7, 6, 3), (2, 3), (1, 0), (2, 3)),
    ((4, 9), (5,), (1,), (4,)),
    ((9,), (4,), (0,), (2, 3)),
    ((3, 9, 2), (4,), (1,), (5, 1, 2)),
    ((5, 6), (3, 3), (0, 1), (1,)),
]


def _banks(forms=FORMS, **choices):
    """Every form with every combination of choices."""
    return [
        Bank(case, kernels)
        for shape, size, axes, kernels in forms
        for case in grid((shape, size), axes=[axes], **choices)
    ]


SEVERAL = [FORMS[i] for i in (0, 1, 5)]
BANKS = [
    *_banks(boundary=list(BOUNDARIES), mode=list(MODES)),
    *_banks(kind=["outer", "box", "boxes", "signed"], dtype=["float32", "float64"]),
    *_banks(SEVERAL, dtype=[*INTEGERS, *FLOATS, *COMPLEXES]),
    *_banks(SEVERAL, dtype=["uint8", "int32", "float32"], taps_dtype=["int64", "complex128"]),
    *_banks(SEVERAL, boundary=list(BOUNDARIES), specks=[1, 3], dtype=["float32", "complex64"]),
    *_banks(SEVERAL, boundary=list(BOUNDARIES), specks=3, nan="ignore"),
    *_banks(boundary=["mirror", "renormalize"], masked=True, dtype=["float64", "uint8"]),
    *_banks(SEVERAL, nan="raise"),
    *_banks(SEVERAL, stride=[2, (1, 3)], dilation=[(2, 1)], mode=list(MODES), flip=[True, False]),
    *_banks(SEVERAL, origin=(1, 0), flip=[True, False], boundary=["wrap", ("mirror", "zero")]),
    *_banks(FORMS[6:9], origin=(2,), stride=[1, 2], flip=[True, False], mode=list(MODES)),
]

LARGE = [
    *_banks([((120, 130), (9, 9), (0, 1), (3,))], kind=["lopsided", "box"], dtype="float32"),
    *_banks([((2, 3, 70, 60), (12, 9), (2, 3), (3,))], kind=["outer", "box"], specks=[0, 2]),
    *_banks([((3000,), (90,), (0,), (5,))], kind=["lopsided", "boxes"], boundary="mirror"),
    *_banks([((3, 2000), (40,), (1,), (3,))], dtype=["float32", "int16"], taps_dtype="int64"),
]


@pytest.mark.parametrize("bank", dict.fromkeys(BANKS), ids=str)
def test_agrees_with_the_loops(bank):
    assert {"reference", "direct"} <= {*check_all(bank, check)}


@pytest.mark.parametrize("bank", LARGE, ids=str)
def test_agrees_on_several_tiles(bank):
    assert {"reference", "direct"} <= {*check_all(bank, check)}


#: How many of the small banks, and of the large, a method must have had that does not take all.
TAKEN = {
    "separable": (430, 6),
    "running_sum": (160, 4),
    "overlap_save": (570, 10),
}


@pytest.mark.parametrize("method", TAKEN)
def test_how_many_banks_a_method_had(method):
    def takes(bank):
        call = (iw.plan, bank.case.x(), bank.convolving())
        return unless_refused(*call, method=method, **bank.case.options) is not None

    had = [sum(map(takes, cases)) for cases in (dict.fromkeys(BANKS), LARGE)]
    assert all(n >= least for n, least in zip(had, TAKEN[method], strict=True)), had


@pytest.mark.parametrize("method", NAMES)
def test_no_counter_example(method):
    met = []

    @settings(max_examples=120)
    @given(banks())
    def search(bank):
        met.append(check(bank, method))

    search()
    assert sum(met) >= 12


@pytest.mark.parametrize("method", NAMES)
def test_threads_do_not_show(method):
    seen = 0
    for bank in LARGE:
        call = (bank.case.call, bank.case.x(), bank.stack())
        bits = [
            unless_refused(*call, method=method, threads=n, **bank.case.options) for n in (1, 2, 8)
        ]
        if bits[0] is not None:
            seen += 1
            assert bits[0].tobytes() == bits[1].tobytes() == bits[2].tobytes(), str(bank)
    assert seen >= 3


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
@pytest.mark.parametrize("spread", [1, 1e12])
def test_the_bits_are_those_of_single_calls(method, dtype, spread):
    rng = np.random.default_rng(0)
    x, k = rng.random((2, 3, 70, 60)).astype(dtype), np.ones((3, 12, 9)) * [[[1]], [[2]], [[3]]]
    x[..., 7] *= spread
    last = {"axes": (-2, -1), "method": method}
    channels = [iw.convolve(x[:, i], k[i], **last) for i in range(3)]
    np.testing.assert_array_equal(iw.convolve(x, k, **last), np.stack(channels, 1))
    answers = [iw.convolve(x, one, **last) for one in k]
    np.testing.assert_array_equal(iw.convolve(x, k[:, None, None], **last), np.stack(answers))


def test_forms_of_the_documentation():
    rng = np.random.default_rng(0)
    shapes = {
        ((9, 8), (5, 3, 3), (-2, -1)): (5, 9, 8),
        ((2, 5, 9, 8), (5, 3, 3), (-2, -1)): (2, 5, 9, 8),
        ((2, 1, 9, 8), (5, 3, 3), (-2, -1)): (2, 5, 9, 8),
        ((9, 8, 3), (3, 5, 5), (0, 1)): (9, 8, 3),
        ((9, 8, 3), (5, 1, 5, 5), (0, 1)): (5, 9, 8, 3),
        ((9, 8, 3), (1, 5, 5), (0, 1)): (9, 8, 3),
        ((9, 8), (1, 1, 5, 5), (0, 1)): (1, 1, 9, 8),
        ((9, 8), (2, 1, 3, 5, 5), (0, 1)): (2, 1, 3, 9, 8),
    }
    for (x, k, axes), y in shapes.items():
        assert iw.convolve(rng.random(x), rng.random(k), axes=axes).shape == y
        assert iw.plan(x, rng.random(k), axes=axes)(rng.random(x)).shape == y


def test_no_samples_give_no_outputs():
    assert iw.convolve(np.zeros((1, 0)), np.ones((3, 2)), axes=1).shape == (3, 0)
    assert iw.convolve(np.zeros((0, 5)), np.ones((2, 1, 2)), axes=1).shape == (2, 0, 5)
    assert iw.convolve(np.zeros(0), np.ones((2, 3, 4)), axes=0, mode="full").shape == (2, 3, 0)
    with pytest.raises(iw.ShapeError, match=r"axes \(3,\) of `k`.* the axes \(0,\) of `x`"):
        iw.convolve(np.zeros((0, 5)), np.ones((3, 2)), axes=1)


def test_a_plan_is_the_call():
    rng = np.random.default_rng(0)
    x, k = rng.random((9, 8)), rng.random((5, 3, 3))
    plan = iw.plan(x, k, axes=(0, 1), mask=True)
    mask = rng.random(x.shape) < 0.7
    assert plan.problem.shape == (9, 8)
    assert plan.problem.out_shape == (5, 9, 8)
    np.testing.assert_array_equal(plan(x, mask=mask), iw.convolve(x, k, axes=(0, 1), mask=mask))
    with pytest.raises(iw.ShapeError, match=r"this plan is for shape \(9, 8\), not \(1, 9, 8\)"):
        plan(x[None])


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "uint8", "complex64"])
def test_out_in_every_layout(method, dtype):
    case = Case((3, 20, 19), (4, 5), "box", dtype=dtype, taps_dtype="float32", axes=(1, 2))
    x, k = case.x(), Bank(case, (2, 3)).stack()
    want = iw.convolve(x, k, axes=(1, 2), method=method)
    gaps = np.zeros((4, 3, 40, 57), want.dtype)[::2, :, ::2, ::3]
    outs = {
        "gaps": gaps,
        "negative strides": np.zeros(want.shape, want.dtype)[::-1, ::-1, :, ::-1],
        "Fortran order": np.zeros(want.shape, want.dtype, order="F"),
        "byte-swapped": np.zeros(want.shape, want.dtype.newbyteorder()),
    }
    for name, out in outs.items():
        assert iw.convolve(x, k, axes=(1, 2), method=method, out=out) is out
        np.testing.assert_array_equal(out, want, err_msg=name)


@pytest.mark.parametrize("method", NAMES)
def test_out_may_be_the_data(method):
    rng = np.random.default_rng(0)
    x, k = rng.random((3, 40, 30)), np.ones((3, 5, 4)) * [[[1]], [[2]], [[3]]]
    want = iw.convolve(x, k, axes=(1, 2), method=method)
    assert iw.convolve(x, k, axes=(1, 2), method=method, out=x) is x
    np.testing.assert_array_equal(x, want)


def test_kernels_of_different_sizes_are_aligned_at_their_origins():
    x = np.random.default_rng(0).integers(-9, 10, (12, 11))
    kernels = [
        iw.Kernel([[1, 2, 3]], origin=(0, 2)),
        iw.Kernel([[4], [5], [6], [7]], origin=(1, 0)),
        iw.Kernel([[8]]),
        iw.Kernel([[1, -1], [2, -3]], origin=(1, 0)),
    ]
    for call in (iw.convolve, iw.correlate):
        for boundary in ("wrap", "zero", "mirror"):
            got = call(x, kernels, axes=(0, 1), boundary=boundary)
            want = [call(x, kernel, boundary=boundary) for kernel in kernels]
            np.testing.assert_array_equal(got, np.stack(want))


def test_kernels_may_come_in_nested_lists():
    x = np.random.default_rng(0).random((9, 8, 3))
    kernels = [iw.kernels.box(3), iw.kernels.gaussian(1.0), Tapped([1, 2], (1,))]
    got = iw.convolve(x, [[[kernel]] for kernel in kernels], axes=0, boundary="wrap")
    assert got.shape == (3, 9, 8, 3)
    for y, kernel in zip(got, kernels, strict=True):
        np.testing.assert_allclose(y, iw.convolve(x, kernel, axes=0, boundary="wrap"), atol=1e-14)
    rows = [[kernels], [kernels[::-1]]]
    assert iw.convolve(x, rows, axes=0).shape == (2, 9, 8, 3)


def test_integers_of_all_kernels_share_the_type_of_the_largest():
    x = np.array([0, 255, 255], np.uint8)
    k = np.array([[1, 0], [1, 1]])
    assert iw.convolve(x, k[0]).dtype == np.uint8
    got = iw.convolve(x, k, axes=0)
    assert got.dtype == np.uint16
    assert got.tolist() == [[0, 255, 255], [0, 255, 510]]
    with pytest.raises(iw.DTypeError, match="this kernel can give 0 to 510"):
        iw.convolve(x, k, axes=0, dtype=np.uint8)
    assert iw.convolve(x, [[1, 1], [0, -1]], axes=0).tolist() == [[0, 255, 510], [0, 0, -255]]


def test_a_nan_in_one_channel_stays_there():
    x, k = np.ones((3, 60, 50)), np.random.default_rng(0).random((3, 9, 9))
    x[1, 30, 20] = np.nan
    x[2, 5, 5] = np.inf
    for method in ("direct", "overlap_save", "reference"):
        y = iw.convolve(x, k, axes=(1, 2), method=method)
        assert np.isfinite(y[0]).all()
        assert np.isnan(y[1]).sum() == 81
        assert np.isposinf(y[2]).sum() == 81
        assert np.isfinite(y).sum() == y.size - 81 - 81


def test_raising_names_the_place_in_the_data():
    x = np.ones((4, 5))
    x[2, 3] = np.nan
    with pytest.raises(iw.OptionError, match=r"of 20, the first at \(2, 3\)"):
        iw.convolve(x, np.ones((6, 2, 2)), axes=(0, 1), nan="raise")


def test_explain_counts_the_kernels_and_says_what_they_share():
    rng = np.random.default_rng(0)
    plan = iw.plan((200, 300), rng.random((64, 5, 5)), axes=(0, 1), dtype="float32")
    text = plan.explain()
    assert "float32 200 x 300 under a bank of 64 kernels of 5 x 5 taps" in text
    assert "gives float32 64 x 200 x 300" in text
    assert "25 multiply-adds for each output, 64 kernels in one pass" in text
    assert "overlap_save" in text
    assert "64 kernels one by one, sharing nothing" in text
    assert ", transformed once for 64 kernels" in text
    assert repr(plan).startswith(f"Plan({plan.method}: 64 kernels, float32 (200, 300) -> ")


def test_more_kernels_than_plans_are_kept():
    x, k = np.random.default_rng(0).random((9, 9)), np.ones((700, 2, 3))
    x[4, 4] = np.nan
    y = iw.convolve(x, k, axes=(0, 1), nan="ignore", method="overlap_save")
    np.testing.assert_array_equal(y, np.broadcast_to(y[0], y.shape))
