"""Spectral banks: all spectrally normalised weights of a network, iterated and scaled at once.

A layer at a time, one power iteration and its gradient are some thirty small kernels; G of preset
``paper`` has 73 such layers. Here the matrices of all layers lie in a few zero-padded stacks, so a
pass takes about twenty kernels, and its gradient about as many, whatever the number of layers.

With t = W v and r = W^T t the iteration is u = t / |t|, v = r / |r|; sigma = u^T W v = |r| / |t|.
The gradient is that of torch, u and v held fixed: dL/dW = G / sigma - <G, W> / sigma^2 * u v^T.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from likewise.networks.spectral import EPSILON, SpectralNorm, normalisers
from likewise.networks.spectral_stacks import Stacks, memory_order


class SpectralBank:
    """Normalises the weights of ``network`` for one pass at a time.

    In training a pass iterates once, however often a layer is used within it: D's projection is
    used at two scales and sees one weight, where torch would iterate between the uses. At rest, or
    on other devices than a CPU and CUDA, layers look after themselves; at rest nothing iterates.

    Args:
        network: whose weights are normalised.
        copies: networks of one shape that ``network`` stands for
            (:mod:`likewise.networks.packed`); each has its own u, v and sigma.
    """

    def __init__(self, network: nn.Module, copies: int = 1) -> None:
        self.copies = copies
        # By columns, so that matrices of like width become neighbours in a stack.
        found = sorted(normalisers(network), key=lambda pair: len(pair[0]._v))
        self.norms: list[SpectralNorm] = [norm for norm, _ in found]
        self.holders = [holder for _, holder in found]
        self._stacks: Stacks | None = None

    @contextlib.contextmanager
    def normalised(self) -> Iterator[None]:
        """Within this context layers find their weights made."""
        if not self._serves():
            yield
            return
        try:
            for norm, weight in zip(self.norms, self.weights(), strict=True):
                norm.ready = weight
            yield
        finally:
            for norm in self.norms:
                norm.ready = None

    def _serves(self) -> bool:
        """In training, on devices whose products are known to write into a part of a matrix."""
        if not self.norms or not self.norms[0].training:
            return False
        return self.norms[0]._u.device.type in ("cpu", "cuda")

    def weights(self) -> list[Tensor]:
        """One iteration on all layers; their normalised weights, in the bank's order."""
        raw = [holder.original for holder in self.holders]
        stacks = self._stacks_for(raw)
        vectors = [norm._u for norm in self.norms] + [norm._v for norm in self.norms]
        device = raw[0].device.type
        cast = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else None
        # Under autocast the products would be in bfloat16, and sigma wrong in the third digit.
        with torch.autocast(device, enabled=False):
            flat = _Normalised.apply(stacks, vectors, *raw)
            if cast is not None:  # all weights at once; a layer at a time it is two kernels each
                flat = flat.to(cast)
            parts = flat.split(stacks.sizes)[1:]
        return [
            part.view([weight.shape[d] for d in order]).permute(_inverse(order))
            for part, weight, order in zip(parts, raw, stacks.orders, strict=True)
        ]

    def _stacks_for(self, raw: Sequence[Tensor]) -> Stacks:
        """The tables, made anew where the weights moved to another device or order in memory."""
        orders = [memory_order(weight) for weight in raw]
        made = self._stacks
        if made is None or made.device != raw[0].device or made.orders != orders:
            dims = [norm.dim for norm in self.norms]
            made = self._stacks = Stacks(raw, orders, dims, self.copies)
        return made


class _Normalised(torch.autograd.Function):
    """Raw weights -> all of them over their sigma, flat (see :class:`Stacks`); moves the vectors.

    ``vectors`` are all u, then all v.
    """

    @staticmethod
    def forward(ctx: Any, stacks: Stacks, vectors: list[Tensor], *raw: Tensor) -> Tensor:
        flat = stacks.flattened(raw)
        padded = flat.index_select(0, stacks.places)
        before = stacks.spread(vectors)
        after = torch.zeros_like(before)
        count = stacks.count
        for stack in stacks.split:
            matrices = stack.of(padded)
            rows, columns = slice(stack.first, stack.last), slice(stack.first + count, None)
            old_v = before[columns][: stack.count, : stack.width, None]
            t = after[rows, : stack.height, None]
            torch.bmm(matrices, old_v, out=t)
            r = after[columns][: stack.count, : stack.width, None]
            torch.bmm(matrices.transpose(1, 2), t, out=r)
        norms = torch.linalg.vector_norm(after, dim=1, keepdim=True).clamp_min_(EPSILON)
        after.div_(norms)
        sigma = norms[count:] / norms[:count]
        stacks.gather(after, vectors)
        per_row = sigma.index_select(0, stacks.layer_of_row)
        ctx.stacks = stacks
        ctx.save_for_backward(padded, after, sigma, per_row)
        return (flat.view(len(per_row), -1) / per_row).view(-1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor | None, ...]:
        stacks: Stacks = ctx.stacks
        padded, unit, sigma, per_row = ctx.saved_tensors
        product = given.index_select(0, stacks.places).mul_(padded)
        inner = torch.empty_like(sigma).view(-1)
        for stack in stacks.split:
            torch.sum(stack.of(product).flatten(1), 1, out=inner[stack.first : stack.last])
        count = len(inner)
        u = unit[:count, : stacks.height] * (inner[:, None] / sigma.square())
        outer = product  # of the same shape, and no longer needed
        for stack in stacks.split:
            rows = slice(stack.first, stack.last)
            v = unit[count:][rows, None, : stack.width]
            torch.bmm(u[rows, : stack.height, None], v, out=stack.of(outer))
        scaled = (given.view(len(per_row), -1) / per_row).view(-1)
        scaled.sub_(outer.index_select(0, stacks.origins))
        parts = scaled.split(stacks.sizes)[1:]
        gradients = [
            part.view(shape).permute(_inverse(order))
            for part, shape, order in zip(parts, stacks.shapes, stacks.orders, strict=True)
        ]
        return (None, None, *gradients)


def _inverse(order: Sequence[int]) -> list[int]:
    return sorted(range(len(order)), key=lambda place: order[place])
