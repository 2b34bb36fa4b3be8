"""The loop: alternates modes and steps until the fit is done, stopped, or resumed.

Paper, section 3.1. An iteration is one pass through ``config.cycle`` in one mode; successive
iterations take the modes of ``config.modes`` in turn.
"""

from __future__ import annotations

import time

import torch
from torch import Tensor

from likewise.errors import Interrupted
from likewise.geometry.warps import one_hot
from likewise.losses.patch_coherence import PatchIndex
from likewise.progress import SILENT, Progress
from likewise.training.checkpoint import Checkpoint
from likewise.training.config import SemiaConfig
from likewise.training.episodes import Episodes
from likewise.training.graphs import Replayable
from likewise.training.modes import Mode
from likewise.training.networks import Networks
from likewise.training.optimisers import Optimisers
from likewise.training.steps import Steps

REPORT_EVERY = 20  # iterations between looks at the losses: each look waits for the device


class Trainer:
    """Fits G to one source pair.

    Args:
        image: source image (1, C, H, W) in [-1, 1] at working size, on the device to train on.
        indices: source class indices (1, 1, H, W), -1 where ignored.
        classes: number of classes K.
        config: the settings.
        seed: of weights and draws.
    """

    def __init__(
        self, image: Tensor, indices: Tensor, classes: int, config: SemiaConfig, seed: int
    ) -> None:
        self.config, self.device = config, image.device
        self.networks = Networks(config, image.shape[1], classes, seed, self.device)
        self.optimisers = Optimisers(config, self.networks, self.device)
        self.episodes = Episodes(
            image, indices, classes, config, torch.Generator().manual_seed(seed)
        )
        index = PatchIndex(image, one_hot(indices, classes), patch=config.patch)
        self.steps = Steps(config, self.networks, self.optimisers, self.episodes, index)
        self.iteration = 0
        self._replayables: dict[tuple[str, Mode], Replayable] = {}

    def fit(self, progress: Progress = SILENT, checkpoint: Checkpoint | None = None) -> None:
        """Train from wherever this trainer stands to the end.

        Raises:
            Interrupted: ``progress`` asked to stop; a checkpoint was written if there is one.
        """
        total = self.config.iterations
        progress.start("fit", total, self.iteration)
        try:
            while self.iteration < total:
                losses = self.iterate()
                if self.iteration % REPORT_EVERY == 0 or self.iteration == total:
                    progress.advance(self.iteration, **_figures(losses))
                if progress.should_stop:
                    raise self._interrupted(checkpoint)
                if checkpoint is not None and checkpoint.is_due():
                    checkpoint.write(self)
        finally:
            progress.finish()

    def iterate(self) -> dict[str, Tensor]:
        """One iteration: every step of the cycle, in the mode whose turn it is."""
        config = self.config
        mode = Mode(config.modes[self.iteration % len(config.modes)])
        done = self.iteration / config.iterations
        g_step = self.iteration * max(1, config.g_steps // config.iterations)
        self.optimisers.schedule(done, g_step)
        losses: dict[str, Tensor] = {}
        for kind in config.cycle:
            self.episodes.draw(done)
            losses |= self._step(kind, mode)
        self.iteration += 1
        return losses

    def seconds_per_iteration(self) -> float:
        """About how long an iteration takes here, from the fewest steps that tell."""
        seconds = {}
        for kind in sorted(set(self.config.cycle)):
            self.episodes.draw(0.0)
            for _ in range(6 if self.device.type == "cuda" else 1):
                self._step(kind, Mode.SAMPLING)
            self._wait()
            start = time.perf_counter()
            self._step(kind, Mode.SAMPLING)
            self._wait()
            seconds[kind] = time.perf_counter() - start
        return sum(seconds[kind] for kind in self.config.cycle)

    def _step(self, kind: str, mode: Mode) -> dict[str, Tensor]:
        key = (kind, mode)
        if key not in self._replayables:
            self._replayables[key] = Replayable(lambda: self.steps.run(kind, mode), self.device)
        return self._replayables[key]()

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def _interrupted(self, checkpoint: Checkpoint | None) -> Interrupted:
        done = f"{self.iteration} of {self.config.iterations} iterations"
        if checkpoint is None:
            return Interrupted(f"stopped after {done}; nothing was kept")
        checkpoint.write(self)
        return Interrupted(f"stopped after {done}; a checkpoint was kept", checkpoint.path)


def _figures(losses: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in losses.items()}
