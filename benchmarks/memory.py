"""Peak work space: resident memory beyond input and output, in a process for each contender.

``python -m benchmarks.memory`` prints it for a 201x201 kernel on a 4096x4096 image.

scipy.ndimage.convolve keeps a table of offsets of ``8 * taps**2`` bytes, 13 GB for this kernel;
it is measured with a smaller one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import report

LIMIT_MIB = 64


def _intertwine(x: np.ndarray, k: np.ndarray, out: np.ndarray) -> None:
    import intertwine

    intertwine.convolve(x, k, out=out)


def _ndimage(x: np.ndarray, k: np.ndarray, out: np.ndarray) -> None:
    from scipy import ndimage

    ndimage.convolve(x, k, output=out)


def _fftconvolve(x: np.ndarray, k: np.ndarray, out: np.ndarray) -> None:
    from scipy import signal

    out[:] = signal.fftconvolve(x, k, mode="same")


def _opencv(x: np.ndarray, k: np.ndarray, out: np.ndarray) -> None:
    import cv2

    cv2.filter2D(x, cv2.CV_32F, k[::-1, ::-1].copy(), dst=out, borderType=cv2.BORDER_REFLECT)


WHO: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], None]] = {
    "intertwine": _intertwine,
    "scipy.ndimage.convolve": _ndimage,
    "scipy.signal.fftconvolve": _fftconvolve,
    "cv2.filter2D": _opencv,
}

#: Who convolves images of which side with kernels of which side.
ROWS = (
    ("intertwine", 4096, 201),
    ("cv2.filter2D", 4096, 201),
    ("scipy.signal.fftconvolve", 4096, 201),
    ("intertwine", 256, 81),
    ("scipy.ndimage.convolve", 256, 81),
)


def measure(rows: tuple[tuple[str, int, int], ...] = ROWS) -> list[dict[str, object]]:
    """Return ``who``, ``problem`` and ``mib`` for each row whose library is installed."""
    found: list[dict[str, object]] = []
    for who, side, taps in rows:
        command = [sys.executable, "-m", "benchmarks.memory", who, str(side), str(taps)]
        root = Path(__file__).resolve().parent.parent
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
        mib = json.loads(done.stdout)
        if mib is not None:
            problem = f"{taps}x{taps} taps, {side}x{side}, float32"
            found.append({"who": who, "problem": problem, "mib": mib})
    return found


def peak(who: str, side: int, taps: int) -> float | None:
    """Measure in this process: a small call first loads the library, then the peak is reset."""
    rng = np.random.default_rng(0)
    k = rng.standard_normal((taps, taps), np.float32)
    x = rng.standard_normal((side, side), np.float32)
    out = np.zeros_like(x)
    try:
        WHO[who](x[:16, :16], k[:3, :3], out[:16, :16])
    except ImportError:
        return None
    Path("/proc/self/clear_refs").write_text("5")
    before = _resident_kib("VmRSS")
    WHO[who](x, k, out)
    return (_resident_kib("VmHWM") - before) / 1024


def _resident_kib(field: str) -> int:
    """Read a line of Linux's account of this process: resident now, or at most since the reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith(field + ":"))


def main(arguments: list[str]) -> None:
    """Print the table; with arguments, what one process measured."""
    if arguments:
        who, side, taps = arguments
        print(json.dumps(peak(who, int(side), int(taps))))
        return
    print("\n".join(report.memory_lines({"memory": measure()})))
    print(f"The aim for intertwine is below {LIMIT_MIB} MiB.")


if __name__ == "__main__":
    main(sys.argv[1:])
