"""Image Analogies: how much is compared for an answer, and how long it takes.

    python -m benchmarks.image_analogies                        # temple, 184 pixels high
    python -m benchmarks.image_analogies --case zebra --presets fast --kappa 0 1 5

Feature vectors compared for a pixel of the answer, those of coarser levels included, tell the cost
that depends on no machine; comparing everything with everything takes as many as the source has
pixels, and a third more. Seconds are of one core, after everything has been compiled.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cases import read_case, resized_case
from benchmarks.tables import table
from likewise.evaluation.cases import Case
from likewise.methods.image_analogies import ImageAnalogies, one_hot
from likewise.methods.source import Source
from likewise.progress import Progress

PRESETS = ("fast", "full")  # which match pictures of this benchmark's size as they are
SHORT = 184
HEADINGS = ("preset", "kappa", "layout", "compared", "fit s", "answer s")


class Tally(Progress):
    """Adds up what is compared."""

    def __init__(self) -> None:
        self.compared = 0.0

    def advance(self, done: int, **figures: float) -> None:
        """Add those of one more row."""
        self.compared += figures.get("compared", 0)


def measured(case: Case, method: ImageAnalogies) -> Iterator[tuple[str, float, float, float]]:
    """Layout by layout: its name, what is compared a pixel, seconds of a fit and of the answer."""
    began = time.perf_counter()
    method.fit(case.image, case.labels)
    fit = time.perf_counter() - began
    classes = Source.of(case.image, case.labels).classes
    for name, target in case.targets.items():
        tally = Tally()
        method.example.followed(one_hot(target.indices(classes), len(classes)), tally)
        began = time.perf_counter()
        method.render(target)
        seconds = time.perf_counter() - began
        yield name, tally.compared / (target.size[0] * target.size[1]), fit, seconds


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", default="temple", help="name of a case folder")
    parser.add_argument("--cases", type=Path, help="folder that it is in")
    parser.add_argument("--short", type=int, default=SHORT, help="side to resize to, pixels")
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=PRESETS)
    parser.add_argument("--kappa", nargs="+", type=float, default=[5.0])
    options = parser.parse_args()
    case = resized_case(read_case(options.case, options.cases), options.short)
    height, width = case.image.size
    print(f"{options.case}, {height} x {width}: {height * width} pixels; one core of", end=" ")
    print(f"{os.cpu_count()}, load {os.getloadavg()[0]:.1f}")
    rows = []
    for preset in options.presets:
        for kappa in options.kappa:
            method = ImageAnalogies(preset, device="cpu", settings={"kappa": kappa})
            for name, *figures in measured(case, method):
                rows.append([preset, f"{kappa:g}", name, *(f"{figure:.2f}" for figure in figures)])
    print(table(HEADINGS, rows))


if __name__ == "__main__":
    main()
