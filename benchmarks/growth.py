"""Growth: time and memory of the patch engine against megapixels, and the exponents they grow by.

The exponent is the slope of a straight line through the logarithms of all sizes, by least squares.
Beside each size stands the slope from the size before, since small sizes pay for what does not
grow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.costs import Cost, OutOfMemoryError, Question, cost
from benchmarks.enlarging import question_of
from benchmarks.plot import Curve, Panel, plot
from benchmarks.tables import table

SIZES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # megapixels
FIGURES = ("fit", "render", "both", "memory")


def growth(
    question: Question, preset: str, device: str, repeats: int, sizes: Sequence[float]
) -> dict[str, Any]:
    """Measure ``sizes`` (megapixels), print a table and the exponents, return all of it."""
    rows: list[list[str]] = []
    found: list[tuple[float, Cost]] = []
    for size in sorted(sizes):
        asked = question_of(question, size)
        try:
            found.append((asked.megapixels, cost(asked, preset, device, repeats)))
        except OutOfMemoryError:
            rows.append([f"{size:g}", "out of memory", *[""] * 6])
            break
        rows.append(_row(found))
        print(f"  {size:g} MP done", flush=True)
    headings = ("MP", "fit s", "render s", "x first", "exponent", "MiB", "x first", "exponent")
    print(table(headings, rows))
    exponents = {name: exponent(*_points(found, name)) for name in FIGURES}
    if len(found) > 1:
        told = ", ".join(f"{name} {value:.2f}" for name, value in exponents.items())
        print(f"  grows with pixels to the power of: {told}")
    return {
        "preset": preset,
        "sizes": [{"megapixels": size, **asdict(spent)} for size, spent in found],
        "exponents": exponents,
        "out_of_memory_at": None if len(found) == len(sizes) else sorted(sizes)[len(found)],
    }


def draw(record: dict[str, Any], title: str, path: Path) -> None:
    """Plot what :func:`growth` returned."""
    sizes = [row["megapixels"] for row in record["sizes"]]
    if not sizes:
        return

    def curve(name: str, key: str, unit: float = 1.0) -> Curve:
        told = f"{name}, exponent {record['exponents'][key]:.2f}"
        return Curve(told, sizes, [row[key] / unit for row in record["sizes"]])

    seconds = [curve("render one layout", "render"), curve("fit", "fit")]
    memory = [curve("peak memory", "memory", 2**20)]
    across = "megapixels of source and layout"
    plot([Panel(title, across, "seconds", seconds), Panel("", across, "MiB", memory)], path)


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of the logarithms of ``values`` over those of ``sizes``; no number for one size."""
    if len(sizes) < 2:
        return math.nan
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def _points(found: Sequence[tuple[float, Cost]], name: str) -> tuple[list[float], list[float]]:
    return [size for size, _ in found], [float(getattr(spent, name)) for _, spent in found]


def _row(found: Sequence[tuple[float, Cost]]) -> list[str]:
    (_, first), (size, spent) = found[0], found[-1]
    slopes = [exponent(*_points(found[-2:], name)) for name in ("render", "memory")]
    told = ["" if math.isnan(slope) else f"{slope:.2f}" for slope in slopes]
    return [
        f"{size:.3g}",
        f"{spent.fit:.3f}",
        f"{spent.render:.3f}",
        f"{spent.render / first.render:.2f}",
        told[0],
        f"{spent.memory / 2**20:.0f}",
        f"{spent.memory / first.memory:.2f}",
        told[1],
    ]
