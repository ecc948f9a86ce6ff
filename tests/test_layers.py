"""Who may import whom: one table of layers, read against every import that the sources hold."""

import ast
import re
from pathlib import Path

import pytest

import intertwine as iw

SOURCE = Path(iw.__file__).parent

#: The layers, lowest first: each names its parts, and a part imports from lower layers only.
#: Parts are modules with all that is under them; of two that fit, the longer name counts.
LAYERS = [
    ["_core"],
    ["base"],
    # The engine, from what knows no problem to what answers one.
    [
        "engine",
        "engine.boundary",
        "engine.checks",
        "engine.exponentials",
        "engine.factor",
        "engine.machine",
        "engine.normalising",
        "engine.memory",
        "engine.types",
    ],
    ["engine.boxes", "engine.problem", "engine.recursions"],
    [
        "engine.differences",
        "engine.kernel_gradient",
        "engine.lower",
        "engine.planes",
        "engine.short",
        "engine.stack",
    ],
    ["engine.arguments", "engine.sampling", "engine.weights", "engine.methods.base"],
    ["engine.shorten"],
    ["engine.methods", "engine.copies"],
    ["engine.flat", "engine.means"],
    [
        "engine.candidates",
        "engine.missing",
        "engine.outputs",
        "engine.plan_cache",
        "engine.wisdom",
    ],
    ["engine.plan"],
    ["engine.calibrate", "engine.explain", "engine.measure"],
    ["arrays"],
    ["convolution", "wisdom"],
    # Kernels.
    ["_gaussians", "_taps", "algebra"],
    ["kernel"],
    ["_named"],
    ["kernels"],
    # Tools.
    ["files", "series", "stochastic"],
    ["significance"],
    ["fourier", "matching", "propagator", "registration", "whitening"],
    ["diffusion"],
    ["aquarium", "learn", "style"],
    ["learn.training"],
    ["learn.reading"],
    # The package itself, which names all these, and what speaks its public names as a user does.
    [""],
    ["tour"],
    ["cli"],
]

#: What each part outside the engine may take from it.
FROM_THE_ENGINE = {
    "arrays": [
        "engine.arguments",
        "engine.boundary",
        "engine.kernel_gradient",
        "engine.memory",
        "engine.plan",
        "engine.problem",
        "engine.stack",
    ],
    "cli": ["engine.calibrate", "engine.machine"],
    "convolution": [
        "engine.arguments",
        "engine.checks",
        "engine.measure",
        "engine.outputs",
        "engine.plan",
        "engine.problem",
        "engine.stack",
    ],
    "diffusion": ["engine.checks", "engine.outputs", "engine.plan", "engine.types"],
    "files": ["engine.types"],
    "learn": ["engine.boundary"],
    "matching": ["engine.normalising"],
    "series": ["engine.recursions"],
    "stochastic": [
        "engine.arguments",
        "engine.checks",
        "engine.problem",
        "engine.sampling",
    ],
    "wisdom": ["engine.machine", "engine.plan", "engine.wisdom"],
}

#: What the package loads with itself; the tools it loads when they are used.
FRONT_DOOR = ["base", "convolution", "engine.memory"]

#: Imports that point upwards: inside a function, so that they load only when it is called.
LATER = {
    ("arrays.tensors.array_route", "convolution"): "a tensor that is an array goes its way",
    ("algebra.storage", "files.arrays"): "a kernel's file is an array's, of any format",
    ("engine.missing", "engine.plan"): "the engine asks itself",
    ("engine.plan", "convolution"): "a plan that is called lets the friendly layer read arguments",
    ("engine.plan", "engine.explain"): "a plan explains itself",
    ("kernel", "propagator"): "a kernel's density is one",
    ("kernel", "series.arma"): "a causal kernel is a moving average",
}

#: Functions that import a module by its name, and the files where the name is another library's.
IMPORTERS = ("import_module", "__import__")
LIBRARIES = ["base.libraries", "style.encoders.networks"]

#: Text that names a module: it is meant for `importlib`.
MODULE = re.compile(r"intertwine(\.\w+)+")

PATHS = sorted(SOURCE.rglob("*.py"))


def name_of(path):
    """A file's module, without the package's name; "" for the package itself."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in PATHS}
PACKAGES = {name_of(path): path.name == "__init__.py" for path in PATHS}


def under(name, part):
    return name == part or name.startswith(f"{part}.")


def rank_and_part(name):
    """The layer that a module is in, counted from below, and the part that it belongs to."""
    fitting = [(i, p) for i, layer in enumerate(LAYERS) for p in layer if p and under(name, p)]
    if not name:
        return LAYERS.index([""]), ""
    assert fitting, f"intertwine.{name} is in no layer: give it a place in LAYERS"
    return max(fitting, key=lambda found: len(found[1]))


def resolved(target):
    """The module of ours that a dotted name stands for; None for others' names."""
    head, _, name = target.partition(".")
    if head != "intertwine":
        return None
    while name and name not in MODULES and name not in ("_core", "base"):
        name = name.rpartition(".")[0]
    return name


