"""The sentence of every kernel, by `Kernel.describe`.

A description takes milliseconds and a net has thousands of kernels: many are shared out to worker
processes, which are ended with the call, by Ctrl-C too.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intertwine.base.threads import available_cores
from intertwine.kernel import Kernel

Array = NDArray[np.float64]

#: Kernels from which another process is worth its start.
_MANY = 400


@dataclass(frozen=True)
class Said:
    """What is said of a kernel: a kind, a sentence, the energy that it rests on, a direction."""

    kind: str
    sentence: str
    share: float
    angle_deg: float | None


#: Kinds that name nothing.
UNNAMED = ("none of these", "zero")


def say(taps: Array, origin: tuple[int, ...]) -> Said:
    """Describe one kernel.

    >>> say(np.array([[0.0, 0, 0], [1, 1, 0], [1, 1, 0]]), (1, 1)).kind
    'blur'
    """
    found = Kernel(taps, origin).describe()
    share = float(found.numbers.get("share", 1.0 if found.kind not in UNNAMED else 0.0))
    angle = found.numbers.get("angle_deg")
    return Said(found.kind, found.sentence, share, None if angle is None else float(angle))


def say_all(
    stacks: Sequence[Array], report: Callable[[int, int], None] | None = None
) -> list[list[Said]]:
    """Describe the kernels of each stack (N, K1, ..., Kd), with the middle tap as their origin."""
    tell = report or (lambda done, total: None)
    total = sum(map(len, stacks))
    workers = min(available_cores(), -(-total // _MANY))
    answers: list[list[Said | None]] = [[None] * len(stack) for stack in stacks]
    found = _alone(stacks) if workers < 2 else _shared(stacks, workers)
    for done, (stack, place, said) in enumerate(found, start=1):
        answers[stack][place] = said
        tell(done, total)
    return [[said for said in row if said is not None] for row in answers]


def _middle(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(n // 2 for n in shape)


def _alone(stacks: Sequence[Array]) -> Iterator[tuple[int, int, Said]]:
    for number, stack in enumerate(stacks):
        for place, taps in enumerate(stack):
            yield number, place, say(taps, _middle(taps.shape))


def _shared(stacks: Sequence[Array], workers: int) -> Iterator[tuple[int, int, Said]]:
    """Kernels dealt out to processes like cards, so that all end at about the same time."""
    with tempfile.TemporaryDirectory(prefix="intertwine-") as folder:
        path = Path(folder) / "kernels.npz"
        np.savez(path, *stacks)
        running = [_started(path, number, workers) for number in range(workers)]
        try:
            yield from _answers(running)
        finally:
            for worker in running:
                with suppress(OSError):
                    worker.kill()
                worker.wait()
                if worker.stdout is not None:
                    worker.stdout.close()


def _started(path: Path, number: int, workers: int) -> subprocess.Popen[str]:
    # A plain process, not multiprocessing: that would run the caller's script once more.
    search = os.pathsep.join(p for p in sys.path if p)
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": search}
    start = f"from {__name__} import work; work()"
    command = [sys.executable, "-c", start, str(path), str(number), str(workers)]
    return subprocess.Popen(
        command, env=os.environ | one, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def _answers(running: list[subprocess.Popen[str]]) -> Iterator[tuple[int, int, Said]]:
    """What the processes print, as it comes: one that is not read would wait for its pipe."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    for worker in running:
        threading.Thread(target=_listen, args=(worker, lines), daemon=True).start()
    left = len(running)
    while left:
        line = lines.get()
        if line is None:
            left -= 1
            continue
        stack, place, *said = json.loads(line)
        yield stack, place, Said(*said)
    failed = [worker.returncode for worker in running if worker.wait() != 0]
    if failed:
        raise RuntimeError(f"a process that describes kernels ended with code {failed[0]}")


def _listen(worker: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    if worker.stdout is not None:
        with suppress(ValueError):  # closed, as the call was cancelled
            for line in worker.stdout:
                lines.put(line)
    lines.put(None)


def work() -> None:
    """What a process does: describe every so many kernels of a file, a line of JSON each."""
    path, number, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with np.load(path) as file:
        stacks = [file[f"arr_{place}"] for place in range(len(file.files))]
    cards = ((s, p) for s, stack in enumerate(stacks) for p in range(len(stack)))
    for card, (stack, place) in enumerate(cards):
        if card % workers == number:
            taps = stacks[stack][place]
            said = say(taps, _middle(taps.shape))
            told = [said.kind, said.sentence, said.share, said.angle_deg]
            print(json.dumps([stack, place, *told]), flush=True)
