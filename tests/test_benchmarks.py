"""The benchmark harness runs on tiny data. No time decides anything here."""

import json
import math

import numpy as np
import pytest
from benchmarks import __main__ as command
from benchmarks import inner, memory, ours, peers, planner, report, roofline
from benchmarks.case import Case, Contender, Taps, Unfit
from benchmarks.compare import Setting, WrongAnswer, compare
from benchmarks.peers.common import refuse
from benchmarks.regimes import REGIMES, Regime, chosen, general

import intertwine as iw
from oracles import convolve as oracle

LIMITS = roofline.Limits({1: 100.0, 2: 200.0}, {1: 20.0, 2: 30.0})
BUILDERS, _, _ = peers.load()
TINY = 2.0**14


def tiny(builders=BUILDERS, threads=1, methods=False):
    return Setting(threads, LIMITS, builders, budget_s=0.0, shrink=TINY, methods=methods)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda r: r.name)
def test_every_regime_and_peer_on_tiny_data(regime):
    row = compare(regime, tiny())
    assert row["ours"]["fresh"]["samples"] >= 1
    assert set(row["peers"]) | set(row["unfit"]) == set(regime.peers) & set(BUILDERS)
    assert row["share"] > 0
    json.dumps(row)


def test_names_are_unique_and_sets_can_be_narrowed():
    names = [regime.name for regime in REGIMES]
    assert len(set(names)) == len(names)
    assert sum(regime.core for regime in REGIMES) == 6
    assert [r.name for r in chosen("core", "gaussian")] == ["Gaussian sigma 2, 4096x4096"]
    with pytest.raises(SystemExit, match="No regime of the set 'core' has 'nothing'"):
        chosen("core", "nothing")


def test_several_kernels_agree_with_the_oracle():
    rng = np.random.default_rng(1)
    taps = Taps(rng.integers(-3, 4, (3, 2, 3)).astype(float), 2)
    depthwise = Case(rng.integers(-9, 9, (2, 3, 4, 5)).astype(float), taps, (-2, -1))
    bank = Case(depthwise.x[0, 0], taps, (-2, -1))
    for case in (depthwise, bank):
        images = np.broadcast_to(case.x, case.out_shape).reshape(-1, 4, 5)
        answers = ours.answer(case, "symmetric", 1).reshape(-1, 4, 5)
        for i, (x, y) in enumerate(zip(images, answers, strict=True)):
            assert (y == oracle(x, taps.array[i % 3], boundary="symmetric")).all()


def test_a_wrong_answer_is_no_contender():
    def shifted(case, threads):
        return Contender(lambda: np.roll(ours.answer(case, "symmetric", 1), 1))

    regime = Regime("shifted", (64, 64), general(3, 3), ("shifted",))
    with pytest.raises(WrongAnswer, match=r"shifted: its answer \(8, 8\) is .* off ours"):
        compare(regime, tiny({"shifted": shifted}))


def test_unfit_and_missing_peers_are_named(monkeypatch):
    def unable(case, threads):
        raise Unfit("cannot")

    regime = Regime("alone", (64, 64), general(3, 3), ("unable", "absent"))
    row = compare(regime, tiny({"unable": unable}))
    assert row["unfit"] == {"unable": "cannot"}
    assert math.isnan(row["ratio_fresh_median"])
    assert "none installed" in report.line(row)
    monkeypatch.setitem(peers.FILES, "no_such_library", "none")
    assert "no_such_library" in peers.load()[2]
    with pytest.raises(Unfit, match="why"):
        refuse(True, "why")


def test_command_writes_json_and_markdown(tmp_path, capsys):
    to_json, to_markdown = tmp_path / "b.json", tmp_path / "b.md"
    options = ["--set", "all", "--only", "latency", "--quick", "--methods", "--threads", "1"]
    options += ["--machine", "gflops=100,copy_gbs=20"]
    command.main([*options, "--json", str(to_json), "--markdown", str(to_markdown)])
    run = json.loads(to_json.read_text())
    assert run["rows"][0]["method"] in run["rows"][0]["methods"]
    assert run["machine"]["gflops"] == {"1": 100 / run["machine"]["cores"]}
    page = to_markdown.read_text()
    assert "3x3, 32x32 (latency)" in page
    assert "Not the real thing" in page
    tables = [row for row in page.splitlines() if row.startswith("|")]
    assert len({row.count("|") for row in tables[:3]}) == 1
    assert "3x3, 32x32 (latency)" in capsys.readouterr().out


def test_roofline_takes_the_cheapest_way():
    rng = np.random.default_rng(1)
    x = np.zeros((1000, 1000), np.float32)
    small = Case(x, general(3, 3)(rng, x.shape), (0, 1))
    large = Case(x, general(63, 63)(rng, x.shape), (0, 1))
    assert roofline.least_gflop(small) == 2 * 9 * x.size / 1e9
    assert roofline.least_gflop(large) < 2 * 63**2 * x.size / 1e9 / 40
    assert LIMITS.seconds(small, 2) == (pytest.approx(8.000036e-3 / 30), "memory")
    assert LIMITS.seconds(large, 2)[1] == "compute"