def imports(tree):
    """Every import: the dotted name, and when it takes place: "load", "later" or "types"."""

    def walk(node, when):
        for child in ast.iter_child_nodes(node):
            now = when
            if isinstance(child, (ast.FunctionDef, ast.Lambda)):
                now = "later"
            elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                now = "types"
            if isinstance(child, ast.Import):
                yield from ((alias.name, now) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"line {child.lineno}: relative import"
                yield from ((f"{child.module}.{alias.name}", now) for alias in child.names)
            elif isinstance(child, ast.Constant) and MODULE.fullmatch(str(child.value)):
                yield child.value, "later"
            yield from walk(child, now)

    yield from walk(tree, "load")


def refusal(name, target, when):
    """Why a module may not import another; "" when it may. Types alone load nothing."""
    other = resolved(target)
    if other in (None, name) or when == "types" or ((name, other) in LATER and when == "later"):
        return ""
    if name == "":
        return "" if when == "later" or rank_and_part(other)[1] in FRONT_DOOR else "loads too much"
    (mine, my_part), (its, its_part) = rank_and_part(name), rank_and_part(other)
    if its >= mine and my_part != its_part:
        return "points upwards"
    if under(my_part, "engine"):
        return ""
    if its_part == "_core":
        return "reaches for the core"
    allowed = not under(its_part, "engine") or its_part in FROM_THE_ENGINE.get(my_part, [])
    return "" if allowed else "reaches into the engine"


@pytest.mark.parametrize("name", MODULES, ids=lambda name: f"intertwine.{name}".rstrip("."))
def test_imports_point_downwards(name):
    found = [(target, refusal(name, target, when)) for target, when in imports(MODULES[name])]
    assert [(target, why) for target, why in found if why] == []


def test_every_exception_is_needed():
    made = {(name, resolved(target)) for name in MODULES for target, _ in imports(MODULES[name])}
    assert set(LATER) <= made
    for part, allowed in FROM_THE_ENGINE.items():
        assert {(part, its) for its in allowed} <= {
            (rank_and_part(name)[1], rank_and_part(other)[1])
            for name, other in made
            if name and other
        }


def computed(tree):
    """The names by which modules are imported, where they are not written out."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [c.args[0] for c in calls if ast.unparse(c.func).rpartition(".")[2] in IMPORTERS]
    return [ast.unparse(name) for name in named if not isinstance(name, ast.Constant)]


def test_computed_names_lie_in_the_package_that_computes_them():
    for name, tree in MODULES.items():
        package = name if PACKAGES[name] else name.rpartition(".")[0]
        home = "f'intertwine." + f"{package}.{{".removeprefix(".")
        others = [found for found in computed(tree) if not found.startswith(home)]
        assert (name in LIBRARIES) == bool(others), f"{name}: {others}"


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("matching.hits", "from intertwine.cli import console", "points upwards"),
        ("kernels.shapes", "from intertwine.tour import words", "points upwards"),
        ("kernels.shapes", "def f():\n    from intertwine.tour import words", "points upwards"),
        (
            "matching.scores",
            'importlib.import_module("intertwine._core")',
            "reaches for the core",
        ),
        ("fourier.spectra", "from intertwine import _core", "reaches for the core"),
        ("engine.problem", "from intertwine.engine.plan import CACHE", "points upwards"),
        ("engine.boundary", "from intertwine.engine import problem", "points upwards"),
        ("base.text", "from intertwine.engine.types import choose", "points upwards"),
        ("matching.scores", "from intertwine.engine.plan import CACHE", "reaches into the engine"),
        ("files.apply", "from intertwine.engine.methods import direct", "reaches into the engine"),
        ("convolution", "from intertwine.engine.methods import each", "reaches into the engine"),
        ("algebra.norms", "from intertwine.kernel import Kernel", "points upwards"),
        ("matching.search", "import intertwine as iw", "points upwards"),
        ("matching.search", "from intertwine import find", "points upwards"),
        ("", "from intertwine.kernel import Kernel", "loads too much"),
        ("tour.page", "from intertwine import cli", "points upwards"),
    ],
)  # fmt: skip
def test_what_would_be_caught(name, line, why):
    assert [refusal(name, *found) for found in imports(ast.parse(line))] == [why]


def test_a_module_without_a_layer_is_noticed():
    with pytest.raises(AssertionError, match=r"intertwine\.streaming is in no layer"):
        rank_and_part("streaming")
