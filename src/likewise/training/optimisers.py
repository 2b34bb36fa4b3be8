"""Optimisers: Adam for G, D and S, with step sizes that fall towards the end of the fit."""

from __future__ import annotations

import torch
from torch import Tensor

from likewise.training.config import SemiaConfig
from likewise.training.networks import Networks


class Optimisers:
    """Adam (beta 0, ``beta2``) for each network, and the memory of G's running average.

    Step sizes and memory are tensors on a GPU, so that a captured step follows them.
    """

    def __init__(self, config: SemiaConfig, networks: Networks, device: torch.device) -> None:
        self.config = config
        self.g = adam(networks.g, config.g_rate, config.beta2, device)
        self.s = adam(networks.s, config.g_rate, config.beta2, device)
        self.d = adam(networks.d, config.d_rate, config.beta2, device)
        self.memory = torch.zeros((), device=device)

    def named(self) -> dict[str, torch.optim.Optimizer]:
        """Every optimiser by its name in a checkpoint."""
        return {"g": self.g, "d": self.d, "s": self.s}

    def schedule(self, progress: float, step: int) -> None:
        """Set step sizes for ``progress`` 0 to 1, and the memory at step number ``step``.

        Step sizes stay for the share ``decay_from`` of the fit, then fall linearly. The average
        remembers little at first: early weights are no good.
        """
        config = self.config
        rest = max(1e-9, 1 - config.decay_from)
        fall = min(1.0, max(0.0, (progress - config.decay_from) / rest))
        share = 1 - fall * (1 - config.last_rate)
        rates = {"g": config.g_rate, "s": config.g_rate, "d": config.d_rate}
        for name, rate in rates.items():
            set_rate(self.named()[name], rate * share)
        self.memory.fill_(min(config.ema, (1 + step) / (10 + step)))


def adam(
    module: torch.nn.Module,
    rate: float,
    beta2: float,
    device: torch.device,
    *,
    beta1: float = 0.0,
) -> torch.optim.Adam:
    """Adam (``beta1``, ``beta2``) over ``module``; its step size is a tensor on a GPU."""
    on_gpu = device.type == "cuda"
    return torch.optim.Adam(
        module.parameters(),
        lr=torch.tensor(rate, device=device) if on_gpu else rate,
        betas=(beta1, beta2),
        fused=device.type in ("cpu", "cuda"),
        capturable=on_gpu,
    )


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the step size of ``optimiser``, in place where it is a tensor."""
    group = optimiser.param_groups[0]
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate
