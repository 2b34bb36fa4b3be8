"""Seams: taking the steps of colour out of a picture put together from pieces of a source.

Where two pieces of one class meet, the step between them is replaced by the one the source has at
these places, and the difference is spread over the surroundings of that class: the smallest
correction, in gradients and in colour, that does so. Borders between classes conduct nothing, so
that a corrected sky does not tint the tower before it, but for those that the source hardly shows
(:mod:`likewise.patches.blending.borders`). Not in the paper: because pieces laid side
by side show where they meet; blending in the gradient domain is that of Perez et al., "Poisson
image editing" (2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.patches.blending.coarsening import Links
from likewise.patches.blending.poisson import ROUNDS, solve

REACH = 1 / 10  # of the short side: how far a correction spreads; further, colours drift
FAINT = 0.4  # steps above this (range 2) are texture, not seams: blended, they would smear
FADED = 5  # reaches: from there on a correction does not show
UNKNOWN = -1  # class of pixels that the layout leaves open


@dataclass(frozen=True)
class Seams:
    """Pairs of adjacent pixels at which pieces part, and what the step from one to the other lacks.

    Attributes:
        here: (N,) places (row * W + column) of the left or upper pixels.
        beyond: (N,) places of the right or lower ones.
        missing: (C, N) colour to add to the step.
    """

    here: Tensor
    beyond: Tensor
    missing: Tensor


def without_seams(aligned: Tensor, image: Tensor, moves: Tensor, target: Tensor) -> Tensor:
    """``aligned`` with the seams between its pieces blended away.

    Args:
        aligned: (B, C, H, W) in [-1, 1], ``image`` gathered along ``moves``.
        image: source (1 or B, C, Hs, Ws).
        moves: whole pixels (B, 2, H, W), x and y.
        target: one-hot layout (B, K, H, W).
    """
    rows = torch.arange(aligned.shape[2], device=moves.device, dtype=torch.int32)[:, None]
    columns = torch.arange(aligned.shape[3], device=moves.device, dtype=torch.int32)
    ids = class_ids(target)
    blended = []
    for index, (x, y) in enumerate(moves.round().int()):
        field = torch.stack((torch.zeros_like(x), y + rows, x + columns))
        source = image[min(index, len(image) - 1)]
        seams = missing_steps(aligned[index], [source], field, ids[index])
        blended.append(blend(aligned[index], seams, ids[index]))
    return torch.stack(blended)


def field_without_seams(
    gathered: Tensor,
    views: Sequence[Tensor],
    field: Tensor,
    ids: Tensor,
    rounds: int = ROUNDS,
    bodies: Tensor | None = None,
) -> Tensor:
    """``gathered`` (1, C, H, W) with the seams of ``field`` blended away.

    Args:
        gathered: (1, C, H, W) in [-1, 1], what ``field`` takes from ``views``.
        views: pictures (1, C, Hv, Wv).
        field: (3, H, W) int; view, row and column for each pixel.
        ids: (H, W) int; its class, -1 where unknown.
        rounds: of the solver; fewer leave a little of the steps.
        bodies: (H, W) int, equal where the correction may spread; None: ``ids``.
    """
    seams = missing_steps(gathered[0], [view[0] for view in views], field, ids)
    return blend(gathered[0], seams, ids if bodies is None else bodies, rounds)[None]


def class_ids(layout: Tensor) -> Tensor:
    """(B, H, W) class positions of a one-hot ``layout`` (B, K, H, W), -1 where it holds none."""
    most, ids = layout.max(dim=1)
    return torch.where(most > 0, ids, UNKNOWN)


def missing_steps(gathered: Tensor, views: Sequence[Tensor], field: Tensor, ids: Tensor) -> Seams:
    """Where ``field`` is torn within a class, and what the steps there lack.

    A step ought to be as the source has it: the mean of the one it has where this pixel comes from
    and the one it has where the next comes from, as far as these lie inside the view.

    Args:
        gathered: (C, H, W).
        views: (C, Hv, Wv) each.
        field: (3, H, W) int; view, row and column, which may lie outside the view.
        ids: (H, W) int.
    """
    width = ids.shape[1]
    parts = []
    for axis in (0, 1):
        cut = _torn(field, axis) & (_here(ids, axis) == _beyond(ids, axis))
        row, column = cut.nonzero().unbind(1)
        here = row * width + column
        beyond = here + (width, 1)[axis]
        one, other = gathered.flatten(1)[:, here], gathered.flatten(1)[:, beyond]
        after, known_after = _look(views, field.flatten(1)[:, here], axis, 1)
        before, known_before = _look(views, field.flatten(1)[:, beyond], axis, -1)
        known = known_after + known_before
        ought = (after - one) * known_after + (other - before) * known_before
        missing = torch.where(known > 0, ought / known.clamp_min(1) - (other - one), 0)
        faint = (-(missing / FAINT).square().mean(dim=0).square()).exp()
        parts.append((here, beyond, missing * faint))
    heres, beyonds, lacks = zip(*parts, strict=True)
    return Seams(torch.cat(heres), torch.cat(beyonds), torch.cat(lacks, dim=1))


def blend(picture: Tensor, seams: Seams, ids: Tensor, rounds: int = ROUNDS) -> Tensor:
    """``picture`` (C, H, W) with ``seams`` spread over pixels of the same ``ids`` (H, W)."""
    if not len(seams.here):
        return picture.clone()
    reach = REACH * min(ids.shape)
    top, bottom, left, right = _affected(seams, ids, reach)
    wanted = torch.zeros_like(picture, dtype=torch.float32)
    wanted.flatten(1).index_add_(1, seams.here, -seams.missing.float())
    wanted.flatten(1).index_add_(1, seams.beyond, seams.missing.float())
    box = (slice(top, bottom), slice(left, right))
    answer = picture.clone()
    links = Links.within(ids[None, *box])
    answer[:, *box] += solve(wanted[None, :, *box], links, max(reach, 1), rounds)[0]
    return answer


def _torn(field: Tensor, axis: int) -> Tensor:
    """Where a pixel and the next along ``axis`` do not come from adjacent pixels of one view."""
    onward = _beyond(field, 1 + axis) - _here(field, 1 + axis)
    expected = torch.zeros(3, 1, 1, dtype=field.dtype, device=field.device)
    expected[1 + axis] = 1
    return (onward != expected).any(dim=0)


def _look(views: Sequence[Tensor], places: Tensor, axis: int, by: int) -> tuple[Tensor, Tensor]:
    """Colours (C, N) ``by`` pixels on from ``places`` (3, N), and (N,) 1 where the view has any."""
    colours = torch.zeros(len(views[0]), places.shape[1], device=places.device)
    known = torch.zeros(places.shape[1], device=places.device)
    for number, view in enumerate(views):
        mine = (places[0] == number).nonzero()[:, 0]
        start = places[1:, mine].long()
        goal = start.clone()
        goal[axis] += by
        last = torch.tensor(view.shape[1:], device=places.device)[:, None] - 1
        row, column = goal.clamp_min(0).minimum(last)
        inside = ((start >= 0) & (start <= last) & (goal >= 0) & (goal <= last))[axis]
        colours[:, mine] = view[:, row, column].float()
        known[mine] = inside.float()
    return colours, known


def _affected(seams: Seams, ids: Tensor, reach: float) -> tuple[int, int, int, int]:
    """Rows and columns (from, to) of all that the correction can change visibly."""
    width = ids.shape[1]
    rows = torch.div(seams.here, width, rounding_mode="floor")
    columns = seams.here % width
    concerned = torch.isin(ids, torch.unique(ids.flatten()[seams.here]))
    high, across = concerned.any(dim=1).nonzero()[:, 0], concerned.any(dim=0).nonzero()[:, 0]
    far = round(FADED * reach) + 1
    bounds = torch.stack(
        (
            torch.maximum(rows.min() - far, high.min()),
            torch.minimum(rows.max() + far, high.max()),
            torch.maximum(columns.min() - far, across.min()),
            torch.minimum(columns.max() + far, across.max()),
        )
    ).tolist()
    return bounds[0], bounds[1] + 1, bounds[2], bounds[3] + 1


def _here(field: Tensor, axis: int) -> Tensor:
    return field.narrow(axis, 0, field.shape[axis] - 1)


def _beyond(field: Tensor, axis: int) -> Tensor:
    return field.narrow(axis, 1, field.shape[axis] - 1)
