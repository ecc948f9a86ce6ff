"""Choices by measuring: they hold where they should, are kept in files, and change no answer."""

import json
import pickle

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine import measure as measuring
from intertwine.engine.machine import identity
from intertwine.engine.measure import measure
from intertwine.engine.plan import CACHE
from intertwine.engine.wisdom import WISDOM, Measured, key
from intertwine.files import FileError

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 50)).astype(np.float32)
K = RNG.normal(size=(3, 5))


@pytest.fixture(autouse=True)
def no_wisdom():
    """Every test starts and ends knowing nothing."""
    iw.wisdom.forget()
    yield
    iw.wisdom.forget()


def teach(method, problem=None):
    """Claim that `method` is the quickest for X under K."""
    problem = iw.plan(X, K).problem if problem is None else problem
    WISDOM.learn({key(problem): Measured(method, 2, {method: 1e-6, "reference": 2e-6})})
    CACHE.clear()


def test_measuring_takes_the_quickest_and_says_so():
    plan = iw.plan(X, K, measure=True)
    seconds = plan.measured.seconds
    assert {"direct", "separable"} <= set(seconds)
    assert plan.method == plan.measured.method == min(seconds, key=seconds.get)
    assert f"Chosen by measuring on 1 thread: {plan.method} " in plan.explain()
    np.testing.assert_allclose(plan(X), iw.convolve(X, K, method="reference"), atol=1e-5)


def test_without_measuring_nothing_is_said_of_it():
    plan = iw.plan(X, K)
    assert plan.measured is None
    assert "measuring" not in plan.explain()


def test_a_choice_holds_for_kernels_alike_and_for_every_call():
    teach("overlap_save")
    other = RNG.normal(size=K.shape)
    expected = iw.convolve(X, other, method="reference")
    assert iw.plan(X, other).method == "overlap_save"
    assert iw.plan(X.shape, other, dtype="float32").method == "overlap_save"
    np.testing.assert_allclose(iw.convolve(X, other), expected, atol=1e-5)
    assert iw.plan(X, other, method="direct").measured is None


@pytest.mark.parametrize(
    "changes",
    [
        {"x": X[1:]},
        {"x": X.astype(np.float64)},
        {"k": K[:, 1:]},
        {"k": np.outer([1.0, 2.0, 4.0], [1.0, 3.0, 5.0, 2.0, 1.0])},
        {"k": np.ones((3, 5))},
        {"k": K * 1j, "x": X.astype(np.complex64)},
        {"boundary": "wrap"},
        {"mode": "valid"},
        {"stride": (1, 2)},
        {"dilation": 2},
        {"precision": 1e-3},
        {"dtype": np.float64},
    ],
    ids=str,
)
def test_and_for_no_others(changes):
    teach("reference")
    assert iw.plan(X, K).method == "reference"
    assert iw.plan(**({"x": X, "k": K} | changes)).measured is None


def test_a_method_that_does_not_apply_is_not_taken_whatever_wisdom_says():
    teach("running_sum")
    plan = iw.plan(X, K)
    assert plan.method == "direct"
    assert plan.measured is None


def test_what_holds_for_a_kernel_does_not_for_a_bank():
    teach("reference")
    bank = iw.plan(X, np.stack([K, K]), axes=(0, 1))
    assert bank.measured is None
    teach("overlap_save", bank.problem)
    assert iw.plan(X, np.stack([K, -K]), axes=(0, 1)).method == "overlap_save"
    assert iw.plan(X, np.stack([K, K, K]), axes=(0, 1)).measured is None
    assert iw.plan(X, np.stack([K, np.ones((3, 5))]), axes=(0, 1)).measured is None


def test_where_nothing_is_computed_nothing_is_known():
    teach("reference")
    assert iw.plan((0,), [1.0, 2.0]).measured is None


def test_forgetting_returns_to_predictions():
    expected = iw.plan(X, K).method
    teach("reference")
    assert iw.plan(X, K).method == "reference"
    iw.wisdom.forget()
    assert iw.plan(X, K).method == expected


