"""The lists of cases that every method is held against."""

from cases import BOUNDARIES, COMPLEXES, FLOATS, INTEGERS, KINDS, MODES, Case, grid

#: Odd, even and larger-than-data kernels, and a single tap, on one axis to four.
PAIRS = [
    ((11,), (1,)),
    ((11,), (4,)),
    ((11,), (5,)),
    ((11,), (17,)),
    ((1,), (4,)),
    ((5, 6), (3, 2)),
    ((5, 6), (4, 3)),
    ((5, 6), (7, 9)),
    ((4, 3, 5), (2, 3, 2)),
    ((4, 3, 5), (5, 4, 7)),
    ((3, 2, 4, 3), (2, 1, 3, 2)),
    ((3, 2, 2, 3), (4, 3, 3, 4)),
]

ONE_EACH = [((9,), (4,)), ((6, 7), (3, 4)), ((4, 5, 3), (3, 2, 2))]
FLAT = ((7, 6), (3, 4))
BOUNDARY, MODE, KIND = list(BOUNDARIES), list(MODES), list(KINDS)
EVERY_DTYPE = [*INTEGERS, *FLOATS, *COMPLEXES]


def _sizes():
    return grid(*PAIRS, boundary=BOUNDARY, mode=MODE)


def _structures():
    return grid(*ONE_EACH, kind=KIND[1:], boundary=BOUNDARY, dtype=["float32", "float64"])


def _types():
    return [
        *grid(FLAT, dtype=EVERY_DTYPE, boundary=BOUNDARY),
        *grid(FLAT, dtype=EVERY_DTYPE, taps_dtype=["int64", "complex128"], kind=["signed", "box"]),
        *grid(FLAT, dtype=list(INTEGERS), taps_dtype="int8", kind=KIND),
    ]


def _missing():
    strewn = {"boundary": BOUNDARY, "mode": ["same", "full"]}
    floats = ["float32", "float64", "complex64"]
    return [
        *grid(FLAT, **strewn, specks=[1, 3], dtype=floats),
        *grid(FLAT, **strewn, specks=3, nan="ignore", dtype=floats),
        *grid(FLAT, boundary="renormalize", taps_dtype="complex128", specks=3, dtype=floats),
        *grid(FLAT, **strewn, masked=True, dtype=["float64", "uint8"]),
        *grid(FLAT, boundary=BOUNDARY, nan="raise", dtype=floats, kind=["outer", "box"]),
        *grid(((7, 6), (5, 4)), boundary="renormalize", kind="signed", mode=MODE, specks=[0, 1]),
    ]


def _places():
    moved = {"boundary": BOUNDARY, "mode": MODE, "flip": [True, False]}
    return [
        *grid(((13,), (4,)), **moved, stride=3, dilation=2),
        *grid(((9, 8), (3, 2)), **moved, stride=(2, 3), dilation=(1, 3), origin=(2, 0)),
        *grid(((4, 7, 3), (3, 4)), **moved, axes=[(2, 1), (0, -2)], origin=(0, 3)),
        *grid(
            ((6, 7), (3, 4)),
            boundary=[("wrap", "mirror"), ("zero", "nearest"), ("renormalize", "symmetric")],
            mode=[("full", "same"), ("valid", "full")],
            flip=[True, False],
            kind=KIND,
        ),
        *grid(((5, 6), (3, 2)), flip=False, taps_dtype="complex64", dtype=[*FLOATS, *COMPLEXES]),
    ]


#: Large enough for several tiles and vectors, too large for the loops.
LARGE = [
    *grid(((5000,), (9,)), boundary=BOUNDARY, dtype=["float32", "uint8"], kind=["signed", "box"]),
    *grid(((5000,), (300,)), boundary=BOUNDARY, dtype="float32", kind="boxes"),
    *grid(((5000,), (301,)), boundary=["mirror", "zero"], mode=MODE),
    *grid(((300,), (701,)), boundary=BOUNDARY, mode=["same", "full"]),
    *grid(((150, 170), (9, 9)), boundary=BOUNDARY, dtype="float32", kind="rank2"),
    *grid(((150, 170), (33, 20)), boundary=["symmetric", "zero"], kind=["lopsided", "box"]),
    *grid(((150, 170), (33, 20)), boundary="wrap", mode=["full", "valid"], dtype="float32"),
    *grid(((11, 33, 70), (3, 4, 5)), boundary=BOUNDARY, dtype="float32", kind="box"),
    *grid(((80, 80), (16, 16)), mode=MODE, kind="box", dtype=["float32", "float64"]),
    *grid(((700, 90), (21, 9)), boundary=BOUNDARY, dtype=["float32", "uint8"], kind="box"),
    *grid(((40, 600, 3), (9, 61)), axes=[(0, 1)], dtype=["float32", "int16"], kind="box"),
    *grid(((600, 50), (17, 12)), boundary=BOUNDARY, kind="mirrored", dtype=["float32", "float64"]),
    *grid(((70, 50), (9, 13)), dilation=(2, 3), stride=[(1, 1), (2, 1)], kind="mirrored"),
    *grid(
        ((20, 24, 40), (5, 4, 7)), boundary=BOUNDARY, mode=["same", "full"], dtype="float32",
        kind=["outer", "mirrored"],
    ),
]  # fmt: skip

QUICK = list(dict.fromkeys([*_sizes(), *_structures(), *_types(), *_missing(), *_places()]))

#: Small whole numbers in floating types: what needs no rounding must have none.
WHOLE = [
    *grid(*PAIRS, boundary=list(BOUNDARIES[:-1]), whole=True, dtype=["float32", "float64"]),
    *grid(((300, 70), (5, 8)), whole=True, kind="signed", dtype=["float32", "int16"], mode=MODE),
]


def full_sweep():
    """Every boundary, mode, type, policy and kind of kernel, on one axis to four."""
    policies = [("propagate", 0), ("propagate", 2), ("ignore", 3), ("raise", 0)]
    for nan, specks in policies:
        yield from grid(
            *PAIRS, boundary=BOUNDARY, mode=MODE, kind=KIND, nan=nan, specks=specks,
            dtype=["uint8", "int32", *FLOATS, *COMPLEXES], flip=[True, False],
        )  # fmt: skip


__all__ = ["LARGE", "QUICK", "WHOLE", "Case", "full_sweep"]