def test_memory_is_measured_in_processes_of_their_own():
    (row,) = memory.measure((("scipy.ndimage.convolve", 64, 51),))
    assert row["problem"] == "51x51 taps, 64x64, float32"
    assert row["mib"] > 0.5 * 8 * 51**4 / 2**20


def test_the_planner_is_judged_on_random_problems(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(planner, "SAMPLES", (32, 2000))
    monkeypatch.setattr(planner, "MOST_TAPS", 50)
    monkeypatch.setattr(planner, "ROUNDS", (1, 1))
    to_json = tmp_path / "planner.json"
    command.main(["--planner", "6", "--threads", "1,2", "--json", str(to_json)])
    rows = json.loads(to_json.read_text())["planner"]
    assert len(rows) == 6
    for row in rows:
        assert row["chosen"] in row["seconds"]
        assert row["miss"] == row["seconds"][row["chosen"]] / min(row["seconds"].values())
        assert set(row["seconds"]) == set(row["predicted"])
    assert "6 problems; the choice takes at most 1.15 times" in capsys.readouterr().out


def test_kept_times_judge_other_predictions(tmp_path, capsys):
    row = {"shape": [40, 50], "taps": [3, 3], "kind": "random", "dtype": "float32", "mode": "same"}
    taps = np.random.default_rng(0).normal(size=(3, 3))
    chosen = iw.plan((40, 50), taps, dtype="float32").method
    other = "overlap_save" if chosen == "direct" else "direct"
    times = {chosen: 3.0, other: 2.0, "unheard_of": 1.0}
    kept = [{**row, "threads": 2, "seconds": s} for s in (times, {other: 1.0})]
    (tmp_path / "a.json").write_text(json.dumps({"planner": kept}))
    found = command.main(["--rejudge", str(tmp_path / "a.json")])["planner"]
    assert [(r["chosen"], r["best"], r["miss"]) for r in found] == [(chosen, other, 1.5)]
    assert "1 of 2 left out: their choice was not timed." in capsys.readouterr().out


def test_problems_are_drawn_of_every_kind():
    rng = np.random.default_rng(0)
    drawn = [planner.draw(rng, [1, 2]) for _ in range(300)]
    assert {len(d.axes) for d in drawn} == {d.taps.ndim for d in drawn} == {1, 2, 3}
    beside = {(d.axes[0], len(d.shape) - 1 - d.axes[-1]) for d in drawn}
    assert beside == {(0, 0), (1, 0), (0, 1), (1, 1)}
    assert {d.kind for d in drawn} == set(planner.KINDS)
    assert {d.mode for d in drawn} == {"same", "valid"}
    assert {d.dtype for d in drawn} == {"float32", "float64", "uint8", "complex64"}
    assert {d.threads for d in drawn} == {1, 2}
    assert any(d.taps.size == 1 for d in drawn)
    lengths = [(d.taps.shape, [d.shape[axis] for axis in d.axes]) for d in drawn]
    assert any(k > n for size, shape in lengths for k, n in zip(size, shape, strict=True))


def test_misses_are_reported_with_their_times():
    problem = planner.draw(np.random.default_rng(1), [1])
    right = planner.Verdict(problem, "a", {"a": 1.0, "b": 2.0}, {"a": [1.0, 1.5], "b": [2.0]})
    wrong = planner.Verdict(problem, "b", {"a": 1.0, "b": 0.5}, {"a": [1.0, 1.5], "b": [2.0]})
    assert (right.miss, right.best) == (1.0, "a")
    assert (wrong.miss, wrong.best) == (2.0, "a")
    text = planner.report([right, wrong, right, right])
    assert "in 75.0%, at most 1.5 times in 75.0%; worst 2.00" in text
    assert "b                1  but a" in text
    assert f"2.00  {problem}: chose b; a 1e+03 ms (predicted 1e+03), b 2e+03 ms" in text


def test_inner_loops_compute_what_they_count():
    rows = inner.measure(100.0, seconds=0.0)
    assert [row["loop"] for row in rows] == [loop.name for loop in inner.LOOPS]
    assert all(row["gflops"] > 0 and row["share"] > 0 for row in rows)
    x, taps = inner.data((3, 5), (4, 6), np.uint8)
    call, operations = inner.direct(3, 5, tile=(4, 6), dtype=np.uint8)()
    windows = np.lib.stride_tricks.sliding_window_view(x, taps.shape)
    assert (call() == (windows * taps).sum(axis=(-2, -1))).all()
    assert operations == 2 * taps.size * windows[..., 0, 0].size * inner.AGAIN


def test_inner_command(tmp_path, capsys):
    to_json = tmp_path / "inner.json"
    command.main(["--inner", "--machine", "gflops=100,copy_gbs=20", "--json", str(to_json)])
    assert json.loads(to_json.read_text())["inner"][0]["loop"] == "direct 3x3"
    assert "direct 3x3" in capsys.readouterr().out


def test_pages_tell_how_to_make_them_again():
    words = ["--set", "all", "--json", "/somewhere/of/mine.json", "--quick"]
    assert command.repeated(words) == "python -m benchmarks --set all --quick"
