"""The adversarial loss (GAN) between generator G and discriminator D."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.losses.precision import widened

AdversarialKind = Literal["least_squares", "hinge"]


def discriminator_loss(
    real: Sequence[Tensor], fake: Sequence[Tensor], *, kind: AdversarialKind = "least_squares"
) -> Tensor:
    """What D minimises: the mean over prediction scales of E[(D(real) − 1)²] + E[D(fake)²].

    Args:
        real: D's unbounded predictions for real images, one tensor of any shape a scale.
        fake: the same for rendered images (detached from G by the caller).
        kind: "hinge" takes E[max(0, 1 − D(real))] + E[max(0, 1 + D(fake))] instead, which the
            paper does not use: because it is the usual partner of spectral normalisation.

    Source: the paper's adversarial loss; least squares after the reference code.
    """
    assert len(real) == len(fake) > 0
    terms = []
    for seen, rendered in zip(real, fake, strict=True):
        if kind == "hinge":
            term = (1 - widened(seen)).relu().mean() + (1 + widened(rendered)).relu().mean()
        else:
            term = _squares(seen, 1.0) + _squares(rendered, 0.0)
        terms.append(term)
    return torch.stack(terms).mean()


def generator_loss(fake: Sequence[Tensor], *, kind: AdversarialKind = "least_squares") -> Tensor:
    """What G minimises: the mean over prediction scales of E[(D(fake) − 1)²].

    Args:
        fake: D's unbounded predictions for rendered images, one tensor of any shape a scale.
        kind: "hinge" takes −E[D(fake)] instead.

    Source: the paper's adversarial loss; least squares after the reference code.
    """
    assert len(fake) > 0
    if kind == "hinge":
        return torch.stack([-widened(rendered).mean() for rendered in fake]).mean()
    return torch.stack([_squares(rendered, 1.0) for rendered in fake]).mean()


def _squares(scores: Tensor, goal: float) -> Tensor:
    """The mean squared distance of ``scores`` (any shape) to ``goal``, by the fused kernels."""
    wide = widened(scores)
    return F.mse_loss(wide, wide.new_full((), goal).expand_as(wide))
