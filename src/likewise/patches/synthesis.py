"""Synthesis: a picture of a new layout made of the patches of a source, coarse to fine.

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
from likewise.patches.material import Canvas, Material
from likewise.patches.views import Views

FIRST_REACH = 0.25  # of the short side: how far is looked at the coarsest size
REACH = 8  # pixels, at the finer ones
TYPICAL = 0.75  # quantile of the costs at which a patch has 1/e of a vote
FAINT_COST, FAINT_VOTE = 1e-3, 1e-4


@dataclass(frozen=True)
class Level:
    """A source at one size: colours (H, W, C) float32 in [0, 1] and class positions (H, W)."""

    image: Tensor
    ids: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.ids.shape[0], self.ids.shape[1]


@dataclass(frozen=True)
class Answer:
    """What came out: the voted colours (H, W, C), the field (3, H, W) and its costs (H, W)."""

    colours: Tensor
    field: Tensor
    costs: Tensor


def synthesise(
    levels: Sequence[Level],
    layouts: Sequence[Tensor],
    start: Tensor,
    views: Sequence[Views],
    classes: int,
    config: PatchConfig,
    seed: int,
) -> Answer:
    """Paint the finest of ``layouts`` with patches of the finest of ``levels``.

    Args:
        levels: the source, coarsest first.
        layouts: class positions (H, W) of the target at the same scales, -1 where all will do.
        start: field (3, H, W) at the coarsest scale.
        views: of the source at each level.
        classes: their number.
        config: patch radius, rounds, weights.
        seed: of what PatchMatch draws.
    """
    field, answer = start, None
    for number, (level, layout, seen) in enumerate(zip(levels, layouts, views, strict=True)):
        if answer is not None:
            field = resized_field(field, views[number - 1].sizes, seen.sizes, tuple(layout.shape))
        material = material_of(level, seen, classes, config)
        canvas = Canvas.of(layout, level.image.shape[2], classes, config.radius, config.guide)
        reach = REACH if number else max(REACH, round(FIRST_REACH * min(level.size)))
        answer = settle(field, canvas, material, config, reach, seed * 64 + number)
        field = answer.field
    assert answer is not None
    return answer


def settle(
    field: Tensor,
    canvas: Canvas,
    material: Material,
    config: PatchConfig,
    reach: int,
    seed: int,
) -> Answer:
    """Rounds of search and vote at one size."""
    kernels = kernels_for(field.device)
    colours = kernels.vote(field, torch.ones(field.shape[1:], device=field.device), material)
    for turn in range(config.rounds):
        canvas = canvas.painted(colours)
        costs = kernels.evaluate(field, canvas, material, config.label_weight)
        for jump in config.jumps:
            drawn = (seed * 4096 + turn * 64 + jump) & 0xFFFFFFFF
            field, costs = kernels.sweep(
                field, costs, canvas, material, config.label_weight,
                jump, reach, config.trials, drawn,
            )  # fmt: skip
        colours = kernels.vote(field, votes(costs), material)
    return Answer(colours, field, costs)


def votes(costs: Tensor) -> Tensor:
    """How much each patch counts (H, W): those that fit badly count little."""
    sample = costs.flatten()[:: max(1, costs.numel() // 2**20)]
    typical = torch.quantile(sample, TYPICAL).clamp_min(FAINT_COST)
    return (-costs / typical).exp() + FAINT_VOTE


def material_of(level: Level, views: Views, classes: int, config: PatchConfig) -> Material:
    """The views of ``level`` laid out for the kernels."""
    images = [
        picture[0].permute(1, 2, 0).clamp(0, 1)
        for picture in views.images(level.image.permute(2, 0, 1)[None])
    ]
    ids = [seen[0, 0] for seen in views.ids(level.ids[None, None])]
    return Material.of(images, ids, classes, config.radius, config.guide)


def resized_field(
    field: Tensor,
    before: Sequence[tuple[int, int]],
    after: Sequence[tuple[int, int]],
    size: tuple[int, int],
) -> Tensor:
    """``field`` (3, h, w) for a target of ``size`` (H, W), nearest; pieces stay rigid.

    Args:
        field: int32.
        before: (h, w) of each view it speaks of.
        after: (H, W) of each view in the answer.
        size: of the target.
    """
    height, width = field.shape[1:]
    device = field.device
    rows, columns = torch.arange(size[0], device=device), torch.arange(size[1], device=device)
    near_rows = ((rows + 0.5) * (height / size[0])).long().clamp_max(height - 1)
    near_columns = ((columns + 0.5) * (width / size[1])).long().clamp_max(width - 1)
    view, row, column = field[:, near_rows][:, :, near_columns].long()
    factors = torch.tensor(
        [(a[0] / b[0], a[1] / b[1], *a) for b, a in zip(before, after, strict=True)], device=device
    )[view]
    down = ((row - near_rows[:, None]) * factors[..., 0]).round() + rows[:, None]
    right = ((column - near_columns) * factors[..., 1]).round() + columns
    inside = (down.clamp_min(0), right.clamp_min(0))
    return torch.stack(
        (view, torch.minimum(inside[0], factors[..., 2] - 1),
         torch.minimum(inside[1], factors[..., 3] - 1))
    ).int()  # fmt: skip


def resized_ids(ids: Tensor, size: tuple[int, int], classes: int) -> Tensor:
    """Class positions (H, W) at another size: the class, or -1, with the largest share."""
    if tuple(ids.shape) == size:
        return ids
    largest, winner = None, None
    for index in range(-1, classes):
        share = F.interpolate((ids == index).float()[None, None], size=size, mode="area")[0, 0]
        if largest is None:
            largest, winner = share, torch.full_like(share, index, dtype=ids.dtype)
        else:
            winner = torch.where(share > largest, index, winner)
            largest = torch.maximum(share, largest)
    assert winner is not None
    return winner
