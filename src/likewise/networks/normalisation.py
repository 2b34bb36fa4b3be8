"""Normalisation: each channel of each picture to mean 0 and variance 1, then scaled and shifted.

What batch normalisation does at batch size 1, for any number of pictures at once and each by
itself. Its second derivative, which a gradient penalty needs, is written out: torch composes that
of batch normalisation from about eighty operations, here it takes fifteen. Not in the paper:
because it is the same function, quicker.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

EPS = 1e-5  # added to the variance


def normalised(images: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """``images`` normalised, scaled by ``weight`` and shifted by ``bias``.

    Args:
        images: (B, C, H, W).
        weight, bias: (C,).

    Returns:
        The normalised (B, C, H, W), and mean and 1 / standard deviation (B * C,), which carry no
        gradient. The first is twice differentiable in ``images``, as often as wanted not.
    """
    batch = len(images)
    flat = images.reshape(1, -1, *images.shape[2:])
    if batch > 1:
        weight, bias = weight.repeat(batch), bias.repeat(batch)
    answer, mean, rate = _Normalise.apply(flat, weight, bias)
    return answer.view(images.shape), mean, rate


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, ...]:
        answer, mean, rate = torch.native_batch_norm(x, weight, bias, None, None, True, 0.0, EPS)
        ctx.save_for_backward(x, weight, mean, rate)
        ctx.mark_non_differentiable(mean, rate)
        ctx.set_materialize_grads(False)
        return answer, mean, rate

    @staticmethod
    def backward(ctx: Any, g: Tensor | None, *_: Any) -> tuple[Tensor | None, ...]:
        if g is None:
            return None, None, None
        x, weight, mean, rate = ctx.saved_tensors
        if torch.is_grad_enabled():
            gradients: tuple[Tensor, ...] = _Gradient.apply(g, x, weight, mean, rate)
            return gradients
        return _backward(g, x, weight, mean, rate)


class _Gradient(torch.autograd.Function):
    """The gradient of :class:`_Normalise` as a function that can itself be differentiated.

    With P(u) = r (u - mean u - n mean(u n)), n the normalised x and r = 1 / deviation, the gradient
    is w P(g). P is symmetric; that of <v, w P(g)> in g is w P(v), and in x it is
    -w r (mean(v P(g)) n + mean(v n) P(g) + mean(g n) P(v)).
    """

    @staticmethod
    def forward(
        ctx: Any, g: Tensor, x: Tensor, weight: Tensor, mean: Tensor, rate: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        projected, along, total = _backward(g, x, None, mean, rate)
        ctx.save_for_backward(projected, along, x, weight, mean, rate)
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(along, total)
        return projected * _planes(weight), along, total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, v: Tensor | None, *_: Any) -> tuple[Tensor | None, ...]:
        if v is None:
            return None, None, None, None, None
        projected, along, x, weight, mean, rate = ctx.saved_tensors
        pixels = x.shape[2] * x.shape[3]
        again, along_v, _total = _backward(v, x, None, mean, rate)
        common = (v * projected).sum((0, 2, 3))  # the gradient in weight
        part = weight * rate / -pixels
        for_x = again * _planes(part * along)
        for_x.addcmul_(projected, _planes(part * along_v))
        slope = part * common * rate
        for_x.addcmul_(x - _planes(mean), _planes(slope))
        return again * _planes(weight), for_x, common, None, None


def _backward(
    g: Tensor, x: Tensor, weight: Tensor | None, mean: Tensor, rate: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    if weight is None and g.is_cuda:
        weight = torch.ones_like(rate)  # CUDA's kernel fails without, though the CPU's does not
    gradients: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.native_batch_norm_backward(
        g.contiguous(), x, weight, None, None, mean, rate, True, EPS, [True, True, True]
    )
    return gradients


def _planes(values: Tensor) -> Tensor:
    return values.view(1, -1, 1, 1)
