"""What layers answer to wrong calls, to the letter."""

import subprocess
import sys

import numpy as np
import pytest

import intertwine as iw

torch = pytest.importorskip("torch")

from intertwine import learn  # noqa: E402

pytestmark = pytest.mark.torch

REFUSED = [
    ("learn.Conv2d(3, 4, 3)(torch.zeros(2, 4, 8, 8))",
     "ShapeError: Conv2d: the input has 4 channels but the layer takes 3.\n"
     "  input: (2, 4, 8, 8)    weight: (4, 3, 3, 3)\n"
     "  The channels are axis -3 of the input."),
    ("learn.Conv2d(3, 4, 3)(torch.zeros(8, 8))",
     "ShapeError: Conv2d: the input has 2 axes but 3 or 4 are needed.\n"
     "  input: (8, 8)    wanted: (N, C, H, W) or (C, H, W)"),
    ("learn.Conv1d(3, 4, 3)(torch.zeros(8))",
     "ShapeError: Conv1d: the input has 1 axis but 2 or 3 are needed.\n"
     "  input: (8,)    wanted: (N, C, L) or (C, L)"),
    ("learn.Conv2d(1, 1, 9, dilation=2, padding=3)(torch.zeros(1, 1, 10, 30))",
     "ShapeError: Conv2d: the kernel reaches over 17 samples but the padded input has 16 along "
     "axis -2.\n"
     "  input: (1, 1, 10, 30)    kernel_size: (9, 9)    dilation: (2, 2)    padding: (3, 3)\n"
     "  Pass padding='same', a smaller kernel or a larger input."),
    ("learn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 8, 8, dtype=torch.int64))",
     "DTypeError: Conv2d: the input is torch.int64 but the weight is torch.float32.\n"
     "  Pass input.to(torch.float32)."),
    ("learn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 8, 8, dtype=torch.float64))",
     "DTypeError: Conv2d: the input is torch.float64 but the weight is torch.float32.\n"
     "  Pass input.to(torch.float32), or convert the layer: layer.to(torch.float64)."),
    ("learn.Conv2d(1, 1, 3, device='meta')(torch.zeros(1, 1, 8, 8))",
     "OptionError: Conv2d: the input is on cpu but the weight is on meta.\n"
     "  Pass input.to('meta'), or move the layer."),
    ("learn.ConvTranspose2d(3, 4, 3)(torch.zeros(2, 4, 8, 8))",
     "ShapeError: ConvTranspose2d: the input has 4 channels but the layer takes 3.\n"
     "  input: (2, 4, 8, 8)    weight: (3, 4, 3, 3)\n"
     "  The channels are axis -3 of the input."),
    ("learn.StochasticConv2d(1, 1, 3)(torch.zeros(1, 1, 2, 8))",
     "ShapeError: StochasticConv2d: the kernel reaches over 3 samples but the padded input has 2 "
     "along axis -2.\n"
     "  input: (1, 1, 2, 8)    kernel_size: (3, 3)    dilation: (1, 1)    padding: (0, 0)\n"
     "  Pass padding='same', a smaller kernel or a larger input."),
    ("learn.Conv2d(1, 1, 3, padding_mode='circluar')",
     "OptionError: Conv2d: `padding_mode='circluar'` is not known. Did you mean 'circular'?\n"
     "  torch's words: zeros, reflect, replicate, circular; the library's: zero, nearest, "
     "symmetric, mirror, wrap, renormalize."),
    ("learn.Conv2d(4, 4, 3, padding_mode='renormalize')",
     "OptionError: Conv2d: `padding_mode='renormalize'` rescales each kernel by itself, but "
     "groups=1 adds up 4 of them.\n"
     "  Pass groups=4, or another padding_mode."),
    ("learn.Conv2d(1, 1, 5, padding=1, padding_mode='renormalize')",
     "OptionError: Conv2d: `padding_mode='renormalize'` takes a padding of 0, 2 or 4 for 5 taps, "
     "not 1.\n"
     "  Pass padding='same'."),
    ("learn.ConvTranspose1d(1, 1, 3, padding_mode='circular')",
     "OptionError: ConvTranspose1d: `padding_mode='circular'` has no meaning for a transposed "
     "convolution, whose padding is cut off.\n  Leave padding_mode out."),
    ("learn.RotationPooled2d(1, 1, (3, 5))",
     "ShapeError: RotationPooled2d: the kernel is 3 x 5, and only a square one is rotated.\n"
     "  Pass kernel_size=5."),
    ("learn.RotationPooled2d(1, 1, 3, angles=0)",
     "OptionError: RotationPooled2d: `angles=0` must be an integer from 1 to 2**62."),
    ("learn.Whiten2d(np.zeros(3))",
     "ShapeError: Whiten2d: `kernels` has 1 axis but 2, 3 or 4 are needed.\n"
     "  kernels: (3,)    wanted: (kh, kw), (C, kh, kw) or (O, C, kh, kw)"),
    ("learn.Whiten2d(np.zeros((3, 3, 3)), channels=4)",
     "ShapeError: Whiten2d: the kernels are for 3 channels but `channels=4`.\n"
     "  kernels: (3, 1, 3, 3)\n"
     "  Pass one 2-D kernel, or kernels for 4 channels."),
    ("learn.Whiten2d(iw.kernels.gaussian(1.0), channels=3)",
     "ShapeError: Whiten2d: the kernel has 1 axis but pictures are filtered along 2.\n"
     "  Pass a 2-D kernel."),
    ("learn.convert(torch.nn.ReLU())",
     "OptionError: convert: no example input, which the layers are timed on.\n"
     "  Pass what the model is called with: convert(model, torch.randn(8, 3, 224, 224))."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "text"), REFUSED, ids=[call for call, _ in REFUSED])
def test_the_whole_text(call, text):
    with pytest.raises(iw.IntertwineError) as error:
        eval(call, {"learn": learn, "torch": torch, "np": np, "iw": iw})
    assert f"{type(error.value).__name__}: {error.value}" == text


def test_without_torch():
    """The layers say what brings them; fitting needs nothing."""
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from intertwine import learn\n"
        "learn.fit_kernel\n"
        "try: learn.Conv2d\n"
        "except Exception as error: print(f'{type(error).__name__}: {error}')"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout == (
        "MissingExtraError: learn.Conv2d needs torch, which is not installed.\n"
        "  pip install 'intertwine[learn]'\n"
    )


def test_layers_load_torch_and_nothing_else_does():
    program = (
        "import sys, intertwine.learn\n"
        "assert 'torch' not in sys.modules\n"
        "intertwine.learn.Conv2d\n"
        "assert 'torch' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
