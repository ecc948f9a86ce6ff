"""What the cost model counts, and how its constants are fitted. No clock decides anything here."""

import itertools
import math
from dataclasses import replace
from functools import reduce
from types import SimpleNamespace

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine import calibrate, candidates, machine
from intertwine.engine.methods import BY_NAME
from intertwine.engine.methods.direct import CHAINED, SHORT_BYTES
from intertwine.engine.methods.strips import FOLDED, PANEL, VOLUME_PANEL
from intertwine.engine.methods.tiles import (
    HALF_READ,
    HALF_WRITTEN,
    converting,
    reading,
)
from intertwine.engine.plan import CACHE, Plan
from intertwine.engine.problem import Axis

#: float32 numbers in a vector of the level that runs.
LANES = machine.VECTOR_BYTES // 4
SHORT = SHORT_BYTES // 4


@pytest.fixture
def calibration_folder(tmp_path, monkeypatch):
    """An empty place for measured figures, forgotten afterwards."""
    monkeypatch.setenv("INTERTWINE_CACHE", str(tmp_path))
    machine.current.cache_clear()
    CACHE.clear()
    yield tmp_path
    monkeypatch.undo()
    machine.current.cache_clear()
    CACHE.clear()


#: Steps whose time depends on the compute type.
RATES = ("product", "product_row", "line")


def counted(axes, channels, tile):
    """`reading`, by walking through every tile."""
    tiles = samples = rows = 0
    corners = [range(0, a.m, t) for a, t in zip(axes, tile, strict=True)]
    for corner in itertools.product(*corners):
        tiles += 1
        outputs = [min(t, a.m - c) for a, t, c in zip(axes, tile, corner, strict=True)]
        lengths = [(n - 1) * a.stride + a.reach for a, n in zip(axes, outputs, strict=True)]
        samples += math.prod(lengths) * channels
        rows += math.prod(lengths[:-1])
    last = axes[-1]
    read = {last.start + i * last.stride + j for i in range(last.m) for j in range(last.reach)}
    read |= set(range(min(read), max(read) + 1))
    ends = sum(not 0 <= i < last.n for i in read)
    outside = rows // len(corners[-1]) * ends * channels
    return tiles, samples, rows, outside


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("axes", "tile"),
    [
        ((Axis(20, 20, 3, -1),), (20,)),
        ((Axis(20, 20, 3, -1),), (6,)),
        ((Axis(20, 10, 5, -2, 2, 1), Axis(30, 30, 7, -3)), (4, 8)),
        ((Axis(4, 4), Axis(5, 5, 9, -4), Axis(6, 6, 2, 0, 1, 3)), (1, 5, 6)),
        ((Axis(20, 16, 5, 0),), (8,)),
    ],
)
def test_reading_counts_what_tiles_read(axes, channels, tile):
    found = reading(axes, channels, tile)
    assert (found.tiles, found.samples, found.rows, found.outside) == counted(axes, channels, tile)


def steps(name, method, shape, taps, dtype="float32"):
    """How many steps of one name a method takes: its cost where these alone take a second."""
    rates = machine.Rates(1.0, 1.0, 1.0) if name in RATES else 1.0
    none = dict.fromkeys(machine.Machine.__dataclass_fields__, 0.0)
    none |= {n: machine.Rates(0.0, 0.0, 0.0) for n in RATES}
    plan = iw.plan(
        shape, reduce(np.multiply.outer, map(np.ones, taps)), dtype=dtype, method="direct"
    )
    return BY_NAME[method].cost(plan.problem, machine.Machine(**(none | {name: rates})))


def whole(count):
    """So many numbers as whole vectors take them."""
    return -(-count // LANES) * LANES


@pytest.mark.parametrize(
    ("name", "method", "shape", "taps", "dtype", "count"),
    [
        ("product", "direct", (64, 64), (9, 9), "float32", 64 * 64 * 81),
        ("product_row", "direct", (64, 64), (9, 9), "float32", 0),
        # Taps a vector apart make chains: of eight and four more, four taps are by themselves.
        ("product_row", "direct", (64, 64), (1, SHORT), "float32", 64 * 64 * SHORT),
        (
            "product_row",
            "direct",
            (64, 64),
            (1, SHORT + SHORT // 2),
            "float32",
            64 * 64 * (SHORT // 2 + CHAINED * SHORT),
        ),
        ("product_row", "direct", (64, 64), (1, 2 * SHORT), "float32", 64**2 * CHAINED * 2 * SHORT),
        ("product_row", "direct", (64, 64), (3, 12), "float32", 0),
        ("product", "direct", (64, 49), (3, 3), "float32", 64 * -(-49 // LANES) * LANES * 9),
        ("start", "direct", (64, 64), (1, 81), "float32", 64 * 81),  # no window lies inside
        ("start", "direct", (64, 200), (1, 9), "float32", 64 * 9 * 3),  # inside, and two ends
        ("start", "direct", (64, 200), (1, 9), "uint8", 64 * 9),  # loaded, ends and all
        ("start", "direct", (64, 200), (9, 9), "float32", 0),
        ("narrow", "direct", (64, 1), (9, 9), "float32", 64 * 1 * 81),
        ("product", "direct", (64, 1), (9, 9), "float32", 0),
        ("sample", "direct", (64, 32), (3, 3), "float32", 64 * 32),  # read where they lie
        # Six tiles, five of 11 rows of outputs and one of 9, read two more rows each.
        ("sample", "direct", (64, 32), (3, 3), "uint8", 64 * 32 + (64 + 6 * 2) * 34),
        ("plane", "direct", (64, 32), (3, 3), "complex64", 64 * 32 + (64 + 6 * 2) * 34),
        ("plane", "direct", (64, 32), (3, 3), "float32", 0),
        ("row", "direct", (64, 32), (3, 3), "float32", 64 + 6 * 2 + 64),  # read, and begun
        ("outside", "direct", (64, 32), (3, 3), "float32", (64 + 6 * 2) * 2),
        ("tap", "direct", (64, 32), (3, 3), "float32", 6 * 9),
        # Taps that are their own mirror image are folded: a good half of the multiply-adds.
        (
            "line",
            "separable",
            (64, 32),
            (5, 7),
            "float32",
            FOLDED * (whole(68) * 32 * 7 + 64 * 32 * 5),
        ),
        (
            "line",
            "separable",
            (64, 32),
            (2, 7),
            "float32",
            FOLDED * (whole(65) * 32 * 7 + 64 * 32 * 2),
        ),
        # Two tiles down, of 76 rows and of 75.
        (
            "line",
            "separable",
            (2, 151, 50),
            (1, 61, 3),
            "float32",
            FOLDED * 2 * ((whole(136) + whole(135)) * 50 * 3 + 151 * whole(50) * 61),
        ),
        ("pass_", "separable", (64, 32), (5, 7), "float32", whole(68) * 32 + 64 * 32),
        ("row", "separable", (64, 32), (5, 7), "uint8", 68 + PANEL * (whole(68) // LANES + 1)),
        # Samples of the summing type are taken where they lie: their rows are only found.
        ("outside", "separable", (64, 32), (5, 7), "float32", 0),
        ("sample", "separable", (64, 32), (5, 7), "float32", 64 * 32),
        # Two tiles across, of 16 outputs and of 2: panels of one plane's rows, and of several.
        (
            "row",
            "separable",
            (20, 18, 40),
            (5, 7, 3),
            "float32",
            24 * (22 + 8) + VOLUME_PANEL * (24 * whole(16) // LANES + 24 * 2 // LANES + 2),
        ),
        # Channels lie in the same rows.
        ("pass_", "separable", (64, 32, 3), (5, 7, 1), "float32", (whole(68) + 64) * 32 * 3),
        ("outside", "separable", (20, 18, 40), (5, 7, 3), "float32", 0),
        ("outside", "separable", (20, 18, 40), (5, 7, 3), "uint8", 24 * (18 + 2 * 6) * 2),
        ("product", "direct", (64, 4112), (3, 3), "float32", 64 * 4112 * 9),  # a tile cut short
        ("tap", "direct", (64, 4112), (3, 3), "float32", 12 * 9),
    ],
)
def test_steps_are_counted(name, method, shape, taps, dtype, count):
    assert steps(name, method, shape, taps, dtype) == pytest.approx(count, rel=1e-12)


@pytest.mark.parametrize(
    ("dtype", "result", "count"),
    [
        ("float16", "float16", HALF_READ * 20 * 31 + HALF_WRITTEN * 16 * 29),
        ("float16", "float32", HALF_READ * 20 * 31),
        ("float32", "float16", HALF_WRITTEN * 16 * 29),
        ("float64", "float64", 0),
        ("uint16", "float32", 0),
    ],
)
def test_float16_takes_longer_to_read_and_to_write(dtype, result, count):
    x = np.ones((20, 31), dtype)
    plan = iw.plan(x, np.ones((5, 3)) / 15, dtype=result, mode="valid")
    none = dict.fromkeys(machine.Machine.__dataclass_fields__, 0.0)
    only = machine.Machine(**(none | {"sample": 1.0}))
    assert converting(plan.problem, only) == pytest.approx(count, rel=1e-12)
    for found in plan.candidates:  # every method converts
        if not found.reason:
            cost = found.method.cost(plan.problem, machine.current())
            assert found.seconds == cost + converting(plan.problem, machine.current())


def timed_by(true):
    """Each probe's problem, and its cost on a machine."""
    problems = [probe.problem(probe.data()) for probe in calibrate.PROBES]
    seconds = [
        calibrate._cost(probe, problem, true)
        for probe, problem in zip(calibrate.PROBES, problems, strict=True)
    ]
    return problems, seconds


def test_the_fit_finds_the_machine_behind_exact_times():
    rng = np.random.default_rng(2)
    shipped = np.log(list(calibrate._flat(machine.SHIPPED).values()))
    true = calibrate._machine(shipped + rng.normal(0, 0.7, len(shipped)))
    problems, seconds = timed_by(true)
    found = calibrate.fit(calibrate.PROBES, problems, seconds)
    again = [
        calibrate._cost(probe, problem, found)
        for probe, problem in zip(calibrate.PROBES, problems, strict=True)
    ]
    off = np.abs(np.log(again) - np.log(seconds))
    # Tiles are chosen by the same figures: where the choice jumps, so does the cost.
    assert np.median(off) < 0.05
    assert off.max() < 0.4


def test_probes_need_every_constant():
    _, seconds = timed_by(machine.SHIPPED)
    shipped = np.log(list(calibrate._flat(machine.SHIPPED).values()))
    for j, name in enumerate(calibrate._flat(machine.SHIPPED)):
        other = shipped.copy()
        other[j] += 1
        moved = np.array(timed_by(calibrate._machine(other))[1]) / seconds
        assert moved.max() > 1.01, name


def test_without_probes_the_shipped_figures_stay():
    assert calibrate.fit((), [], []) == calibrate._machine(
        np.log(list(calibrate._flat(machine.SHIPPED).values()))
    )


def test_probes_are_small_enough_for_two_seconds():
    assert len(calibrate.PROBES) * calibrate.BUDGET < 1.2
    assert max(timed_by(machine.SHIPPED)[1]) < calibrate.BUDGET  # one run does not exceed its share


def test_measured_figures_are_used_and_kept(calibration_folder, monkeypatch):
    monkeypatch.setattr(calibrate, "PROBES", calibrate.PROBES[:2])
    monkeypatch.setattr(calibrate, "BUDGET", 1e-4)
    told = []
    outcome = calibrate.calibrate(lambda *step: told.append(step))
    assert told == [("direct", 1, 2), ("direct", 2, 2)]
    assert outcome.path == calibration_folder / "machine.json"
    assert machine.current() == outcome.machine != machine.SHIPPED
    assert "calibrated figures" in iw.plan((9, 9), np.ones((3, 3))).explain()
    report = outcome.report()
    assert report.count("\n") == len(calibrate._flat(machine.SHIPPED)) + 2
    assert "Half of the predictions are within" in report


@pytest.mark.parametrize("spoil", ["machine", "cut", "field", "range"])
def test_figures_that_do_not_fit_are_left_alone(calibration_folder, spoil, monkeypatch):
    path = machine.save(replace(machine.SHIPPED, call=1e-5))
    assert machine.current().call == 1e-5
    text = path.read_text()
    if spoil == "machine":
        monkeypatch.setattr(machine, "identity", lambda: "Z80")
    path.write_text(
        {
            "machine": text,
            "cut": text[: len(text) // 2],
            "field": text.replace('"call"', '"cal"'),
            "range": text.replace("1e-05", "-1.0"),
        }[spoil]
    )
    machine.current.cache_clear()
    assert machine.current() is machine.SHIPPED


class Costing:
    """A method that answers with what it is told."""

    TAKES_COMPLEX = BANKS = True

    def __init__(self, name, margin, seconds, saving=0.0, tiles=1):
        self.NAME, self.MARGIN, self._seconds, self._tiles = name, margin, seconds, tiles
        self.LEAST_SAVING = saving

    def applies(self, problem):
        return ""

    def cost(self, problem, machine):
        return self._seconds

    def error(self, problem):
        return 0.0

    def memory(self, problem):
        return 0

    def tiles(self, problem):
        return self._tiles

    def parts(self, problem):
        return "sums"

    def prepare(self, problem, taps, threads):
        return SimpleNamespace(run=None)


@pytest.mark.parametrize(
    ("dtype", "sums", "transform", "chosen"),
    [
        ("float32", 1.0, 1.01, "sums"),
        ("float32", 1.15, 1.0, "sums"),  # not 1.2 times quicker: whole numbers stay whole
        ("float32", 1.25, 1.0, "transform"),
        ("float32", 1.35e-5, 1.0e-5, "sums"),  # 1.5 us beside the margin are too little
        ("float32", 1.5e-5, 1.0e-5, "transform"),
        ("float32", 2.8e-6, 2.0e-6, "sums"),  # 0.5 us are, as a quarter of so little time
        ("float32", 3.0e-6, 2.0e-6, "transform"),
        ("int16", 1.15, 1.0, "transform"),  # integers are exact with every method
    ],
)
def test_a_method_that_rounds_more_must_be_quicker(dtype, sums, transform, chosen, monkeypatch):
    methods = (Costing("transform", 1.2, transform, 2.5e-6), Costing("sums", 1.0, sums))
    monkeypatch.setattr(candidates, "METHODS", methods)
    problem = iw.plan((50, 30), [[1, 2], [3, 5]], dtype=dtype).problem
    plan = Plan(problem, "test")
    assert plan.method == chosen
    saving = "0.5 us" if transform < 1e-5 else "2.5 us"
    text = f"not taken: it rounds more, and must be 1.2 times and {saving} faster"
    said = text in plan.explain()
    assert said == (transform < sums and chosen == "sums")


def test_sums_done_by_hand_stay_plain(monkeypatch):
    methods = (Costing("transform", 1.2, 2e-6, 2.5e-6), Costing("sums", 1.0, 4e-6))
    monkeypatch.setattr(candidates, "METHODS", methods)
    for rows, chosen in ((34, "sums"), (35, "transform")):  # 4,080 multiply-adds, and 4,200
        assert Plan(iw.plan((rows, 30), [[1.5, 2], [3, 5]]).problem, "test").method == chosen


@pytest.mark.parametrize(
    ("alone", "together", "chosen"),
    [(9e-5, 1e-4, "together"), (6e-5, 1e-4, "alone"), (2e-5, 2.2e-5, "alone")],
)
def test_work_that_threads_share_counts_less(alone, together, chosen, monkeypatch):
    methods = (Costing("alone", 1.0, alone), Costing("together", 1.0, together, tiles=2))
    monkeypatch.setattr(candidates, "METHODS", methods)
    plan = Plan(iw.plan((20, 30), [[1.5, 2], [3, 5]]).problem, "test")
    assert plan.method == chosen
    said = (
        "1.11 times faster, error 0.0e+00, 0 bytes: sums; not taken: threads cannot share its work"
    )
    assert (said in plan.explain()) == (chosen == "together")


def test_a_method_that_rounds_a_little_more_has_nothing_to_save(monkeypatch):
    methods = (Costing("product", 1.05, 1.0e-6), Costing("sums", 1.0, 1.04e-6))
    monkeypatch.setattr(candidates, "METHODS", methods)
    text = Plan(iw.plan((20, 30), [[1.5, 2], [3, 5]]).problem, "test").explain()
    assert "Method sums" in text
    assert "not taken: it rounds more, and must be 1.05 times faster" in text


@pytest.mark.parametrize("method", ["auto", "overlap_save"])
@pytest.mark.parametrize(("shape", "k"), [((0,), [1.0, 2]), ((0, 3), [[1.0, 2]]), ((0, 3), [[1]])])
def test_plans_of_nothing_are_explained(shape, k, method):
    plan = iw.plan(shape, k, method=method)
    said = f"Method {plan.method}: nothing to compute, the result is empty."
    assert plan.explain().splitlines()[1:] == [said]
