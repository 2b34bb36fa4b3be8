"""The networks and optimisers of a pack: those of its fits, side by side in the same tensors.

Adam and the running average work element by element, so over the joined tensors they do what they
do over each fit's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from likewise.networks.packed import packed, part_of, unpack
from likewise.training.config import SemiaConfig
from likewise.training.networks import Networks
from likewise.training.optimisers import Optimisers


class PackedNetworks(Networks):
    """G, its average, D and S of a pack, made from those of ``fits`` as they now are."""

    def __init__(self, fits: Sequence[Networks]) -> None:
        self.fits = list(fits)
        self.g = packed([fit.g for fit in fits])
        self.d = packed([fit.d for fit in fits])
        self.s = packed([fit.s for fit in fits])
        self.average = packed([fit.average for fit in fits])
        self._pair()

    def unpack(self) -> None:
        """Write the weights back into the networks of each fit."""
        for name, whole in self.modules().items():
            unpack(whole, [fit.modules()[name] for fit in self.fits])


class PackedOptimisers(Optimisers):
    """Adam for the networks of a pack, going on from where the optimisers of ``fits`` stand."""

    def __init__(
        self,
        config: SemiaConfig,
        networks: PackedNetworks,
        fits: Sequence[Optimisers],
        device: torch.device,
    ) -> None:
        super().__init__(config, networks, device)
        self.fits = list(fits)
        for name, whole in self.named().items():
            for parameter, theirs in _alongside(whole, [fit.named()[name] for fit in fits]):
                states = [fit.state.get(mine) for fit, mine in theirs]
                if all(states):
                    whole.state[parameter] = _joined([state for state in states if state])

    def unpack(self) -> None:
        """Write the state back into the optimisers of each fit."""
        for name, whole in self.named().items():
            for parameter, theirs in _alongside(whole, [fit.named()[name] for fit in self.fits]):
                for number, (fit, mine) in enumerate(theirs):
                    fit.state[mine] = {
                        slot: _like(mine, part_of(value, number, len(theirs)))
                        if value.shape == parameter.shape
                        else value.clone()
                        for slot, value in whole.state[parameter].items()
                    }


def _alongside(
    whole: torch.optim.Optimizer, fits: Sequence[torch.optim.Optimizer]
) -> list[tuple[nn.Parameter, list[tuple[torch.optim.Optimizer, nn.Parameter]]]]:
    """Each parameter of ``whole`` with those of the fits that it holds, and their optimisers."""
    theirs = zip(*(fit.param_groups[0]["params"] for fit in fits), strict=True)
    return [
        (parameter, list(zip(fits, mine, strict=True)))
        for parameter, mine in zip(whole.param_groups[0]["params"], theirs, strict=True)
    ]


def _joined(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The slots of several fits' states; the count of steps, which is 0-dim, is the same."""
    return {
        slot: torch.cat([state[slot] for state in states]).contiguous() if first.dim() else first
        for slot, first in ((slot, value.clone()) for slot, value in states[0].items())
    }


def _like(weight: Tensor, value: Tensor) -> Tensor:
    """``value`` in the order in memory of ``weight``: fused Adam pairs elements by their place."""
    return torch.empty_like(weight, requires_grad=False).copy_(value)
