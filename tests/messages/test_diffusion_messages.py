"""What `diffuse` and `diffuse_radial` answer to wrong calls, to the letter."""

import numpy as np
import pytest

import intertwine as iw

GREY = np.zeros((4, 6))
REFUSED = [
    ("iw.diffuse(GREY, -1)",
     "OptionError: diffuse: `time=-1` must be a finite number from 0 up.\n"
     "  Heat does not flow backwards: un-mixing has no stable answer."),
    ("iw.diffuse(GREY, float('nan'))",
     "OptionError: diffuse: `time=nan` must be a finite number from 0 up.\n"
     "  Heat does not flow backwards: un-mixing has no stable answer."),
    ("iw.diffuse(GREY, [1, 2])",
     "OptionError: diffuse: `time=[1, 2]` must be a finite number from 0 up.\n"
     "  Heat does not flow backwards: un-mixing has no stable answer."),
    ("iw.diffuse(GREY, 1, -2)",
     "OptionError: diffuse: `diffusivity=-2` must not be negative.\n"
     "  Negative diffusivity sharpens, which has no stable answer."),
    ("iw.diffuse(GREY, 1, float('nan'))",
     "OptionError: diffuse: `diffusivity=nan` must be a finite number."),
    ("iw.diffuse(GREY, 1, [1, 2, 3])",
     "ShapeError: diffuse: `diffusivity=(1, 2, 3)` has 3 entries but the kernel works along 2 "
     "axes.\n  Pass one for all, or one for each axis."),
    ("iw.diffuse(GREY, 1, np.eye(3))",
     "ShapeError: diffuse: `diffusivity` of shape (3, 3) does not fit 2 axes.\n"
     "  Pass a number, one for each axis, or a tensor of shape (2, 2)."),
    ("iw.diffuse(GREY, 1, [[1, 2], [0, 1]])",
     "OptionError: diffuse: the diffusivity tensor is not symmetric, [[1.0, 2.0], [0.0, 1.0]].\n"
     "  Only its symmetric part spreads anything: pass (D + D.T) / 2."),
    ("iw.diffuse(GREY, 1, [[1, 2], [2, 1]])",
     "OptionError: diffuse: the diffusivity tensor has the eigenvalue -1, below 0.\n"
     "  It must be positive semi-definite: nothing can un-mix in any direction."),
    ("iw.diffuse(GREY, 1, [[1, np.inf], [np.inf, 1]])",
     "OptionError: diffuse: `diffusivity` holds NaN or infinity."),
    ("iw.diffuse(GREY, 1, 'fast')",
     "DTypeError: diffuse: `diffusivity='fast'` must hold real numbers."),
    ("iw.diffuse(GREY, 1, boundary='reflect')",
     "OptionError: diffuse: `boundary='reflect'` is not a word here.\n  'reflect' of scipy.ndimage "
     "and skimage.filters is 21|1234|43: write boundary='symmetric'."),
    ("iw.diffuse(GREY, 1, boundary='open')",
     "OptionError: diffuse: `boundary='open'` is not known.\n"
     "  Known: symmetric, wrap, zero, nearest."),
    ("iw.diffuse(GREY, 1, boundary='mirror')",
     "OptionError: diffuse: `boundary='mirror'` solves no heat equation: it neither keeps what is "
     "inside nor says what flows in.\n  Known: symmetric, wrap, zero, nearest."),
    ("iw.diffuse(GREY, 1, drift=(0, 2))",
     "OptionError: diffuse: a drift along axis 1 of `axes` runs into its walls: "
     "boundary='symmetric' lets nothing through, and what piles up there is no convolution.\n"
     "  Pass boundary='wrap' (around), 'zero' (out, nothing comes in) or 'nearest' (the edge flows "
     "in), for this axis or for all."),
    ("iw.diffuse(GREY, 1, spacing=0)",
     "OptionError: diffuse: `spacing=0` must be a finite number above 0."),
    ("iw.diffuse(GREY, 1, axes=2)",
     "ShapeError: diffuse: `axes` names axis 2 but `x` has 2 axes, -2 to 1.\n  x: float64 (4, 6)"),
    ("iw.diffuse(GREY, 1, axes=(0, -2))",
     "ShapeError: diffuse: `axes=(0, -2)` names an axis of `x` twice.\n  x: float64 (4, 6)"),
    ("iw.diffuse(GREY, 1, axes=())",
     "OptionError: diffuse: `axes=()` must be an integer or a tuple of integers."),
    ("iw.diffuse([1.0, np.nan, np.inf], 1)",
     "OptionError: diffuse: `x` has 2 NaN or infinite samples of 3.\n"
     "  The heat kernel reaches everywhere, they would too. Pass nan='ignore' to leave them out, "
     "or fill them first."),
    ("iw.diffuse(GREY, 1, nan='propagate')",
     "OptionError: diffuse: `nan='propagate'` is not known.\n  Known: raise, ignore."),
    ("iw.diffuse(GREY, 1, discrete=1)",
     "OptionError: diffuse: `discrete=1` must be True or False."),
    ("iw.diffuse(GREY, 1, [[1, 2], [2, 5]], discrete=True)",
     "OptionError: diffuse: discrete=True needs a diffusivity whose mixed terms stay below the "
     "straight ones, but along axis 0 of the tensor they are 2 against 1 (in cells).\n"
     "  A walk on the grid would need negative probabilities. Pass discrete=False."),
    ("iw.diffuse(GREY, 1, drift=3, boundary='wrap', discrete=True)",
     "OptionError: diffuse: discrete=True needs |drift| * spacing <= 2 * diffusivity on each axis, "
     "but along axis 0 it is 3 against 2 (in cells).\n  A walk on the grid would need negative "
     "probabilities. Pass discrete=False, or take a finer grid."),
    ("iw.diffuse(GREY, 1, boundary='zero', method='transform')",
     "OptionError: diffuse: method='transform' knows the boundaries symmetric and wrap, not zero, "
     "zero.\n  Pass method='kernel', or 'auto'."),
    ("iw.diffuse(GREY, 1, method='fast')",
     "OptionError: diffuse: `method='fast'` is not known.\n  Known: auto, transform, kernel."),
    ("iw.diffuse(GREY, 1, out=np.empty((4, 6), 'f4'))",
     "DTypeError: diffuse: `out` is float32 but the result is float64.\n"
     "  Pass out=np.empty((4, 6), np.float64)."),
    ("iw.diffuse(GREY, 1, out=np.empty(3))",
     "ShapeError: diffuse: `out` has shape (3,) but the result has (4, 6).\n"
     "  Pass out=np.empty((4, 6), np.float64)."),
    ("iw.diffuse(np.zeros((0, 3)), 1)",
     "ShapeError: diffuse: `x` is empty, shape (0, 3).\n  Pass at least one sample."),
    ("iw.diffuse(GREY, 1e12, [[2, 1], [1, 2]], boundary='zero')",
     "OptionError: diffuse: the kernel would have 1.3e+15 taps, more than 134,217,728.\n"
     "  Use boundary='symmetric' or 'wrap', which need none, or a shorter time."),
    ("iw.diffuse_radial(GREY, 1)",
     "ShapeError: diffuse_radial: `profile` has shape (4, 6), not one axis of radii.\n"
     "  Pass the concentrations from the centre outwards; diffuse() takes grids."),
    ("iw.diffuse_radial([1.0, np.nan], 1)",
     "OptionError: diffuse_radial: `profile` must hold finite real numbers, but it is float64 with "
     "1 of 2 NaN or infinite."),
    ("iw.diffuse_radial([1.0, 2.0], 1, geometry='spheric')",
     "OptionError: diffuse_radial: `geometry='spheric'` is not known. Did you mean 'spherical'?\n"
     "  Known: cylindrical, spherical."),
    ("iw.diffuse_radial([1.0, 2.0], 1, (1, 2))",
     "OptionError: diffuse_radial: `spacing=1.0` and `diffusivity=(1, 2)` must be one number each: "
     "shells are alike."),
    ("iw.diffuse_radial([1.0, 2.0], -1)",
     "OptionError: diffuse_radial: `time=-1` must be a finite number from 0 up.\n"
     "  Heat does not flow backwards: un-mixing has no stable answer."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[call for call, _ in REFUSED])
def test_refusals(call, message):
    with pytest.raises(iw.IntertwineError) as caught:
        eval(call, {"iw": iw, "np": np, "GREY": GREY})
    assert f"{type(caught.value).__name__}: {caught.value}" == message
