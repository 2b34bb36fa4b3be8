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
from likewise.networks.vgg import VGG19Features
from likewise.progress import SILENT, Progress
from likewise.training.checkpoint import Checkpoint
from likewise.training.coherence import FeatureCoherence, PixelCoherence
from likewise.training.config import SemiaConfig
from likewise.training.episodes import Episodes
from likewise.training.graphs import Replayable
from likewise.training.modes import Mode
from likewise.training.networks import Networks
from likewise.training.optimisers import Optimisers
from likewise.training.steps import Steps

ESTIMATE_SECONDS = 1.5  # spent on timing each kind of step
REPORT_EVERY = 0.5  # seconds between looks at the losses: each look waits for the device


class Trainer:
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
        self.config, self.device = config, image.device
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
        self.step = 0  # steps done, of ``total_steps``
        self._replayables: dict[tuple[str, Mode], Replayable] = {}

    @property
    def total_steps(self) -> int:
        """Steps of the whole fit: passes through the cycle times its length."""
        return self.config.iterations * len(self.config.cycle)

    def fit(self, progress: Progress = SILENT, checkpoint: Checkpoint | None = None) -> None:
        """Train from wherever this trainer stands to the end.

        Raises:
            Interrupted: ``progress`` asked to stop; a checkpoint was written if there is one.
        """
        progress.start("fit", self.total_steps, self.step)
        said = time.monotonic()
        try:
            while self.step < self.total_steps:
                losses = self.advance()
                if time.monotonic() - said > REPORT_EVERY or self.step == self.total_steps:
                    progress.advance(self.step, **_figures(losses))
                    said = time.monotonic()
                if progress.should_stop and self.step < self.total_steps:
                    raise self._interrupted(checkpoint)
                if checkpoint is not None and checkpoint.is_due():
                    checkpoint.write(self)
        finally:
            progress.finish()

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
        seconds = {kind: self._seconds(kind) for kind in set(self.config.cycle)}
        return sum(seconds[kind] for kind in self.config.cycle)

    def _seconds(self, kind: str) -> float:
        """The quickest of a few steps after warming up; one where a step takes seconds."""
        best, began = float("inf"), time.perf_counter()
        for _ in range(6 if self.device.type == "cuda" else 1):
            self.run(kind, Mode.SAMPLING)
        while best == float("inf") or time.perf_counter() - began < ESTIMATE_SECONDS:
            self.wait()
            start = time.perf_counter()
            self.run(kind, Mode.SAMPLING)
            self.wait()
            best = min(best, time.perf_counter() - start)
        return best

    def run(self, kind: str, mode: Mode) -> dict[str, Tensor]:
        """One step of ``kind`` in ``mode`` on the episode last drawn, captured where that helps."""
        key = (kind, mode)
        if key not in self._replayables:
            self._replayables[key] = Replayable(lambda: self.steps.run(kind, mode), self.device)
        return self._replayables[key]()

    def wait(self) -> None:
        """Let the device finish what was asked of it; for timing."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def _interrupted(self, checkpoint: Checkpoint | None) -> Interrupted:
        done = f"{self.step} of {self.total_steps} steps"
        if checkpoint is None:
            return Interrupted(f"stopped after {done}; nothing was kept")
        checkpoint.write(self)
        return Interrupted(f"stopped after {done}; a checkpoint was kept", checkpoint.path)


def _figures(losses: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in losses.items()}
