"""The other libraries, one file each. Those that are not installed are named and left out.

A builder takes a case and a number of threads, prepares what that library's users would prepare
once (a flipped kernel, the spectrum of a kernel), and returns a `Contender`; or it raises `Unfit`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType

from benchmarks.case import Case, Contender

#: Python modules and the file here that calls them.
FILES = {"scipy": "scipy_peers", "cv2": "opencv", "ducc0": "ducc", "torch": "pytorch"}

Builder = Callable[[Case, int], Contender]


def load() -> tuple[dict[str, Builder], list[ModuleType], list[str]]:
    """Return builders by name, the libraries that were found, and the names of missing ones."""
    builders: dict[str, Builder] = {}
    found, missing = [], []
    for library, file in FILES.items():
        try:
            found.append(importlib.import_module(library))
        except ImportError:
            missing.append(library)
            continue
        builders |= importlib.import_module(f"{__name__}.{file}").BUILDERS
    return builders, found, missing