def test_what_is_known_is_not_measured_again(monkeypatch):
    iw.plan(X, K, measure=True)
    monkeypatch.setattr(measuring, "_race", None)
    assert iw.plan(X, K + 1, measure=True).measured is not None


@pytest.mark.parametrize(
    ("x", "options"),
    [
        (np.arange(60).reshape(6, 10), {}),
        (np.arange(60, dtype=np.uint8).reshape(6, 10), {}),
        (np.ones((6, 10), bool), {}),
        (np.ones((6, 10), np.complex64), {}),
        (np.ones((6, 10), np.float16), {"boundary": "renormalize"}),
        (np.ones((6, 10)), {"mask": np.ones((6, 10), bool)}),
        (np.ones((6, 10)), {"nan": "raise"}),
        (np.ones((6, 10)), {"boundary": "constant", "cval": np.inf}),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_everything_that_can_be_planned_can_be_measured(x, options):
    plan = iw.plan(x, np.array([[1, 2, 1]]), measure=True, **options)
    assert plan.measured.method == plan.method
    mask = options.get("mask")
    expected = iw.plan(x, np.array([[1, 2, 1]]), method="reference", **options)(x, mask=mask)
    np.testing.assert_allclose(plan(x, mask=mask), expected, rtol=1e-2)


def test_of_nothing_nothing_is_measured():
    assert iw.plan((0, 5), K, dtype="float32", measure=True).measured is None


def test_the_race_drops_who_is_far_behind(monkeypatch):
    runs = {"quick": 0, "near": 0, "slow": 0}
    took = {"quick": 1.0, "near": 1.9, "slow": 2.1}

    def timed(plan, x, out, threads, repeats):
        runs[plan] += 1
        return 1e-3 * took[plan]

    monkeypatch.setattr(measuring, "_timed", timed)
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: 0.0)
    least = measuring._race({name: name for name in runs}, X, X, 1)
    assert least == {name: 1e-3 * value for name, value in took.items()}
    assert runs["slow"] == 2
    assert runs["quick"] == runs["near"] == 2 + measuring.ROUNDS


def test_the_race_ends_when_its_time_is_spent(monkeypatch):
    clock = iter(np.arange(0, 100, measuring.BUDGET / 4))
    runs = []
    monkeypatch.setattr(measuring, "_timed", lambda plan, *_: runs.append(plan) or 0.01)
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: next(clock))
    measuring._race({"a": "a", "b": "b"}, X, X, 1)
    assert len(runs) == 4 + 4


def test_data_to_measure_with_must_fit_in_memory(monkeypatch):
    def too_much(problem):
        raise MemoryError

    monkeypatch.setattr(measuring, "_samples", too_much)
    with pytest.raises(iw.ShapeError, match=r"plan: data of shape \(40, 50\) \(float32\) to meas"):
        measure(iw.plan(X, K).problem, "plan")


def test_measure_is_checked():
    for wrong in (1, "yes", None):
        with pytest.raises(iw.OptionError, match=r"plan: `measure=.*` must be True or False\."):
            iw.plan(X, K, measure=wrong)
    with pytest.raises(iw.OptionError, match="`measure=True` chooses the method, but `method='di"):
        iw.plan(X, K, measure=True, method="direct")


# Files.


def test_wisdom_comes_back_from_its_file(tmp_path):
    path = tmp_path / "image.wisdom"
    plan = iw.plan(X, K, measure=True)
    teach("reference", iw.plan(X, np.ones((2, 2))).problem)
    known = WISDOM.choices()
    iw.wisdom.save(path)
    iw.wisdom.forget()
    assert iw.wisdom.load(str(path)) == 2
    assert WISDOM.choices() == known
    assert iw.plan(X, K).measured == plan.measured
    content = json.loads(path.read_text())
    assert content["format"] == "intertwine wisdom"
    assert content["version"] == 1
    assert content["machine"] == identity()


