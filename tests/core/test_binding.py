"""The core called directly: whatever is wrong is refused, and the process lives on."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intertwine import _core

#: n, m, k, start, stride, dilation, border: a row of 8 samples under 3 taps, same length.
ROW = [8, 8, 3, -1, 1, 1, 0]

#: Two kernels on rows.
BANK = {"order": (0, 1), "bank": (2,)}

#: Sums of 16 bits.
SHORT = {"compute": "int16", "taps": np.ones(3, "i2")}

#: One difference of the samples under two taps.
PAIRS = {"weights": np.ones(1, np.float32), "pairs": (2, 0), "first": (0, 1)}


def call(**changes):
    """Make and run `Direct` rightly but for `changes`."""
    given = {
        "numbers": ROW,
        "order": (0,),
        "channels": False,
        "bank": (),
        "taps": np.array([1, 2, 3], np.float32),
        "compute": "float32",
        "halvings": 0,
        "negative": False,
        "weights": None,
        "pairs": (),
        "first": (),
        "x": np.arange(8, dtype=np.float32),
        "out": np.zeros(8, np.float32),
        "cval": 0.0,
        "add": False,
        "threads": 1,
    }
    given.update(changes)
    values = list(given.values())
    _core.Direct(_core.Geometry(*values[:4]), *values[4:11]).run(*values[11:])
    return given["out"]


def geometry(numbers=ROW, order=(0,), channels=False, bank=()):
    return _core.Geometry(numbers, order, channels, bank)


def test_right_call():
    assert call().tolist() == [3, 8, 14, 20, 26, 32, 38, 20]


def test_differences_stand_for_taps():
    assert call(**PAIRS).tolist() == [1, 2, 2, 2, 2, 2, 2, -6]
    assert call(**PAIRS, x=np.full(8, 0.7, np.float32))[1:-1].tolist() == [0] * 6
    assert call(
        **{**PAIRS, "first": (0, 0), "weights": np.ones(0, "f4"), "pairs": ()}
    ).tolist() == (call().tolist())


def test_what_lies_outside_comes_with_the_call():
    filled = [*ROW[:6], 5]
    assert call(numbers=filled, cval=10.0).tolist() == [13, 8, 14, 20, 26, 32, 38, 50]
    assert call(cval=10.0).tolist() == call().tolist()


def test_axes_are_taken_in_their_order():
    x = np.arange(24, dtype=np.float32).reshape(8, 3)
    for channels, order, numbers in [
        (True, (0, 1), ROW),
        (False, (1, 0), [3, 3, 1, 0, 1, 1, 0, *ROW]),
        (False, (0, 1), [*ROW, 3, 3, 1, 0, 1, 1, 0]),
    ]:
        for a in (x, np.asfortranarray(x), np.repeat(x, 2, 1)[:, ::2], x[::-1][::-1]):
            y = call(x=a, out=np.zeros_like(x), numbers=numbers, order=order, channels=channels)
            assert y.T.tolist() == [call(x=column.copy()).tolist() for column in x.T]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"x": np.zeros((8, 1), np.float32)}, "x, out: wrong number of axes"),
        ({"x": np.zeros(7, np.float32)}, "x, out: shape differs from geometry"),
        ({"out": np.zeros(9, np.float32)}, "x, out: shape differs from geometry"),
        ({"x": np.zeros(8, np.complex64)}, "x: no real native type: Zf"),
        ({"x": np.zeros(8, ">f4")}, "x: no real native type: >f"),
        ({"taps": np.ones(3)}, "taps: wrong type, size or order"),
        ({"taps": np.ones(2, np.float32)}, "taps: wrong type, size or order"),
        ({"taps": np.ones(6, np.float32)[::2]}, "taps: wrong type, size or order"),
        ({"compute": "float80"}, "compute: unknown type float80"),
        ({"numbers": []}, "geometry: needs 7 numbers an axis"),
        ({"numbers": ROW[:-1]}, "geometry: needs 7 numbers an axis"),
        ({"numbers": ROW * 17}, "geometry: too many axes"),
        ({"numbers": [8, 8, 0, -1, 1, 1, 0]}, "geometry: number out of range"),
        ({"numbers": [8, 8, 3, -1, 0, 1, 0]}, "geometry: number out of range"),
        ({"numbers": [8, 8, 3, -1, 1, 1, 6]}, "geometry: number out of range"),
        ({"numbers": [8, 8, 3, -1, 1, 2**62, 0]}, "geometry: too far"),
        ({"numbers": [8, 8, 2**41, -1, 1, 1, 0]}, "geometry: too many taps"),
        ({"order": ()}, "order: needs one place an axis"),
        ({"order": (0, 1)}, "order: needs one place an axis"),
        ({"order": (1,)}, "order: no permutation"),
        ({"order": (0, 0), "channels": True}, "order: no permutation"),
        ({"order": (0, -1), "channels": True}, "order: no permutation"),
        ({"threads": 0}, "threads: less than 1"),
        ({**PAIRS, "pairs": (0, 3)}, "pairs: no such tap"),
        ({**PAIRS, "pairs": (-1, 2)}, "pairs: no such tap"),
        ({**PAIRS, "pairs": (2,)}, "pairs: two taps for each weight"),
        ({**PAIRS, "first": (0, 2)}, "pairs: two taps for each weight"),
        ({**PAIRS, "first": (0, -1)}, "first: must not fall"),
        ({**PAIRS, "first": (0,)}, "first: one for each kernel, and the end"),
        ({**PAIRS, "first": (1, 1)}, "first: one for each kernel, and the end"),
        ({**PAIRS, **SHORT}, "pairs: of sums in floating point"),
        ({"halvings": 1}, "halvings: 0 to 14, of sums in 16 bits"),
        ({"halvings": -1, **SHORT}, "halvings: 0 to 14, of sums in 16 bits"),
        ({"halvings": 15, **SHORT}, "halvings: 0 to 14, of sums in 16 bits"),
        ({"halvings": 1, **SHORT, "out": np.zeros(8, "i2")}, "out: halved sums have 8 bits"),
    ],
)
def test_wrong_calls_are_refused(changes, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call(**changes)


def test_a_bank_shares_samples_or_has_its_own():
    taps = np.array([[1, 2, 3], [0, 1, 0]], np.float32)
    own = np.arange(16, dtype=np.float32).reshape(2, 8)
    for x in (own, own[:1], np.broadcast_to(own[0], (2, 8))):
        out = call(**BANK, x=x, out=np.zeros((2, 8), np.float32), taps=taps, threads=2)
        for one, k, y in zip(np.broadcast_to(x, (2, 8)), taps, out, strict=True):
            np.testing.assert_array_equal(call(x=one.copy(), taps=k), y)


def test_a_bank_lies_along_any_axis():
    taps = np.array([[1, 2, 3], [0, 1, 0]], np.float32)
    x, out = np.arange(16, dtype=np.float32).reshape(8, 2), np.zeros((8, 2), np.float32)
    call(bank=(2,), order=(1, 0), x=x, out=out, taps=taps)
    for i in range(2):
        np.testing.assert_array_equal(call(x=x[:, i].copy(), taps=taps[i]), out[:, i])


@pytest.mark.parametrize(
    ("x", "out", "taps", "bank", "text"),
    [
        ((2, 8), (8,), 6, (2,), "x, out: wrong number of axes"),
        ((2, 8), (3, 8), 6, (2,), "bank: differs"),
        ((3, 8), (2, 8), 6, (2,), "bank: differs"),
        ((0, 8), (2, 8), 6, (2,), "bank: differs"),
        ((2, 8), (2, 8), 3, (2,), "taps: wrong type, size or order"),
        ((2, 7), (2, 8), 6, (2,), "x, out: shape differs from geometry"),
        ((2, 8), (2, 8), 6, (2, 1), "order: needs one place an axis"),
        ((2, 8), (2, 8), 6, (0,), "bank: out of range"),
        ((2, 8), (2, 8), 6, (2**62,), "bank: out of range"),
        ((2, 8), (2, 8), 6, (1,) * 17, "bank: too many axes"),
    ],
)
def test_wrong_banks_are_refused(x, out, taps, bank, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call(
            bank=bank,
            order=(0, 1),
            x=np.zeros(x, "f4"),
            out=np.zeros(out, "f4"),
            taps=np.ones(taps, "f4"),
        )


def test_methods_for_one_kernel_refuse_a_bank():
    two = geometry(**BANK)
    with pytest.raises(ValueError, match="bank: this method takes one kernel"):
        _core.Separable(two, np.ones((1, 3), np.float32), [8], 4, "float32")
    with pytest.raises(ValueError, match="bank: this method takes one kernel"):
        _core.RunningSum(two, [1.0], [0], [1], "float32")


def test_channels_must_be_as_many_on_both_sides():
    x, out = np.zeros((8, 2), np.float32), np.zeros((8, 3), np.float32)
    with pytest.raises(ValueError, match="inner: differs"):
        call(x=x, out=out, order=(0, 1), channels=True)


def test_read_only_output_is_refused():
    out = np.zeros(8, np.float32)
    out.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        call(out=out)


def test_what_was_prepared_stays_when_the_taps_change():
    taps = np.array([1, 2, 3], np.float32)
    prepared = _core.Direct(geometry(), taps, "float32")
    taps[:] = 9
    out = np.zeros(8, np.float32)
    prepared.run(np.arange(8, dtype=np.float32), out, 0.0, False, 1)
    assert out.tolist() == call().tolist()


def test_separable_and_boxes_check_their_own():
    with pytest.raises(ValueError, match="factors: needs"):
        _core.Separable(geometry(), np.ones(3, np.float32), [8], 4, "float32")
    with pytest.raises(ValueError, match="factors: wrong type"):
        _core.Separable(geometry(), np.ones((2, 4), np.float32), [8], 4, "float32")
    with pytest.raises(ValueError, match="tile: one length an axis"):
        _core.Separable(geometry(), np.ones((2, 3), np.float32), [8, 8], 4, "float32")
    for tile, batch in (([0], 4), ([8], 0)):
        with pytest.raises(ValueError, match="tile: less than 1"):
            _core.Separable(geometry(), np.ones((2, 3), np.float32), tile, batch, "float32")
    with pytest.raises(ValueError, match="boxes: sizes differ"):
        _core.RunningSum(geometry(), [1.0], [0, 0], [1, 1], "float32")
    for first, length in [(1, 3), (-1, 2), (0, 0), (2**62, 2**62), (3, 2**63 - 1)]:
        with pytest.raises(ValueError, match="boxes: outside the kernel"):
            _core.RunningSum(geometry(), [1.0], [first], [length], "float32")


def test_overlap_save_checks_its_own():
    taps = np.ones(3, np.float32)
    for tile, text in [
        ([12], "last length must be a multiple of 16"),
        ([2], "smaller than the kernel"),
        ([112], "products of 2, 3 and 5"),
        ([16, 16], "one length an axis"),
    ]:
        with pytest.raises(ValueError, match=f"tile: .*{text}"):
            _core.OverlapSave(geometry(), taps, False, tile, "float32", -1, 1)
    with pytest.raises(ValueError, match="float32 or float64"):
        _core.OverlapSave(geometry(), np.ones(3, np.int64), False, [16], "int64", -1, 1)
    with pytest.raises(ValueError, match="taps: wrong type, size or order"):
        _core.OverlapSave(geometry(**BANK), taps, False, [16], "float32", -1, 1)
    two = _core.OverlapSave(
        geometry(**BANK), np.ones((2, 3), np.float32), False, [16], "float32", -1, 1
    )
    one = _core.OverlapSave(geometry(), taps, False, [16], "float32", -1, 1)
    assert two.kept_bytes > one.kept_bytes >= 16 * 8 + taps.nbytes
    with pytest.raises(ValueError, match="takes no channels"):
        _core.OverlapSave(
            geometry(order=(0, 1), channels=True), taps, False, [16], "float32", -1, 1
        )


numbers = st.one_of(st.integers(-5, 20), st.sampled_from([2**31, 2**62, -(2**62)]))


@given(st.lists(numbers, min_size=7, max_size=14), st.integers(-1, 3), st.integers(1, 3))
def test_any_geometry_is_computed_or_refused(geometry, threads, inner):
    axes = max(1, len(geometry) // 7)
    shape = [min(max(int(n), 0), 30) for n in geometry[: 7 * axes : 7]]
    outputs = [min(max(int(n), 0), 30) for n in geometry[1 : 7 * axes : 7]]
    x, out = np.ones((*shape, inner)), np.zeros((*outputs, inner))
    taps = np.ones([min(max(int(n), 0), 30) for n in geometry[2 : 7 * axes : 7]])
    if any(abs(int(n)) > 2**40 for n in geometry):
        taps = np.ones(1)  # far geometry must be refused, never allocated
    try:
        axes_in_order = _core.Geometry(geometry, range(axes + 1), True)
        _core.Direct(axes_in_order, taps, "float64").run(x, out, 0.0, False, threads)
    except ValueError as error:
        refused = str(error).partition(":")[0]
    else:
        refused = None
    assert refused in {None, "geometry", "x, out", "taps", "threads", "inner"}
    assert np.isfinite(out).all()


def test_a_folded_tile_is_one_of_real_data_that_holds_all():
    taps = np.ones((3, 2), np.float32)
    plain = geometry((8, 8, 3, 0, 1, 1, 0, 6, 6, 2, 0, 1, 1, 0), (0, 1))
    folded = _core.OverlapSave(plain, taps, False, [480, 640], "float32", 0, 1)
    whole = _core.OverlapSave(plain, taps, False, [480, 640], "float32", -1, 1)
    assert 480 * 640 * 4 < folded.kept_bytes < 0.6 * whole.kept_bytes
    for tile, folded, text in [
        ([12, 16], 2, "no such axis"),
        ([15, 16], 0, "no multiple of 2"),
        ([12, 16], 1, "no multiple of 32"),
        ([8, 16], 0, "more than one tile"),
    ]:
        with pytest.raises(ValueError, match=f"folded: .*{text}"):
            _core.OverlapSave(plain, taps, False, tile, "float32", folded, 1)
    with pytest.raises(ValueError, match="folded: complex taps"):
        _core.OverlapSave(plain, np.stack([taps, taps]), True, [12, 16], "float32", 0, 1)


def test_halves_are_of_integers():
    def halves(bits, place):
        return _core.Halves(geometry(), np.ones(3), [16], bits, place, 1)

    for bits in (0, 53):
        with pytest.raises(ValueError, match="bits: the low half has 1 to 52"):
            halves(bits, 0)
    for place in (-1, 64):
        with pytest.raises(ValueError, match="place: 0 to 63 bits from the last"):
            halves(16, place)
    whole, real = np.arange(8), np.ones(8)
    with pytest.raises(ValueError, match="x: only integers are cut"):
        halves(16, 0).run(real, whole.copy(), 0.0, False, 1)
    for out in (real, whole.astype(np.int32)):
        with pytest.raises(ValueError, match="out: must be 64-bit integers"):
            halves(16, 0).run(whole, out, 0.0, False, 1)
    with pytest.raises(ValueError, match="whole: takes real data"):
        halves(16, 0).run_complex(whole, whole, whole.copy(), whole.copy(), 0.0, 0.0, 1)
