"""Synthesis: a picture of a new layout, made of the patches of a source, coarse to fine.

At each size the picture is voted on by the patches that the field names, then PatchMatch looks for
patches that fit the picture, its labels and their surroundings better, and so on in turn; the field
is handed on to the next size. Neighbouring patches that disagree give way to ones that do not: a
picture without seams is where it comes to rest. Starting from a placement on labels, a few rounds
are enough. Not in the paper; the alternation is that of Wexler et al., "Space-time completion of
video" (PAMI 2007), the search that of Barnes et al., "PatchMatch" (SIGGRAPH 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.config import PatchConfig
from likewise.patches.kernels import kernels_for
from likewise.patches.levels import Level
from likewise.patches.material import Canvas, Material
from likewise.patches.placing.placement import Placement, resized_field
from likewise.patches.views import Views

SPREAD, PRIME = 1_000_003, 2**32 - 5  # keep apart what different seeds draw
FIRST_REACH = 0.25  # of the short side: how far is looked at the coarsest size
REACH = 8  # pixels, at the finer ones
TYPICAL = 0.75  # quantile of the costs at which a patch has 1/e of a vote
FAINT_COST, FAINT_VOTE = 1e-3, 1e-4
BEATEN_BY_NONE = -1.0  # cost of what is fixed: below any


@dataclass(frozen=True)
class Synthesis:
    """What came out: the voted colours (H, W, C), the field (3, H, W) and its costs (H, W)."""

    colours: Tensor
    field: Tensor
    costs: Tensor


def synthesise(
    levels: Sequence[Level],
    layouts: Sequence[Tensor],
    placement: Placement,
    classes: int,
    config: PatchConfig,
    seed: int,
) -> Synthesis:
    """Paint the finest of ``layouts`` with patches of the finest of ``levels``.

    Args:
        levels: the source, coarsest first.
        layouts: class positions (H, W) of the target at the same scales, -1 where all will do.
        placement: where the search starts.
        classes: their number.
        config: patch radius, rounds, weights.
        seed: of what PatchMatch draws.
    """
    kept = placement.kept(config.trust)
    answer, before = None, placement.views
    for number, (level, layout) in enumerate(zip(levels, layouts, strict=True)):
        size, views = _size(layout), Views(placement.views.views, level.size)
        home = resized_field(placement.field, placement.views.sizes, views.sizes, size)
        field = home
        fixed = F.interpolate(kept.float()[None, None], size=size, mode="nearest-exact")[0, 0] > 0
        if answer is not None:
            field = resized_field(answer.field, before.sizes, views.sizes, size)
            field = torch.where(fixed, home, field)
        material = material_of(level, views, classes, config)
        canvas = Canvas.of(layout, level.image.shape[2], classes, config.radius, config.guide)
        reach = REACH if number else max(REACH, round(FIRST_REACH * min(level.size)))
        answer = settle(field, fixed, canvas, material, config, reach, seed * SPREAD + number)
        before = views
    assert answer is not None
    return answer


def settle(
    field: Tensor,
    fixed: Tensor,
    canvas: Canvas,
    material: Material,
    config: PatchConfig,
    reach: int,
    seed: int,
) -> Synthesis:
    """Rounds of search and vote at one size, for all pixels that are not ``fixed`` (H, W)."""
    kernels = kernels_for(field.device)
    colours = kernels.vote(field, torch.ones(fixed.shape, device=field.device), material)
    costs = torch.zeros(fixed.shape, device=field.device)
    for turn in range(config.rounds):
        canvas = canvas.painted(colours)
        drawn = seed * SPREAD + turn * 64
        field, costs = searched(field, fixed, canvas, material, config, reach, drawn)
        colours = kernels.vote(field, votes(costs), material)
    return Synthesis(colours, field, costs)


def searched(
    field: Tensor,
    fixed: Tensor,
    canvas: Canvas,
    material: Material,
    config: PatchConfig,
    reach: int,
    seed: int,
) -> tuple[Tensor, Tensor]:
    """One search: the field after sweeps at all jumps, and its costs."""
    kernels = kernels_for(field.device)
    costs = kernels.evaluate(field, canvas, material, config.label_weight)
    costs = torch.where(fixed, BEATEN_BY_NONE, costs)
    for jump in config.jumps:
        drawn = (seed + jump) % PRIME
        field, costs = kernels.sweep(
            field, costs, canvas, material, config.label_weight, jump, reach, config.trials, drawn
        )
    return field, costs


def votes(costs: Tensor) -> Tensor:
    """How much each patch counts (H, W): those that fit badly count little."""
    paid = costs.clamp_min(0)
    sample = paid.flatten()[:: max(1, costs.numel() // 2**20)]
    typical = torch.quantile(sample, TYPICAL).clamp_min(FAINT_COST)
    return (-paid / typical).exp() + FAINT_VOTE


def material_of(level: Level, views: Views, classes: int, config: PatchConfig) -> Material:
    """The views of ``level`` laid out for the kernels."""
    images = [
        picture[0].permute(1, 2, 0).clamp(0, 1)
        for picture in views.images(level.image.permute(2, 0, 1)[None])
    ]
    ids = [seen[0, 0] for seen in views.ids(level.ids[None, None])]
    return Material.of(images, ids, classes, config.radius, config.guide)


def _size(layout: Tensor) -> tuple[int, int]:
    return layout.shape[0], layout.shape[1]
