"""A network that others trained, in small: fixed random kernels and their mean response."""

import torch
from torch import nn


class Tiny(nn.Module):
    """Eight kernels of 5 x 5, a ReLU: feature maps (n, 8, H, W)."""

    def __init__(self, seed=0):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5, bias=False)
        with torch.no_grad():
            rng = torch.Generator().manual_seed(seed)
            self.conv.weight.copy_(torch.randn(8, 3, 5, 5, generator=rng))

    def forward(self, x):
        return self.conv(x).relu()
