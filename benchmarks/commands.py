"""Command: seconds of whole ``likewise run`` commands, with one layout and with many.

What people wait for: starting Python, loading torch and kernels, reading, fitting, rendering and
writing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.runs import PATIENCE, Job, many_layouts
from likewise.evaluation.cases import Case


def commands(case: Case, job: Job) -> tuple[float, float]:
    """Seconds of a command with the first layout of ``case`` and of one with all of the many.

    Medians of ``job.repeats`` turns, one after the other, or of fewer once they took PATIENCE.

    Raises:
        CalledProcessError: a command failed.
    """
    with TemporaryDirectory() as folder:
        place = Path(folder)
        pair = [str(place / f"image{case.image.suffix}"), str(place / "labels.png")]
        case.image.save(pair[0])
        case.labels.write(pair[1])
        targets = []
        for name, layout in many_layouts(case).items():
            targets.append(str(place / f"{name}.png"))
            layout.write(targets[-1])
        turns: list[tuple[float, float]] = []
        while len(turns) < job.repeats and sum(map(sum, turns)) < PATIENCE:
            one, many = (_seconds([*pair, *asked], job, place) for asked in (targets[:1], targets))
            turns.append((one, many))
    one, many = np.median(turns, axis=0)
    return float(one), float(many)


def _seconds(files: list[str], job: Job, place: Path) -> float:
    words = ["--method", job.contestant.method, "--preset", job.contestant.preset]
    words += ["--device", job.device, "--seed", str(job.seed), "-o", str(place / "out")]
    words += ["--overwrite", "--quiet", *([] if job.size is None else ["--size", str(job.size)])]
    command = [sys.executable, "-m", "likewise", "run", *files, *words]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start
