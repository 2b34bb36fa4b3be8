"""Cost: seconds and memory of a fit and of one rendering, measured by themselves.

On a CPU every measurement runs in a process of its own, since memory that was freed once is not
always given back, and a later peak would hide in it. What is compiled on first use is compiled
before, on a small copy of the question, and one whole pass runs untimed: its peak is the memory,
the passes after it are the times.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.trial import trial
from likewise import Image, LabelMap
from likewise.evaluation.memory import Peak
from likewise.methods.patch import Patch

TRIAL = "trial"
WARM = (160, 96)  # short side of the small copy, and of what is matched of it; pixels


class OutOfMemoryError(Exception):
    """The device, or the machine, had not the memory."""


@dataclass(frozen=True)
class Question:
    """P => P' :: I => ?: a source pair and a layout to render."""

    image: Image
    labels: LabelMap
    target: LabelMap

    def at(self, short: int) -> Question:
        """The same at a short side of ``short`` pixels of the source."""
        scale = short / min(self.image.size)
        size, goal = (
            (max(1, round(s[0] * scale)), max(1, round(s[1] * scale)))
            for s in (self.image.size, self.target.size)
        )
        return Question(
            self.image.resized(size), self.labels.resized(size), self.target.resized(goal)
        )

    @property
    def megapixels(self) -> float:
        """Of the target."""
        return self.target.size[0] * self.target.size[1] / 1e6


@dataclass(frozen=True)
class Cost:
    """Of answering one question.

    Attributes:
        fit: seconds, a median of ``runs``; 0 for the trial, which prepares nothing.
        render: seconds of one layout, likewise.
        both: seconds of a fit and a rendering together, likewise.
        memory: bytes at the peak of both; of the GPU what tensors took in all, of a CPU what the
            process grew by.
        runs: how often it was timed.
    """

    fit: float
    render: float
    both: float
    memory: float
    runs: int


def cost(question: Question, way: str, device: str, repeats: int) -> Cost:
    """What ``way``, "trial" or a preset of method patch, costs on ``device``.

    Raises:
        OutOfMemoryError: there was not enough.
    """
    if torch.device(device).type != "cpu":
        try:
            return measured(question, way, device, repeats)
        except torch.OutOfMemoryError as error:
            raise OutOfMemoryError from error
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(measured, question, way, device, repeats).result()
        except (BrokenProcessPool, MemoryError) as error:  # killed, or refused
            raise OutOfMemoryError from error


def measured(question: Question, way: str, device: str, repeats: int) -> Cost:
    """:func:`cost`, here in this process."""
    if way != TRIAL:
        _answered(question.at(WARM[0]), way, device, size=WARM[1])
    elif torch.device(device).type == "cpu":
        repeats = 1  # minutes, beside which nothing else counts
    gc.collect()
    peak = Peak(torch.device(device))
    first = _answered(question, way, device)
    memory = max(float(peak.bytes()), 1.0)
    passes = [first] if way == TRIAL and repeats == 1 else []
    while len(passes) < repeats:
        passes.append(_answered(question, way, device))
    fit, render = (float(np.median(seconds)) for seconds in zip(*passes, strict=True))
    return Cost(fit, render, float(np.median([sum(p) for p in passes])), memory, len(passes))


def _answered(
    question: Question, way: str, device: str, size: int | None = None
) -> tuple[float, float]:
    """Seconds of a fit and of a rendering."""
    start = _now(device)
    if way == TRIAL:
        trial(question.image, question.labels, question.target, device=device)
        return 0.0, _now(device) - start
    method = Patch(way, device=device, size=size).fit(question.image, question.labels)
    fitted = _now(device)
    method.render(question.target)
    return fitted - start, _now(device) - fitted


def _now(device: str) -> float:
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
