"""Constraints: what every layout has to meet, as a person writes it: ``tower:never-above=lake``.

Rows are counted from the top, as shares of the picture's height; a region is a connected piece of
a class. Not in the paper.
"""

from __future__ import annotations

import difflib
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.errors import ConfigError, LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.things import NEIGHBOURS, shares_around

OPTION = "--constraint"
GRAMMAR = (
    "CLASS:never-above=OTHER, CLASS:never-below=OTHER, CLASS:inside=OTHER, CLASS:on=OTHER, "
    "CLASS:count<=N (or >=, =), CLASS:area=A..B (shares of the picture), CLASS:x<F or CLASS:y>F "
    "(centres, shares of width and height), CLASS:whole or CLASS:fixed"
)
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"
_ORDER = re.compile(rf"(count|area|x|y)\s*(<=|>=|<|>|=)\s*({_NUMBER})(?:\s*\.\.\s*({_NUMBER}))?")
_RELATION = re.compile(r"(never-above|never-below|inside|on)\s*=\s*(.+)")
FOOTING = 0.5  # of the lower edge of a region that has to stand on a class to be "on" it
AROUND = 0.9  # of its surroundings that have to be of a class for a region to be "inside" it
LEAST = 12  # pixels of a region that counts


@dataclass(frozen=True)
class Constraint(ABC):
    """One thing that every layout has to meet.

    Attributes:
        text: as it was written.
        id: of the class it speaks of.
    """

    text: str
    id: int

    @abstractmethod
    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether ``layout``, made from ``base``, meets it."""


@dataclass(frozen=True)
class Range(Constraint):
    """A number within limits: the count of regions, the area, or the place of every centre."""

    what: str
    low: float
    high: float

    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether every number of the layout is within the limits, which count as within."""
        return all(self.low <= value <= self.high for value in self.values(layout))

    def values(self, layout: LabelMap) -> list[float]:
        """The numbers it speaks of; no centres where there is no region."""
        mask = layout.ids == self.id
        if self.what == "area":
            return [float(mask.mean())]
        found = regions(mask)
        if self.what == "count":
            return [float(len(found))]
        axis = 0 if self.what == "y" else 1
        return [(float(np.nonzero(r)[axis].mean()) + 0.5) / mask.shape[axis] for r in found]


@dataclass(frozen=True)
class Height(Constraint):
    """Not above, or not below, another class, in the columns a region takes up.

    A region is above the other class if its foot is higher than the upper edge of that class: a
    tower whose foot is on the shore may rise into the sky. It is below if its top is lower than
    the lower edge. Where the other class is not in these columns, all of the picture counts.
    """

    other: int
    above: bool

    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether no region is on the wrong side; true where either class is absent."""
        other = layout.ids == self.other
        if not other.any():
            return True
        for region in regions(layout.ids == self.id):
            rows, columns = np.nonzero(region)
            beside = other[:, columns.min() : columns.max() + 1]
            edge = np.flatnonzero((beside if beside.any() else other).any(axis=1))
            wrong = rows.max() < edge[0] - 1 if self.above else rows.min() > edge[-1] + 1
            if wrong:
                return False
        return True


@dataclass(frozen=True)
class Inside(Constraint):
    """Surrounded by another class."""

    other: int

    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether that class makes up nearly all surroundings of every region."""
        found = regions(layout.ids == self.id)
        return all(shares_around(layout.ids, r).get(self.other, 0) >= AROUND for r in found)


@dataclass(frozen=True)
class On(Constraint):
    """Standing on another class."""

    other: int

    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether at least half of the lower edge of every region is on that class."""
        for region in regions(layout.ids == self.id):
            foot = region[:-1] & ~region[1:]
            feet = layout.ids[1:][foot]
            if not len(feet) or (feet == self.other).mean() < FOOTING:
                return False
        return True


@dataclass(frozen=True)
class Whole(Constraint):
    """Not cut by the frame."""

    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether no pixel of the class lies at an edge of the picture."""
        mask = layout.ids == self.id
        return not (mask[[0, -1]].any() or mask[:, [0, -1]].any())


