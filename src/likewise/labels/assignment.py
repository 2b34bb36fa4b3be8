"""Assignment: each pixel of a painted map to the class that it shows or borders on.

Areas go by colour. Border pixels, whose colours are mixtures, go to the nearest of the classes
beside them, so that a mixture of A and B never becomes a class C whose colour happens to lie
between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, sparse

from likewise.labels.painting import BLEND, NEAR, Painting, in_blocks, segment_residuals

_REACH = 2  # pixels: how far a border pixel looks for a class to join
_MAJORITY = 60.0  # what a unanimous neighbourhood is worth, in units of RGB distance
_SPECK = 5  # pixels: a smaller spot of an antialiased map is a leftover of its borders
_CHUNK = 1 << 15


@dataclass(frozen=True)
class Legend:
    """Which colours show which class.

    ``to_class`` is (K, C) the RGB distance of each colour of the painting to each class;
    ``nearest`` (K,) the class a colour shows, -1 where it is near none; ``colours`` (C, 3) what
    stands for each class in this map; ``shown`` (C,) whether somebody meant a colour of this map to
    show it.
    """

    to_class: np.ndarray
    nearest: np.ndarray
    colours: np.ndarray
    shown: np.ndarray

    @classmethod
    def of(cls, to_seed: np.ndarray, classes: np.ndarray, seeds: np.ndarray, meant: int) -> Legend:
        """From (K, S) distances to seed colours (S, 3), largest area first, and their classes.

        The first ``meant`` seeds are colours of this map, the others the table's.
        """
        count = int(classes.max()) + 1
        to_class = np.full((len(to_seed), count), np.inf)
        colours = np.zeros((count, 3))
        for seed in range(len(seeds))[::-1]:  # the largest area last: it stands for the class
            number = classes[seed]
            to_class[:, number] = np.minimum(to_class[:, number], to_seed[:, seed])
            colours[number] = seeds[seed]
        nearest = np.where(to_class.min(axis=1) <= NEAR, to_class.argmin(axis=1), -1)
        return cls(to_class, nearest, colours, np.isin(np.arange(count), classes[:meant]))


def assign(painting: Painting, legend: Legend) -> np.ndarray:
    """(H, W) int64 class of every pixel."""
    claimed = np.where(painting.clear, -1, legend.nearest[painting.index])
    places = claimed.copy() if painting.crisp else _settled(claimed, legend)
    for _ in range(3):
        undecided = np.nonzero(places < 0)
        if not len(undecided[0]):
            break
        joined = [_join(painting, places, claimed, part, legend) for part in _parts(undecided)]
        places[undecided] = np.concatenate(joined)
    _fill(places)
    if not painting.crisp:
        places[_specks(places)] = -1
        _fill(places)
    return places


def _settled(claimed: np.ndarray, legend: Legend) -> np.ndarray:
    """(H, W) class of pixels in areas, and in hairlines: classes that hardly fill areas."""
    solid = in_blocks(claimed)
    count = len(legend.shown)
    total = np.bincount(claimed[claimed >= 0], minlength=count)
    hairline = legend.shown & (np.bincount(claimed[solid], minlength=count) < 0.2 * total)
    return np.where(solid | ((claimed >= 0) & hairline[claimed]), claimed, -1)


def _fill(places: np.ndarray) -> None:
    """Give undecided pixels (-1) the class of the nearest decided one, in place."""
    undecided = places < 0
    if undecided.any() and not undecided.all():
        rows, columns = ndimage.distance_transform_edt(
            undecided, return_distances=False, return_indices=True
        )
        places[undecided] = places[rows[undecided], columns[undecided]]


def _specks(places: np.ndarray) -> np.ndarray:
    """(H, W) bool: spots of at most _SPECK pixels, corners joined, that touch no area alike."""
    loose = ~in_blocks(places)
    rows, columns = np.nonzero(loose)
    number = np.full((places.shape[0] + 2, places.shape[1] + 2), -1)
    number[1:-1, 1:-1][loose] = np.arange(len(rows))
    padded = np.pad(places, 1, constant_values=-1)
    anchored = np.zeros(len(rows), dtype=bool)
    pairs = []
    for down, right in ((d, r) for d in range(3) for r in range(3) if (d, r) != (1, 1)):
        other = number[rows + down, columns + right]
        alike = padded[rows + down, columns + right] == places[rows, columns]
        anchored |= alike & (other < 0)
        joined = np.flatnonzero(alike & (other >= 0))
        pairs.append(np.stack([joined, other[joined]]))
    ends = np.concatenate(pairs, axis=1)
    graph = sparse.coo_matrix((np.ones(ends.shape[1]), tuple(ends)), shape=(len(rows), len(rows)))
    _, spot = sparse.csgraph.connected_components(graph, directed=False)
    small = np.bincount(spot) <= _SPECK
    small &= np.bincount(spot, weights=anchored) == 0
    result = np.zeros(places.shape, dtype=bool)
    result[rows, columns] = small[spot]
    return result


def _parts(where: tuple[np.ndarray, ...]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for start in range(0, len(where[0]), _CHUNK):
        yield where[0][start : start + _CHUNK], where[1][start : start + _CHUNK]


def _join(
    painting: Painting,
    places: np.ndarray,
    claimed: np.ndarray,
    where: tuple[np.ndarray, np.ndarray],
    legend: Legend,
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
    distance = np.where(clear[:, None], 0.0, legend.to_class[index][:, choices])
    score = distance - _MAJORITY * votes / np.maximum(votes.sum(axis=1, keepdims=True), 1)
    score[votes == 0] = np.inf
    best = choices[score.argmin(axis=1)]
    best[votes.sum(axis=1) == 0] = -1
    outside = np.flatnonzero((claim >= 0) & ~(around == claim[:, None]).any(axis=1))
    if len(outside):
        mixed = _is_mixture(
            painting.colours[index[outside]], votes[outside], choices, legend.colours
        )
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
