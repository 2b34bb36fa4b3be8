"""Borders: how long each pair of classes meets in a map, and which class stands on which."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from likewise.doubting.doubt import Doubt
from likewise.doubting.scene import Scene

NOTABLE = 0.04  # of the target's short side: shorter borders are not doubted
SHORTEST = 6  # pixels of the scene: nor are these
UNSHOWN = 8  # a border this many times as long as the source's is one the source does not show
FOOTING = 0.25  # of a class's lower edge: less of it does not decide what the class stands on
RARELY = 4  # a share of the lower edge this many times the source's is one it does not show


def border_doubts(scene: Scene) -> Iterator[Doubt]:
    """Doubts of kind "neighbours", then of kind "footing" about pairs that do meet in the source.

    Both kinds look at borders of notable length only.
    """
    count = len(scene.table)
    asked, shown = (border_lengths(places, count) for places in (scene.target, scene.source))
    least = max(NOTABLE * scene.short, SHORTEST)
    new = (asked >= least) & (asked >= UNSHOWN * shown)
    for a, b in np.argwhere(np.triu(new)).tolist():
        yield _neighbours(scene, a, b, int(asked[a, b]), int(shown[a, b]))
    feet, known = (standing_lengths(places, count) for places in (scene.target, scene.source))
    mine, theirs = (edges / np.maximum(edges.sum(1, keepdims=True), 1) for edges in (feet, known))
    doubted = (feet[:, :count] >= least) & (mine >= FOOTING)[:, :count]
    doubted &= (mine >= RARELY * theirs)[:, :count] & ~new
    for a, b in np.argwhere(doubted).tolist():
        yield _footing(scene, a, b, int(feet[a, b]), float(mine[a, b]), float(theirs[a, b]))


def border_lengths(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(K, K) symmetric: sides of pixels, across and down, that part class a from class b.

    Args:
        places: (H, W) positions of classes, below 0 where unknown.
        count: K.
    """
    down = _met(places[:-1], places[1:], count, count)
    across = _met(places[:, :-1], places[:, 1:], count, count)
    one_way = down + across
    return one_way + one_way.T


def standing_lengths(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(K, K + 1): pixels of class a's lower edge right above class b; last, above the frame's edge.

    Args:
        places: (H, W) positions of classes, below 0 where unknown.
        count: K.
    """
    frame = np.full((1, places.shape[1]), count)
    return _met(places, np.concatenate([places[1:], frame]), count, count + 1)


def _met(
    here: NDArray[np.int64], there: NDArray[np.int64], rows: int, columns: int
) -> NDArray[np.int64]:
    met = (here != there) & (here >= 0) & (there >= 0)
    pairs = np.bincount(here[met] * columns + there[met], minlength=rows * columns)
    return pairs.reshape(rows, columns)


def _neighbours(scene: Scene, a: int, b: int, asked: int, shown: int) -> Doubt:
    one, other = (scene.table.names[k] for k in (a, b))
    here = f"in the source {'along' if shown else 'nowhere'}"
    here += f" {round(shown * scene.pixel)}" if shown else ""
    return Doubt(
        "neighbours",
        (one, other),
        f"{one} meets {other} along {round(asked * scene.pixel)} pixels of border, {here}",
        "How the two meet is a guess: part them by a class that meets both in the source.",
    )


def _footing(scene: Scene, a: int, b: int, length: int, share: float, before: float) -> Doubt:
    one, other = (scene.table.names[k] for k in (a, b))
    return Doubt(
        "footing",
        (one, other),
        f"{one} stands on {other} along {100 * share:.0f} % of its lower edge "
        f"({round(length * scene.pixel)} pixels), in the source along {100 * before:.0f} %",
        f"Let {one} end below as it does in the source, or expect a cut edge there.",
    )
