"""Deconvolution: features of a finer level that the network turns into given coarser ones.

Section 4.3, equation 3: R minimises ‖CNN(R) - F‖², CNN being the part of VGG-19 between two levels,
found by L-BFGS.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def deconvolved(
    part: Callable[[Tensor], Tensor], goal: Tensor, start: Tensor, steps: int
) -> Tensor:
    """The finer features (1, C, H, W) whose image under ``part`` is nearest to ``goal``.

    Args:
        part: from the finer level to the coarser, differentiable.
        goal: the coarser features.
        start: of the search; 0 steps give it back.
        steps: of L-BFGS, at most, in at most twice as many evaluations. Each lowers the objective.
    """
    if steps == 0:
        return start
    start = start.contiguous()  # as torch's L-BFGS takes gradients, which are laid out like it

    def objective(values: Tensor) -> tuple[Tensor, Tensor]:
        loss = (part(values) - goal).square().sum() / 2
        return loss, torch.autograd.grad(loss, values)[0]

    with torch.enable_grad():
        gradient = objective(start.clone().requires_grad_())[1]
        if not gradient.any():
            return start  # it cannot be better
        # torch's L-BFGS begins with a step of length 1 in all, the sum of absolute values. In these
        # units that is as far as is best down the gradient, were the network linear.
        length = _length(part, goal, start, gradient)
        slope = gradient.abs().sum()
        moved = torch.zeros_like(start).requires_grad_()
        optimiser = torch.optim.LBFGS(
            [moved],
            max_iter=steps,
            max_eval=2 * steps,
            tolerance_grad=0,
            tolerance_change=0,
            history_size=10,
            line_search_fn="strong_wolfe",
        )

        def closure() -> Tensor:
            loss, gradient = objective(start + length * slope * moved)
            moved.grad = gradient / slope
            return loss / (length * slope.square())

        optimiser.step(closure)
    return (start + length * slope * moved).detach()


def _length(
    part: Callable[[Tensor], Tensor], goal: Tensor, start: Tensor, gradient: Tensor
) -> Tensor:
    """How many times ``gradient`` to go down from ``start`` for the least squares."""
    with torch.no_grad():
        now = part(start)
        change = part(start - gradient) - now
        best = ((goal - now) * change).sum() / change.square().sum()
    return torch.where(best > 0, best, torch.ones_like(best))
