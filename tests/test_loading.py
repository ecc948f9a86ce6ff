"""What `import intertwine` and the command line load, and the public names."""

import json
import subprocess
import sys

import pytest

import intertwine as iw

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
    "Whitener",
    "chance",
    "compress",
    "convolve",
    "correlate",
    "deskew",
    "diffuse",
    "diffuse_radial",
    "find",
    "fourier",
    "is_white",
    "kernels",
    "learn",
    "orientation",
    "plan",
    "release_memory",
    "rotation",
    "series",
    "set_memory_limit",
    "set_threads",
    "spectrum",
    "stochastic",
    "style",
    "whiten",
    "whitening_kernel",
    "wisdom",
]


def under(name, parent):
    return name == parent or name.startswith(f"{parent}.")


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
    low = ("intertwine.base", "intertwine.engine")
    assert {m for m in ours if not any(under(m, part) for part in low)} == {
        "intertwine",
        "intertwine._core",
        "intertwine.arrays",
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
