"""The steps of a pack: those of one fit, but that every loss is taken of each fit by itself.

Losses of different fits are summed, so that no gradient of one reaches the weights of another, and
a fit whose losses are no numbers any more leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import torch
from torch import Tensor
from torch.func import vmap

from likewise.losses.patch_coherence import indexed_patch_coherence_loss
from likewise.training.coherence import PixelCoherence
from likewise.training.modes import Mode
from likewise.training.objective import Evidence, weighted_losses
from likewise.training.packing.episodes import PackedEpisodes
from likewise.training.packing.networks import PackedNetworks, PackedOptimisers
from likewise.training.steps import Steps


class PackedSteps(Steps):
    """The steps of several fits. Losses are returned as (N,) tensors by name."""

    def __init__(
        self,
        networks: PackedNetworks,
        optimisers: PackedOptimisers,
        episodes: PackedEpisodes,
        coherences: Sequence[PixelCoherence],
    ) -> None:
        config = episodes.fits[0].config
        super().__init__(config, networks, optimisers, episodes, coherences[0])
        self.count = len(coherences)
        self.index = coherences[0].index
        sources = [coherence.index.known for coherence in coherences]
        self.known = [
            tuple(torch.stack(same) for same in zip(*level, strict=True))
            for level in zip(*sources, strict=True)
        ]

    def _each(self, loss: Callable[..., Tensor], *evidence: Any) -> Tensor:
        answer: Tensor = vmap(loss, in_dims=1)(*self._split(evidence))
        return answer

    def _descend(self, loss: Tensor) -> None:
        loss.sum().backward()

    def _weighed(self, mode: Mode, evidence: Evidence) -> dict[str, Tensor]:
        seen = {f.name: getattr(evidence, f.name) for f in fields(evidence)}
        del seen["coherence"]

        def weighed(
            seen: dict[str, Any], queries: Tensor, known: list[tuple[Tensor, ...]]
        ) -> dict[str, Tensor]:
            def coherence(rendered: Tensor, layout: Tensor) -> Tensor:
                index = self.index.of(known)
                return indexed_patch_coherence_loss(rendered, layout, index, queries=queries)

            return weighted_losses(self.table[mode], Evidence(**seen, coherence=coherence))

        split = self._split(seen), self._split(self.episodes.queries)
        answer: dict[str, Tensor] = vmap(weighed, in_dims=(1, 1, 0))(*split, self.known)
        return answer

    def _split(self, samples: Any) -> Any:
        """``samples`` (B * N, ...), or what holds them, as (B, N, ...)."""
        if isinstance(samples, Tensor):
            return samples.unflatten(0, (-1, self.count))
        if isinstance(samples, dict):
            return {name: self._split(part) for name, part in samples.items()}
        return type(samples)(self._split(part) for part in samples)
