"""Is a difference real, or chance?  Randomisation tests, by convolution.

The theorem behind it: the distribution of a sum of independent terms is the convolution of theirs.
Under "no difference" the sign of each paired difference is a coin, so the sum of n of them is
distributed as n two-point kernels convolved with one another: exact, whatever ties and zeros
there are, where listing all 2^n signs would never end. Which observations fall into which group
is the same convolution with one more axis, which counts them.

>>> from intertwine.significance import chance
>>> crossed = [188, 96, 168, 176, 153, 172, 177, 163, 146, 173, 186, 168, 177, 184, 96]
>>> selfed = [139, 163, 160, 160, 147, 149, 149, 122, 132, 144, 130, 144, 102, 124, 144]
>>> chance(crossed, selfed, design="paired").pvalue == 1726 / 2**15  # Darwin's Zea mays
True
"""

from __future__ import annotations

from intertwine.significance.question import chance
from intertwine.significance.result import Chance, ConfidenceInterval, Stratum
from intertwine.significance.several import Comparisons, holm

__all__ = ["Chance", "Comparisons", "ConfidenceInterval", "Stratum", "chance", "holm"]
