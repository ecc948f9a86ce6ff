"""What `plan.explain()` says: every line of it, word by word where no figure decides."""

import re

import numpy as np
import pytest

import intertwine as iw
from intertwine.base.errors import counted, whole_number
from intertwine.base.text import duration, size_text
from intertwine.engine import machine, missing

PICTURE = np.arange(60, dtype="float32").reshape(6, 10)
SLOPES = np.array([[1, 2, 3], [0, 1, -1.5]])


def lines(plan):
    return plan.explain().splitlines()


def test_rounding_is_listed_for_floats_and_none_for_integers():
    whole = iw.plan(np.zeros((40, 50), "uint8"), np.ones((3, 3), int))
    assert "  Every result is exact; work space " in whole.explain()
    others = lines(whole)[lines(whole).index("Alternatives:") + 1 :]
    costs = [line for line in others if " cannot: " not in line]
    assert len(costs) >= 3
    assert all(", exact, " in line for line in costs)
    assert not any("error" in line for line in costs)
    costs = [line for line in lines(iw.plan(PICTURE, SLOPES))[5:] if " cannot: " not in line]
    assert len(costs) >= 2
    assert all(re.search(r", error \d\.\de-\d\d, ", line) for line in costs)


def test_one_of_a_thing_is_said_in_the_singular():
    text = iw.plan(np.zeros(9, "uint8"), [3]).explain()
    assert text.startswith("uint8 9 under 1 tap gives uint16 9.\n")
    assert "1 multiply-add for each output" in text
    assert "1 NumPy pass, one for each tap" in text
    tile = iw.plan((300,), np.arange(1.0, 30), method="overlap_save", dtype="float32")
    assert "Method overlap_save: 1 pair of tiles of " in tile.explain()
    assert [counted(n, "box", "boxes") for n in (0, 1, 2, -1, "1", "1.5")] == [
        "0 boxes", "1 box", "2 boxes", "-1 box", "1 box", "1.5 boxes",
    ]  # fmt: skip
    assert size_text(1) == "1 byte"


def test_whole_numbers_are_written_out_while_they_fit():
    assert whole_number(-(2**64)) == "-18446744073709551616"
    assert whole_number(10**30 - 1) == "9" * 30
    assert whole_number(-(2**5000)) == "about -2**5000"


#: Outputs whose windows reach over an end, and those that do not.
ENDS, INSIDE = 20, 40


@pytest.mark.parametrize(
    ("options", "always", "sometimes"),
    [
        ({}, (0, 0), (0, 0)),
        ({"boundary": "renormalize"}, (ENDS, 0), (0, 0)),
        ({"mask": PICTURE > 3}, (ENDS + INSIDE, 1), (0, 0)),
        ({"nan": "ignore"}, (0, 0), (ENDS + INSIDE, 1)),
        ({"nan": "ignore", "boundary": "renormalize"}, (ENDS, 0), (INSIDE, 1)),
    ],
    ids=str,
)
def test_predictions_count_the_weights(options, always, sometimes):
    plan = iw.plan(PICTURE, SLOPES, **options)
    weighing = missing.weighing(plan.problem)

    def seconds(divided, added):
        adding = weighing.chosen.seconds if added else 0.0
        return machine.current().weight * divided + adding

    assert (weighing is None) == ("nan" not in options and "mask" not in options)
    said, more = lines(plan)[2:4]
    part = f", {duration(seconds(*always))} of them for weights," if any(always) else ""
    spent = duration(plan.chosen.seconds + seconds(*always))
    assert said.startswith(f"  Predicted {spent}{part} on one thread (")
    assert ("Where samples are missing" in plan.explain()) == any(sometimes)
    if any(sometimes):
        took = duration(seconds(*sometimes))
        assert more == f"  Where samples are missing, weights take {took} more."


def test_complex_results_are_divided_in_both_planes():
    plan = iw.plan(PICTURE.astype("complex64"), SLOPES, boundary="renormalize")
    ends = missing.dividing(plan.problem, machine.SHIPPED, everywhere=False)
    assert ends == 2 * machine.SHIPPED.weight * ENDS
    everywhere = missing.dividing(plan.problem, machine.SHIPPED, everywhere=True)
    assert everywhere == 2 * machine.SHIPPED.weight * (ENDS + INSIDE)
