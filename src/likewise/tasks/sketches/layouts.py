"""Layouts: label maps of drawings: their shapes, matched, or bands beside their lines."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.tasks.sketches.bands import bands
from likewise.tasks.sketches.marking import kinds, marked, united
from likewise.tasks.sketches.matching import match
from likewise.tasks.sketches.relations import features
from likewise.tasks.sketches.shapes import open_share
from likewise.tasks.sketches.sketch import Sketch

TOLD = 0.06  # share of lines without a shape that a person is told of
GOLDEN = 0.61803398875  # of a turn: successive hues lie far apart
TONES = ((0.35, 0.96), (0.5, 0.78), (0.28, 0.86))  # saturation and value, in turn


@dataclass(frozen=True)
class Layouts:
    """The labels of the source, and of each target a layout and lines for people."""

    labels: LabelMap
    targets: tuple[tuple[LabelMap, tuple[str, ...]], ...]


def by_lines(own: Sketch, targets: Sequence[Sketch]) -> Layouts:
    """Bands beside lines as classes."""
    short = min(own.size)
    found = tuple((bands(target.ink, short, target.origin), ()) for target in targets)
    return Layouts(bands(own.ink, short, own.origin), found)


def by_shapes(own: Sketch, targets: Sequence[Sketch], numbered: Sequence[np.ndarray]) -> Layouts:
    """Shapes as classes, those of each target matched to the source's.

    Args:
        own: the source's sketch.
        targets: the others.
        numbered: (H, W) shapes of the source's sketch, then of each target.

    Raises:
        ImageError: a dab of colour has no partner in the source's sketch.
    """
    first, *others = numbered
    known = kinds(own, first)
    classes = united(int(first.max()) + 1, known)
    table = shape_classes(int(classes.max()) + 1)
    labels = LabelMap(classes[first], table, origin=own.origin)
    source = features(first)
    found = []
    for target, numbers in zip(targets, others, strict=True):
        told = marked(target, numbers, known)
        answer = match(source, features(numbers), told)
        layout = LabelMap(classes[answer.source][numbers], table, origin=target.origin)
        doubtful = [
            (number, int(classes[answer.source[number]]), int(classes[answer.other[number]]))
            for number in answer.unsure
            if number not in told
        ]
        doubtful = [(number, one, other) for number, one, other in doubtful if one != other]
        found.append((layout, (*_unsure(numbers, doubtful, table), *_open(target, numbers))))
    return Layouts(labels, tuple(found))


def shape_classes(count: int) -> ClassTable:
    """``count`` classes, "shape 1" being the largest, in light colours that lie apart."""
    entries = []
    for number in range(count):
        tone = TONES[number % len(TONES)]
        red, green, blue = colorsys.hsv_to_rgb((number * GOLDEN) % 1, *tone)
        colour = round(255 * red), round(255 * green), round(255 * blue)
        entries.append(LabelClass(number, f"shape {number + 1}", colour))
    return ClassTable(tuple(entries))


def _unsure(
    numbers: np.ndarray, doubtful: Sequence[tuple[int, int, int]], table: ClassTable
) -> list[str]:
    lines = []
    for number, one, other in doubtful:
        rows, columns = np.nonzero(numbers == number)
        y, x = int(np.median(rows)), int(np.median(columns))
        lines.append(
            f"the shape around {x},{y} takes after {table.by_id(one).name}; it could be "
            f"{table.by_id(other).name}: dabs of one colour in both sketches decide"
        )
    return lines


def _open(sketch: Sketch, numbers: np.ndarray) -> list[str]:
    share = open_share(sketch.ink, numbers)
    if share < TOLD:
        return []
    return [
        f"{100 * share:.0f} % of its lines enclose nothing and are left out: close them, name a "
        "wider --gap, or take --by lines"
    ]
