"""Layers in torch's conventions, whose convolutions take the quickest way there is.

* `convolution`, `transposed`: torch's own layers with another engine: `choice` picks, by what a
  call would cost, between torch, the operator (`depthwise`) and products of spectra (`spectral`).
  `paddings` reads padding words and `checks` refuses what does not fit.
* `stochastic`, `propagator`: kernels that are probabilities.
* `rotation`: kernels in several orientations.
* `whitening`: a first layer that is given, not learned.
* `conversion`, `timing`: a model's layers swapped where these are measured to be quicker.
"""

from intertwine.learn.layers.conversion import Conversion, Swap, convert
from intertwine.learn.layers.convolution import Conv1d, Conv2d, Conv3d
from intertwine.learn.layers.propagator import PropagatorConv2d
from intertwine.learn.layers.rotation import RotationPooled2d
from intertwine.learn.layers.stochastic import StochasticConv2d
from intertwine.learn.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from intertwine.learn.layers.whitening import Whiten2d

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Conversion",
    "PropagatorConv2d",
    "RotationPooled2d",
    "StochasticConv2d",
    "Swap",
    "Whiten2d",
    "convert",
]
