"""Run: what fitting a method and rendering layouts cost, in a process that does nothing else.

The first fit and the first rendering of a process are *cold*: what they need is loaded, and
compiled where that was not done before on this machine. Later ones are *warm*, told as medians;
what takes longer than PATIENCE is not repeated.
"""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.costs import OutOfMemoryError
from likewise import Image, LabelMap
from likewise.evaluation.cases import Case
from likewise.evaluation.contestants import Contestant
from likewise.evaluation.memory import Peak
from likewise.methods.base import Method

PATIENCE = 30.0  # seconds
MANY = 10  # layouts of a long run


@dataclass(frozen=True)
class Job:
    """How a case is answered.

    Attributes:
        contestant: method and preset.
        device: "cpu", "cuda" and so on.
        size: short side in pixels that the method works at; None takes the preset's.
        seed: of the fit.
        repeats: timed passes, at most.
        many: also render MANY layouts in one go.
    """

    contestant: Contestant
    device: str
    size: int | None = None
    seed: int = 0
    repeats: int = 3
    many: bool = True


@dataclass(frozen=True)
class Run:
    """What it cost.

    Attributes:
        fits: seconds of each fit, the cold one first; no other where that took PATIENCE.
        first: seconds of the cold rendering, of the first layout.
        renders: seconds of a warm rendering, by layout.
        many: seconds of MANY layouts rendered one after another, of each pass; or none.
        memory: bytes at the peak of the cold fit and a rendering of each layout; of the GPU what
            tensors took in all, of a CPU what the process grew by.
        answers: by layout.
    """

    fits: tuple[float, ...]
    first: float
    renders: Mapping[str, float]
    many: tuple[float, ...]
    memory: int
    answers: Mapping[str, Image]

    @property
    def warm_fit(self) -> float | None:
        """Seconds; None where a fit is too long to be repeated."""
        return float(np.median(self.fits[1:])) if self.fits[1:] else None

    @property
    def one_against_many(self) -> tuple[float, float] | None:
        """Seconds of a whole run with one layout, the mean one, and with MANY; None if not run.

        A whole run is a fit, warm where that is known, and the renderings.
        """
        if not self.many:
            return None
        fit = self.fits[0] if self.warm_fit is None else self.warm_fit
        rendered = float(np.median(self.many))
        return fit + rendered / MANY, fit + rendered


def run_alone(case: Case, job: Job) -> Run:
    """Answer the layouts of ``case`` in a process of its own, and tell what it cost.

    Raises:
        OutOfMemoryError: there was not enough.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(run_here, case, job).result()
        except (BrokenProcessPool, MemoryError, torch.OutOfMemoryError) as error:
            raise OutOfMemoryError from error


def run_here(case: Case, job: Job) -> Run:
    """:func:`run_alone`, in this process, which should be a fresh one."""
    method = job.contestant.made(job.device, job.size)
    peak = Peak(method.device)

    def fit() -> object:
        return method.fit(case.image, case.labels, seed=job.seed)

    fits = [_seconds(method, fit)]
    start = _now(method)
    method.render(next(iter(case.targets.values())))
    first = _now(method) - start
    answers = {name: method.render(layout) for name, layout in case.targets.items()}
    memory = peak.bytes()
    if fits[0] < PATIENCE:
        fits += _passes(method, fit, job.repeats)
    renders = {
        name: float(np.median(_passes(method, lambda p=layout: method.render(p), job.repeats)))
        for name, layout in case.targets.items()
    }
    layouts = many_layouts(case)

    def many() -> object:
        return [method.render(layout) for layout in layouts.values()]

    passes = _passes(method, many, job.repeats) if job.many else []
    return Run(tuple(fits), first, renders, tuple(passes), memory, answers)


def many_layouts(case: Case) -> dict[str, LabelMap]:
    """MANY layouts: those of ``case``, then their mirror images, then both again."""
    mirrored = {f"{n} mirrored": p.with_ids(p.ids[:, ::-1].copy()) for n, p in case.targets.items()}
    every = itertools.cycle([*case.targets.items(), *mirrored.items()])
    return {
        f"{k:02d} {name}": layout for k, (name, layout) in zip(range(MANY), every, strict=False)
    }


def _passes(method: Method, work: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of each pass: ``repeats``, or fewer once they took PATIENCE together."""
    passes: list[float] = []
    while not passes or (len(passes) < repeats and sum(passes) < PATIENCE):
        passes.append(_seconds(method, work))
    return passes


def _seconds(method: Method, work: Callable[[], object]) -> float:
    start = _now(method)
    work()
    return _now(method) - start


def _now(method: Method) -> float:
    if method.device.type == "cuda":
        torch.cuda.synchronize(method.device)
    return time.perf_counter()
