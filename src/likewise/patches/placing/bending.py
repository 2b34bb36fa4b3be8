"""Bending: the smooth map that lays the source's labels on a target's, found by least squares.

Blurred shares of the classes are registered from coarse to fine: Gauss-Newton steps, damped, on the
control points of a spline, against the energy of its bending. Not in the paper; the way is that of
label-driven registration in medicine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.splines import control_points, offsets
from likewise.geometry.warps import one_hot
from likewise.patches.bends import Bend
from likewise.patches.placing.registration import Registration


@dataclass(frozen=True)
class Step:
    """One size of the registration.

    Attributes:
        side: short side, pixels.
        blur: of the shares, pixels.
        spans: of the spline, to a short side.
        stiffness: of the mean squared curvature, against a mean squared difference of shares.
        hold: likewise of turning, shearing and scaling away from where the registration starts.
    """

    side: int
    blur: float
    spans: int
    stiffness: float
    hold: float = 0.0


STEPS = (
    Step(64, 4.0, 2, 1e-4),
    Step(64, 2.0, 4, 2e-4),
    Step(96, 1.2, 6, 2e-4),
    Step(192, 0.7, 6, 1e-4),
    Step(256, 0.5, 6, 5e-5),  # what the last ones find is to a fraction of a pixel
)
LONGEST = 3.0  # long side over short side beyond which the spline gets no finer
GRAIN = 2.0**-16  # of coefficients, sides being 2 long


def bent(target_ids: Tensor, source_ids: Tensor, classes: int) -> Bend:
    """The bend that makes the source look like the target, by their labels.

    Args:
        target_ids: class positions (1, 1, H, W), -1 where anything will do.
        source_ids: class positions (1, 1, Hs, Ws), -1 where unknown.
        classes: their number.
    """
    return registered(target_ids, source_ids, classes, STEPS)


def registered(
    target_ids: Tensor,
    source_ids: Tensor,
    classes: int,
    steps: Sequence[Step],
    start: Tensor | None = None,
) -> Bend:
    """The same by ``steps``, from offsets ``start`` (2, H, W) float64, x first, or from none."""
    sizes = [(ids.shape[2], ids.shape[3]) for ids in (target_ids, source_ids)]
    stretch = (sizes[0][0] / sizes[1][0], sizes[0][1] / sizes[1][1])
    shares = [one_hot(ids.long(), classes) for ids in (target_ids, source_ids)]
    coefficients = None
    for step in steps:
        target, source = (_prepared(x, step) for x in shares)
        height, width = target.shape[2:]
        short = min(height, width)
        points = (_points(height, step.spans, short), _points(width, step.spans, short))
        problem = Registration.of(target, source, points, step.stiffness)
        begin = torch.zeros(2, *points, dtype=torch.float64)
        if start is not None:
            begin = problem.like(F.interpolate(start[None], (height, width), mode="area")[0])
            problem = problem.held(begin, step.hold)
        if coefficients is not None:
            begin = problem.like(offsets(coefficients.float(), (height, width)).double())
        coefficients = problem.solved(begin)
    assert coefficients is not None
    # Far finer than a pixel, and coarser than what sums in another order differ by.
    return Bend((coefficients / GRAIN).round().float() * GRAIN, stretch)


def _points(length: int, spans: int, short: int) -> int:
    """Control points of a side of ``length`` pixels, ``spans`` of them to each ``short`` pixels."""
    return control_points(round(spans * min(length / short, LONGEST)))


def _prepared(shares: Tensor, step: Step) -> Tensor:
    """``shares`` (1, K, H, W) at the size of ``step``, blurred."""
    factor = step.side / min(shares.shape[2:])
    if factor < 1:
        size = [max(1, round(length * factor)) for length in shares.shape[2:]]
        shares = F.interpolate(shares, size, mode="area")
    return _blurred(shares, step.blur)


def _blurred(x: Tensor, sigma: float) -> Tensor:
    """A sum of shifted copies: for so few channels quicker than a convolution."""
    reach = round(3 * sigma)
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=x.dtype) / sigma) ** 2)
    for axis, padding in ((3, (reach, reach, 0, 0)), (2, (0, 0, reach, reach))):
        length = x.shape[axis]
        padded = F.pad(x, padding, mode="replicate")
        x = torch.zeros_like(x)
        for first, weight in enumerate((weights / weights.sum()).tolist()):
            x.add_(padded.narrow(axis, first, length), alpha=weight)
    return x
