"""The loop: alternates modes and steps until the fit is done, stopped, or resumed.

Paper, section 3.1. An iteration is one pass through ``config.cycle`` in one mode; successive
iterations take the modes of ``config.modes`` in turn.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from likewise.geometry.warps import one_hot
from likewise.networks.vgg import VGG19Features
from likewise.training.coherence import FeatureCoherence, PixelCoherence
from likewise.training.config import SemiaConfig
from likewise.training.episodes import Episodes
from likewise.training.graphs import Replayable
from likewise.training.modes import Mode
from likewise.training.networks import Networks
from likewise.training.optimisers import Optimisers
from likewise.training.steps import Steps
from likewise.training.stepwise import StepwiseFit


class Loop(StepwiseFit):
    """Steps in the order of a configuration, whatever they train."""

    config: SemiaConfig
    networks: Networks
    optimisers: Optimisers
    episodes: Episodes
    steps: Steps

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self._replayables: dict[tuple[str, Mode], Replayable] = {}

    @property
    def total_steps(self) -> int:
        """Steps of the whole fit: passes through the cycle times its length."""
        return self.config.iterations * len(self.config.cycle)

    def advance(self) -> dict[str, Tensor]:
        """The next step of the cycle, in the mode whose turn it is; its losses."""
        config = self.config
        iteration, place = divmod(self.step, len(config.cycle))
        mode = Mode(config.modes[iteration % len(config.modes)])
        done = iteration / config.iterations
        self.optimisers.schedule(done, self.step)
        self.episodes.draw(done)
        losses = self.run(config.cycle[place], mode)
        self.step += 1
        return losses

    def seconds_per_iteration(self) -> float:
        """About how long an iteration takes here, from the fewest steps that tell."""
        self.episodes.draw(0.0)
        seconds = {
            kind: self.seconds_of(partial(self.run, kind, Mode.SAMPLING))
            for kind in set(self.config.cycle)
        }
        return sum(seconds[kind] for kind in self.config.cycle)

    def run(self, kind: str, mode: Mode) -> dict[str, Tensor]:
        """One step of ``kind`` in ``mode`` on the episode last drawn, captured where that helps."""
        key = (kind, mode)
        if key not in self._replayables:
            self._replayables[key] = Replayable(lambda: self.steps.run(kind, mode), self.device)
        return self._replayables[key]()


class Trainer(Loop):
    """Fits G to one source pair.

    Args:
        image: source image (1, C, H, W) in [-1, 1] at working size, on the device to train on.
        indices: source class indices (1, 1, H, W), -1 where ignored.
        classes: number of classes K.
        config: the settings.
        seed: of weights and draws.
        features: VGG-19 for the coherence loss, on the same device; None compares pixels.
    """

    def __init__(
        self,
        image: Tensor,
        indices: Tensor,
        classes: int,
        config: SemiaConfig,
        seed: int,
        features: VGG19Features | None = None,
    ) -> None:
        super().__init__(image.device)
        self.config = config
        self.networks = Networks(config, image.shape[1], classes, seed, self.device)
        self.optimisers = Optimisers(config, self.networks, self.device)
        self.episodes = Episodes(
            image, indices, classes, config, torch.Generator().manual_seed(seed)
        )
        layout = one_hot(indices, classes)
        coherence = (
            PixelCoherence(image, layout, config.patch)
            if features is None
            else FeatureCoherence(image, layout, features)
        )
        self.steps = Steps(config, self.networks, self.optimisers, self.episodes, coherence)
