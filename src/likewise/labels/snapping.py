"""Snapping: a colour-coded map becomes ids, its mixed border colours given to a class beside them.

Not in the paper: because its code keeps the mixtures, as new colours that mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from likewise.errors import LabelError
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
    in_blocks,
    segment_residuals,
)

MOST_MOVED = 0.25  # share of pixels beyond which a picture is no label map
TRANSPARENT = "transparent"
_REACH = 2  # pixels: how far a border pixel looks for a class to join
_MAJORITY = 60.0  # what a unanimous neighbourhood is worth, in units of RGB distance
_CHUNK = 1 << 15


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
    pixels: np.ndarray, table: ClassTable | None, name: object, *, is_target: bool = False
) -> tuple[np.ndarray, ClassTable, SnapReport]:
    """Turn colours into classes.

    Args:
        pixels: (H, W, 3) or (H, W, 4) uint8, the alpha last.
        table: the classes to find; where None, the colours somebody meant become the classes, named
            after their colours, ids from 0 by falling area.
        name: what errors call the map.
        is_target: whether the table is the source's (errors say so).

    Returns:
        (H, W) int32 ids, the table, and what was done.

    Raises:
        LabelError: a photograph, or an area in a colour that is no class.
    """
    painting, has_hole = _fill_hole(Painting.of(pixels), table)
    meant = dominant_colours(painting)
    _refuse_photograph(painting, meant, name)
    if table is None:
        table = _table_of(painting.colours[meant], has_hole)
        match = Match(np.arange(len(meant)), ())
    else:
        shares = painting.counts[meant] / painting.index.size
        match = match_colours(painting.colours[meant], shares, table, name, is_target=is_target)
    seeds = painting.colours[meant]
    classes = match.classes
    unseen = np.setdiff1d(np.arange(len(table)), classes)
    seeds = np.concatenate([seeds, table.colours[unseen]]).astype(np.float64)
    classes = np.concatenate([classes, unseen])
    to_seed = _distances(painting.colours, seeds)
    _refuse_stray(painting, to_seed, seeds[: len(meant)], table, name)
    places = _assign(painting, to_seed, classes, seeds)
    return table.ids[places], table, _report(painting, places, to_seed, classes, match)


def _distances(colours: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """(K, S) RGB distances."""
    squares = np.zeros((len(colours), len(seeds)))
    for channel in range(3):
        squares += np.subtract.outer(colours[:, channel].astype(np.float64), seeds[:, channel]) ** 2
    return np.asarray(np.sqrt(squares))


def _fill_hole(painting: Painting, table: ClassTable | None) -> tuple[Painting, bool]:
    """Give a transparent *area* a colour of its own, last in the table; thin borders stay clear."""
    if not painting.clear.any():
        return painting, False
    area = in_blocks(np.where(painting.clear, 0, -1))
    if area.mean() < SMALLEST:
        return painting, False
    known = next((c.colour for c in table or () if c.name == TRANSPARENT), None)
    colour = np.array(known or _unlike(painting.colours[painting.counts > 0]), dtype=np.uint8)
    index = np.where(area, len(painting.colours), painting.index).astype(np.int32)
    colours = np.concatenate([painting.colours, colour[None]])
    return Painting(colours, index, painting.clear & ~area), True


def _unlike(colours: np.ndarray) -> np.ndarray:
    """The corner of the colour cube farthest from all of (K, 3) ``colours``."""
    corners = np.array(np.meshgrid(*[[255, 0]] * 3, indexing="ij")).reshape(3, -1).T
    if not len(colours):
        return corners[0]
    return np.asarray(corners[_distances(corners, colours.astype(np.float64)).min(1).argmax()])


def _table_of(colours: np.ndarray, has_hole: bool) -> ClassTable:
    # TRANSPARENT is named by _fill_hole's colour, which no painted area can share.
    return ClassTable(
        tuple(
            LabelClass(number, word, (int(c[0]), int(c[1]), int(c[2])))
            for number, (word, c) in enumerate(zip(unique_names(colours), colours, strict=True))
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
    area = in_blocks(np.where(is_stray[painting.index] & ~painting.clear, 0, -1))
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


def _assign(
    painting: Painting, to_seed: np.ndarray, classes: np.ndarray, seeds: np.ndarray
) -> np.ndarray:
    """(H, W) position in the table of every pixel's class."""
    own = np.where(to_seed.min(axis=1) <= NEAR, classes[to_seed.argmin(axis=1)], -1)
    claimed = np.where(painting.clear, -1, own[painting.index])
    places = np.where(in_blocks(claimed), claimed, -1)
    to_class = np.full((len(painting.colours), int(classes.max()) + 1), np.inf)
    colour_of = np.zeros((to_class.shape[1], 3))
    for seed in range(len(seeds))[::-1]:  # the largest area last: its colour stands for the class
        to_class[:, classes[seed]] = np.minimum(to_class[:, classes[seed]], to_seed[:, seed])
        colour_of[classes[seed]] = seeds[seed]
    for _ in range(3):
        undecided = np.nonzero(places < 0)
        if not len(undecided[0]):
            break
        places[undecided] = np.concatenate(
            [
                _join(painting, places, claimed, part, to_class, colour_of)
                for part in _parts(undecided)
            ]
        )
    if (places < 0).any():
        nearest = ndimage.distance_transform_edt(
            places < 0, return_distances=False, return_indices=True
        )
        places = places[tuple(nearest)]
    return _without_specks(places, claimed)


