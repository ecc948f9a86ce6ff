"""The cases of the operator, asked with tensors instead of arrays."""

import numpy as np
import torch

import oracles
from cases import Tapped, agree, answer, largest

ROUTES = ("plain", "gradients", "torch-direct", "torch-fft")


def as_tensor(value):
    """An array as a tensor of its own memory; anything else as it is."""
    return torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value


def ask(case, route, k=None):
    """The answer to a case by one of the routes of tensors, as an array."""
    x, k = as_tensor(case.x()), as_tensor(case.k() if k is None else k)
    options = {name: as_tensor(value) for name, value in case.options.items()}
    if route == "gradients":
        x.requires_grad_()
    elif route != "plain":
        options["method"] = route
    y = case.call(x, k, **options)
    assert isinstance(y, torch.Tensor)
    assert y.requires_grad == (route == "gradients")
    return y.detach().resolve_conj().numpy()


def rounding(case, taps):
    """What a sum of these taps in the result's type may be off, in the units of the answer."""
    y, factor = answer(case)
    x = case.x()
    result = np.dtype("f4") if x.dtype.kind in "biu" and x.itemsize <= 2 else x.dtype
    result = result if result.kind in "fc" else np.dtype("f8")
    weight = np.abs(taps.astype(np.clongdouble)).sum()
    most = max(largest(x), abs(case.options["cval"]))
    bound = 2 * oracles.tolerance(taps.size, result) * weight * most * np.abs(factor)
    if not isinstance(factor, int):  # the weights are summed in the result's type, too
        sizes = sum(np.abs(np.nan_to_num(p, posinf=0, neginf=0)) for p in (y.real, y.imag))
        total = np.abs(taps.astype(np.clongdouble).sum())
        weights = oracles.tolerance(taps.size, result) * weight * np.abs(factor) / total
        bound = bound + 4 * sizes * weights
    return np.broadcast_to(bound, y.shape)


def check(case, route):
    """Assert that a route gives the oracle's answer."""
    k = case.k()
    taps = k.taps if isinstance(k, Tapped) else k
    got = ask(case, route)
    want = answer(case)[0]
    try:
        agree(got, np.asarray(want), rounding(case, taps))
    except AssertionError as error:
        error.add_note(f"{route}: {case!r}")
        raise


__all__ = ["ROUTES", "as_tensor", "ask", "check", "oracles", "rounding"]
