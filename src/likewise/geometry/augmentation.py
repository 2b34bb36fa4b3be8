"""Augmentation: random warps of the source pair whose strength grows over training (progressive).

Paper, section 3: (I, P) is warped to (I_aug, P_aug) so that P_source => P_aug :: I_source => I_aug
has a known answer. The magnitudes are those of the authors' code where it states them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.geometry.warps import ThinPlateSpline, affine_grid, identity_grid


@dataclass(frozen=True)
class Augmentation:
    """How strongly the source pair is warped.

    Attributes:
        lattice: thin-plate-spline control points along each side.
        bend: largest control-point offset, in image widths (0.02 moves a point by 2 % of W).
        bend_probability: share of warps that bend at all.
        zoom: largest magnification; drawn uniformly from 1 to this.
        shift: largest translation, in image widths and heights.
        turn: largest rotation, in degrees.
        flip: probability of a left-right flip.
        ramp: share of training over which magnitudes and probabilities grow from 0 to the above.
    """

    lattice: int = 3
    bend: float = 0.02
    bend_probability: float = 0.5
    zoom: float = 1.2
    shift: float = 0.0
    turn: float = 0.0
    flip: float = 0.5
    ramp: float = 0.4


@dataclass(frozen=True)
class WarpDraw:
    """Random numbers of B warps: affine (B, 2, 3), control offsets (B, lattice^2, 2)."""

    affine: Tensor
    bend: Tensor

    def to(self, device: torch.device) -> WarpDraw:
        """The same numbers on ``device``."""
        return WarpDraw(self.affine.to(device), self.bend.to(device))

    def copy_(self, other: WarpDraw) -> None:
        """Take over the numbers of ``other`` in place."""
        self.affine.copy_(other.affine)
        self.bend.copy_(other.bend)


def draw_warps(
    augmentation: Augmentation,
    batch: int,
    progress: float,
    size: tuple[int, int],
    generator: torch.Generator,
) -> WarpDraw:
    """Draw ``batch`` warps at training progress 0 to 1, on the CPU.

    ``generator`` must live on the CPU: the same seed then draws the same warps on every device.
    """
    strength = min(1.0, progress / augmentation.ramp) if augmentation.ramp else 1.0
    height, width = size

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    zoom = 1 + (augmentation.zoom - 1) * strength * uniform(batch)
    turn = (uniform(batch) * 2 - 1) * torch.pi / 180 * augmentation.turn * strength
    flip = torch.where(uniform(batch) < augmentation.flip * strength, -1.0, 1.0)
    # A zoomed view has room to move in; a shift beyond it shows mirrored edges.
    room = (1 - 1 / zoom)[:, None]
    centre = (uniform(batch, 2) * 2 - 1) * (room + 2 * augmentation.shift * strength)
    cosine, sine = turn.cos() / zoom, turn.sin() / zoom
    affine = torch.stack(
        (
            torch.stack((cosine * flip, -sine * height / width, centre[:, 0]), -1),
            torch.stack((sine * flip * width / height, cosine, centre[:, 1]), -1),
        ),
        dim=1,
    )
    bends = uniform(batch) < augmentation.bend_probability * min(1.0, 2 * strength)
    reach = 2 * augmentation.bend * strength * torch.tensor([1.0, width / height])
    offsets = (uniform(batch, augmentation.lattice**2, 2) * 2 - 1) * reach
    return WarpDraw(affine, offsets * bends[:, None, None])


class Warper:
    """Turns warp draws into sampling grids for one image size."""

    def __init__(
        self, size: tuple[int, int], lattice: int, device: torch.device | str = "cpu"
    ) -> None:
        self.spline = ThinPlateSpline(size, lattice, device)
        self.base = identity_grid(size, device)

    def grid(self, draw: WarpDraw) -> Tensor:
        """Sampling grid (B, H, W, 2): where in the source each augmented pixel comes from."""
        return affine_grid(draw.affine, self.base) + self.spline.offsets(draw.bend)
