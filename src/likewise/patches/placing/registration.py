"""Registration: a spline that lays one blurred map of class shares on another, at one size.

Least squares over the spline's control points, of what is left of the target and of the energy of
bending, by Gauss-Newton steps damped as Levenberg's. What a step needs of each pixel is made in one
compiled pass over the picture; its normal equations then are small products of matrices, because
the bases of a spline are products of one down and one across. Not in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numba import njit, prange
from torch import Tensor

from likewise.geometry.splines import DEGREE, basis, bending_energy, stretching_energy
from likewise.patches.kernels.launching import run

ROUNDS = 15  # at most
ENOUGH = 1e-2  # share of the cost that a round must save to be followed by another
DAMPING, RELIEF, TRIES = 1e-3, 8.0, 4  # Levenberg's: at first, its change, attempts


@dataclass(frozen=True)
class Axis:
    """The bases of a spline along one side.

    Attributes:
        basis: (length, points) float64.
        products: (length, pairs + 1) float64, of every two bases that meet, the first not after
            the second; and 0.
        which: (points, points), the product of every two: the last one where they do not meet.
    """

    basis: Tensor
    products: Tensor
    which: Tensor

    @classmethod
    def of(cls, length: int, points: int) -> Axis:
        """A side of ``length`` pixels."""
        weights = basis(length, points).double()
        first, second = torch.ones(points, points).triu().tril(DEGREE).nonzero().T
        which = torch.full((points, points), len(first))
        which[first, second] = which[second, first] = torch.arange(len(first))
        return cls(weights, F.pad(weights[:, first] * weights[:, second], (0, 1)), which)


@dataclass(frozen=True)
class Seen:
    """What the source shows of the target through a spline.

    Attributes:
        misfit: mean over known pixels of the squared difference of shares.
        curvature: (3, H, W) float64: squared slopes along x, their product, those along y, summed
            over classes and divided by the number of pixels.
        pull: (2, H, W) float64: slopes times what is left of the target, likewise.
    """

    misfit: float
    curvature: Tensor
    pull: Tensor


@dataclass(frozen=True)
class Registration:
    """Least squares at one size. Sums are in float64: they must not depend on their order.

    Attributes:
        target: (H, W, K) float32.
        source: (Hs, Ws, 3K) float32: shares, and their slopes along x and y.
        down: bases along the target's height.
        across: bases along its width.
        energy: (h*w, h*w) float64, of bending, weighted.
        hold: (h*w, h*w) float64, of leaving ``anchor``, weighted.
        anchor: (2, h, w) float64, coefficients.
    """

    target: Tensor
    source: Tensor
    down: Axis
    across: Axis
    energy: Tensor
    hold: Tensor
    anchor: Tensor

    @classmethod
    def of(
        cls, target: Tensor, source: Tensor, points: tuple[int, int], stiffness: float
    ) -> Registration:
        """Of shares (1, K, H, W) and (1, K, Hs, Ws), by ``points`` control points (h, w).

        ``stiffness`` weighs the mean squared curvature against the mean squared difference.
        """
        height, width = source.shape[2:]
        framed = F.pad(source, (1, 1, 1, 1), mode="replicate")
        along_x = (framed[:, :, 1:-1, 2:] - framed[:, :, 1:-1, :-2]) * (width / 4)
        along_y = (framed[:, :, 2:, 1:-1] - framed[:, :, :-2, 1:-1]) * (height / 4)
        return cls(
            target[0].permute(1, 2, 0).contiguous(),
            torch.cat((source, along_x, along_y), dim=1)[0].permute(1, 2, 0).contiguous(),
            Axis.of(target.shape[2], points[0]),
            Axis.of(target.shape[3], points[1]),
            stiffness * bending_energy(*points).double(),
            torch.zeros(points[0] * points[1], points[0] * points[1], dtype=torch.float64),
            torch.zeros(2, *points, dtype=torch.float64),
        )

    def held(self, anchor: Tensor, weight: float) -> Registration:
        """The same, where turning, shearing and scaling away from ``anchor`` costs."""
        hold = weight * stretching_energy(anchor.shape[1], anchor.shape[2]).double()
        return replace(self, hold=hold, anchor=anchor)

    def like(self, field: Tensor) -> Tensor:
        """(2, h, w): the coefficients that come nearest to offsets ``field`` (2, H, W)."""
        down, across = (torch.linalg.pinv(axis.basis) for axis in (self.down, self.across))
        return down @ field @ across.T

    def solved(self, coefficients: Tensor) -> Tensor:
        """The coefficients (2, h, w) after rounds of damped Gauss-Newton, from those given."""
        damping = DAMPING
        seen, cost = self._weighed(coefficients)
        for _ in range(ROUNDS):
            matrix, right = self.normal_equations(coefficients, seen)
            for _ in range(TRIES):
                damped = matrix + torch.diag(damping * matrix.diagonal() + 1e-6)
                factor = torch.linalg.cholesky(damped)
                step = torch.cholesky_solve(right[:, None], factor).view_as(coefficients)
                then, cost_then = self._weighed(coefficients + step)
                if cost_then < cost:
                    break
                damping *= RELIEF
            else:
                return coefficients
            gain = 1 - cost_then / cost
            seen, cost, coefficients = then, cost_then, coefficients + step
            damping = max(damping / RELIEF, DAMPING / 100)
            if gain < ENOUGH:
                break
        return coefficients

    def seen(self, coefficients: Tensor) -> Seen:
        """What the source shows through the spline of ``coefficients`` (2, h, w)."""
        height, width, _ = self.target.shape
        moved = self.down.basis @ coefficients @ self.across.basis.T
        misfit = np.empty(height)
        maps = torch.empty(5, height, width)
        arrays = (t.numpy() for t in (moved, self.target, self.source))
        run(_compared, misfit, maps.numpy(), *arrays)
        count = max(1.0, float(self.target.sum()))
        maps = maps.double() / count
        return Seen(float(misfit.sum()) / count, maps[:3], maps[3:])

    def normal_equations(self, coefficients: Tensor, seen: Seen) -> tuple[Tensor, Tensor]:
        """Matrix (2n, 2n) and right side (2n,), n = h*w, of a step from ``coefficients``."""
        along_x, mixed, along_y = (self._products(weights) for weights in seen.curvature)
        rows = torch.cat((along_x, mixed), dim=1), torch.cat((mixed, along_y), dim=1)
        stiff = self.energy + self.hold
        matrix = torch.cat(rows) + torch.block_diag(stiff, stiff)
        wanted = self.down.basis.T @ seen.pull @ self.across.basis
        resisting = coefficients.flatten(1) @ self.energy
        resisting += (coefficients - self.anchor).flatten(1) @ self.hold
        return matrix, (wanted.flatten(1) - resisting).flatten()

    def _weighed(self, coefficients: Tensor) -> tuple[Seen, float]:
        seen, flat = self.seen(coefficients), coefficients.flatten(1)
        away = (coefficients - self.anchor).flatten(1)
        resisting = (flat @ self.energy * flat).sum() + (away @ self.hold * away).sum()
        return seen, seen.misfit + float(resisting)

    def _products(self, weights: Tensor) -> Tensor:
        """(h*w, h*w): sum over pixels of ``weights`` (H, W) times the products of two bases."""
        sums = self.down.products.T @ weights @ self.across.products
        return sums.take(self._places)

    @cached_property
    def _places(self) -> Tensor:
        """(h*w, h*w): where in the table of sums those of every two control points are."""
        rows = self.down.which * self.across.products.shape[1]
        places = rows[:, None, :, None] + self.across.which[None, :, None, :]
        return places.reshape(len(self.energy), -1)


@njit(fastmath={"contract"}, parallel=True, cache=True)
def _compared(misfit, maps, moved, target, source):  # type: ignore[no-untyped-def]
    """Fills ``misfit`` (H,) and ``maps`` (5, H, W), of offsets ``moved`` (2, H, W) float64."""
    height, width, classes = target.shape
    rows, columns = source.shape[0], source.shape[1]
    for number in prange(height):
        y = np.int64(number)  # prange counts without a sign
        row_misfit = 0.0
        for x in range(width):
            asked = np.float32(0.0)
            for k in range(classes):
                asked += target[y, x, k]
            if asked == 0:  # where nothing is asked for, nothing is compared
                maps[:, y, x] = 0
                continue
            down = ((y + 0.5) / height + moved[1, y, x] / 2) * rows - 0.5
            right = ((x + 0.5) / width + moved[0, y, x] / 2) * columns - 0.5
            down, right = min(max(down, 0.0), rows - 1.0), min(max(right, 0.0), columns - 1.0)
            top, left = min(int(down), max(rows - 2, 0)), min(int(right), max(columns - 2, 0))
            bottom, end = min(top + 1, rows - 1), min(left + 1, columns - 1)
            v, u = np.float32(down - top), np.float32(right - left)
            upper, lower = asked * (1 - v), asked * v
            wa, wb, wc, wd = upper * (1 - u), upper * u, lower * (1 - u), lower * u
            a, b = source[top, left], source[top, end]
            c, d = source[bottom, left], source[bottom, end]
            xx = xy = yy = pull_x = pull_y = np.float32(0.0)
            for k in range(classes):
                i, j = k + classes, k + 2 * classes
                shown = wa * a[k] + wb * b[k] + wc * c[k] + wd * d[k]
                dx = wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i]
                dy = wa * a[j] + wb * b[j] + wc * c[j] + wd * d[j]
                left_over = target[y, x, k] - shown
                row_misfit += left_over * left_over
                xx += dx * dx
                xy += dx * dy
                yy += dy * dy
                pull_x += dx * left_over
                pull_y += dy * left_over
            maps[0, y, x], maps[1, y, x], maps[2, y, x] = xx, xy, yy
            maps[3, y, x], maps[4, y, x] = pull_x, pull_y
        misfit[y] = row_misfit
