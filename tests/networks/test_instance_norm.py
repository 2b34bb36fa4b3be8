"""Instance normalisation: one image or many, any order in memory, and the fused kernels."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.networks.instance_norm import EPSILON, instance_normalised

NEEDS_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(autouse=True)
def quick(one_thread: None) -> None:
    return None


def features(*shape: int, seed: int = 0) -> Tensor:
    """Channels of unlike mean and spread, as convolutions make them."""
    generator = torch.Generator().manual_seed(seed)
    channels = (1, shape[1], 1, 1)
    spread = torch.rand(channels, generator=generator) * 5 + 0.1
    return torch.randn(shape, generator=generator) * spread + 20 * torch.randn(
        channels, generator=generator
    )


def spelled_out(x: Tensor, slope: float) -> Tensor:
    variance, mean = torch.var_mean(x, dim=(2, 3), correction=0, keepdim=True)
    return F.leaky_relu((x - mean) / (variance + EPSILON).sqrt(), slope)


def compared(x: Tensor, slope: float, tolerance: float) -> None:
    """Answer and gradient of ``x`` as those of the formula in float64."""
    x, wide = x.detach().requires_grad_(), x.detach().double().requires_grad_()
    given = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)).to(x)
    answer, truth = instance_normalised(x, slope), spelled_out(wide, slope)
    assert answer.dtype == x.dtype
    answer.backward(given)
    truth.backward(given.double())
    assert x.grad is not None and wide.grad is not None
    torch.testing.assert_close(answer.double(), truth, atol=5 * tolerance, rtol=tolerance)
    # Where a value is nought but for rounding, its side of the bend is anyone's.
    clear = truth.detach().abs() > 5 * tolerance
    largest = float(wide.grad.abs().max())
    torch.testing.assert_close(
        x.grad.double()[clear], wide.grad[clear], atol=5 * tolerance * largest, rtol=0
    )


@pytest.mark.parametrize("slope", [1.0, 0.2])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_it_is_the_formula(slope: float, batch: int, order: torch.memory_format) -> None:
    compared(features(batch, 6, 13, 18).contiguous(memory_format=order), slope, 1e-4)


def test_what_went_in_is_not_changed() -> None:
    x = features(2, 4, 8, 9)
    before = x.clone()
    instance_normalised(x, 0.2)
    assert torch.equal(x, before)


@pytest.mark.gpu
@NEEDS_CUDA
@pytest.mark.parametrize("slope", [1.0, 0.2])
@pytest.mark.parametrize(
    "shape", [(1, 8, 23, 35), (2, 32, 46, 70), (1, 512, 12, 18), (2, 3, 61, 83), (1, 40, 184, 280)]
)
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_the_fused_kernels_are_the_formula(
    shape: tuple[int, ...], slope: float, order: torch.memory_format
) -> None:
    x = features(*shape).cuda().contiguous(memory_format=order)
    compared(x, slope, 2e-4)
    compared(x.bfloat16(), slope, 1e-2)


@pytest.mark.gpu
@NEEDS_CUDA
def test_the_fused_kernels_keep_the_order_in_memory() -> None:
    x = features(2, 16, 20, 24).cuda().contiguous(memory_format=torch.channels_last)
    assert instance_normalised(x).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.gpu
@NEEDS_CUDA
def test_a_picture_too_large_for_the_fused_kernels_is_normalised_all_the_same() -> None:
    x = features(1, 64, 720, 800).cuda()
    torch.testing.assert_close(instance_normalised(x), spelled_out(x, 1.0), atol=2e-3, rtol=0)
