"""Gathering: the full-size picture, taken from the full-size source along a field.

A field found at a reduced size is enlarged, piece by piece, with labels deciding at the borders of
pieces; every pixel is then copied from the source, so nothing is blurred, and what steps of colour
remain between pieces of one class are blended away. Not in the paper: its networks make pixels, and
at a fixed small size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.patches.blending.borders import joined
from likewise.patches.blending.poisson import ROUNDS
from likewise.patches.blending.seams import field_without_seams
from likewise.patches.kernels import kernels_for
from likewise.patches.levels import Level
from likewise.patches.material import with_margin
from likewise.patches.views import Views
from likewise.patches.window import Window

AROUND = 3  # cells of a field being enlarged, that a place may lie from the one it comes from
WINDOW = 2  # radius, in pixels, of the window in which labels decide what a pixel takes
ROUGH_ROUNDS = 2  # of the solver that blends, for a preview
LAUNCHES_COST_MORE = 2**18  # pixels: up to here a GPU blends more slowly than a CPU


@dataclass(frozen=True)
class Painting:
    """A rendered layout.

    Attributes:
        colours: (H, W, C) float32 in [0, 1].
        origin: (2, H, W) float32, x and y of the source pixel of every pixel.
    """

    colours: Tensor
    origin: Tensor

    def of_source(self, size: tuple[int, int], source_size: tuple[int, int]) -> Painting:
        """The same, its origin told in a source of ``source_size``, not in that of ``size``."""
        factors = [source_size[axis] / size[axis] for axis in (1, 0)]
        table = torch.tensor(factors, device=self.origin.device)[:, None, None]
        last = torch.tensor([source_size[1] - 1, source_size[0] - 1], device=self.origin.device)
        origin = ((self.origin + 0.5) * table - 0.5).clamp_min(0)
        return Painting(self.colours, torch.minimum(origin, last[:, None, None]))


def gathered(
    field: Tensor, source: Level, views: Views, layout: Tensor, classes: int, quick: bool = False
) -> Painting:
    """The picture that ``field`` names, without the seams between its pieces.

    Args:
        field: (3, H, W) int32, inside the views.
        source: at full size.
        views: of the source.
        layout: class positions (H, W); seams are blended within classes only, and across borders
            that the source hardly shows.
        classes: their number.
        quick: whether they may be blended roughly, for a preview.
    """
    parts = [(field[0].flatten() == number).nonzero()[:, 0] for number in range(len(views))]
    shown, corners = _shown(field, parts, source.image, views)
    near = field - corners.T[:, field[0].long()]
    taken = torch.empty((source.image.shape[2], layout.numel()), device=layout.device)
    origin = torch.empty((2, layout.numel()), device=layout.device)
    last_y, last_x = (length - 1 for length in views.source_size)
    for view, picture, here in zip(views, shown, parts, strict=True):
        row, column = (line.flatten()[here] for line in near[1:])
        taken[:, here] = picture.flatten(1)[:, row * picture.shape[2] + column]
        row, column = (line.flatten()[here].float() for line in field[1:])
        y, x = view.to_source(row, column, views.source_size)
        origin[:, here] = torch.stack((x.clamp(0, last_x), y.clamp(0, last_y)))
    taken = taken.unflatten(1, layout.shape)[None]
    balanced = taken * 2 - 1
    around = [picture[None] * 2 - 1 for picture in shown]
    bodies = joined(layout, source.image, source.ids, classes)
    rounds = ROUGH_ROUNDS if quick else ROUNDS
    change = _blended(balanced, around, near, layout, rounds, bodies) - balanced
    colours = (taken + change / 2)[0].permute(1, 2, 0).clamp(0, 1)
    return Painting(colours, origin.unflatten(1, layout.shape))


def _shown(
    field: Tensor, parts: Sequence[Tensor], image: Tensor, views: Views
) -> tuple[list[Tensor], Tensor]:
    """What is used of each view, at the places ``parts`` of ``field``, and a pixel around.

    Returns:
        Pictures (C, h, w) in [0, 1], and where their corners are (V, 3) int32: 0, row, column.
    """
    source = image.permute(2, 0, 1)[None]
    shown, corners = [], []
    for view, size, here in zip(views, views.sizes, parts, strict=True):
        rows, columns = field[1].flatten()[here], field[2].flatten()[here]
        window = Window.around(rows, columns, 1, size)
        shown.append(view.image(source, window)[0].clamp(0, 1))
        corners.append((0, window.top, window.left))
    return shown, torch.tensor(corners, dtype=torch.int32, device=field.device)


def enlarged(
    field: Tensor, ids: Tensor, views: Views, layout: Tensor, factor: tuple[float, float]
) -> Tensor:
    """``field`` (3, h, w), found at a reduced size, for ``layout`` (H, W): (3, H, W) int32.

    Args:
        field: int32.
        ids: class positions (Hs, Ws) of the source.
        views: of the source at full size.
        layout: class positions at full size, -1 where anything will do.
        factor: by which the source was reduced, (down, right).
    """
    offered, table, start = [], [], 0
    for number, (view, size) in enumerate(zip(views, views.sizes, strict=True)):
        here = field[0] == number
        rows, columns = field[1][here] / factor[0], field[2][here] / factor[1]
        near = Window.around(rows, columns, AROUND / min(factor) + WINDOW, size)
        seen = torch.full(size, -1, dtype=torch.int32, device=ids.device)
        seen[near.rows, near.columns] = view.ids(ids[None, None], near)[0, 0].int()
        offered.append(with_margin(seen[..., None], WINDOW).flatten().int())
        table.append((start, *size))
        start += len(offered[-1])
    return kernels_for(field.device).enlarge(
        field,
        (1 / factor[0], 1 / factor[1]),
        with_margin(layout[..., None], WINDOW)[..., 0].int(),
        torch.cat(offered),
        torch.tensor(table, dtype=torch.int32),
        WINDOW,
    )


def _blended(
    taken: Tensor,
    views: Sequence[Tensor],
    field: Tensor,
    layout: Tensor,
    rounds: int,
    bodies: Tensor,
) -> Tensor:
    if layout.numel() > LAUNCHES_COST_MORE:
        return field_without_seams(taken, views, field, layout, rounds, bodies)
    near = [view.cpu() for view in views]
    there = (near, field.cpu(), layout.cpu(), rounds, bodies.cpu())
    return field_without_seams(taken.cpu(), *there).to(taken.device)
