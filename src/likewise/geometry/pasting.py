"""Edited source: the source with its regions moved naively to a new layout, by copy and paste.

Every region of the target takes the pixels of a region of its class, moved as a whole to where most
of it fits; what that leaves open takes the nearest pixel of the class. Nothing is scaled, turned or
blended. It is what an editing program gives, the column "edited source" of the paper's figures, and
what methods start from that repair such edits (SinGAN).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.errors import LabelError

MOST_REGIONS = 32  # of a class in the source that a region of the target is compared with


def edited_source(
    image: NDArray, labels: NDArray[np.integer], target: NDArray[np.integer]
) -> NDArray:
    """``image`` (Hs, Ws, ...) pasted into the layout ``target`` (H, W): (H, W, ...).

    Args:
        image: I, of any type and number of channels.
        labels: P, class indices (Hs, Ws), -1 where unknown.
        target: P', class indices (H, W), -1 where anything will do: it takes what lies there.

    Raises:
        LabelError: the sizes of ``image`` and ``labels`` differ, or a class is not in the source.
    """
    if image.shape[:2] != labels.shape:
        raise LabelError("labels", f"shape {labels.shape}", f"the image's {image.shape[:2]}")
    rows, columns = (np.empty(target.shape, dtype=np.int64) for _ in range(2))
    for class_ in np.unique(target):
        known = labels == class_ if class_ >= 0 else np.ones(labels.shape, dtype=bool)
        if not known.any():
            raise LabelError("target", f"class {class_}", "a class that the source shows")
        near = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
        offered = _regions(known)[:MOST_REGIONS]
        for region in _regions(target == class_):
            places = np.argwhere(region)
            move = _best_move(places, [_box(o) for o in offered], known)
            y, x = _inside(places + move, labels.shape)
            rows[region], columns[region] = near[0][y, x], near[1][y, x]
    return image[rows, columns]


def _best_move(
    places: NDArray[np.int64], boxes: list[NDArray[np.int64]], known: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The move (down, right) after which most of ``places`` (N, 2) are ``known``; none if equal."""
    here = np.stack((places.min(axis=0), places.max(axis=0)))
    moves: list[NDArray[np.int64]] = [np.zeros(2, dtype=np.int64)]
    for box in boxes:
        first, last = box - here
        moves += [first, last, (first + last) // 2]
    return max(moves, key=lambda move: _fitting(places + move, known))


def _fitting(places: NDArray[np.int64], known: NDArray[np.bool_]) -> int:
    within = ((places >= 0) & (places < known.shape)).all(axis=1)
    y, x = places[within].T
    return int(known[y, x].sum())


def _inside(places: NDArray[np.int64], size: tuple[int, ...]) -> tuple[NDArray, NDArray]:
    y, x = np.clip(places, 0, np.array(size[:2]) - 1).T
    return y, x


def _regions(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Connected regions, 8 neighbours a pixel, the largest first."""
    numbers, count = ndimage.label(mask, structure=np.ones((3, 3)))
    areas = np.bincount(numbers.ravel(), minlength=count + 1)[1:]
    return [numbers == 1 + k for k in np.argsort(-areas, kind="stable")]


def _box(region: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(2, 2): the first and the last place, (row, column), of a region."""
    places = np.argwhere(region)
    return np.stack((places.min(axis=0), places.max(axis=0)))
