"""WGAN-GP: what critic and generator minimise, and the penalty on the critic's slope."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.losses.wasserstein import critic_loss, generator_loss, gradient_penalty


def values(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def test_critic_and_generator_want_opposite_things() -> None:
    real, fake = values(1, 1, 4, 5), values(1, 1, 4, 5, seed=1)
    assert float(critic_loss(real, fake)) == pytest.approx(float(fake.mean() - real.mean()))
    assert float(generator_loss(fake)) == pytest.approx(-float(fake.mean()))
    assert float(critic_loss(fake, fake)) == 0


@pytest.mark.parametrize("slope", [0.0, 0.25, 1.0, 3.0])
def test_a_linear_critic_pays_for_its_slope_alone(slope: float) -> None:
    direction = F.normalize(values(3), dim=0) * slope

    def critic(images: Tensor) -> Tensor:
        return (images * direction.view(1, 3, 1, 1)).sum(1, keepdim=True)

    paid = gradient_penalty(critic, values(2, 3, 5, 4))
    assert float(paid.detach()) == pytest.approx((slope - 1) ** 2, abs=1e-12)


def small_critic(weight: Tensor) -> Tensor:
    """The penalty of a convolution with a bend, as a function of its weights (2, 3, 3, 3)."""
    image = values(1, 3, 6, 5, seed=2)
    return gradient_penalty(lambda x: F.softplus(F.conv2d(x, weight)).sum(1), image)


def test_the_penalty_agrees_with_slopes_found_by_finite_differences() -> None:
    weight, image, step = values(2, 3, 3, 3), values(1, 3, 6, 5, seed=2), 1e-6
    slopes = torch.zeros_like(image)
    for place in range(image.numel()):
        nudge = torch.zeros_like(image)
        nudge.view(-1)[place] = step
        up, down = (F.softplus(F.conv2d(image + s * nudge, weight)).sum() for s in (1, -1))
        slopes.view(-1)[place] = (up - down) / (2 * step)
    slow = ((slopes.square().sum(1).sqrt() - 1) ** 2).mean()
    assert float(small_critic(weight).detach()) == pytest.approx(float(slow), rel=1e-6)


def test_the_penalty_teaches_the_critic() -> None:
    weight = values(2, 3, 3, 3).requires_grad_()
    assert torch.autograd.gradcheck(small_critic, (weight,))
    small_critic(weight).backward()
    assert weight.grad is not None
    assert weight.grad.abs().max() > 0
