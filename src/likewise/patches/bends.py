"""Bend: the source bent onto a layout, as a view of that layout's size.

A layout that shows the whole scene stretched, leant or swollen has no rigid part that fits: the
source must bend. Seen through a bend it lies on the target as it should, and the engine may copy
from it as from any other view. Not in the paper: its generator learns to bend from warped copies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.splines import offsets
from likewise.geometry.warps import identity_grid
from likewise.patches.window import Window

MOST = 3.0  # times that the source may be stretched or squeezed anywhere


@dataclass(frozen=True, eq=False)
class Bend:
    """A smooth map from a layout to the source.

    Attributes:
        coefficients: (2, h, w) of a B-spline: x and y offsets from a target place to its source
            place, each picture's sides being 2 long.
        stretch: height and width of the layout over those of the source.
        mirrored: whether the source is mirrored, left to right, before it is bent.
        shrunk: sides to which the source is reduced before, over its own, where the bend shows it
            smaller than the layout's size says.
    """

    coefficients: Tensor
    stretch: tuple[float, float]
    mirrored: bool = False
    shrunk: float = 1.0

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Bend)
            and (self.stretch, self.mirrored, self.shrunk)
            == (other.stretch, other.mirrored, other.shrunk)
            and torch.equal(self.coefficients, other.coefficients)
        )

    def __hash__(self) -> int:
        return hash((self.stretch, tuple(self.coefficients.shape)))

    def size(self, source_size: tuple[int, int]) -> tuple[int, int]:
        """(H, W) of the layout beside a source of ``source_size``, in whole pixels, at least 1."""
        height, width = (s * f for s, f in zip(source_size, self.stretch, strict=True))
        return max(1, round(height)), max(1, round(width))

    def image(self, image: Tensor, window: Window | None = None) -> Tensor:
        """``image`` (B, C, H, W) bent: bicubic, filtered against aliasing if it shrinks.

        Only that ``window`` of this view, if given.
        """
        size = self.size((image.shape[2], image.shape[3]))
        fewer = tuple(
            max(1, min(round(a * self.shrunk), b))
            for a, b in zip(image.shape[2:], size, strict=True)
        )
        image = image.flip(3) if self.mirrored else image
        if fewer != tuple(image.shape[2:]):
            image = F.interpolate(image, fewer, mode="bicubic", antialias=True)
        grid = self._grid(size, image.device, window).expand(len(image), -1, -1, -1)
        return F.grid_sample(image, grid, "bicubic", "border", align_corners=False)

    def ids(self, ids: Tensor, window: Window | None = None) -> Tensor:
        """Class positions ``ids`` (B, 1, H, W) bent: nearest, so that none is new.

        -1 where the bend leaves the source, folds it, or stretches or squeezes it more than
        ``MOST`` times: nothing should be taken from there. Only that ``window``, if given.
        """
        known = (ids.shape[2], ids.shape[3])
        size = self.size(known)
        inner = window or Window.whole(size)
        outer = inner.grown(1, size)  # slopes look one pixel further
        grid = self._grid(size, ids.device, outer)
        y, x = self._places(grid, known)
        offered = (grid[0].abs() <= 1).all(dim=-1) & (
            _distortion(grid[0], known) <= math.log2(MOST)
        )
        places = y.round().long() * known[1] + x.round().long()
        seen = torch.where(offered, ids.flatten(2)[:, :, places], -1)
        return inner.within(outer).of(seen)

    def to_source(
        self, rows: Tensor, columns: Tensor, source_size: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """Source rows and columns, with fractions, of the pixels (rows, columns) of this view."""
        grid = self._grid(self.size(source_size), rows.device)[0]
        places = rows.long() * grid.shape[1] + columns.long()
        return self._places(grid.flatten(0, 1)[places][None], source_size)

    def distortion(self, source_size: tuple[int, int]) -> Tensor:
        """(H, W): how much the bend stretches or squeezes a source of ``source_size``, in octaves.

        In the direction in which it does so most; infinite where it folds.
        """
        return _distortion(
            self._grid(self.size(source_size), self.coefficients.device)[0], source_size
        )

    def moved(self, size: tuple[int, int]) -> Tensor:
        """(2, H, W): how far each place of a layout of ``size`` comes, x and y, sides being 1."""
        return offsets(self.coefficients, size) / 2

    def _grid(
        self, size: tuple[int, int], device: torch.device, window: Window | None = None
    ) -> Tensor:
        """(1, H, W, 2): source place, x first, of every target place, or of those of ``window``."""
        part = window or Window.whole(size)
        moved = offsets(self.coefficients.to(device), size, part.rows, part.columns)
        still = identity_grid(size, device)[:, part.rows, part.columns]
        return still + moved.permute(1, 2, 0)[None]

    def _places(self, grid: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        x, y = (
            (((grid[0, ..., axis] + 1) * length - 1) / 2).clamp(0, length - 1)
            for axis, length in ((0, size[1]), (1, size[0]))
        )
        return y, size[1] - 1 - x if self.mirrored else x


def _distortion(grid: Tensor, source_size: tuple[int, int]) -> Tensor:
    """(H, W) octaves, of a map ``grid`` (H, W, 2) from a target's places to a source's."""
    scale = torch.tensor([source_size[1] / 2, source_size[0] / 2], device=grid.device)
    down, right = (_slope(grid, axis) * scale for axis in (0, 1))  # source pixels to a pixel
    area = right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0]
    squares = down.square().sum(-1) + right.square().sum(-1)
    # Singular values: their squares' sum is ``squares``, their product ``area``.
    root = (squares.square() / 4 - area.square()).clamp_min(0).sqrt()
    least = (squares / 2 - root).clamp_min(1e-12)
    octaves = torch.maximum(squares / 2 + root, 1 / least).log2() / 2
    return torch.where(area > 0, octaves, torch.inf)


def _slope(grid: Tensor, axis: int) -> Tensor:
    if grid.shape[axis] < 2:
        return torch.zeros_like(grid)
    return torch.gradient(grid, dim=axis)[0]
