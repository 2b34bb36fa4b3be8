"""Spectral normalisation: weights over their largest singular value, by power iteration.

Miyato et al., *Spectral Normalization for Generative Adversarial Networks*, arXiv 1802.05957. The
arithmetic, the names in a saved model and the draws at the start are those of
``torch.nn.utils.parametrizations.spectral_norm``. Not torch's own: because that iterates each layer
by itself, some twenty small kernels a layer and pass; ours takes the answer of a
:class:`likewise.networks.spectral_bank.SpectralBank` where a network has one.
"""

from __future__ import annotations

import copy
from typing import TypeVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

N = TypeVar("N", bound=nn.Module)

EPSILON = 1e-12
FIRST_ITERATIONS = 15


class SpectralNorm(nn.Module):
    """The parametrization: weight -> weight / sigma, sigma = u^T W v.

    Args:
        weight: (O, I, h, w) of a convolution, (I, O, h, w) of a transposed one.
        dim: which dimension of ``weight`` is the outputs'; W is (O, the rest).

    Attributes:
        ready: the normalised weight of the present pass, if a bank has made it.
    """

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.ready: Tensor | None = None
        with torch.no_grad():
            matrix = self.matrix(weight)
            for name, length in zip(("_u", "_v"), matrix.shape, strict=True):
                start = F.normalize(matrix.new_empty(length).normal_(0, 1), dim=0, eps=EPSILON)
                self.register_buffer(name, start)
            for _ in range(FIRST_ITERATIONS):
                self._iterate(matrix)

    def matrix(self, weight: Tensor) -> Tensor:
        """``weight`` as W (O, I*h*w)."""
        return weight.movedim(self.dim, 0).flatten(1)

    def forward(self, weight: Tensor) -> Tensor:
        """The normalised weight; in training each call moves u and v on by one iteration."""
        if self.ready is not None:
            return self.ready
        matrix = self.matrix(weight)
        if self.training:
            with torch.no_grad():
                self._iterate(matrix)
        # Copies: the next pass changes u and v before the gradient of this one may be asked for.
        return weight / torch.dot(self._u.clone(), torch.mv(matrix, self._v.clone()))

    def right_inverse(self, value: Tensor) -> Tensor:
        """A weight that is set is taken for the raw one, as torch does."""
        return value

    def _iterate(self, matrix: Tensor) -> None:
        self._u.copy_(F.normalize(torch.mv(matrix, self._v), dim=0, eps=EPSILON))
        self._v.copy_(F.normalize(torch.mv(matrix.T, self._u), dim=0, eps=EPSILON))


def spectrally_normalised(layer: nn.Module) -> nn.Module:
    """``layer``, a convolution, with its weight normalised from now on."""
    weight = cast(Tensor, layer.weight)
    dim = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    parametrize.register_parametrization(layer, "weight", SpectralNorm(weight, dim))
    return layer


def at_rest(network: N) -> N:
    """A copy of ``network`` for rendering, whose weights are normalised once and for all: its state
    holds plain weights.
    """
    copied = copy.deepcopy(network).eval().requires_grad_(False)
    for module in list(copied.modules()):
        if parametrize.is_parametrized(module, "weight"):
            weight = cast(Tensor, module.weight)
            # By hand: torch would take the property from the class, which the original shares.
            module.__class__ = type(module).__bases__[0]
            del module.parametrizations
            module.weight = nn.Parameter(weight, requires_grad=False)
    return copied


def normalisers(network: nn.Module) -> list[tuple[SpectralNorm, parametrize.ParametrizationList]]:
    """Every normaliser inside ``network`` with the holder of its raw weight, in order of names."""
    return [
        (module[0], module)
        for module in network.modules()
        if isinstance(module, parametrize.ParametrizationList)
        and isinstance(module[0], SpectralNorm)
    ]
