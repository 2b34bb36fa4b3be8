"""Spline: a smooth field of offsets over a picture, a uniform cubic B-spline of few control points.

Coordinates are those of ``torch.nn.functional.grid_sample`` with ``align_corners=False``: x to the
right, y down, both from -1 to 1 across the outer pixel edges. Not in the paper, whose thin-plate
splines pass through their control points; here they are solved for, and a B-spline's influence ends
two points away.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

DEGREE = 3


def control_points(spans: int) -> int:
    """Control points along a side of ``spans`` polynomial pieces."""
    return spans + DEGREE


@lru_cache(maxsize=64)
def basis(length: int, points: int) -> Tensor:
    """(length, points) float32: how much each control point counts at each pixel's centre.

    Kept for the next call: not to be written into.
    """
    spans = points - DEGREE
    places = (torch.arange(length, dtype=torch.float64) + 0.5) / length * spans
    first = places.floor().clamp(max=spans - 1).long()
    u = places - first
    weights = torch.stack(
        ((1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3), dim=1
    )
    whole = torch.zeros(length, points, dtype=torch.float64)
    return whole.scatter(1, first[:, None] + torch.arange(DEGREE + 1), weights / 6).float()


def offsets(
    coefficients: Tensor,
    size: tuple[int, int],
    rows: slice = slice(None),
    columns: slice = slice(None),
) -> Tensor:
    """(2, H, W): the field of ``coefficients`` (2, h, w), x first, at each pixel's centre.

    Only at those ``rows`` and ``columns`` of a picture of ``size``, if given.
    """
    _, height, width = coefficients.shape
    down = basis(size[0], height)[rows].to(coefficients.device)
    across = basis(size[1], width)[columns].to(coefficients.device)
    return down @ coefficients @ across.T


def bending_energy(height: int, width: int) -> Tensor:
    """(h*w, h*w) float32: ``c @ E @ c`` is the mean squared curvature of offsets c (h*w,).

    In offsets per squared length of a picture of side 2, approximated by differences of control
    points: those along y, those along x and, twice, the mixed ones.
    """
    spans = (height - DEGREE) / 2, (width - DEGREE) / 2  # to a unit of length
    along_y = torch.kron(_differences(height, 2), torch.eye(width)) * spans[0] ** 2
    along_x = torch.kron(torch.eye(height), _differences(width, 2)) * spans[1] ** 2
    mixed = torch.kron(_differences(height, 1), _differences(width, 1)) * spans[0] * spans[1]
    parts = ((along_y, 1), (along_x, 1), (mixed, 2))
    return sum((w * part.T @ part / len(part) for part, w in parts), torch.zeros(()))


def stretching_energy(height: int, width: int) -> Tensor:
    """(h*w, h*w) float32: ``c @ E @ c`` is the mean squared slope of offsets c (h*w,), likewise."""
    spans = (height - DEGREE) / 2, (width - DEGREE) / 2
    along_y = torch.kron(_differences(height, 1), torch.eye(width)) * spans[0]
    along_x = torch.kron(torch.eye(height), _differences(width, 1)) * spans[1]
    return along_y.T @ along_y / len(along_y) + along_x.T @ along_x / len(along_x)


def _differences(points: int, order: int) -> Tensor:
    """(points - order, points): differences of neighbours, ``order`` times."""
    table = torch.eye(points)
    for _ in range(order):
        table = table[1:] - table[:-1]
    return table
