"""Graphs: on a CUDA device a step is captured once and replayed, which removes launch overhead.

A batch-1 step of the paper's networks is a thousand small kernels that each take longer to launch
than to run. Elsewhere a step simply runs.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

EAGER_RUNS = 3  # ordinary steps before capture: they choose algorithms and allocate state

Work = Callable[[], dict[str, Tensor]]


class Replayable:
    """Runs ``work`` eagerly a few times, then as a captured graph where the device has them."""

    def __init__(self, work: Work, device: torch.device) -> None:
        self.work = work
        self.device = device
        self.runs = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.answer: dict[str, Tensor] = {}

    def __call__(self) -> dict[str, Tensor]:
        """One step; on a GPU the tensors answered are overwritten by the next call."""
        if self.device.type != "cuda":
            return self.work()
        if self.runs < EAGER_RUNS:
            self.runs += 1
            return self._aside()
        if self.graph is None:
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.answer = self.work()
        self.graph.replay()
        return self.answer

    def _aside(self) -> dict[str, Tensor]:
        """Run on a side stream, as work that is to be captured later must."""
        stream = torch.cuda.Stream(self.device)
        stream.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(stream):
            answer = self.work()
        torch.cuda.current_stream(self.device).wait_stream(stream)
        return answer
