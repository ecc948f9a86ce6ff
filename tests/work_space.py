"""Run as a program: for each case the bytes that a call says it takes, and those that it took.

Taken is what the resident memory of a process of its own grew by, at most, beside data and result.
"""

import json
import sys

import numpy as np

import intertwine as iw
from intertwine.engine import outputs

RNG = np.random.default_rng(0)


def resident(field):
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) * 1024


def measure(x, k, out=None, mask=None, **options):
    """Bytes said and bytes taken by the second call, whose plan is there already."""
    plan = iw.plan(x, k, mask=mask, **options)
    result = np.ones(plan.problem.out_shape, plan.problem.result) if out is None else out
    plan(x, out=result, mask=mask, threads=1)
    said = outputs.beside(plan, x, result)
    iw.release_memory()
    with open("/proc/self/clear_refs", "w", encoding="ascii") as peak:
        peak.write("5")
    before = resident("VmRSS")
    plan(x, out=result, mask=mask, threads=1)
    return said, resident("VmHWM") - before


def photo(*shape, dtype="float32"):
    return RNG.random(shape, dtype="float32").astype(dtype)


def methods():
    bell, wide = iw.kernels.gaussian(9.0, ndim=2), iw.kernels.gaussian(60.0, ndim=2)
    spread = {"dilation": 300, "boundary": "wrap"}
    yield "direct", photo(2000, 2100), RNG.random((3, 3)), spread
    yield "separable", photo(2000, 2100), wide, {}
    yield "separable", photo(256, 240, 200, dtype="float64"), iw.kernels.gaussian(6.0, ndim=3), {}
    yield "running_sum", photo(2000, 2100), np.kron([[1.0, 2], [3, 3]], np.ones((200, 200))), {}
    yield "running_sum", photo(2000, 2100), np.ones((901, 901)), {}
    yield "overlap_save", photo(2000, 2100), RNG.random((700, 600)), {}
    yield "overlap_save", photo(300_000, dtype="float64"), RNG.random(200_000), {}
    yield "recursive", photo(3000, 3100), wide, {"precision": 1e-3}
    yield "recursive", photo(4, 900_000, dtype="float64"), iw.kernels.gaussian(3000.0), {
        "axes": 1, "precision": 1e-3,
    }  # fmt: skip
    yield "recursive", photo(3000, 3100, dtype="float64"), bell, {"precision": 1e-3}
    yield "reference", photo(1000, 1100), RNG.random((2, 2)), {}


def layouts():
    plane, small, cube = photo(3000, 3100), RNG.random((3, 3)), photo(160, 170, 180)
    yield "C order", plane, small, {}
    yield "Fortran order", np.asfortranarray(plane), small, {}
    yield "transposed", plane.T, small, {}
    yield "turned", plane[::-1].T, np.ones((5, 5)), {"method": "running_sum"}
    yield "every second", photo(4000, 3000)[::2, ::2], small, {}
    yield "every second, turned", photo(4000, 3000)[::2, ::2].T, small, {}
    yield "volume", np.asfortranarray(cube), np.ones((3, 3, 3)), {}
    yield "volume, result too", cube, RNG.random((3, 3, 3)), {
        "out": np.ones(cube.shape, "float32", order="F"),
    }  # fmt: skip
    yield "Fortran order, complex", np.asfortranarray(plane[:2000].astype("complex64")), small, {}
    yield "complex, whole", np.asfortranarray(plane[:2000].astype("complex64")), small, {
        "method": "overlap_save",
    }  # fmt: skip
    yield "other byte order", plane.astype(">f4"), small, {}
    yield "other byte order, across", np.asfortranarray(plane.astype(">f4")), small, {}
    yield "result in other byte order", plane, small, {"out": np.ones(plane.shape, ">f4")}
    shared = np.asfortranarray(plane)
    yield "in place", shared, small, {"out": shared}
    holes = np.where(plane < 0.1, np.nan, plane)
    yield "missing", holes, small, {"nan": "ignore"}
    yield "masked", plane, small, {"mask": plane > 0.1}


def main():
    cases = {"methods": methods, "layouts": layouts}[sys.argv[1]]
    found = []
    for name, x, k, options in cases():
        if sys.argv[1] == "methods":
            options = {"method": name, **options}
        found.append((name, *measure(x, k, **options)))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
