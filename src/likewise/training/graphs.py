"""Graphs: on a CUDA device work is captured once and replayed, which removes launch overhead.

A batch-1 step of the paper's networks is a thousand small kernels that each take longer to launch
than to run. Elsewhere work simply runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

T = TypeVar("T")

EAGER_RUNS = 3  # ordinary steps before capture: they choose algorithms and allocate state

Inputs = tuple[Tensor, ...]

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
            return aside(self.work, self.device)
        if self.graph is None:
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.answer = self.work()
        self.graph.replay()
        return self.answer


class Captured:
    """A function of tensors, captured for inputs of the shapes it is called with again and again.

    Args:
        function: from tensors to one tensor, pure device work.
    """

    def __init__(self, function: Callable[..., Tensor]) -> None:
        self.function = function
        self.calls = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.inputs: Inputs = ()
        self.answer: Tensor | None = None

    def __call__(self, *inputs: Tensor) -> Tensor:
        """``function(*inputs)``; on a GPU its tensor is overwritten by the next call."""
        if inputs[0].device.type != "cuda":
            return self.function(*inputs)
        if not self._fits(inputs):
            self.graph, self.calls = None, 0
            self.inputs = tuple(given.clone() for given in inputs)
        for kept, given in zip(self.inputs, inputs, strict=True):
            kept.copy_(given)
        self.calls += 1
        if self.graph is None:
            if self.calls == 1:  # of one picture alone capturing would be the longer way
                return self.function(*self.inputs)
            aside(lambda: self.function(*self.inputs), inputs[0].device)
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.answer = self.function(*self.inputs)
        self.graph.replay()
        assert self.answer is not None
        return self.answer

    def _fits(self, inputs: Inputs) -> bool:
        kept = [(one.shape, one.dtype, one.device) for one in self.inputs]
        return kept == [(one.shape, one.dtype, one.device) for one in inputs]


def aside(work: Callable[[], T], device: torch.device) -> T:
    """Run ``work`` on a side stream, as work that is to be captured later must."""
    stream = torch.cuda.Stream(device)
    stream.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(stream):
        answer = work()
    torch.cuda.current_stream(device).wait_stream(stream)
    return answer
