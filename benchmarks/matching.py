"""find beside the other matchers, in one run: python -m benchmarks.matching

Each figure is the best of several calls. Memory is that of a process of its own.
"""

import importlib
import subprocess
import sys
import time

import numpy as np

import intertwine as iw


def best(call, times=5):
    call()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def line(name, seconds, ours):
    print(f"  {name:34} {1e3 * seconds:9.1f} ms   {seconds / ours:6.1f} times ours")


def images():
    x = np.random.default_rng(0).random((2048, 2048), np.float32)
    k = x[300:364, 500:564].copy()
    ours = best(lambda: iw.find(k, x))
    print("zncc, 64 x 64 in 2048 x 2048, float32")
    line("intertwine.find", ours, ours)
    if cv2 := _have("cv2"):
        line("OpenCV TM_CCOEFF_NORMED",
             best(lambda: cv2.matchTemplate(x, k, cv2.TM_CCOEFF_NORMED)), ours)  # fmt: skip
    if feature := _have("skimage.feature"):
        line("scikit-image match_template", best(lambda: feature.match_template(x, k), 2), ours)


def series():
    t = np.random.default_rng(0).standard_normal(1 << 20).cumsum()
    stumpy = _have("stumpy")
    for m in (128, 1024, 8192):
        q = t[5000 : 5000 + m].copy()
        ours = best(lambda q=q: iw.find(q, t, score="distance"), 3)
        print(f"z-normalised distance, {m} in 2**20, float64")
        line("intertwine.find", ours, ours)
        line("plain: SciPy FFT and cumulative sums", best(lambda q=q: _plain(q, t), 3), ours)
        if stumpy:
            line("stumpy.mass", best(lambda q=q: stumpy.mass(q, t), 1), ours)


def _plain(q, t):
    """The textbook's way, which loses the variance at large offsets."""
    from scipy import signal

    m = len(q)
    sums, squares = (np.cumsum(np.concatenate([[0.0], x])) for x in (t, t * t))
    mean = (sums[m:] - sums[:-m]) / m
    spread = np.sqrt(np.maximum((squares[m:] - squares[:-m]) / m - mean**2, 1e-300))
    dots = signal.oaconvolve(t, q[::-1], mode="valid")
    score = (dots - m * q.mean() * mean) / (m * q.std() * spread)
    return np.sqrt(np.maximum(2 * m * (1 - score), 0))


def memory():
    print("memory at the peak beyond input and output")
    image = "x = rng.random((1080, 2400), np.float32); k = x[300:500, 500:700].copy()"
    day = "x = rng.standard_normal(8_640_000); k = x[5000:9000].copy()"
    _peak("200 x 200 in 2400 x 1080, float32", image)
    _peak("4000 in 8.64e6, float64", day)


def _peak(name, data):
    code = (
        "import resource, numpy as np, intertwine as iw\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        f"rng = np.random.default_rng(0); {data}\n"
        "few = (slice(0, 64),) * x.ndim\n"
        "iw.find(x[few][(slice(0, 8),) * x.ndim].copy(), x[few])\n"
        "before = peak()\n"
        "hits = iw.find(k, x)\n"
        "print(peak() - before - hits.surface.nbytes, peak())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    beyond, whole = (int(word) / 2**20 for word in done.stdout.split())
    print(f"  {name:34} {beyond:9.1f} MiB   the whole process {whole:6.1f} MiB")


def _have(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"  ({name} is not installed)")
        return None


if __name__ == "__main__":
    images()
    series()
    memory()
