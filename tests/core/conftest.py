"""What tests of the core share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def run_at() -> Callable[[str, str], list[str]]:
    """Run a script in a process of its own at a SIMD level; what it prints, word by word."""

    def run(level: str, script: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False,
            env={**os.environ, "INTERTWINE_ISA": level},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run
