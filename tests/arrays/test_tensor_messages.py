"""What a wrong call with tensors is told."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import intertwine as iw  # noqa: E402

pytestmark = pytest.mark.torch

X = torch.zeros(5, 6)
K = torch.ones(3, 3)
WANTS = torch.ones(3, 3, requires_grad=True)

CALLS = {
    "sparse": (lambda: iw.convolve(X.to_sparse(), K)),
    "meta": (lambda: iw.convolve(X.to("meta"), K.to("meta"))),
    "apart": (lambda: iw.convolve(X, K.to("meta"))),
    "too large": (lambda: iw.convolve(X, torch.ones(7, 3, requires_grad=True), mode="valid")),
    "axes": (lambda: iw.convolve(torch.zeros(2, 5, 6), WANTS)),
    "whole": (lambda: iw.convolve(X, WANTS, dtype=torch.int32)),
    "integers": (lambda: iw.convolve(X.int(), K.int(), method="torch-direct")),
    "saturate": (lambda: iw.convolve(X, WANTS, overflow="saturate", dtype=torch.uint8)),
    "precision": (lambda: iw.convolve(X, WANTS, precision=1e-3)),
    "out wants": (lambda: iw.convolve(X, K, out=torch.zeros(5, 6, requires_grad=True))),
    "result wants": (lambda: iw.convolve(X, WANTS, out=torch.zeros(5, 6))),
    "out array": (lambda: iw.convolve(X, K, out=np.zeros((5, 6), "f4"))),
    "unknown": (lambda: iw.convolve(X, K, method="torch-magic")),
    "reflect": (lambda: iw.convolve(X, WANTS, boundary="reflect")),
    "product": (lambda: iw.convolve(X, torch.eye(3), method="torch-separable")),
    "raise": (lambda: iw.convolve(X / 0, WANTS, nan="raise")),
    "nan taps": (lambda: iw.convolve(X, (WANTS.detach() / 0).requires_grad_())),
    "type": (lambda: iw.convolve(X, WANTS, dtype="U3")),
    "cancel": (lambda: iw.convolve(X, torch.tensor([[1.0, -1.0]], requires_grad=True),
                                   nan="ignore")),
}  # fmt: skip

TEXTS = Path(__file__).with_name("tensor_messages.txt").read_text(encoding="utf-8")


def said(call):
    with pytest.raises(iw.IntertwineError) as error:
        call()
    return f"{type(error.value).__name__}: {error.value}"


@pytest.mark.parametrize("name", CALLS)
def test_the_whole_text(name):
    wanted = dict(part.strip("\n").split("\n", 1) for part in TEXTS.strip("\n").split("\n\n"))
    text = wanted[name].replace("\n  ", "\n").removeprefix("  ")
    assert said(CALLS[name]) == text
