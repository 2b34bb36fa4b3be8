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

from likewise.patches.blending.poisson import ROUNDS
from likewise.patches.blending.seams import field_without_seams
from likewise.patches.kernels import kernels_for
from likewise.patches.material import with_margin
from likewise.patches.views import Views

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
    field: Tensor, image: Tensor, views: Views, layout: Tensor, quick: bool = False
) -> Painting:
    """The picture that ``field`` names, without the seams between its pieces.

    Args:
        field: (3, H, W) int32, inside the views.
        image: the source (Hs, Ws, C) in [0, 1].
        views: of the source.
        layout: class positions (H, W); seams are blended within classes only.
        quick: whether they may be blended roughly, for a preview.
    """
    shown = [picture.clamp(0, 1) for picture in views.images(image.permute(2, 0, 1)[None])]
    taken = torch.empty((1, image.shape[2], *layout.shape), device=image.device)
    origin = torch.empty((2, *layout.shape), device=image.device)
    last_y, last_x = (length - 1 for length in views.source_size)
    for number, (view, picture) in enumerate(zip(views, shown, strict=True)):
        here = field[0] == number
        row, column = field[1][here].long(), field[2][here].long()
        taken[:, :, here] = picture[:, :, row, column]
        y, x = view.to_source(row.float(), column.float(), views.source_size)
        origin[:, here] = torch.stack((x.clamp(0, last_x), y.clamp(0, last_y)))
    balanced = taken * 2 - 1
    rounds = ROUGH_ROUNDS if quick else ROUNDS
    around = [picture * 2 - 1 for picture in shown]
    change = _blended(balanced, around, field, layout, rounds) - balanced
    return Painting((taken + change / 2)[0].permute(1, 2, 0).clamp(0, 1), origin)


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
    for seen in views.ids(ids[None, None]):
        offered.append(with_margin(seen[0, 0, :, :, None], WINDOW).flatten().int())
        table.append((start, seen.shape[2], seen.shape[3]))
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
    taken: Tensor, views: Sequence[Tensor], field: Tensor, layout: Tensor, rounds: int
) -> Tensor:
    if layout.numel() > LAUNCHES_COST_MORE:
        return field_without_seams(taken, views, field, layout, rounds)
    near = [view.cpu() for view in views]
    blended = field_without_seams(taken.cpu(), near, field.cpu(), layout.cpu(), rounds)
    return blended.to(taken.device)
