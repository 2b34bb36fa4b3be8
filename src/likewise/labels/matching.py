"""Matching shades: which class of a known table each colour of a painted map means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable
from likewise.labels.colours import hex_of, shade_distances
from likewise.labels.painting import SAME

# Oklab distances (black to white is 1). Two greens of two drawing programs are 0.02 apart, orange
# and amber 0.07; lime and green 0.10, green and yellow 0.20, red and orange 0.20.
SHADE = 0.09
AGAIN = SHADE / 2  # for a class that a nearer colour of the same map already claimed
MARGIN = 0.5  # a shade must be this much nearer to its class than to any other


@dataclass(frozen=True)
class Match:
    """``classes`` is (S,) the position in the table that each colour means; ``shades`` lists
    (colour, class, share) of those that are not the table's own.
    """

    classes: np.ndarray
    shades: tuple[tuple[str, str, float], ...]


def match_colours(
    colours: np.ndarray, shares: np.ndarray, table: ClassTable, name: object, *, is_target: bool
) -> Match:
    """The class of each of (S, 3) ``colours``, which fill ``shares`` (S,) of the map ``name``.

    Raises:
        LabelError: a colour is no shade of one class (each is named with its area and its nearest
            class), or two classes share a colour.
    """
    if not len(table):
        raise LabelError(name, "it is colour-coded, and its class table is empty", "classes")
    _refuse_twins(table, name)
    shade = shade_distances(colours, table.colours)
    exact = np.linalg.norm(colours[:, None].astype(float) - table.colours[None], axis=-1)
    classes = np.full(len(colours), -1)
    claimed: set[int] = set()
    for place in np.argsort(shade.min(axis=1), kind="stable").tolist():
        nearest = int(exact[place].argmin())
        if exact[place, nearest] > SAME:
            nearest = int(shade[place].argmin())
            others = np.delete(shade[place], nearest)
            limit = min(AGAIN if nearest in claimed else SHADE, MARGIN * others.min(initial=np.inf))
            if shade[place, nearest] > limit:
                continue
        classes[place] = nearest
        claimed.add(nearest)
    stray = np.flatnonzero(classes < 0)
    if len(stray):
        raise _stray(stray, colours, shares, shade, table, name, is_target=is_target)
    shades = tuple(
        (hex_of(colours[k]), table.classes[classes[k]].name, float(shares[k]))
        for k in range(len(colours))
        if exact[k, classes[k]] > SAME
    )
    return Match(classes, shades)


def _refuse_twins(table: ClassTable, name: object) -> None:
    seen: dict[tuple[int, int, int], str] = {}
    for entry in table:
        if entry.colour in seen:
            raise LabelError(
                name,
                f"it is colour-coded, and {seen[entry.colour]} and {entry.name} are both "
                f"{hex_of(entry.colour)} in the class table",
                "one colour a class",
                "Correct the table.",
            )
        seen[entry.colour] = entry.name


def _stray(
    stray: np.ndarray,
    colours: np.ndarray,
    shares: np.ndarray,
    shade: np.ndarray,
    table: ClassTable,
    name: object,
    *,
    is_target: bool,
) -> LabelError:
    named = [
        f"{hex_of(colours[k])} ({100 * shares[k]:.2f} % of its pixels; the nearest class is "
        f"{table.classes[int(shade[k].argmin())]})"
        for k in stray[:4]
    ]
    more = f" and {len(stray) - 4} more" if len(stray) > 4 else ""
    known = ", ".join(f"{c.name} {hex_of(c.colour)}" for c in table.classes[:12])
    whose = "the source's classes" if is_target else "the classes of its table"
    return LabelError(
        name,
        f"it holds the unknown colour{'s' if len(stray) > 1 else ''} {', '.join(named)}{more}",
        f"{whose}: {known}{', ...' if len(table) > 12 else ''}",
        "Repaint these areas in the colour of a class.",
    )
