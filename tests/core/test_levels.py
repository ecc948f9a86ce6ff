"""The same answers at every SIMD level, and levels that keep to themselves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from intertwine import _core

SCRIPT = """
import numpy as np, intertwine as iw
from intertwine.engine.methods import METHODS
rng = np.random.default_rng(3)
cases = 0
shapes = [((61, 75), (3, 3)), ((61, 75), (5, 4)), ((3000,), (40,)), ((2, 90, 40), (1, 9, 7)),
          ((40, 50, 3), (7, 3, 1)), ((12, 20, 33), (3, 4, 5))]
for shape, size in shapes:
    for dtype in ("float32", "float64", "uint8"):
        x = (rng.normal(size=shape) * 50 + 100).astype(dtype)
        for k in (rng.integers(-4, 9, size), np.ones(size, int)):
            exact = iw.convolve(x.astype(np.int64), k.astype(np.int64), method="reference") if (
                dtype == "uint8") else iw.convolve(x, k, method="reference", dtype="float64")
            for method in METHODS:
                try:
                    plan = iw.plan(x, k, method=method.NAME)
                except iw.OptionError:
                    continue
                y = plan(x)
                off = np.abs(y.astype(np.float64) - exact).max()
                scale = np.abs(k).sum() * np.abs(x.astype(np.float64)).max()
                case = (shape, size, dtype, method.NAME, off / scale)
                assert off <= plan.error * scale + 1e-15, case
                cases += 1
x = rng.normal(size=(90, 300)).astype("float32")
for sigma in ((8.0, 9.0), (5.0, 20.0)):
    k = iw.kernels.gaussian(sigma)
    plan = iw.plan(x, k, method="recursive", precision=1e-4)
    off = np.abs(plan(x) - iw.convolve(x, k, method="reference", dtype="float64")).max()
    assert off <= plan.error * np.abs(k.taps).sum() * np.abs(x).max(), off
    cases += 1
print(iw._core.level, cases)
"""


def run(level: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "INTERTWINE_ISA": level}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("level", _core.levels.split())
def test_every_level_agrees_with_the_reference(level):
    done = run(level)
    assert done.returncode == 0, done.stderr
    name, cases = done.stdout.split()
    assert name == level
    assert int(cases) >= 120


def test_unknown_level_is_refused_by_name():
    done = run("sse9")
    assert done.returncode != 0
    assert "INTERTWINE_ISA=sse9 is not a level that runs here. Choose one of:" in done.stderr


def objects() -> list[Path]:
    return sorted(Path(__file__).parents[2].glob("build/*/CMakeFiles/kernels_*.dir/core/*.o"))


needs_objects = pytest.mark.skipif(
    not (shutil.which("nm") and objects()), reason="needs nm and the build folder of this checkout"
)


def symbols(path: Path) -> list[list[str]]:
    """What an object file defines: place, kind and name of each."""
    listed = subprocess.run(
        ["nm", "--defined-only", str(path)], capture_output=True, text=True, check=True
    ).stdout
    return [line.split() for line in listed.splitlines() if len(line.split()) == 3]


@needs_objects
def test_levels_export_no_weak_symbols():
    """A weak symbol compiled for a newer processor could be picked by the linker for an older."""
    for path in objects():
        # Unwinding finds the C++ runtime by this pointer: no code, and the same at every level.
        kinds = {kind for _, kind, name in symbols(path) if name != "DW.ref.__gxx_personality_v0"}
        assert not kinds & {"W", "V", "w", "v", "u"}, path.name
        assert "T" in kinds, path.name


@needs_objects
@pytest.mark.parametrize("function", ["load_row", "store_row"])
def test_rows_of_every_type_are_compiled_in_one_file_of_a_level(function):
    """Instantiated wherever they are called they took most of the time of a build."""
    for path in objects():
        found = sum(f"{len(function)}{function}I" in name for _, _, name in symbols(path))
        assert (found > 0) == (path.name == f"{function}s.cpp.o"), (path.name, found)


@pytest.mark.skipif(not shutil.which("c++"), reason="needs a compiler")
def test_the_check_of_other_processors_compiles():
    """`tools/check_aarch64.sh` runs seldom, and its program calls the core as it is now."""
    program = Path(__file__).parents[2] / "tools" / "portable" / "check.cpp"
    subprocess.run(["c++", "-std=gnu++20", "-fsyntax-only", program], check=True)
