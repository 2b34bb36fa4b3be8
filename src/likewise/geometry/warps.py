"""Warps: sampling grids from affine and thin-plate-spline maps, and resampling through them.

Images are resampled bilinearly, labels by nearest neighbour, so a warp never invents a label. Grids
are in the normalised coordinates of ``torch.nn.functional.grid_sample`` with
``align_corners=False``: x to the right, y down, both from -1 to 1 across the outer pixel edges.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def identity_grid(size: tuple[int, int], device: torch.device | str = "cpu") -> Tensor:
    """The grid (1, H, W, 2) that samples every pixel at its own centre."""
    height, width = size
    ys = (torch.arange(height, device=device, dtype=torch.float32) * 2 + 1) / height - 1
    xs = (torch.arange(width, device=device, dtype=torch.float32) * 2 + 1) / width - 1
    grid_y, grid_x = torch.meshgrid(ys, xs, indexing="ij")
    return torch.stack((grid_x, grid_y), dim=-1)[None]


def affine_grid(matrices: Tensor, base: Tensor) -> Tensor:
    """Map grid ``base`` (1 or B, H, W, 2) through ``matrices`` (B, 2, 3): target -> source."""
    linear, shift = matrices[:, :, :2], matrices[:, :, 2]
    moved = torch.einsum("bhwi,bji->bhwj", base.expand(len(matrices), -1, -1, -1), linear)
    return moved + shift[:, None, None, :]


class ThinPlateSpline:
    """Smooth warps that move a regular lattice of control points by given offsets.

    The spline interpolates the offsets exactly at the control points and bends as little as
    possible between them (radial basis r^2 log r plus an affine part). Its linear system depends on
    the lattice alone, so it is solved once; a warp is then one matrix product.

    Args:
        size: (H, W) of the grids to make.
        lattice: control points along each side (the paper's code uses 3).
        device: where the grids are made.
    """

    def __init__(self, size: tuple[int, int], lattice: int, device: torch.device | str) -> None:
        axis = torch.linspace(-1, 1, lattice, dtype=torch.float64)
        control_y, control_x = torch.meshgrid(axis, axis, indexing="ij")
        control = torch.stack((control_x, control_y), dim=-1).reshape(-1, 2)
        count = len(control)
        ones = torch.ones(count, 1, dtype=torch.float64)
        affine = torch.cat((ones, control), dim=1)
        system = torch.zeros(count + 3, count + 3, dtype=torch.float64)
        system[:count, :count] = _radial(control, control)
        system[:count, count:] = affine
        system[count:, :count] = affine.T
        solve = torch.linalg.inv(system)[:, :count]
        points = identity_grid(size)[0].reshape(-1, 2).double()
        basis = torch.cat(
            (_radial(points, control), torch.ones(len(points), 1, dtype=torch.float64), points), 1
        )
        self.size = size
        self.count = count
        self.weights = (basis @ solve).float().to(device)  # (H*W, lattice^2)

    def offsets(self, control_offsets: Tensor) -> Tensor:
        """Dense offsets (B, H, W, 2) from control offsets (B, lattice^2, 2), normalised units."""
        height, width = self.size
        return torch.einsum("nc,bci->bni", self.weights, control_offsets).reshape(
            len(control_offsets), height, width, 2
        )


def warp_image(image: Tensor, grid: Tensor) -> Tensor:
    """Resample ``image`` (B, C, H, W) bilinearly at ``grid`` (B, H', W', 2); edges are mirrored."""
    return F.grid_sample(
        image, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def warp_indices(indices: Tensor, grid: Tensor) -> Tensor:
    """Resample class indices (B, 1, H, W) by nearest neighbour; the answer holds no new value."""
    sampled = F.grid_sample(
        indices.float(), grid, mode="nearest", padding_mode="reflection", align_corners=False
    )
    return sampled.round().to(indices.dtype)


def one_hot(indices: Tensor, classes: int) -> Tensor:
    """Layout (B, K, H, W) float from indices (B, 1, H, W); pixels of index -1 are all zero."""
    ids = torch.arange(classes, device=indices.device).view(1, -1, 1, 1)
    return (indices == ids).float()


def _radial(points: Tensor, centres: Tensor) -> Tensor:
    squared = (points[:, None] - centres[None]).square().sum(-1)
    return torch.where(squared > 0, 0.5 * squared * squared.clamp_min(1e-300).log(), 0.0)
