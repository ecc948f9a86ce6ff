"""Extras of the package bring what some module needs, and nothing else."""

import ast
import re
import tomllib
from pathlib import Path

import intertwine as iw

MODULES = sorted(Path(iw.__file__).parent.rglob("*.py"))

#: What a project is imported as, where that is another name.
IMPORTED_AS = {
    "pillow": "PIL",
    "opencv-python-headless": "cv2",
    "scikit-learn": "sklearn",
    "pi-heif": "pi_heif",
    "scikit-image": "skimage",
    "python-multipart": "fastapi",  # which reads uploads with it
}


def imported(path):
    """The first words of what a file imports, or names for importing it when asked."""
    text = path.read_text()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]
    yield from re.findall(r"(?:need|import_module)\(\s*\"(\w+)", text)


def test_extras_bring_what_some_module_needs():
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    words = {word for path in MODULES for word in imported(path)}
    for extra in set(extras) - {"all", "dev"}:
        for requirement in extras[extra]:
            project = re.match(r"[\w-]+", requirement)[0]
            if project == "intertwine":  # another extra
                continue
            assert IMPORTED_AS.get(project, project) in words, f"{extra} brings {project}"
    everything = ",".join(sorted(set(extras) - {"all", "dev"}))
    assert extras["all"] == [f"intertwine[{everything}]"]
