"""Snapping: a colour-coded map becomes ids, its mixed border colours given to a class beside them.

Not in the paper: because its code keeps the mixtures, as new colours that mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likewise.errors import LabelError
from likewise.labels.assignment import Legend, assign
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import hex_of, unique_names
from likewise.labels.matching import Match, match_colours
from likewise.labels.painting import (
    BLEND,
    NEAR,
    SAME,
    SMALLEST,
    Painting,
    blend_residuals,
    dominant_colours,
    opened,
)

MOST_MOVED = 0.4  # share of pixels beyond which a picture is no label map
TRANSPARENT = "transparent"


@dataclass(frozen=True)
class SnapReport:
    """What snapping did.

    ``colours``: different colours in the file. ``moved``: share (0..1) of pixels that had another
    colour than their class has in this file. ``furthest``: the largest such RGB distance, 0..441.
    ``transparent``: share of pixels that were more transparent than not and took the class around.
    ``shades``: (colour found, class it was read as, share) where the table has another shade.
    """

    colours: int
    moved: float
    furthest: float
    transparent: float = 0.0
    shades: tuple[tuple[str, str, float], ...] = ()

    def describe(self) -> list[str]:
        """Lines for people."""
        lines = [
            f"snapped {self.colours} colours: {100 * self.moved:.1f} % of pixels moved, "
            f"by up to {self.furthest:.0f} of 441"
        ]
        return lines + [
            f"read {found} ({100 * a:.1f} %) as {name}" for found, name, a in self.shades
        ]


def snap(
    pixels: np.ndarray,
    table: ClassTable | None,
    name: object,
    *,
    is_target: bool = False,
    lossy: bool = False,
) -> tuple[np.ndarray, ClassTable, SnapReport]:
    """Turn colours into classes.

    Args:
        pixels: (H, W, 3) or (H, W, 4) uint8, the alpha last.
        table: the classes to find; None makes classes of the colours that somebody meant, ids from
            0 by falling area.
        name: what errors call the map.
        is_target: whether the table is the source's (errors say so).
        lossy: whether compression has changed the colours.

    Returns (H, W) int32 ids, the table, and what was done.

    Raises:
        LabelError: a photograph, or an area in a colour that is no class.
    """
    painting, hole = _fill_hole(Painting.of(pixels), table, name)
    meant = dominant_colours(painting, lossy=lossy)
    _refuse_photograph(painting, meant, name)
    if table is None:
        table = _table_of(painting.colours[meant], hole)
        match = Match(np.arange(len(meant)), ())
    else:
        shares = painting.counts[meant] / painting.index.size
        match = match_colours(painting.colours[meant], shares, table, name, is_target=is_target)
    seeds = painting.colours[meant]
    unseen = np.setdiff1d(np.arange(len(table)), match.classes)
    seeds = np.concatenate([seeds, table.colours[unseen]]).astype(np.float64)
    classes = np.concatenate([match.classes, unseen])
    to_seed = _distances(painting.colours, seeds)
    _refuse_stray(painting, to_seed, seeds[: len(meant)], table, name)
    legend = Legend.of(to_seed, classes, seeds, len(meant))
    places = assign(painting, legend)
    return table.ids[places], table, _report(painting, places, legend, match)


def _distances(colours: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """(K, S) RGB distances."""
    squares = np.zeros((len(colours), len(seeds)))
    for channel in range(3):
        squares += np.subtract.outer(colours[:, channel].astype(np.float64), seeds[:, channel]) ** 2
    return np.asarray(np.sqrt(squares))


def _fill_hole(
    painting: Painting, table: ClassTable | None, name: object
) -> tuple[Painting, np.ndarray | None]:
    """Give a transparent *area* a colour of its own, also returned; thin borders stay clear."""
    area = opened(painting.clear)
    if area.mean() < SMALLEST:
        return painting, None
    known = next((c.colour for c in table or () if c.name == TRANSPARENT), None)
    if table is not None and known is None:
        raise LabelError(
            name,
            f"{100 * area.mean():.2f} % of its pixels are transparent, and no class is",
            "areas in the colour of a class each",
            f"Repaint them, or name a class {TRANSPARENT!r} in the class table.",
        )
    colour = np.array(known or _unlike(painting.colours[painting.counts > 0]), dtype=np.uint8)
    index = np.where(area, len(painting.colours), painting.index).astype(np.int32)
    colours = np.concatenate([painting.colours, colour[None]])
    return Painting(colours, index, painting.clear & ~area), colour


def _unlike(colours: np.ndarray) -> np.ndarray:
    """The corner of the colour cube farthest from all of (K, 3) ``colours``."""
    corners = np.array(np.meshgrid(*[[255, 0]] * 3, indexing="ij")).reshape(3, -1).T
    if not len(colours):
        return corners[0]
    return np.asarray(corners[_distances(corners, colours.astype(np.float64)).min(1).argmax()])


def _table_of(colours: np.ndarray, hole: np.ndarray | None) -> ClassTable:
    """Classes named after their colours; ``hole``, if any, is the colour of the transparent one."""
    names = unique_names(colours)
    if hole is not None:
        place = int(np.abs(colours.astype(int) - hole).sum(axis=1).argmin())
        names = [*unique_names(np.delete(colours, place, axis=0))]
        names.insert(place, TRANSPARENT)
    return ClassTable(
        tuple(
            LabelClass(number, word, (int(c[0]), int(c[1]), int(c[2])))
            for number, (word, c) in enumerate(zip(names, colours, strict=True))
        )
    )


def _refuse_photograph(painting: Painting, meant: np.ndarray, name: object) -> None:
    total = painting.index.size
    moved = 1.0
    if len(meant):
        gaps = _distances(painting.colours, painting.colours[meant].astype(np.float64)).min(axis=1)
        moved = float(painting.counts[gaps > SAME].sum()) / total
    if moved <= MOST_MOVED:
        return
    most = np.argsort(-painting.counts)[:3]
    named = ", ".join(
        f"{hex_of(painting.colours[k])} ({100 * painting.counts[k] / total:.1f} %)" for k in most
    )
    raise LabelError(
        name,
        f"it looks like a photograph: {len(painting.colours)} colours, and {100 * moved:.0f} % of "
        f"its pixels are in none that fills an area (most frequent: {named})",
        f"a label map, with at most {100 * MOST_MOVED:.0f} % of such pixels",
        "Check that image and labels are not swapped; paint each class in one flat colour.",
    )


def _refuse_stray(
    painting: Painting, to_seed: np.ndarray, meant: np.ndarray, table: ClassTable, name: object
) -> None:
    """Refuse areas whose colour is neither near a class nor a mixture of two."""
    far = np.flatnonzero(to_seed.min(axis=1) > NEAR)
    if painting.counts[far].sum() < SMALLEST * painting.index.size:
        return
    far = far[blend_residuals(painting.colours[far], meant[:24]) > 2 * BLEND]
    is_stray = np.zeros(len(painting.colours), dtype=bool)
    is_stray[far] = True
    area = opened(is_stray[painting.index] & ~painting.clear)
    if area.mean() < SMALLEST:
        return
    here = np.bincount(painting.index[area], minlength=len(painting.colours))
    centre = painting.colours[here.argmax()]
    nearest = table.classes[int(_distances(centre[None], table.colours.astype(float)).argmin())]
    raise LabelError(
        name,
        f"{100 * area.mean():.2f} % of its pixels, around {hex_of(centre)}, are of no class; the "
        f"nearest is {nearest}",
        "areas in one flat colour each",
        "Repaint them in the colour of a class.",
    )


def _report(painting: Painting, places: np.ndarray, legend: Legend, match: Match) -> SnapReport:
    gaps = legend.to_class[painting.index, places][~painting.clear]
    moved = (gaps > 0).sum() + painting.clear.sum()
    return SnapReport(
        colours=int((painting.counts > 0).sum()),
        moved=float(moved / places.size),
        furthest=float(gaps.max(initial=0)),
        transparent=float(painting.clear.mean()),
        shades=match.shades,
    )
