"""`fit_kernel`: the kernel that turns one array into another.

One idea a file, in the order in which a fit runs:

- `pairs` checks what comes in and lays it out: ``target[n] ~ sum_u taps[u] source[n + u]``;
- `equations` sums the normal equations of all pairs, without ever writing the windows out;
- `system` holds these with the pairs, for all that follows;
- `ridge` chooses how much the taps are held back, when asked to;
- `constraints` says which taps are allowed, `solve` finds the best of these;
- `intervals` says how far each tap is known;
- `whiteness` asks whether anything of a convolution is left in the residual;
- `evidence` looks for what no convolution does;
- `verdict` says in sentences what is wrong with the pair, if anything is;
- `words` says what the kernel does, as far as its errors tell;
- `result` holds the answer, `picture` draws it.
"""

from __future__ import annotations

from intertwine.learn.fitting.fit import fit_kernel
from intertwine.learn.fitting.result import KernelFit

__all__ = ["KernelFit", "fit_kernel"]