@dataclass(frozen=True)
class Fixed(Constraint):
    """Unchanged, pixel for pixel."""

    def holds(self, layout: LabelMap, base: LabelMap) -> bool:
        """Whether the class lies exactly where it lay before."""
        return np.array_equal(layout.ids == self.id, base.ids == self.id)


def regions(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Connected pieces of ``mask`` (8 neighbours a pixel), without specks."""
    numbers, count = ndimage.label(mask, NEIGHBOURS)
    areas = np.bincount(numbers.ravel(), minlength=count + 1)
    return [numbers == k for k in range(1, count + 1) if areas[k] >= LEAST]


def parse_constraints(words: Sequence[str], labels: LabelMap) -> list[Constraint]:
    """The constraints in ``words``, each as :data:`GRAMMAR` has it.

    Raises:
        LabelError: a class that the labels do not show; the nearest name is told.
        ConfigError: no such rule, a number out of range, or two that contradict each other.
    """
    found = [_parsed(word.strip(), labels.present_classes) for word in words]
    _require_agreement(found)
    return found


def _parsed(text: str, table: ClassTable) -> Constraint:
    entry, rule = _subject(text, table)
    if rule == "fixed":
        return Fixed(text, entry.id)
    if rule == "whole":
        return Whole(text, entry.id)
    relation = _RELATION.fullmatch(rule)
    if relation:
        other = _class_named(relation[2].strip(), table, text).id
        if other == entry.id:
            raise ConfigError(OPTION, f"{text!r} compares a class with itself", "two classes")
        word = relation[1]
        if word in ("inside", "on"):
            return (Inside if word == "inside" else On)(text, entry.id, other)
        return Height(text, entry.id, other, above=word == "never-above")
    order = _ORDER.fullmatch(rule)
    if order is None:
        raise ConfigError(OPTION, f"{text!r} has no rule that is known", f"one of {GRAMMAR}")
    return _range(text, entry.id, *order.groups())


def _range(text: str, number: int, what: str, sign: str, low: str, high: str | None) -> Range:
    first, last = float(low), float(high or low)
    if (high is not None and sign != "=") or (what in "xy" and sign == "=" and high is None):
        raise ConfigError(OPTION, repr(text), f"{what}<A, {what}>A or {what}=A..B")
    if first > last or (what != "count" and last > 1):
        limits = "numbers from low to high" + ("" if what == "count" else ", shares of at most 1")
        raise ConfigError(OPTION, repr(text), limits)
    step = 1.0 if what == "count" else 0.0
    if sign.startswith("<"):
        first, last = 0.0, last - (step if sign == "<" else 0.0)
    elif sign.startswith(">"):
        first, last = first + (step if sign == ">" else 0.0), np.inf if what == "count" else 1.0
    return Range(text, number, what, first, last)


def _subject(text: str, table: ClassTable) -> tuple[LabelClass, str]:
    """The class that ``text`` begins with, and the rule after it; names may hold colons."""
    for entry in sorted(table, key=lambda c: -len(c.name)):
        if text.startswith(f"{entry.name}:"):
            return entry, text[len(entry.name) + 1 :].strip()
    name, colon, _ = text.partition(":")
    if not colon:
        raise ConfigError(OPTION, repr(text), f"CLASS:RULE, one of {GRAMMAR}")
    return _class_named(name, table, text), ""


def _class_named(name: str, table: ClassTable, text: str) -> LabelClass:
    for entry in table:
        if entry.name == name:
            return entry
    near = difflib.get_close_matches(name, table.names, 1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise LabelError(
        OPTION,
        f"{text!r} names the class {name!r}, which the labels do not show",
        f"one of {', '.join(table.names)}",
        meant.strip(),
    )


def _require_agreement(constraints: Sequence[Constraint]) -> None:
    ranges = [c for c in constraints if isinstance(c, Range)]
    for place, one in enumerate(ranges):
        for other in ranges[:place]:
            same = (one.id, one.what) == (other.id, other.what)
            if same and (one.low > other.high or other.low > one.high):
                found = f"{other.text!r} and {one.text!r} contradict each other"
                raise ConfigError(OPTION, found, "constraints that one layout can meet")
