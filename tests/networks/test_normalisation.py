"""Normalisation that is twice differentiable: beside torch's, of each picture by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.networks.normalisation import EPS, normalised

Normalisation = Callable[[Tensor, Tensor, Tensor], Tensor]


def inputs(batch: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((batch, 3, 4, 5), (3,), (3,))
    made = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    made[1][0] = 0.0  # a channel that is switched off
    return tuple(value.requires_grad_() for value in made)  # type: ignore[return-value]


def fast(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return normalised(x, weight, bias)[0]


def slow(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Batch normalisation of one picture after another."""
    each = [F.batch_norm(p[None], None, None, weight, bias, True, 0.0, EPS) for p in x]
    return torch.cat(each)


def slope(normalise: Normalisation) -> Normalisation:
    """The gradient in the picture of a bent sum of what ``normalise`` gives."""

    def gradient(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        answer = normalise(x, weight, bias)
        return torch.autograd.grad(answer.sin().sum(), x, create_graph=True)[0]

    return gradient


@pytest.mark.parametrize("batch", [1, 2])
def test_it_is_batch_normalisation_of_each_picture(batch: int) -> None:
    given = inputs(batch)
    torch.testing.assert_close(fast(*given), slow(*given))
    torch.testing.assert_close(slope(fast)(*given), slope(slow)(*given))
    taught = [torch.autograd.grad(f(*given).sin().sum(), given) for f in (fast, slow)]
    torch.testing.assert_close(*taught)


@pytest.mark.parametrize("batch", [1, 2])
def test_second_derivatives_agree_with_torch_and_with_differences(batch: int) -> None:
    given = inputs(batch)
    twice = [
        torch.autograd.grad(slope(f)(*given).square().sum(), given, allow_unused=True)
        for f in (fast, slow)
    ]
    torch.testing.assert_close(*twice)
    assert torch.autograd.gradcheck(fast, given)
    assert torch.autograd.gradcheck(slope(fast), given)


def test_it_tells_mean_and_rate_of_every_channel() -> None:
    x, weight, bias = inputs(2)
    _, mean, rate = normalised(x, weight, bias)
    torch.testing.assert_close(mean, x.mean((2, 3)).reshape(-1))
    spread = x.var((2, 3), correction=0).reshape(-1)
    torch.testing.assert_close(rate, (spread + EPS).rsqrt())
    assert not (mean.requires_grad or rate.requires_grad)
