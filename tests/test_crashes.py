"""Random calls in a process of their own: none of them ends it. See `fuzzer.py`."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

FUZZER = Path(__file__).with_name("fuzzer.py")

#: Seconds of the long run for each kind of call, and its first seed.
SECONDS = float(os.environ.get("INTERTWINE_FUZZ_SECONDS", "60"))
SEED = int(os.environ.get("INTERTWINE_FUZZ_SEED", "100000"))

#: Calls of one process in the long run, and seconds in which they must be done.
AT_ONCE, PATIENCE = 500, 900


def lives_through(kind, first, count):
    """Make the calls of these seeds; the one that ended the process, or went wrong, is told."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", FUZZER, kind, str(first), str(count)],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    *_, last = done.stdout.split() or ["none"]
    again = f"python -X faulthandler tests/fuzzer.py {kind} {last} 1"
    assert last == "done", f"exit {done.returncode} in the call of `{again}`\n{done.stderr[-4000:]}"
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.parametrize(("kind", "count"), [("calls", 250), ("core", 6000)])
def test_no_call_ends_the_process(kind, count):
    lives_through(kind, 0, count)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["calls", "core"])
def test_no_call_ends_the_process_for_as_long_as_asked(kind):
    """INTERTWINE_FUZZ_SECONDS says how long, INTERTWINE_FUZZ_SEED where to begin."""
    end, first = time.monotonic() + SECONDS, SEED
    while time.monotonic() < end:
        lives_through(kind, first, AT_ONCE)
        first += AT_ONCE
    assert first > SEED
