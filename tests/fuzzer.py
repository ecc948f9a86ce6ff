"""Random calls, one a seed: whatever the arguments, the process lives on.

A script: ``python tests/fuzzer.py calls 0 1000`` makes the calls of seeds 0 to 999 and writes each
seed before its call, so that who started it knows which one ended the process. ``calls`` goes
through the library, ``core`` to the functions of the core past every check in Python. What a call
may do is answer, or refuse in one of the ways that `fuzz_core.REFUSALS` lists.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from contextlib import suppress
from typing import Any

import intertwine as iw
from fuzz_chance import Chance
from fuzz_core import CORE, REFUSALS
from fuzz_library import library

#: Seconds that a call may take, so that one of endless size ends as Ctrl-C would end it.
LIMIT = 4


class Endless(BaseException):
    """The call took too long."""


def one_call(kind: str, seed: int) -> None:
    """Make the call of a seed; any other exception than a refusal is a failure."""
    c = Chance(seed, 0.06, kind == "calls")
    if kind == "calls":
        with suppress(iw.IntertwineError):
            library(c)
    else:
        with suppress(*REFUSALS):
            CORE[int(c.rng.integers(len(CORE)))](c)


def end(*_: Any) -> None:
    raise Endless


def main(kind: str, first: int, count: int) -> None:
    """Make the calls of these seeds, each told before it is made."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, end)
    for seed in range(first, first + count):
        print(seed, flush=True)
        signal.alarm(LIMIT)
        try:
            one_call(kind, seed)
        except Endless:
            print(seed, "took too long", file=sys.stderr, flush=True)
        finally:
            signal.alarm(0)
    print("done", flush=True)


if __name__ == "__main__":
    if "LD_PRELOAD" not in os.environ:  # sanitizers take what addresses they like
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
