"""Wasserstein: the critic's loss with its gradient penalty (WGAN-GP), and the generator's.

Arjovsky et al. 2017 and Gulrajani et al. 2017; used by SinGAN (Rott Shaham et al. 2019, section 3).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """What the critic minimises: its mean score of the fake less that of the real one.

    Args:
        real, fake: score maps of any shape, unbounded.
    """
    return fake.mean() - real.mean()


def generator_loss(fake: Tensor) -> Tensor:
    """What a generator minimises: the negative mean score of what it made."""
    return -fake.mean()


def gradient_penalty(critic: Callable[[Tensor], Tensor], image: Tensor) -> Tensor:
    """How far the slope of the summed score map of ``critic`` is from 1 at ``image``, squared.

    The norm is taken over the channels of each pixel and the mean over pixels, as SinGAN's code
    does; Gulrajani et al. take it over the whole picture, which a score *map* would scale by its
    size.

    Args:
        critic: a picture (B, C, H, W) to a score map of any shape; twice differentiable.
        image: where the slope is measured, usually between a real and a fake picture.
    """
    point = image.detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(point).sum(), point, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean()