def _parts(where: tuple[np.ndarray, ...]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for start in range(0, len(where[0]), _CHUNK):
        yield where[0][start : start + _CHUNK], where[1][start : start + _CHUNK]


def _join(
    painting: Painting,
    places: np.ndarray,
    claimed: np.ndarray,
    where: tuple[np.ndarray, np.ndarray],
    to_class: np.ndarray,
    colour_of: np.ndarray,
) -> np.ndarray:
    """The class of each pixel ``where``: the nearest in colour of those around, majority helping.

    A pixel keeps a class that is not around it where its colour says so and no mixture of the two
    foremost classes around explains that colour: hairlines stay, fringes go.
    """
    around = _window(places, where)
    index, clear, claim = painting.index[where], painting.clear[where], claimed[where]
    choices = np.unique(around[around >= 0])
    if not len(choices):
        return claim
    votes = np.stack([(around == choice).sum(axis=1) for choice in choices], axis=1)
    distance = np.where(clear[:, None], 0.0, to_class[index][:, choices])
    score = distance - _MAJORITY * votes / np.maximum(votes.sum(axis=1, keepdims=True), 1)
    score[votes == 0] = np.inf
    best = choices[score.argmin(axis=1)]
    best[votes.sum(axis=1) == 0] = -1
    outside = np.flatnonzero((claim >= 0) & ~(around == claim[:, None]).any(axis=1))
    if len(outside):
        mixed = _is_mixture(painting.colours[index[outside]], votes[outside], choices, colour_of)
        best[outside[~mixed]] = claim[outside[~mixed]]
    return np.asarray(best)


def _window(places: np.ndarray, where: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(N, 25) classes around each pixel ``where``; -1 where undecided or past the edge."""
    padded = np.pad(places, _REACH, constant_values=-1)
    side = 2 * _REACH + 1
    return np.stack(
        [
            padded[where[0] + down, where[1] + right]
            for down in range(side)
            for right in range(side)
        ],
        axis=1,
    )


def _is_mixture(
    colours: np.ndarray, votes: np.ndarray, choices: np.ndarray, colour_of: np.ndarray
) -> np.ndarray:
    """(N,) bool: whether each colour is a mixture of the two classes with most votes around it."""
    if len(choices) < 2:
        return np.zeros(len(colours), dtype=bool)
    foremost = np.argsort(-votes, axis=1, kind="stable")[:, :2]
    both = np.take_along_axis(votes, foremost, axis=1).min(axis=1) > 0
    ends = colour_of[choices[foremost]]
    return both & (segment_residuals(colours, ends[:, 0], ends[:, 1]) <= 2 * BLEND)


def _without_specks(places: np.ndarray, claimed: np.ndarray) -> np.ndarray:
    """Give pixels that no neighbour agrees with, their own colour neither, to the majority."""
    padded = np.pad(places, 1, mode="edge")
    height, width = places.shape
    shifts = [(d, r) for d in range(3) for r in range(3) if (d, r) != (1, 1)]
    around = [padded[d : d + height, r : r + width] for d, r in shifts]
    alone = places != claimed
    for other in around:
        alone &= other != places
    if alone.any():
        spots = np.stack([other[alone] for other in around], axis=1)
        agreeing = (spots[:, :, None] == spots[:, None, :]).sum(axis=2)
        places[alone] = np.take_along_axis(spots, agreeing.argmax(axis=1)[:, None], axis=1)[:, 0]
    return places


def _report(
    painting: Painting, places: np.ndarray, to_seed: np.ndarray, classes: np.ndarray, match: Match
) -> SnapReport:
    to_class = np.full((len(painting.colours), int(classes.max()) + 1), np.inf)
    for seed, number in enumerate(classes):
        to_class[:, number] = np.minimum(to_class[:, number], to_seed[:, seed])
    gaps = to_class[painting.index, places][~painting.clear]
    moved = (gaps > 0).sum() + painting.clear.sum()
    return SnapReport(
        colours=int((painting.counts > 0).sum()),
        moved=float(moved / places.size),
        furthest=float(gaps.max(initial=0)),
        transparent=float(painting.clear.mean()),
        shades=match.shades,
    )
