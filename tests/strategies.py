"""Hypothesis strategies: shapes, layouts, types, boundaries, lopsided kernels, origins."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from banks import Bank
from cases import BOUNDARIES, COMPLEXES, FLOATS, INTEGERS, KINDS, MODES, Case


def per_axis(choice, count):
    """One value for all axes, or a tuple with one for each."""
    return choice | st.tuples(*[choice] * count)


@st.composite
def cases(draw, dtypes=(*INTEGERS, *FLOATS, *COMPLEXES), kinds=KINDS):
    """A whole call: data of one axis to four, a kernel along some or all of them, options."""
    ndim = draw(st.integers(1, 4))
    longest = {1: 40, 2: 12, 3: 6, 4: 4}[ndim]
    shape = draw(st.tuples(*[st.integers(0, longest)] * ndim))
    along = draw(st.permutations(range(ndim)))[: draw(st.integers(1, ndim))]
    count = len(along)
    size = draw(st.tuples(*[st.integers(1, max(3, longest + 2))] * count))
    boundary = draw(per_axis(st.sampled_from(BOUNDARIES), count))
    nan = draw(st.sampled_from(["propagate", "ignore", "raise"]))
    case = Case(
        shape,
        size,
        kind=draw(st.sampled_from(kinds)),
        boundary=boundary,
        mode=draw(per_axis(st.sampled_from(MODES), count)),
        dtype=draw(st.sampled_from(dtypes)),
        taps_dtype=draw(st.sampled_from(["float64", "float32", "int64", "uint8", "complex128"])),
        nan=nan,
        specks=0 if nan == "raise" or 0 in shape else draw(st.integers(0, 3)),
        masked=draw(st.booleans()),
        axes=tuple(along),
        origin=draw(st.none() | st.tuples(*[st.integers(0, n - 1) for n in size])),
        stride=draw(per_axis(st.integers(1, 4), count)),
        dilation=draw(per_axis(st.integers(1, 3), count)),
        flip=draw(st.booleans()),
    )
    return computable(case)


def computable(case):
    """The case, with what is refused by rule put right."""
    if case.kind == "signed" and case.taps_dtype in ("uint8", "complex128"):
        case = replace(case, kind="lopsided")
    if isinstance(case.boundary, tuple) and "constant" in case.boundary:
        case = replace(
            case,
            boundary=tuple(
                "constant" if b in ("zero", "renormalize") else b for b in case.boundary
            ),
        )
    if not case.fits:
        case = replace(case, mode="same")
    return case


@st.composite
def banks(draw):
    """Many kernels: their own axes fit the axes of x that are not filtered, or come before them."""
    case = draw(cases())
    case = replace(case, size=tuple(min(n, 4) for n in case.size))
    if case.origin is not None:
        case = replace(case, origin=tuple(n // 2 for n in case.size))
    along = [axis % len(case.shape) for axis in case.axes]
    shape = tuple(n if i in along else max(n, 1) for i, n in enumerate(case.shape))
    left = [n for i, n in enumerate(shape) if i not in along]
    fitting = [st.integers(1, 3) if n == 1 else st.sampled_from([1, n]) for n in left]
    before = [st.integers(1, 3)] * draw(st.integers(0, 2))
    own = fitting if before else fitting[draw(st.integers(0, len(fitting))) :]
    kernels = draw(st.tuples(*before, *own))
    return Bank(
        replace(case, shape=shape, specks=0 if 0 in shape else case.specks), kernels or (1,)
    )


@st.composite
def layouts(draw, x):
    """The numbers of `x` in some other layout: gaps, negative strides, order, bytes, read-only."""
    gaps = [draw(st.integers(1, 3)) for _ in x.shape]
    order = draw(st.permutations(range(x.ndim)))
    swapped = x.dtype.newbyteorder() if draw(st.booleans()) else x.dtype
    room = np.zeros([x.shape[axis] * gaps[axis] for axis in order], swapped)
    view = room.transpose(np.argsort(order))[tuple(slice(None, None, gap) for gap in gaps)]
    turned = tuple(slice(None, None, draw(st.sampled_from([1, -1]))) for _ in x.shape)
    view = view[turned]
    view[...] = x
    view.setflags(write=draw(st.booleans()))
    return view


def anything():
    """What a caller might pass by mistake, and some of it no mistake at all."""
    plain = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 12),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.text(max_size=5),
        st.binary(max_size=3),
        st.sampled_from([*BOUNDARIES, *MODES, *INTEGERS, *FLOATS, "reflect", "auto", "direct"]),
        st.sampled_from([object(), int, float, np.float32, np.nan, slice(3), range(2), ..., iter]),
        st.sampled_from([10**400, -(2**63), 2**64, np.bool_(True), np.array(2)]),
    )
    nested = st.recursive(
        plain,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(st.text(max_size=2), inner, max_size=2),
        ),
        max_leaves=6,
    )
    return nested | arrays()


@st.composite
def arrays(draw):
    """Arrays of any type and small shape, their numbers unchosen."""
    types = [*INTEGERS, *FLOATS, *COMPLEXES, "longdouble", "O", "S3", "U2", "M8[s]", "m8[D]", "V4"]
    dtype = np.dtype(draw(st.sampled_from(types)))
    shape = draw(st.lists(st.integers(0, 5), max_size=4).map(tuple))
    if dtype.kind == "f" and draw(st.booleans()):
        return np.full(shape, draw(st.sampled_from([np.nan, np.inf, 0.0, -0.5, 6e4])), dtype)
    if dtype.kind in "biufc":
        return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    return np.zeros(shape, dtype)
