"""Steps: one optimiser step of D, of G, or of both on one picture, as pure device work.

Nothing here waits for the device or looks at a value, so that :mod:`likewise.training.graphs` can
capture a step and replay it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from likewise.losses.adversarial import discriminator_loss
from likewise.losses.semantic_alignment import semantic_alignment_loss
from likewise.networks.discriminator import Judgement
from likewise.networks.generator import Rendering
from likewise.training.coherence import FeatureCoherence, PixelCoherence
from likewise.training.config import SemiaConfig
from likewise.training.episodes import Episode, Episodes
from likewise.training.modes import Mode
from likewise.training.networks import Networks
from likewise.training.objective import OBJECTIVES, Evidence, weighted_losses
from likewise.training.optimisers import Optimisers
from likewise.training.precision import arithmetic


class Steps:
    """The steps of one fit. Losses are returned as 0-dim tensors by name."""

    def __init__(
        self,
        config: SemiaConfig,
        networks: Networks,
        optimisers: Optimisers,
        episodes: Episodes,
        coherence: PixelCoherence | FeatureCoherence,
    ) -> None:
        self.config, self.networks, self.optimisers = config, networks, optimisers
        self.episodes, self.coherence = episodes, coherence
        self.table = OBJECTIVES[config.objective]

    def run(self, kind: str, mode: Mode) -> dict[str, Tensor]:
        """One step of ``kind`` "D", "G" or "DG" in ``mode`` on the episode last drawn."""
        episode = self.episodes.build(mode)
        trains_g = "G" in kind
        with torch.set_grad_enabled(trains_g), self._arithmetic():
            rendering = self.networks.g(episode.image, episode.layout, episode.target)
        losses: dict[str, Tensor] = {}
        if "D" in kind:
            losses |= self._train_d(episode, rendering.image.detach())
            losses |= self._train_s(episode)
        if trains_g:
            losses |= self._train_g(episode, rendering, mode)
        return {name: loss.detach() for name, loss in losses.items()}

    def _train_d(self, episode: Episode, rendered: Tensor) -> dict[str, Tensor]:
        self.optimisers.d.zero_grad()
        real, fake = self._judge(episode, rendered)
        loss = self._each(discriminator_loss, real.scores, fake.scores)
        self._descend(loss)
        self.optimisers.d.step()
        return {"D": loss}

    def _train_s(self, episode: Episode) -> dict[str, Tensor]:
        self.optimisers.s.zero_grad()
        with self._arithmetic():
            logits = self.networks.s(episode.truth)
        loss = self._each(semantic_alignment_loss, logits, episode.truth_layout)
        self._descend(loss)
        self.optimisers.s.step()
        return {"S": loss}

    def _train_g(self, episode: Episode, rendering: Rendering, mode: Mode) -> dict[str, Tensor]:
        self.optimisers.g.zero_grad()
        losses = self._weighed(mode, self.evidence(episode, rendering))
        torch.stack(list(losses.values())).sum().backward()
        self.optimisers.g.step()
        self.networks.update_average(self.optimisers.memory)
        return losses

    def evidence(self, episode: Episode, rendering: Rendering) -> Evidence:
        """Everything the losses of G look at; D and S let gradients through, but learn nothing."""
        for judge in (self.networks.d, self.networks.s):
            judge.requires_grad_(False)
        real, fake = self._judge(episode, rendering.image)
        with self._arithmetic():
            logits = self.networks.s(rendering.image)
        for judge in (self.networks.d, self.networks.s):
            judge.requires_grad_(True)
        return Evidence(
            rendered=rendering.image,
            layout=episode.target,
            truth=episode.truth,
            scores=fake.scores,
            features=fake.features,
            real_features=real.features,
            scales=rendering.scales,
            shifts=rendering.shifts,
            logits=logits,
            coherence=self._coherence,
        )

    def _judge(self, episode: Episode, rendered: Tensor) -> tuple[Judgement, Judgement]:
        """D's opinion of the true and of the rendered picture, from one pass over both."""
        images = torch.cat((episode.truth, rendered.to(episode.truth.dtype)))
        layouts = torch.cat((episode.truth_layout, episode.target))
        with self._arithmetic():
            both = self.networks.d(images, layouts)
        scores = [s.chunk(2) for s in both.scores]
        features = [f.chunk(2) for f in both.features]
        return (
            Judgement([s[0] for s in scores], [f[0] for f in features]),
            Judgement([s[1] for s in scores], [f[1] for f in features]),
        )

    def _each(self, loss: Callable[..., Tensor], *evidence: Any) -> Tensor:
        """``loss`` of ``evidence``; where several fits go together, (N,) of each by itself."""
        return loss(*evidence)

    def _weighed(self, mode: Mode, evidence: Evidence) -> dict[str, Tensor]:
        """The losses of G in ``mode``, weighed; of each fit by itself, as :meth:`_each`."""
        return weighted_losses(self.table[mode], evidence)

    def _descend(self, loss: Tensor) -> None:
        loss.backward()

    def _arithmetic(self) -> contextlib.AbstractContextManager[object]:
        return arithmetic(self.episodes.image.device, self.config.bfloat16)

    def _coherence(self, rendered: Tensor, layout: Tensor) -> Tensor:
        return self.coherence(rendered, layout, self.episodes.queries)
