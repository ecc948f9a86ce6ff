"""A process that chooses models: jobs come by standard input, answers go by standard output.

Each is a pickle. The process ends with its input, so that none outlives its caller.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import Any


def main() -> None:
    """Answer jobs until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller is told, and ends this process
    jobs = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing printed gets among the answers
    while True:
        try:
            job = pickle.load(jobs)
        except EOFError:
            return
        try:
            pickle.dump(answer(job), answers)
            answers.flush()
        except BrokenPipeError:  # the caller is gone
            os._exit(1)


def answer(job: tuple[Any, tuple[Any, ...]]) -> tuple[Any, Exception | None]:
    """The model of a job's series, or the error."""
    from intertwine.series.automatic import choose

    try:
        return choose(job[0], *job[1]), None
    except Exception as error:
        return None, error


if __name__ == "__main__":
    main()
