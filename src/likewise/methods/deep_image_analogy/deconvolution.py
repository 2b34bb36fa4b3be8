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
        steps: of L-BFGS, at most. Each finds a step length that lowers the objective.
    """
    if steps == 0:
        return start
    values = start.clone().requires_grad_()
    scale = goal.square().sum().clamp_min(torch.finfo(goal.dtype).tiny)
    optimiser = torch.optim.LBFGS(
        [values], max_iter=steps, history_size=10, line_search_fn="strong_wolfe"
    )

    def objective() -> Tensor:
        loss = (part(values) - goal).square().sum() / scale
        (values.grad,) = torch.autograd.grad(loss, values)
        return loss

    with torch.enable_grad():
        optimiser.step(objective)
    return values.detach()
