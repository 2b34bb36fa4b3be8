"""Fitting: one contestant, one case, one seed, in a process that does nothing else.

``python -m likewise.evaluation.fitting`` reads a job, one line of JSON, from stdin and tells how it
goes on stdout, a line of JSON for each piece of news; ``isolation`` is at the other end. A peak of
memory is then this job's own, and a crash ends this job alone. When stdin ends, the one who asked
is gone, and so is the work.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

import torch

from likewise.errors import LikewiseError
from likewise.evaluation.cases import PHOTOGRAPH_FOLDER, Case, read_case
from likewise.evaluation.contestants import Contestant
from likewise.evaluation.memory import Peak
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.base import Method
from likewise.progress import Progress

WARM_SIDE = 48  # pixels: short side of the picture that a method warms up with
WARM_SIZE = 32  # pixels: short side that it works at then
SPEAK_EVERY = 0.2  # seconds
OOM_SCORE = "500"  # of Linux's 1000: how gladly it is killed

Tell = Callable[..., None]


@dataclass(frozen=True)
class Job:
    """What to do.

    Attributes:
        case: folder of the case.
        method: of the contestant.
        preset: of the contestant.
        seed: of the fit.
        device: where to compute.
        size: short side in pixels to work at; None takes the preset's.
        folder: where the answers go, named by the position of their layout in the case.
        files: for the method, by argument; those it has no use for are not handed to it.
    """

    case: str
    method: str
    preset: str
    seed: int
    device: str
    size: int | None
    folder: str
    files: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """This as a line of JSON."""
        return json.dumps(asdict(self)) + "\n"


def answer(job: Job, tell: Tell) -> None:
    """Fit, then render every layout of the case; what fails is told, and the rest goes on.

    Args:
        job: what to do.
        tell: is told, by keyword: ``share`` of the fit done, 0 to 1; ``fitted``, its seconds;
            ``rendered``, the name of a layout, with ``file``, ``seconds`` and ``after`` what;
            ``failed``, why, with
            ``target``, None meaning all; ``warning``; ``memory``, bytes at the peak so far.
    """
    with _failure_told(tell, None):
        case = read_case(Path(job.case))
        method = Contestant(job.method, job.preset).made(job.device, job.size, job.files)
        _warm_up(job, case)
        peak = Peak(method.device)
        began = _now(method)
        method.fit(case.image, case.labels, seed=job.seed, progress=_Shares(tell))
        tell(fitted=_now(method) - began, memory=peak.bytes())
        for number, (name, layout) in enumerate(case.targets.items()):
            with _failure_told(tell, name):
                photograph = case.photographs.get(name) if method.stand_in else None
                _render(method, name, layout, photograph, Path(job.folder) / str(number), tell)
            tell(memory=peak.bytes())


def _render(
    method: Method,
    name: str,
    layout: LabelMap,
    photograph: Image | None,
    stem: Path,
    tell: Tell,
) -> None:
    began = _now(method)
    image = method.render(layout, photograph)
    seconds = _now(method) - began
    file = stem.with_suffix(image.suffix)
    image.save(file)
    after = method.stand_in if photograph is None else PHOTOGRAPH_FOLDER
    tell(rendered=name, file=str(file), seconds=seconds, after=after)


def _warm_up(job: Job, case: Case) -> None:
    """Load or compile, on a small copy, what first use does: it is nobody's time."""
    scale = WARM_SIDE / min(case.image.size)
    size = round(case.image.size[0] * scale), round(case.image.size[1] * scale)
    with contextlib.suppress(Exception), warnings.catch_warnings():  # it fails again when it counts
        warnings.simplefilter("ignore")
        method = Contestant(job.method, "smoke").made(job.device, WARM_SIZE, job.files)
        labels = case.labels.resized(size)
        method.fit(case.image.resized(size), labels).render(labels)


def _now(method: Method) -> float:
    if method.device.type == "cuda":
        torch.cuda.synchronize(method.device)
    return time.perf_counter()


@contextlib.contextmanager
def _failure_told(tell: Tell, target: str | None) -> Iterator[None]:
    try:
        with warnings.catch_warnings(record=True) as raised:
            warnings.simplefilter("always", RuntimeWarning)
            yield
    except LikewiseError as error:
        tell(failed=str(error), target=target)
    except Exception as error:
        traceback.print_exc()
        tell(failed=f"{type(error).__name__}: {error}", target=target)
    for warning in raised:
        if issubclass(warning.category, RuntimeWarning):
            tell(warning=str(warning.message))


class _Shares(Progress):
    """Tells the share of a fit that is done, now and then, and its notes."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._total = 1
        self._spoke = time.monotonic()

    def start(self, what: str, total: int, done: int = 0) -> None:
        self._total = max(total, 1)

    def advance(self, done: int, **figures: float) -> None:
        if time.monotonic() - self._spoke >= SPEAK_EVERY:
            self._spoke = time.monotonic()
            self._tell(share=done / self._total)

    def note(self, message: str) -> None:
        self._tell(warning=message)


def main() -> None:
    """Do the job on stdin."""
    with contextlib.suppress(OSError):  # where memory runs out, this is to go and not who asked
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE, encoding="ascii")
    with _news() as stream:

        def tell(**news: Any) -> None:
            stream.write(json.dumps(news) + "\n")
            stream.flush()

        job = Job(**json.loads(sys.stdin.readline()))
        threading.Thread(target=_end_with_stdin, daemon=True).start()
        answer(job, tell)


@contextlib.contextmanager
def _news() -> Iterator[TextIO]:
    """What stdout was; from here on, whatever a library prints goes to stderr."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as stream:
        os.dup2(2, 1)
        yield stream


def _end_with_stdin() -> None:
    while os.read(0, 1):  # not sys.stdin, whose lock would hold up a normal end
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
