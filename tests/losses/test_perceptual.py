"""The perceptual loss: the twin's value, gradients for the rendered picture alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from likewise.losses.perceptual import perceptual_loss


def features(seed: int) -> list[Tensor]:
    draw = torch.Generator().manual_seed(seed)
    shapes = ((2, 3, 6, 5), (2, 4, 3, 2))
    return [torch.randn(shape, generator=draw, dtype=torch.float64) for shape in shapes]


def test_it_agrees_with_the_twin() -> None:
    fake, real = features(0), features(1)
    weights = (0.25, 3.0)
    twin = sum(
        weight * np.abs(f.numpy() - r.numpy()).mean()
        for f, r, weight in zip(fake, real, weights, strict=True)
    )
    assert perceptual_loss(fake, real, weights).item() == pytest.approx(twin)
    assert perceptual_loss(real, real, weights).item() == 0


def test_gradients_are_right_and_none_enters_the_truth() -> None:
    fake, real = features(0)[0].requires_grad_(), features(1)[0].requires_grad_()
    assert torch.autograd.gradcheck(lambda x: perceptual_loss([x], [real.detach()], [2.0]), fake)
    perceptual_loss([fake], [real], [2.0]).backward()
    assert fake.grad is not None
    assert fake.grad.abs().max() > 0
    assert real.grad is None


def test_half_precision_is_summed_in_single() -> None:
    fake, real = ([f.bfloat16() for f in features(seed)] for seed in (0, 1))
    loss = perceptual_loss(fake, real, (1.0, 1.0))
    assert loss.dtype == torch.float32
    wide = perceptual_loss([f.double() for f in fake], [r.double() for r in real], (1.0, 1.0))
    assert loss.item() == pytest.approx(wide.item(), rel=1e-5)
