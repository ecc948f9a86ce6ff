"""Kernels from a line of text, and what is said where one cannot be read."""

import pytest

from intertwine import kernels
from intertwine.base.errors import OptionError, ShapeError


def test_make_without_parameters():
    assert kernels.make("sobel") == kernels.make("sobel:") == kernels.sobel()
    assert kernels.make("box:size=( 3, 2 )") == kernels.box((3, 2))
    assert kernels.make("sobel()") == kernels.sobel()
    assert kernels.make("box(size=(3, 2), normalize=False)") == kernels.box((3, 2), normalize=False)


MEANT = "\n  Write param=value,... with numbers or tuples: "
NOT_READ = f"{MEANT}gaussian:sigma=(2,1.5)."
KNOWN = f"\n  Known: {', '.join(kernels.names())}."
CAP = "\n  Ask for fewer axes or fewer taps on each."
REFUSED = [
    ("gausian", f"There is no kernel named 'gausian'. Did you mean 'gaussian'?{KNOWN}"),
    ("", f"There is no kernel named ''.{KNOWN}"),
    (
        "sobel:axes=1",
        "sobel has no parameter 'axes'. Did you mean 'axis'?\n  sobel takes: axis=0, ndim=2.",
    ),
    (
        "box",
        "box needs `size`: write box:size=...\n  box takes: size, ndim=None, normalize=True.",
    ),
    ("box:3", f"box: cannot read the parameters '3'.{MEANT}box:size=3."),
    ("gaussian(3)", f"gaussian: cannot read the parameters '3'.{MEANT}gaussian:sigma=3."),
    ("box:size=a", f"box: cannot read the parameters 'size=a'.{NOT_READ}"),
    ("box:size=3,size=5", f"box: cannot read the parameters 'size=3,size=5'.{NOT_READ}"),
    ("box:**{'size':3}", f"box: cannot read the parameters \"**{{'size':3}}\".{NOT_READ}"),
    ("sobel:axis=0)(ndim=2", f"sobel: cannot read the parameters 'axis=0)(ndim=2'.{NOT_READ}"),
    ("box:size=0", "box: `size` must be a whole number from 1 to 268435456, not 0."),
    ("box:size=2.5", "box: `size` must be a whole number from 1 to 268435456, not 2.5."),
    ("box:size=True", "box: `size` must be a whole number from 1 to 268435456, not True."),
    ("box:size=3,ndim=65", "box: `ndim` must be a whole number from 1 to 64, not 65."),
    ("box:size=3,normalize=0", "box: `normalize` must be True or False, not 0."),
    (
        "box:size=(99999,99999)",
        "box: 2 axes of up to 99999 taps exceed the 268435456 taps that a named kernel may have."
        + CAP,
    ),
    (
        "gaussian:sigma=1e9",
        "gaussian: 1 axis of up to 8e+09 taps exceeds the 268435456 taps that a named kernel may "
        "have." + CAP,
    ),
    (
        "sobel:ndim=64",
        "sobel: 64 axes of up to 3 taps exceed the 268435456 taps that a named kernel may have."
        + CAP,
    ),
    ("gaussian:sigma=0", "gaussian: `sigma` must be greater than 0, not 0."),
    ("gaussian:sigma=(2,-1)", "gaussian: `sigma` must be greater than 0, not -1."),
    ("gaussian:sigma=1e999", "gaussian: `sigma` must be a finite number, not inf."),
    ("gaussian:sigma='2'", "gaussian: `sigma` must be a finite number, not '2'."),
    ("gaussian:sigma=2j", "gaussian: `sigma` must be a finite number, not 2j."),
    ("gaussian:sigma=1,truncate=0", "gaussian: `truncate` must be greater than 0, not 0."),
    (
        "gaussian:sigma=1,truncate=41",
        "gaussian: `truncate` must be a number from 0 to 40, not 41.",
    ),
    ("gaussian:sigma=1,order=-1", "gaussian: `order` must be a whole number from 0 to 20, not -1."),
    (
        "log:sigma=0.1",
        "log: order 2 needs at least 3 taps on its axis, but sigma=0.1 with truncate=4 gives 1.\n"
        "  Raise sigma or truncate.",
    ),
    ("dog:sigma=1,ratio=1", "dog: `ratio` must be a number from 1.01 to 100, not 1."),
    (
        "binomial:order=(40,40),normalize=False",
        "binomial: `order` must be a whole number from 0 to 62, not 80.",
    ),
    ("sobel:axis=2", "sobel: `axis` must be a whole number from -2 to 1, not 2."),
    ("roberts:direction=2", "roberts: `direction` must be a whole number from 0 to 1, not 2."),
    (
        "laplacian:connectivity=3",
        "laplacian: `connectivity` must be a whole number from 1 to 2, not 3.",
    ),
    ("emboss:angle_deg=30", "emboss: `angle_deg` must be a multiple of 45, not 30."),
    ("motion:length=0.5", "motion: `length` must be a number from 1 to 2.68435e+08, not 0.5."),
    ("motion:length=5,angle_deg=1e999", "motion: `angle_deg` must be a finite number, not inf."),
    (
        "gabor:sigma=2,frequency=0.6",
        "gabor: `frequency` must be a number from 0 to 0.5, not 0.6.",
    ),
]


@pytest.mark.parametrize(("spec", "text"), REFUSED)
def test_refusals_name_the_kernel_the_bound_and_the_value(spec, text):
    with pytest.raises(OptionError) as caught:
        kernels.make(spec)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("gaussian:sigma=(1,2),ndim=3", "gaussian: `sigma` (1, 2) names 2 axes, not 3."),
        ("gaussian:sigma=1,order=(0,1)", "gaussian: `order` (0, 1) names 2 axes, not 1."),
        ("box:size=()", "box: `size` names 0 axes; a kernel has from 1 to 64."),
    ],
)
def test_tuples_must_agree_with_the_axes(spec, text):
    with pytest.raises(ShapeError) as caught:
        kernels.make(spec)
    assert str(caught.value) == text
