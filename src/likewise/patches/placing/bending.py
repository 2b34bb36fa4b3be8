"""Bending: the smooth map that lays the source's labels on a target's, found by least squares.

Blurred shares of the classes are registered from coarse to fine: Gauss-Newton steps, damped, on the
control points of a spline, against the energy of its bending. Not in the paper; the way is that of
label-driven registration in medicine.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.splines import basis, bending_energy, control_points, offsets
from likewise.geometry.warps import identity_grid, one_hot
from likewise.patches.bends import Bend


@dataclass(frozen=True)
class Step:
    """One size of the registration: short side and blur in pixels, spans of the spline."""

    side: int
    blur: float
    spans: int


STEPS = (Step(64, 4.0, 2), Step(64, 2.0, 4), Step(96, 1.5, 6), Step(192, 1.0, 6))
STIFFNESS = 1e-3  # of the mean squared curvature, against a mean squared difference of shares
ROUNDS = 15  # at most, of each size
LONGEST = 3.0  # long side over short side beyond which the spline gets no finer
ENOUGH = 3e-3  # share of the cost that a round must save to be followed by another
GRAIN = 2.0**-16  # of coefficients, sides being 2 long
DAMPING, RELIEF, TRIES = 1e-3, 8.0, 4  # Levenberg's: at first, its change, attempts


def bent(target_ids: Tensor, source_ids: Tensor, classes: int) -> Bend:
    """The bend that makes the source look like the target, by their labels.

    Args:
        target_ids: class positions (1, 1, H, W), -1 where anything will do.
        source_ids: class positions (1, 1, Hs, Ws), -1 where unknown.
        classes: their number.
    """
    sizes = [(ids.shape[2], ids.shape[3]) for ids in (target_ids, source_ids)]
    stretch = (sizes[0][0] / sizes[1][0], sizes[0][1] / sizes[1][1])
    shares = [one_hot(ids.long(), classes) for ids in (target_ids, source_ids)]
    coefficients = None
    for step in STEPS:
        target, source = (_prepared(x, step) for x in shares)
        height, width = target.shape[2:]
        short = min(height, width)
        points = (_points(height, step.spans, short), _points(width, step.spans, short))
        problem = _Problem.of(target, source, points)
        start = torch.zeros(2, *points, dtype=torch.float64)
        if coefficients is not None:
            start = problem.like(offsets(coefficients.float(), (height, width)).double())
        coefficients = problem.solved(start)
    assert coefficients is not None
    # Far finer than a pixel, and coarser than what sums in another order differ by.
    return Bend((coefficients / GRAIN).round().float() * GRAIN, stretch)


def _points(length: int, spans: int, short: int) -> int:
    """Control points of a side of ``length`` pixels, ``spans`` of them to each ``short`` pixels."""
    return control_points(round(spans * min(length / short, LONGEST)))


def _prepared(shares: Tensor, step: Step) -> Tensor:
    """``shares`` (1, K, H, W) at the size of ``step``, blurred."""
    factor = min(1.0, step.side / min(shares.shape[2:]))
    size = [max(1, round(length * factor)) for length in shares.shape[2:]]
    return _blurred(F.interpolate(shares, size, mode="area"), step.blur)


def _blurred(x: Tensor, sigma: float) -> Tensor:
    reach = round(3 * sigma)
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=x.dtype) / sigma) ** 2)
    kernel = (weights / weights.sum()).expand(x.shape[1], 1, 1, -1)
    for axis in (3, 2):
        padding = (reach, reach, 0, 0) if axis == 3 else (0, 0, reach, reach)
        shaped = kernel if axis == 3 else kernel.transpose(2, 3)
        x = F.conv2d(F.pad(x, padding, mode="replicate"), shaped, groups=x.shape[1])
    return x


@dataclass(frozen=True)
class _Problem:
    """Least squares at one size, its sums in float64: they must not depend on their order.

    Attributes:
        target: (K, H, W) float32.
        source: (1, 3K, Hs, Ws) float32: shares, and their slopes along x and y.
        down: basis (H, h).
        across: basis (W, w).
        energy: (h*w, h*w) of bending, weighted.
    """

    target: Tensor
    source: Tensor
    down: Tensor
    across: Tensor
    energy: Tensor

    @classmethod
    def of(cls, target: Tensor, source: Tensor, points: tuple[int, int]) -> _Problem:
        height, width = source.shape[2:]
        framed = F.pad(source, (1, 1, 1, 1), mode="replicate")
        along_x = (framed[:, :, 1:-1, 2:] - framed[:, :, 1:-1, :-2]) * (width / 4)
        along_y = (framed[:, :, 2:, 1:-1] - framed[:, :, :-2, 1:-1]) * (height / 4)
        return cls(
            target[0],
            torch.cat((source, along_x, along_y), dim=1),
            basis(target.shape[2], points[0]).double(),
            basis(target.shape[3], points[1]).double(),
            STIFFNESS * bending_energy(*points).double(),
        )

    def like(self, field: Tensor) -> Tensor:
        """(2, h, w): the coefficients that come nearest to offsets ``field`` (2, H, W)."""
        rows = torch.linalg.lstsq(self.down.expand(2, -1, -1), field).solution
        columns = torch.linalg.lstsq(self.across.expand(2, -1, -1), rows.transpose(1, 2)).solution
        return columns.transpose(1, 2).contiguous()

    def cost(self, coefficients: Tensor) -> tuple[float, Tensor, Tensor]:
        """The cost, what is left of the target (K, N), and the slopes there (2, K, N)."""
        height, width = self.target.shape[1:]
        moved = torch.einsum("yh,chw,xw->yxc", self.down, coefficients, self.across)
        grid = (identity_grid((height, width)) + moved).float()
        seen = F.grid_sample(self.source, grid, padding_mode="border", align_corners=False)[0]
        seen = seen * self.target.sum(dim=0)  # where nothing is asked for, nothing is compared
        shown, slopes = seen[: len(self.target)], seen[len(self.target) :]
        left = (self.target - shown).flatten(1)
        flat = coefficients.flatten(1)
        bending = float((flat @ self.energy * flat).sum())
        misfit = float(left.square().sum(dtype=torch.float64)) / left.shape[1]
        return misfit + bending, left, slopes.view(2, *left.shape)

    def solved(self, coefficients: Tensor) -> Tensor:
        """The coefficients (2, h, w) after rounds of damped Gauss-Newton."""
        damping = DAMPING
        now = self.cost(coefficients)
        for _ in range(ROUNDS):
            matrix, right = self._normal_equations(coefficients, *now[1:])
            for _ in range(TRIES):
                damped = matrix + torch.diag(damping * matrix.diagonal() + 1e-6)
                step = torch.linalg.solve(damped, right).view_as(coefficients)
                then = self.cost(coefficients + step)
                if then[0] < now[0]:
                    break
                damping *= RELIEF
            else:
                return coefficients
            gain, now = 1 - then[0] / now[0], then
            coefficients = coefficients + step
            damping = max(damping / RELIEF, DAMPING / 100)
            if gain < ENOUGH:
                break
        return coefficients

    def _normal_equations(
        self, coefficients: Tensor, left: Tensor, slopes: Tensor
    ) -> tuple[Tensor, Tensor]:
        count = left.shape[1]
        blocks = []
        for one in slopes:
            row = []
            for other in slopes:
                row.append(self._weighed((one * other).sum(dim=0)) / count)
            blocks.append(torch.cat(row, dim=1))
        matrix = torch.cat(blocks) + torch.block_diag(self.energy, self.energy)
        pull = (slopes * left).sum(dim=1).view(2, *self.target.shape[1:]).double() / count
        wanted = torch.einsum("yh,cyx,xw->chw", self.down, pull, self.across).flatten(1)
        return matrix, (wanted - coefficients.flatten(1) @ self.energy).flatten()

    def _weighed(self, weights: Tensor) -> Tensor:
        """(h*w, h*w): sum over pixels of ``weights`` (N,) times the products of two bases."""
        height, width = self.target.shape[1:]
        points = self.down.shape[1], self.across.shape[1]
        pairs_y = (self.down[:, :, None] * self.down[:, None, :]).flatten(1)
        pairs_x = (self.across[:, :, None] * self.across[:, None, :]).flatten(1)
        sums = pairs_y.T @ weights.view(height, width).double() @ pairs_x
        table = sums.view(points[0], points[0], points[1], points[1])
        return table.permute(0, 2, 1, 3).reshape(points[0] * points[1], -1)
