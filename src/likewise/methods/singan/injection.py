"""Injection: the rule by which the scale is chosen at which an edit enters the pyramid.

The authors choose it by eye. Here the source answers: it is warped, so that picture and layout of
the result are known; the source pasted into that layout enters at each scale in turn; and what
comes out is compared with the known picture, **where the pasting was wrong**, in proportion to how
wrong. A fine scale leaves the seams as they are, a coarse one invents another picture; the scale
that misses least is taken, the coarser one of equals. What the pasting got right does not count:
far from an edit the source stays anyhow. Not in the paper: because a comparison needs a rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likewise.geometry.augmentation import Augmentation, Warper, draw_warps
from likewise.geometry.warps import warp_image, warp_indices
from likewise.methods.singan.editing import Edit
from likewise.methods.singan.pyramid import Stage
from likewise.methods.singan.uses import injected

WARPS = 8
TRIAL = Augmentation(bend=0.04, bend_probability=1.0, shift=0.1, flip=0.0, ramp=0.0)


def chosen_scale(stages: Sequence[Stage], image: Tensor, labels: Tensor, seed: int) -> int:
    """The scale at which edits of ``image`` should enter, from 1 to the last.

    Args:
        stages: of all scales.
        image: the source at the finest scale, (1, C, H, W) in [-1, 1].
        labels: its class indices (1, 1, H, W), -1 where unknown.
        seed: of warps and noise.
    """
    errors = trial_errors(stages, image, labels, seed)
    return 1 + errors.index(min(errors)) if errors else 1


def trial_errors(stages: Sequence[Stage], image: Tensor, labels: Tensor, seed: int) -> list[float]:
    """For every scale from 1 on: how far from the truth it leaves what the pasting got wrong.

    Mean absolute difference, values from -1 to 1, weighted by that of the edited source; all 0 if
    the pasting made no mistake.
    """
    generator = torch.Generator().manual_seed(seed)
    height, width = image.shape[2:]
    draw = draw_warps(TRIAL, WARPS, 1.0, (height, width), generator)
    grids = Warper((height, width), TRIAL.lattice).grid(draw).to(image.device)
    errors = torch.zeros(len(stages) - 1, device=image.device)
    for grid in grids.split(1):
        truth = warp_image(image, grid)
        edit = Edit.of(image, labels, warp_indices(labels, grid))
        wrong = (edit.image - truth).abs().mean(dim=1)
        for scale in range(1, len(stages)):
            answer = injected(stages, edit.image, scale, generator)
            missed = (answer - truth).abs().mean(dim=1)
            errors[scale - 1] += (missed * wrong).sum() / wrong.sum().clamp_min(1e-6)
    return [float(error) / WARPS for error in errors]
