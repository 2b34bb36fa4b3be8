"""Injection: the rule by which the scale is chosen at which an edit enters the pyramid.

The authors choose it by eye. Here the source answers two questions, its labels the first. (1) From
which scale on is a layout **readable**: an edit enters shrunk to the size of the scale below, and
every class must survive that. (2) Which of those scales **mends** best: the source is warped, so
that picture and layout of the result are known; the source pasted into that layout enters at each
scale; and what comes out is compared with the known picture where the pasting was wrong, in
proportion to how wrong. A fine scale leaves the seams as they are, a coarse one invents another
picture. Not in the paper: because a comparison needs a rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.augmentation import Augmentation, Warper, draw_warps
from likewise.geometry.warps import one_hot, warp_image, warp_indices
from likewise.methods.singan.editing import Edit
from likewise.methods.singan.pyramid import Stage
from likewise.methods.singan.scales import Size
from likewise.methods.singan.uses import injected

READABLE = 0.85  # intersection over union that every class keeps
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
    first = first_readable([stage.size for stage in stages], labels)
    errors = trial_errors(stages, image, labels, seed)[first - 1 :]
    return first + errors.index(min(errors)) if errors else first


def first_readable(sizes: Sequence[Size], labels: Tensor) -> int:
    """The coarsest scale, from 1 to the last, at which an edit shows the layout ``labels``.

    Args:
        sizes: of all scales, coarsest first.
        labels: class indices (1, 1, H, W) at the finest, -1 where unknown.
    """
    last = max(1, len(sizes) - 1)
    for scale in range(1, last):
        if _least_overlap(labels, sizes[scale - 1]) >= READABLE:
            return scale
    return last


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


def _least_overlap(labels: Tensor, size: Size) -> float:
    """The least intersection over union of a class with itself shrunk to ``size`` and enlarged."""
    layout = one_hot(labels, int(labels.max()) + 1)
    small = F.interpolate(layout, size=size, mode="area")
    back = F.interpolate(small, size=labels.shape[2:], mode="bilinear", align_corners=False)
    again = one_hot(back.argmax(dim=1, keepdim=True), layout.shape[1])
    known = (labels >= 0).float()
    both = (layout * again).sum((0, 2, 3))
    either = torch.maximum(layout, again * known).sum((0, 2, 3))
    shown = layout.sum((0, 2, 3)) > 0
    return float((both / either.clamp_min(1))[shown].min())
