"""Convolution that is twice differentiable: beside torch's, and beside finite differences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torch.utils._python_dispatch
from torch import Tensor

from likewise.networks.convolution import convolved

Convolution = Callable[[Tensor, Tensor], Tensor]


def inputs(batch: int = 2) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((batch, 3, 6, 7), (4, 3, 3, 3))
    images, kernel = (torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes)
    return images.requires_grad_(), kernel.requires_grad_()


def slope(convolve: Convolution) -> Convolution:
    """The gradient in the images of a bent sum of what ``convolve`` gives."""

    def gradient(images: Tensor, kernel: Tensor) -> Tensor:
        answer = convolve(images, kernel).sin().sum()
        return torch.autograd.grad(answer, images, create_graph=True)[0]

    return gradient


def test_it_is_torchs_convolution_and_has_its_gradients() -> None:
    given = inputs()
    torch.testing.assert_close(convolved(*given), F.conv2d(*given))
    taught = [torch.autograd.grad(f(*given).sin().sum(), given) for f in (convolved, F.conv2d)]
    torch.testing.assert_close(*taught)
    assert torch.autograd.gradcheck(convolved, given)


@pytest.mark.parametrize("batch", [1, 2])
def test_second_derivatives_agree_with_torch_and_with_differences(batch: int) -> None:
    given = inputs(batch)
    slopes = [slope(f) for f in (convolved, F.conv2d)]
    torch.testing.assert_close(*[f(*given) for f in slopes])
    twice = [torch.autograd.grad(f(*given).square().sum(), given) for f in slopes]
    torch.testing.assert_close(*twice)
    assert torch.autograd.gradcheck(slopes[0], given)


def test_no_kernel_as_large_as_the_picture_is_convolved_with() -> None:
    """What torch's own second derivative does, and what makes it slow."""

    class Kernels(torch.utils._python_dispatch.TorchDispatchMode):
        largest = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            if func.overloadpacket.__name__ == "convolution":
                self.largest = max(self.largest, *args[1].shape[2:])
            return func(*args, **(kwargs or {}))

    largest = []
    for convolve in (convolved, F.conv2d):
        images, kernel = inputs()
        with Kernels() as seen:
            slope(convolve)(images, kernel).square().sum().backward()
        largest.append(seen.largest)
    assert largest == [3, 5]


def test_images_that_need_no_gradient_get_none() -> None:
    images, kernel = inputs()
    convolved(images.detach(), kernel).sum().backward()
    assert images.grad is None
    assert kernel.grad is not None
