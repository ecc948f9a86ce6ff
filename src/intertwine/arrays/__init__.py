"""Arrays of other libraries: what the operator does with data that are not NumPy's.

Nothing here loads another library: a tensor is recognised only where torch is loaded already.
"""

from __future__ import annotations

import sys
from typing import Any


def has_tensor(*values: Any) -> bool:
    """Whether one of `values` is a PyTorch tensor."""
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return tensor is not None and any(isinstance(value, tensor) for value in values)
