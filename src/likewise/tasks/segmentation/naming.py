"""Naming: classes that nobody named get a name of place and colour, and a colour like their own.

"upper sky blue" reads better in a list than "region 1", and says which one is meant. The colours
shown are far apart from each other, so that a map painted in them can be read again; black is none
of them, since it means unknown where classes are scribbled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import Colour, colour_name, colour_of_id, shade_distances

SHOWN: tuple[Colour, ...] = (
    (128, 128, 128),
    (245, 245, 240),
    (120, 10, 20),
    (225, 30, 40),
    (255, 165, 190),
    (250, 120, 95),
    (255, 140, 0),
    (150, 85, 30),
    (80, 50, 30),
    (235, 210, 160),
    (255, 230, 0),
    (135, 130, 20),
    (170, 245, 40),
    (30, 190, 60),
    (0, 95, 30),
    (0, 130, 125),
    (120, 235, 190),
    (0, 220, 235),
    (110, 185, 255),
    (20, 90, 240),
    (15, 15, 120),
    (60, 85, 110),
    (140, 30, 150),
    (150, 100, 255),
    (205, 180, 255),
    (250, 40, 230),
)
VIVID = 1.7  # how much colour is added before it is named
SAMPLES = 4000  # pixels of a class that its colour is told from
MIDDLE = 0.4, 0.6  # share of the frame within which a class is neither upper nor lower
COMPACT = 0.2  # standard deviation, share of the frame, below which a class has one place


class Seen(NamedTuple):
    """A picture, (H, W, 3) sRGB, and (H, W) the class of each of its pixels, from 0 on."""

    rgb: np.ndarray
    ids: np.ndarray


def class_table(seen: Sequence[Seen]) -> ClassTable:
    """The table of the classes in pictures: ids from 0 to the highest, each class in some picture.

    Args:
        seen: pictures that share their classes.
    """
    count = 1 + max(int(one.ids.max()) for one in seen)
    means = np.array([_colour(number, seen) for number in range(count)])
    names = counted(
        f"{_place(number, seen)} {colour_name(colour)}".strip()
        for number, colour in enumerate(_vivid(means))
    )
    colours = shown_colours(means)
    return ClassTable(tuple(LabelClass(k, name, colours[k]) for k, name in enumerate(names)))


def counted(names: Iterable[str]) -> list[str]:
    """``names`` in their order, counted on where one comes again: "olive", "olive 2"."""
    found: list[str] = []
    for base in names:
        name, count = base, 1
        while name in found:
            count += 1
            name = f"{base} {count}"
        found.append(name)
    return found


def shown_colours(means: np.ndarray) -> list[Colour]:
    """A colour for each class, all apart, together as near as can be to (N, 3) ``means``."""
    if len(means) > len(SHOWN):
        return [colour_of_id(number + 1) for number in range(len(means))]
    _, places = linear_sum_assignment(shade_distances(_vivid(means), np.array(SHOWN)))
    return [SHOWN[place] for place in places]


def _vivid(colours: np.ndarray) -> np.ndarray:
    """(N, 3) ``colours`` as people name them: of a dim forest they say green, not grey."""
    grey = colours.mean(axis=1, keepdims=True)
    return np.asarray(np.clip(grey + VIVID * (colours - grey), 0, 255))


def _colour(number: int, seen: Sequence[Seen]) -> np.ndarray:
    """(3,) the median colour, sRGB 0 to 255, of a class in the picture that shows most of it."""
    most = max(seen, key=lambda one: int((one.ids == number).sum()))
    y, x = np.nonzero(most.ids == number)
    if not len(y):
        return np.full(3, 128.0)
    step = 1 + len(y) // SAMPLES
    return np.asarray(np.median(most.rgb[y[::step], x[::step]], axis=0))


def _place(number: int, seen: Sequence[Seen]) -> str:
    """Where the class is: "upper left", "middle", ...; nothing where that differs or is nowhere."""
    words = {_place_in(one.ids == number) for one in seen if (one.ids == number).any()}
    return words.pop() if len(words) == 1 else ""


def _place_in(mask: np.ndarray) -> str:
    words, compact = [], True
    for axis, (before, after) in ((1, ("upper", "lower")), (0, ("left", "right"))):
        counts = mask.sum(axis=axis)
        at = (np.arange(len(counts)) + 0.5) / len(counts)
        middle = np.average(at, weights=counts)
        spread = np.sqrt(np.average((at - middle) ** 2, weights=counts))
        compact &= bool(spread < COMPACT)
        if axis == 1 or spread < COMPACT:
            word = before if middle < MIDDLE[0] else after if middle > MIDDLE[1] else ""
            words.append(word)
    place = " ".join(filter(None, words))
    return place or ("middle" if compact else "")
