"""Layouts: random new layouts of the things in a picture, such as a person would paint.

Each thing meets with a fate: it stays, goes elsewhere, changes its size or its outline, stands
there twice, or goes. What lay around it closes the gap it leaves. A layout is refused where a
constraint does not hold, or where it asks for what the source does not show. Not in the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.doubting import doubts
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.canvas import Canvas
from likewise.tasks.augmentation.constraints import Constraint, Fixed
from likewise.tasks.augmentation.settings import FATES, LayoutSettings
from likewise.tasks.augmentation.sprites import LATTICE, Shape, sprite
from likewise.tasks.augmentation.things import Thing, things_of
from likewise.tasks.closing import closed

SHAPES, PLACES = 3, 8  # that are tried for a thing before it stays
ROWS_APART = 3.0  # a gap closes from beside before it closes from above: horizons run on
LEVEL = 0.04  # of the height: how far a thing that stands on something goes up or down
FAINTLY = 0.3  # of the bend: things that are not to be warped; and things that stand upright
OUTWARD = 0.4  # of its size: how far a thing that the frame cuts goes out of the picture
DOUBT = "doubt: "
UNCHANGED = "nothing changed"
KEPT = ("stay", "double")  # fates of things that stay where they are


@dataclass(frozen=True, eq=False)
class DrawnLayout:
    """A layout, how it was made, and why it is refused if it is.

    Attributes:
        labels: the layout, with the source's classes.
        base: number of the layout it was made from; 0 is the source's.
        edits: what was done, in order; JSON.
        refused: the constraint that does not hold, a doubt, or ""; a layout with "" is fine.
    """

    labels: LabelMap
    base: int
    edits: tuple[dict[str, Any], ...]
    refused: str = ""


@dataclass(eq=False)
class Layouts:
    """All layouts that can be drawn of a source.

    Args:
        labels: P, the source labels.
        given: layouts of the user's, which are changed like the source's own.
        settings: how strongly.
        constraints: what every layout has to meet.
        movable: ids of the classes whose regions are changed; None takes those that do not reach
            from one edge of the picture to the opposite one.
    """

    labels: LabelMap
    given: Sequence[LabelMap] = ()
    settings: LayoutSettings = field(default_factory=LayoutSettings)
    constraints: Sequence[Constraint] = ()
    movable: frozenset[int] | None = None
    _known: dict[int, list[Thing]] = field(default_factory=dict, init=False)

    @property
    def bases(self) -> list[LabelMap]:
        """The source's layout, and those given."""
        return [self.labels, *self.given]

    def draw(self, seed: int, index: int, number: int) -> DrawnLayout:
        """The layout that these numbers stand for: the same every time, on every machine.

        Args:
            seed: of the whole set.
            index: which pair of it.
            number: which draw for that pair.
        """
        if number == 0 and index < len(self.given):
            drawn = DrawnLayout(self.given[index], index + 1, ())
            return self._judged(drawn, changed=True)
        rng = np.random.default_rng([seed, index, number])
        base = int(rng.integers(len(self.bases)))
        canvas, edits = self._rearranged(self._things(base), self.bases[base], rng)
        ids = canvas.ids
        if not self._fixed:
            ids, more = self._swayed(ids, rng)
            edits += more
        drawn = DrawnLayout(self.labels.with_ids(ids), base, tuple(edits))
        return self._judged(drawn, changed=not np.array_equal(ids, self.bases[base].ids))

    @property
    def _fixed(self) -> frozenset[int]:
        return frozenset(c.id for c in self.constraints if isinstance(c, Fixed))

    def _judged(self, drawn: DrawnLayout, *, changed: bool) -> DrawnLayout:
        """``drawn``, refused for the first reason there is."""
        refused = "" if changed else UNCHANGED
        if not refused:
            base = self.bases[drawn.base]
            broken = [c.text for c in self.constraints if not c.holds(drawn.labels, base)]
            refused = broken[0] if broken else ""
        if not refused and drawn.edits:  # a layout that a person gave is taken as meant
            found = doubts(self.labels, drawn.labels)
            refused = f"{DOUBT}{found[0].finding}" if found else ""
        return DrawnLayout(drawn.labels, drawn.base, drawn.edits, refused)

    def _things(self, base: int) -> list[Thing]:
        """The things of a base."""
        if base not in self._known:
            found = things_of(self.bases[base], self.movable)
            self._known[base] = [thing for thing in found if thing.id not in self._fixed]
        return self._known[base]

    def _without(self, gone: list[Thing], base: LabelMap) -> NDArray[np.int32]:
        """The ids of ``base`` with the things ``gone``; what lay around each closes its gap."""
        ids = base.ids.copy()
        gap = np.zeros(base.size, dtype=bool)
        for thing in gone:
            if len(thing.company) == 1:
                ids[thing.mask] = next(iter(thing.company))
            else:
                gap |= thing.mask
        known = ~gap & ~np.isin(ids, list(base.ignore))
        if not gap.any() or not known.any():
            return ids
        return np.array(closed(ids, gap, known, ROWS_APART), dtype=np.int32)

    def _rearranged(
        self, things: list[Thing], base: LabelMap, rng: np.random.Generator
    ) -> tuple[Canvas, list[dict[str, Any]]]:
        """Every thing has met with its fate."""
        fates = self._fates(things, rng)
        gone = [thing for thing in things if fates[thing.number] not in KEPT]
        canvas = Canvas(self._without(gone, base))
        going = {thing.number for thing in gone}
        # A thing keeps its place until it is set down elsewhere, for it may have to go back; what
        # is in one that goes takes no place of its own.
        canvas.standing += [
            (thing.id, thing.mask)
            for thing in things
            if fates[thing.number] != "remove" and thing.parent not in going
        ]
        edits = []
        # What stands lower stands before what stands higher.
        for thing in sorted(things, key=lambda t: (t.parent is not None, t.box[2])):
            fate = fates[thing.number]
            if fate == "stay":
                continue
            told = {"thing": self._name(thing), "fate": fate}
            if fate != "remove":
                told |= self._put(canvas, thing, fate, rng)
            edits.append(told)
        return canvas, edits

    def _fates(self, things: list[Thing], rng: np.random.Generator) -> dict[int, str]:
        """The fate of each thing, by its number; at least one is changed."""
        weights = np.array(self.settings.weights)
        drawn = rng.choice(len(FATES), size=len(things), p=weights / weights.sum())
        if len(things) and not drawn.any():
            changes = weights[1:] / weights[1:].sum()
            drawn[rng.integers(len(things))] = 1 + rng.choice(len(FATES) - 1, p=changes)
        fates = {thing.number: FATES[k] for thing, k in zip(things, drawn, strict=True)}
        parents = {thing.number: thing.parent for thing in things}
        for number in parents:  # what is in a thing goes where that goes
            parent = parents[number]
            while parent is not None:
                if fates.get(parent, "stay") not in KEPT:
                    fates[number] = "stay"
                parent = parents.get(parent)
        return fates

    def _put(
        self, canvas: Canvas, thing: Thing, fate: str, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Set ``thing`` down as its fate wants, or as it was where that cannot be."""
        if fate != "double":
            canvas.standing = [pair for pair in canvas.standing if pair[1] is not thing.mask]
        room = canvas.taken(thing)
        goes = fate in ("move", "double")
        for _ in range(SHAPES):
            shape = _shape(thing, fate, self.settings, rng)
            made, corner = sprite(thing, shape)
            for _ in range(PLACES if goes else 1):
                by = _way(thing, canvas.ids.shape, rng) if goes else (0, 0)
                if canvas.set_down(thing, made, (corner[0] + by[0], corner[1] + by[1]), room):
                    return _told(shape, by)
        if fate != "double":
            canvas.ids[thing.mask] = thing.ids[thing.mask]
            canvas.standing.append((thing.id, thing.mask))
        return {"fate": "stay"}

    def _swayed(
        self, ids: NDArray[np.int32], rng: np.random.Generator
    ) -> tuple[NDArray[np.int32], list[dict[str, Any]]]:
        """The whole layout bent a little, and mirrored now and then."""
        done: list[dict[str, Any]] = []
        if rng.random() < self.settings.flip:
            ids = ids[:, ::-1]
            done.append({"fate": "flip"})
        reach = self.settings.sway * min(ids.shape)
        if reach:
            lattice = rng.uniform(-reach, reach, (2, LATTICE, LATTICE))
            at = np.meshgrid(
                *(np.linspace(0, LATTICE - 1, side) for side in ids.shape), indexing="ij"
            )
            offsets = [ndimage.map_coordinates(p, at, order=3, mode="nearest") for p in lattice]
            grid = np.indices(ids.shape) + np.stack(offsets)
            y, x = (
                np.clip(np.rint(g), 0, s - 1).astype(int)
                for g, s in zip(grid, ids.shape, strict=True)
            )
            ids = ids[y, x]
            done.append({"fate": "sway", "pixels": round(float(np.abs(lattice).max()), 1)})
        return np.ascontiguousarray(ids), done

    def _name(self, thing: Thing) -> str:
        top, left, bottom, right = thing.box
        name = self.labels.classes.by_id(thing.id).name
        return f"{name} at {(left + right) // 2},{(top + bottom) // 2}"


def _shape(thing: Thing, fate: str, settings: LayoutSettings, rng: np.random.Generator) -> Shape:
    """What is done to ``thing`` before it is set down; every fate changes it a little."""
    low, high = np.log(settings.smallest), np.log(settings.largest)
    much = 1.0 if fate == "scale" else 0.35
    both = np.exp(much * rng.uniform(low, high))
    aspect = np.exp(rng.uniform(-0.12, 0.12))
    free = thing.floats
    turn = rng.uniform(-1, 1) * settings.turn * (1.0 if free else 1 / 15)
    bend = rng.uniform(-settings.bend, settings.bend, (2, LATTICE, LATTICE))
    if fate == "scale":
        return Shape((both * aspect, both / aspect))
    cut = any(thing.cut)
    return Shape(
        (both * aspect, both / aspect),
        0.0 if cut else turn,
        bool(rng.random() < 0.5) and not (thing.cut[1] or thing.cut[3]),
        bend * (1.0 if fate == "warp" else FAINTLY) * (1.0 if free else FAINTLY),
    )


def _way(thing: Thing, size: tuple[int, ...], rng: np.random.Generator) -> tuple[int, int]:
    """How far ``thing`` goes, (rows, columns): anywhere, unless it stands or is cut."""
    top, left, bottom, right = thing.box
    level = LEVEL * size[0]
    down = rng.uniform(-top, size[0] - bottom)
    if len(thing.company) > 1:
        down = float(np.clip(rng.normal(0, level / 2), -level, level))
    across = rng.uniform(-left, size[1] - right)
    out_down, out_across = (OUTWARD * side * rng.uniform() for side in thing.size)
    if thing.cut[0] or thing.cut[2]:
        down = -out_down if thing.cut[0] else out_down
    if thing.cut[1] or thing.cut[3]:
        across = -out_across if thing.cut[1] else out_across
    return round(down), round(across)


def _told(shape: Shape, by: tuple[int, int]) -> dict[str, Any]:
    """What was done, for a record: columns and rows moved, factors, degrees."""
    told: dict[str, Any] = {"by": [by[1], by[0]]} if any(by) else {}
    told["scale"] = [round(float(shape.scale[1]), 3), round(float(shape.scale[0]), 3)]
    if shape.turn:
        told["turn"] = round(float(shape.turn), 1)
    if shape.mirror:
        told["mirrored"] = True
    return told
