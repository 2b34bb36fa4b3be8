"""StepwiseFit: a fit made of steps, which can be watched, stopped, resumed and timed."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from likewise.errors import Interrupted
from likewise.progress import SILENT, Progress
from likewise.training.checkpoint import Checkpoint

ESTIMATE_SECONDS = 1.5  # spent on timing each kind of step
REPORT_EVERY = 0.5  # seconds between looks at the losses: each look waits for the device


class StepwiseFit(ABC):
    """One fit, from wherever it stands to its end.

    Args:
        device: that the steps run on.

    Attributes:
        step: steps done, of ``total_steps``.
    """

    # What a checkpoint keeps; each fit says of which kind they are.
    networks: Any
    optimisers: Any
    episodes: Any

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.step = 0

    @property
    @abstractmethod
    def total_steps(self) -> int:
        """Steps of the whole fit."""

    @abstractmethod
    def advance(self) -> dict[str, Tensor]:
        """The next step; its losses by name, 0-dim, or (N,) where N fits go together."""

    def fit(
        self,
        progress: Progress = SILENT,
        checkpoint: Checkpoint | None = None,
        render: Callable[[Any], Any] | None = None,
    ) -> None:
        """Train from wherever this fit stands to the end.

        Args:
            progress: who is told, and who may stop it.
            checkpoint: where the fit is kept meanwhile.
            render: answers a layout as the fit stands; offered to :meth:`Progress.look`.

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
                    if render is not None:
                        progress.look(render)
                    said = time.monotonic()
                if progress.should_stop and self.step < self.total_steps:
                    raise self._interrupted(checkpoint)
                if checkpoint is not None and checkpoint.is_due():
                    checkpoint.write(self)
        finally:
            progress.finish()

    def seconds_of(self, work: Callable[[], object], *, spend: float | None = None) -> float:
        """The quickest run of ``work`` in ``spend`` seconds after warming up; one at least.

        Args:
            work: what is timed.
            spend: seconds; ESTIMATE_SECONDS if None.
        """
        spend = ESTIMATE_SECONDS if spend is None else spend
        best, began = float("inf"), time.perf_counter()
        for _ in range(6 if self.device.type == "cuda" else 1):
            work()
        while best == float("inf") or time.perf_counter() - began < spend:
            self.wait()
            start = time.perf_counter()
            work()
            self.wait()
            best = min(best, time.perf_counter() - start)
        return best

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
    """Numbers to tell; of several fits the mean, without those that are lost."""
    return {name: float(value.nanmean()) for name, value in losses.items()}
