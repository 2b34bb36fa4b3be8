"""Networks of SinGAN: what they see, and that pictures in one batch do not know each other."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.methods.singan.networks import PAD, SLOPE, Block, Critic, Generator
from likewise.methods.singan.scales import FIELD
from likewise.networks.normalisation import EPS


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def generator() -> Generator:
    return Generator(3, 6, torch.Generator().manual_seed(1))


@pytest.fixture
def critic() -> Critic:
    return Critic(3, 6, torch.Generator().manual_seed(2))


def test_a_score_is_of_an_11_by_11_patch(critic: Critic) -> None:
    assert critic(drawn(1, 3, FIELD, FIELD)).shape == (1, 1, 1, 1)
    assert critic(drawn(1, 3, 20, 31)).shape == (1, 1, 10, 21)
    assert 2 * PAD == FIELD - 1


def test_a_picture_is_judged_and_painted_by_itself(generator: Generator, critic: Critic) -> None:
    both = drawn(2, 3, 16, 18)
    for network in (critic, lambda x: generator(x, x)):
        alone = torch.cat([network(one) for one in both.split(1)])
        torch.testing.assert_close(network(both), alone)


def test_a_frozen_generator_uses_running_statistics(generator: Generator) -> None:
    """Beside batch normalisation at rest, written out."""
    noisy, base = drawn(2, 3, 16, 18), drawn(2, 3, 16, 18, seed=1)
    for _ in range(3):
        generator(noisy, base, follow=0.3)
    x = F.pad(noisy, (PAD,) * 4)
    for block in generator.blocks:
        assert isinstance(block, Block)
        x = F.conv2d(x, block.kernel)
        x = F.batch_norm(x, block.mean, block.variance, block.weight, block.bias, eps=EPS)
        x = F.leaky_relu(x, SLOPE)
    slow = F.conv2d(x, generator.kernel, generator.bias.flatten()).tanh() + base
    torch.testing.assert_close(generator.frozen()(noisy, base), slow)
    assert not generator.frozen()(noisy, base).requires_grad


def test_statistics_follow_when_asked_to(generator: Generator) -> None:
    block = generator.blocks[0]
    assert isinstance(block, Block)
    x = drawn(1, 3, 16, 18)
    block(x)
    assert torch.equal(block.mean, torch.zeros(6))
    block(x, follow=0.1)
    seen = F.conv2d(x, block.kernel)
    torch.testing.assert_close(block.mean, 0.1 * seen.mean((0, 2, 3)))
    variance = seen.var((0, 2, 3), correction=0)
    torch.testing.assert_close(block.variance, 1 + 0.1 * (variance - 1))
    block(x, follow=1.0)
    torch.testing.assert_close(block.variance, variance)


def test_a_generator_adds_to_the_image_below(generator: Generator) -> None:
    with torch.no_grad():
        generator.kernel.zero_()
    base = drawn(1, 3, 12, 14)
    assert torch.equal(generator(drawn(1, 3, 12, 14, seed=1), base), base)