def test_what_is_loaded_adds_to_what_is_known(tmp_path):
    teach("direct")
    iw.wisdom.save(tmp_path / "a")
    iw.wisdom.forget()
    teach("reference")
    teach("reference", iw.plan(X, np.ones((2, 2))).problem)
    assert iw.wisdom.load(tmp_path / "a") == 1
    assert sorted(each.method for each in WISDOM.choices().values()) == ["direct", "reference"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a"
    teach("direct")
    iw.wisdom.save(path)
    before = path.read_bytes()
    teach("reference")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(FileError, match=r"Cannot write .*: No space left"):
            iw.wisdom.save(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    iw.wisdom.save(path)
    assert path.read_bytes() != before


def written(tmp_path, **changes):
    """A good file but for `changes`."""
    teach("direct")
    path = tmp_path / "a"
    iw.wisdom.save(path)
    content = json.loads(path.read_text())
    (what,) = content["choices"]
    for name, value in changes.items():
        if name in content:
            content[name] = value
        else:
            content["choices"][what][name] = value
    path.write_text(json.dumps(content))
    iw.wisdom.forget()
    return path


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"format": "other"}, "holds no wisdom.\n  Pass a file that wisdom.save wrote."),
        (
            {"version": 2},
            "is wisdom of version 2, this is 1.\n"
            "  Measure again here: plan(..., measure=True), then wisdom.save.",
        ),
        ({"machine": "Z80"}, f"was measured on 'Z80', this is {identity()!r}: what is quickest"),
        ({"choices": [1]}, "is damaged: a choice is incomplete."),
        ({"choices": {"x": {}}}, "is damaged: a choice is incomplete."),
        ({"choices": {"x": None}}, "is damaged: a choice is incomplete."),
        ({"seconds": None}, "is damaged: a choice is incomplete."),
        ({"method": "magic"}, "names a method 'magic' that this version does not have."),
        ({"method": "separable"}, "names times that cannot be."),
        ({"seconds": {"direct": -1}}, "names times that cannot be."),
        ({"seconds": {"direct": float("nan")}}, "names times that cannot be."),
        ({"threads": 0}, "names a number of threads that cannot be."),
    ],
    ids=str,
)
def test_files_that_are_refused(tmp_path, changes, text):
    path = written(tmp_path, **changes)
    with pytest.raises(FileError) as caught:
        iw.wisdom.load(path)
    assert f"{path} {text}" in str(caught.value)
    assert WISDOM.choices() == {}


@pytest.mark.parametrize("content", [b"", b"{", b"\x89PNG\r\n", b"[" * 100_000, b"7", b"null"])
def test_files_that_are_none(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(FileError, match="no wisdom"):
        iw.wisdom.load(path)


def test_every_truncated_file_is_refused(tmp_path):
    teach("direct")
    iw.wisdom.save(tmp_path / "a")
    whole = (tmp_path / "a").read_bytes()
    iw.wisdom.forget()
    for size in range(0, len(whole) - 2, 7):
        (tmp_path / "b").write_bytes(whole[:size])
        with pytest.raises(FileError, match=r"damaged, cut short, or no wisdom at all\."):
            iw.wisdom.load(tmp_path / "b")
    assert WISDOM.choices() == {}


def test_folders_and_absent_files(tmp_path):
    with pytest.raises(FileError, match="is a folder"):
        iw.wisdom.load(tmp_path)
    with pytest.raises(FileError, match="is a folder"):
        iw.wisdom.save(tmp_path)
    with pytest.raises(FileError, match=r"There is no file .*absent"):
        iw.wisdom.load(tmp_path / "absent")
    with pytest.raises(FileError, match=r"There is no folder .*absent"):
        iw.wisdom.save(tmp_path / "absent" / "a")


def test_a_measured_plan_can_be_pickled():
    plan = iw.plan(X, K, measure=True)
    again = pickle.loads(pickle.dumps(plan))
    assert again.method == plan.method
    np.testing.assert_array_equal(again(X), plan(X))
