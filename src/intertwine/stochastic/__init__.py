"""Stochastic convolution: the taps of a kernel read as chances.

Where convolution mixes all samples of a window, here one of them is drawn, tap ``j`` with chance
``p[j]``. On average that is the convolution; how far single draws lie from it is known exactly.
A particle that moves by the same chances is the same thing seen from where it starts.
"""

from __future__ import annotations

from intertwine.stochastic.draws import expectation, sample
from intertwine.stochastic.spread import standard_error, variance

__all__ = ["expectation", "sample", "standard_error", "variance"]
