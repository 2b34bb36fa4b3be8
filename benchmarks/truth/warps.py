"""Strong warps: truth for any case by bending image and labels together, more than training does.

Not in the paper: because it judges layouts drawn by hand, which have no true answer. Warps flatter
methods trained on warps, so edited truth comes first and these stand beside it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.truth.pairs import EditKind, TruthPair
from likewise import Image, LabelMap
from likewise.geometry.warps import ThinPlateSpline, identity_grid, warp_indices

LATTICE = 4
STRENGTH = 0.3  # largest offset of a control point; 1 is half the picture's side
LEAST_AREA = 0.25  # a grid that squeezes a pixel below this share of its area is drawn again


def strong_warps(
    name: str,
    image: Image,
    labels: LabelMap,
    *,
    count: int = 4,
    seed: int = 0,
    strength: float = STRENGTH,
) -> list[TruthPair]:
    """Pairs (I, P) and (warp(I), warp(P)) by thin-plate splines; they never fold.

    Every grid is shrunk until it samples inside the picture alone, so no border and no mirrored
    edge shows. The image is resampled bicubically, the labels by nearest neighbour.

    Args:
        name: the case's name; pairs are called "name/warp_1" and so on.
        image: I, (H, W) pixels.
        labels: P, of its size.
        count: how many pairs.
        seed: of the control points' offsets; same seed, same pairs on a CPU.
        strength: largest offset of a control point, 1 being half the picture's side.

    Raises:
        LabelError: the label map has another size than the image.
    """
    labels.require_size(image)
    generator = torch.Generator().manual_seed(seed)
    spline = ThinPlateSpline(labels.size, LATTICE, "cpu")
    pixels = torch.from_numpy(image.to_float()).permute(2, 0, 1)[None]
    ids = torch.from_numpy(labels.ids.copy())[None, None]
    pairs = []
    for number in range(1, count + 1):
        grid = _grid(spline, strength, generator)
        truth = image.with_float(_bent(pixels, grid)[0].permute(1, 2, 0).numpy())
        target = labels.with_ids(warp_indices(ids, grid)[0, 0].numpy())
        called = f"{name}/warp_{number}"
        pairs.append(TruthPair(called, EditKind.WARPED, image, labels, target, truth))
    return pairs


def _bent(pixels: Tensor, grid: Tensor) -> Tensor:
    """Bicubic, where training warps are bilinear: a truth must not be softer than its source."""
    return F.grid_sample(pixels, grid, "bicubic", "reflection", align_corners=False)


def _grid(spline: ThinPlateSpline, strength: float, generator: torch.Generator) -> Tensor:
    """A random grid (1, H, W, 2) that does not fold and stays inside the picture."""
    base = identity_grid(spline.size)
    grid = base + spline.offsets(_draw(spline, strength, generator))
    while _least_area(grid) < LEAST_AREA:
        strength *= 0.97  # so that even a strength that mostly folds comes to an end
        grid = base + spline.offsets(_draw(spline, strength, generator))
    low, high = grid.amin((0, 1, 2)), grid.amax((0, 1, 2))
    edge = base.amax((0, 1, 2))  # centres of the outermost pixels
    shrink = torch.minimum(2 * edge / (high - low), torch.ones(2))
    grid = grid * shrink
    low, high = grid.amin((0, 1, 2)), grid.amax((0, 1, 2))
    return grid + (-edge - low).clamp_min(0) - (high - edge).clamp_min(0)


def _draw(spline: ThinPlateSpline, strength: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(1, spline.count, 2, generator=generator) * 2 - 1) * strength


def _least_area(grid: Tensor) -> float:
    """Smallest area of a pixel's image under the grid, 1 being a pixel; negative where it folds."""
    height, width = grid.shape[1:3]
    scale = torch.tensor([width / 2, height / 2])
    right = (grid[:, :-1, 1:] - grid[:, :-1, :-1]) * scale
    down = (grid[:, 1:, :-1] - grid[:, :-1, :-1]) * scale
    return float((right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0]).min())
