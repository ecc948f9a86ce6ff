"""Who may import whom, what `import intertwine` loads, the public names."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import intertwine as iw

SOURCE = Path(iw.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

#: What only the engine's own files may name.
INNER = ("intertwine.engine.methods", "intertwine._core")

#: Loaded by nobody who only says `import intertwine`.
HEAVY = ("torch", "PIL", "matplotlib", "dask", "pandas", "sklearn", "typer", "rich", "jinja2")

PUBLIC = [
    "DTypeError",
    "IntertwineError",
    "Kernel",
    "MissingExtraError",
    "OptionError",
    "Propagator",
    "ShapeError",
    "compress",
    "convolve",
    "correlate",
    "deskew",
    "diffuse",
    "diffuse_radial",
    "find",
    "fourier",
    "kernels",
    "orientation",
    "plan",
    "release_memory",
    "rotation",
    "set_memory_limit",
    "set_threads",
    "spectrum",
    "stochastic",
    "wisdom",
]


def name_of(path):
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    """The modules that a file names in its import statements, wherever they stand."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def under(name, parent):
    return name == parent or name.startswith(f"{parent}.")


def test_there_is_something_to_look_at():
    names = {name_of(path) for path in MODULES}
    assert {"intertwine", "intertwine.convolution", "intertwine.engine.plan"} <= names
    assert {"intertwine.base.errors", "intertwine.base.checks"} <= names
    assert any(under(name, "intertwine.engine.methods") for name in names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_engine_knows_the_methods(path):
    name = name_of(path)
    if under(name, "intertwine.engine"):
        return
    for other in imported(path):
        for inner in INNER:
            assert not under(other, inner), f"{name} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path):
    name = name_of(path)
    mine = [i for i in imported(path) if under(i, "intertwine")]
    if under(name, "intertwine.base"):
        assert all(under(i, "intertwine.base") for i in mine), f"{name} imports {mine}"
    if under(name, "intertwine.engine"):
        upward = [i for i in mine if not under(i, "intertwine.engine") and i != CORE]
        upward = [i for i in upward if not under(i, "intertwine.base")]
        assert set(upward) <= UPWARD.get(name, set()), f"{name} imports {upward}"
    if name == "intertwine.convolution":
        below = ("intertwine.base", "intertwine.engine")
        assert all(any(under(i, part) for part in below) for i in mine)
    if name in ("intertwine.kernel", "intertwine.kernels"):
        assert not any(under(i, f"intertwine.{tool}") for i in mine for tool in ("cli", "tour"))


#: The compiled module, named by the methods that call it.
CORE = "intertwine._core"

#: A plan that is called hands its arguments to the friendly layer.
UPWARD = {"intertwine.engine.plan": {"intertwine.convolution.run_plan"}}


#: What a project is imported as, where that is another name.
IMPORTED_AS = {"pillow": "PIL"}


def test_extras_bring_what_some_module_needs():
    """A library is needed where it is imported, or named for importing it when asked."""
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    words = {i.split(".")[0] for path in MODULES for i in imported(path)}
    for path in MODULES:
        calls = re.findall(r"(?:need|import_module)\(\s*\"(\w+)", path.read_text())
        words.update(calls)
    for extra in set(extras) - {"all", "dev"}:
        for requirement in extras[extra]:
            project = re.match(r"[\w-]+", requirement)[0]
            assert IMPORTED_AS.get(project, project) in words, f"{extra} brings {project}"
    everything = ",".join(sorted(set(extras) - {"all", "dev"}))
    assert extras["all"] == [f"intertwine[{everything}]"]


def _python(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_importing_loads_no_framework():
    loaded = _python("import intertwine, sys, json; print(json.dumps(sorted(sys.modules)))")
    assert "numpy" in loaded
    for module in loaded:
        assert module.split(".")[0] not in HEAVY
        assert not under(module, "scipy")
        assert not any(under(module, f"intertwine.{part}") for part in ("cli", "tour", "files"))


def test_a_call_loads_no_framework():
    code = "import intertwine as iw, sys, json; iw.convolve([1.0, 2.0], [1.0]); "
    loaded = _python(code + "print(json.dumps(sorted(sys.modules)))")
    assert not [m for m in loaded if m.split(".")[0] in HEAVY]


def test_importing_takes_little_longer_than_numpy():
    """No clock: beside NumPy and the standard library only the engine and its front door load."""
    loaded = _python("import intertwine, sys, json; print(json.dumps(sorted(sys.modules)))")
    numpys = _python("import numpy, sys, json; print(json.dumps(sorted(sys.modules)))")
    added = set(loaded) - set(numpys)
    ours = {m for m in added if under(m, "intertwine")}
    below = ("intertwine.base", "intertwine.engine")
    assert {m for m in ours if not any(under(m, part) for part in below)} == {
        "intertwine",
        "intertwine._core",
        "intertwine.convolution",
    }
    roots = {m.split(".")[0] for m in added - ours}
    assert roots <= sys.stdlib_module_names | {"numpy"}
    # What is slow to load in either: subprocesses, networks, test and build tools.
    assert not roots & {"asyncio", "multiprocessing", "http", "unittest", "email", "ssl", "sqlite3"}
    assert not any(under(m, f"numpy.{part}") for m in added for part in ("testing", "f2py", "ma"))


#: Parts of SciPy that take longer to load than all of Intertwine; `import scipy` loads none.
SLOW = ("fft", "ndimage", "optimize", "signal", "special", "stats")


def _loaded_by(*words):
    code = (
        "import contextlib, io, json, sys; from intertwine.cli import main; "
        f"sys.argv[1:] = {list(words)!r}\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    return set(_python(code))


def test_help_loads_what_it_prints_with():
    """No clock: the command line waits for no library that only the work needs."""
    loaded = _loaded_by("-h")
    assert {"typer", "intertwine.cli.matches", "intertwine.registration.directions"} <= loaded
    for module in loaded:
        assert module.split(".")[0] not in ("torch", "PIL", "matplotlib", "pandas", "soundfile")
        assert not any(under(module, f"scipy.{part}") for part in SLOW)


@pytest.mark.parametrize("words", [["convolve", "-h"], ["--debug", "convolve", "--help"]])
def test_a_command_loads_itself_and_no_other(words):
    loaded = _loaded_by(*words)
    assert "intertwine.cli.convolve" in loaded
    assert not loaded & {"intertwine.cli.matches", "intertwine.matching", "intertwine.registration"}


def test_public_names():
    assert sorted(iw.__all__) == PUBLIC
    assert dir(iw) == PUBLIC
    for name in PUBLIC:
        assert getattr(iw, name) is not None
    with pytest.raises(AttributeError, match="module 'intertwine' has no attribute 'convolv'"):
        iw.convolv  # noqa: B018
