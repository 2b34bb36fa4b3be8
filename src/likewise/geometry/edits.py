"""Edits: random layouts such as a person would paint, made from one source layout.

A region is taken out (what lay around it closes the gap), then put back moved, scaled or mirrored,
or left out, or put back beside itself. Not in the paper: warps of the source never show the holes
and new neighbours that edited layouts have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from likewise.geometry.augmentation import Augmentation, WarpDraw, Warper, draw_warps
from likewise.geometry.warps import warp_indices

STRONG = Augmentation(bend=0.04, bend_probability=0.7, zoom=1.3, shift=0.25, flip=0.3, ramp=0.0)
LARGEST_REGION = 0.6  # share of the picture above which a class is ground, not a thing to move
REMOVE, DOUBLE = 0.2, 0.2  # shares of edits that remove a region, and that double it


@dataclass(frozen=True)
class EditDraw:
    """Random numbers of a batch of edits: which class (B,), how it is put back, and what is done.

    ``back`` is 1 where the region is put back, ``kept`` 1 where it also stays where it was.
    """

    paste: WarpDraw
    moved: Tensor
    back: Tensor
    kept: Tensor

    def to(self, device: torch.device) -> EditDraw:
        """The same numbers on ``device``."""
        moved, back, kept = (t.to(device) for t in (self.moved, self.back, self.kept))
        return EditDraw(self.paste.to(device), moved, back, kept)

    def copy_(self, other: EditDraw) -> None:
        """Take over the numbers of ``other`` in place."""
        self.paste.copy_(other.paste)
        for name in ("moved", "back", "kept"):
            getattr(self, name).copy_(getattr(other, name))


class LayoutEditor:
    """Edits one source layout, on the device, in batches.

    Args:
        indices: source class indices (1, 1, H, W), -1 where ignored.
        classes: number of classes K.
        warper: makes grids of this size.
    """

    def __init__(self, indices: Tensor, classes: int, warper: Warper) -> None:
        ids = indices[0, 0].cpu().numpy()
        shares = np.array([(ids == k).mean() for k in range(classes)])
        movable = [k for k in range(classes) if 0 < shares[k] <= LARGEST_REGION]
        self.indices = indices
        self.warper = warper
        self.movable = torch.tensor(movable or [int(shares.argmax())])
        without = np.stack([_closed_over(ids, k) for k in range(classes)])
        self.without = torch.from_numpy(without)[:, None].to(indices.device)

    def draw(self, batch: int, generator: torch.Generator) -> EditDraw:
        """Draw ``batch`` edits on the CPU."""
        choice = torch.randint(len(self.movable), (batch,), generator=generator)
        fate = torch.rand(batch, generator=generator)
        paste = draw_warps(STRONG, batch, 1.0, self.warper.spline.size, generator)
        # draw_warps only magnifies; half of the regions are made smaller than they were instead.
        shrink = torch.where(torch.rand(batch, generator=generator) < 0.5, 1.6, 1.0)
        paste.affine[:, :, :2].mul_(shrink[:, None, None])
        return EditDraw(
            paste,
            self.movable[choice],
            (fate >= REMOVE).float(),
            (fate >= 1 - DOUBLE).float(),
        )

    def apply(self, draw: EditDraw, base_grid: Tensor) -> Tensor:
        """Edited indices (B, 1, H, W); ``base_grid`` (B, H, W, 2) warps what is not moved."""
        batch = len(draw.moved)
        moved = draw.moved.view(-1, 1, 1, 1)
        ground = warp_indices(self.without_region(draw.moved), base_grid)
        whole = self.indices.expand(batch, -1, -1, -1)
        stays = (warp_indices(whole, base_grid) == moved) & (draw.kept.view(-1, 1, 1, 1) > 0)
        pasted = _warped_inside(whole, self.warper.grid(draw.paste)) == moved
        pasted = pasted & (draw.back.view(-1, 1, 1, 1) > 0)
        return torch.where(stays | pasted, moved, ground)

    def without_region(self, moved: Tensor) -> Tensor:
        """Indices (B, 1, H, W) of the source, closed over class ``moved`` (B,) of each."""
        return self.without.index_select(0, moved)


def _warped_inside(indices: Tensor, grid: Tensor) -> Tensor:
    """Like :func:`warp_indices`, but -1 beyond the edges: a moved region is not mirrored in."""
    inside = (grid.abs() <= 1).all(dim=-1)[:, None]
    return torch.where(inside, warp_indices(indices, grid), -1)


def _closed_over(ids: np.ndarray, removed: int) -> np.ndarray:
    """``ids`` with class ``removed`` replaced by whichever class lies nearest."""
    keep = (ids != removed) & (ids >= 0)
    if not keep.any():
        return ids
    nearest = ndimage.distance_transform_edt(~keep, return_distances=False, return_indices=True)
    return ids[tuple(nearest)]
