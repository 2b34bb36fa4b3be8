"""Marking: dabs of colour that say which shapes of two drawings belong together.

Shapes of the source with dabs of one colour are of one kind; a shape of the target with a dab of
that colour takes after one of them, whatever else would suit it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likewise.errors import ImageError
from likewise.labels.colours import hex_of
from likewise.tasks.sketches.sketch import Dab, Sketch

ALIKE = 22.0  # distance in Lab up to which two dabs are of one colour


def kinds(sketch: Sketch, numbers: np.ndarray) -> list[tuple[np.ndarray, frozenset[int]]]:
    """The colours of the dabs in the source's sketch, each with the shapes that bear it.

    Args:
        sketch: the source's.
        numbers: (H, W) its shapes.
    """
    found: list[tuple[np.ndarray, frozenset[int]]] = []
    for dab in sketch.dabs:
        shape = _under(dab, numbers)
        place = _nearest(dab, [colour for colour, _ in found])
        if place is None:
            found.append((dab.colour, frozenset({shape})))
        else:
            colour, shapes = found[place]
            found[place] = colour, shapes | {shape}
    return found


def marked(
    sketch: Sketch, numbers: np.ndarray, known: Sequence[tuple[np.ndarray, frozenset[int]]]
) -> dict[int, frozenset[int]]:
    """For each shape of a target that bears a dab, the source shapes it may take after.

    Args:
        sketch: the target's.
        numbers: (H, W) its shapes.
        known: the kinds of the source.

    Raises:
        ImageError: the source's sketch has no dab of that colour.
    """
    found = {}
    for dab in sketch.dabs:
        place = _nearest(dab, [colour for colour, _ in known])
        if place is None:
            y, x = (int(np.median(where)) for where in np.nonzero(dab.pixels))
            raise ImageError(
                sketch.origin,
                f"the dab of {hex_of(dab.shade)} at {x},{y} has no partner",
                "a dab of that colour in the source's sketch",
                "Put one into the shape that it shall take after; --extract-only writes a sketch.",
            )
        found[_under(dab, numbers)] = known[place][1]
    return found


def united(count: int, known: Sequence[tuple[np.ndarray, frozenset[int]]]) -> np.ndarray:
    """(count,) the class of each source shape, from 0 on: shapes of one kind share one."""
    first = np.arange(count)
    for _, shapes in known:
        first[list(shapes)] = min(first[list(shapes)])
    return np.unique(first, return_inverse=True)[1]


def _under(dab: Dab, numbers: np.ndarray) -> int:
    return int(np.bincount(numbers[dab.pixels]).argmax())


def _nearest(dab: Dab, colours: Sequence[np.ndarray]) -> int | None:
    if not colours:
        return None
    away = [float(np.linalg.norm(dab.colour - colour)) for colour in colours]
    place = int(np.argmin(away))
    return place if away[place] <= ALIKE else None
