"""Convolution whose second derivative runs at the speed of its first.

A gradient penalty differentiates the gradient of a convolution in its kernel. torch does that by a
convolution whose kernel is as large as the picture, at which libraries are slow; it is the ordinary
gradient in the kernel, for another picture, and is asked for as such here. Not in the paper:
because it is the same function, quicker.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def convolved(images: Tensor, kernel: Tensor) -> Tensor:
    """``images`` convolved where the kernel fits whole, stride 1.

    Where a graph of the gradient is made (``create_graph``), it is the gradient in the images
    alone: the kernel then gets none from the first derivative, and its due from the second.

    Args:
        images: (B, C, H, W).
        kernel: (K, C, h, w).

    Returns:
        (B, K, H - h + 1, W - w + 1).
    """
    answer: Tensor = _Convolve.apply(images, kernel)
    return answer


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, kernel: Tensor) -> Tensor:
        ctx.save_for_backward(images, kernel)
        return F.conv2d(images, kernel)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, Tensor | None]:
        images, kernel = ctx.saved_tensors
        if torch.is_grad_enabled():
            return _InImages.apply(g, images, kernel), None
        return _gradients(g, images, kernel, *ctx.needs_input_grad)


class _InImages(torch.autograd.Function):
    """The gradient of :class:`_Convolve` in its images, linear in ``g`` and in the kernel."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, images: Tensor, kernel: Tensor) -> Tensor | None:
        ctx.save_for_backward(g, kernel)
        return _gradients(g, images, kernel, True, False)[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, v: Tensor) -> tuple[Tensor, None, Tensor | None]:
        g, kernel = ctx.saved_tensors
        return F.conv2d(v, kernel), None, _gradients(g, v, kernel, False, True)[1]


def _gradients(
    g: Tensor, images: Tensor, kernel: Tensor, in_images: bool, in_kernel: bool
) -> tuple[Tensor | None, Tensor | None]:
    """The gradients of a convolution of ``images``, given that of its answer."""
    for_images, for_kernel, _ = torch.ops.aten.convolution_backward(
        g, images, kernel, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1,
        [in_images, in_kernel, False],
    )  # fmt: skip
    return for_images, for_kernel
