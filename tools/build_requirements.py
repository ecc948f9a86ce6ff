"""Print what a build of this project needs, one requirement a word.

As pyproject.toml lists it; with ``--machine`` what the build backend, once it is installed, adds on
this machine: CMake and Ninja where the system has none.
"""

import importlib
import sys
import tomllib
from pathlib import Path

system = tomllib.loads(Path("pyproject.toml").read_text())["build-system"]
needed = system["requires"]
if "--machine" in sys.argv[1:]:
    needed = (
        needed + importlib.import_module(system["build-backend"]).get_requires_for_build_editable()
    )
print(*needed)
