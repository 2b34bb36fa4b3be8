"""Segmentation: label maps of pictures that have none, from pieces merged by their looks.

A picture is cut into small pieces along its edges, pieces that touch become regions, and regions of
like colour, texture and place become classes. Several pictures share their classes: what looks
alike in both has one id. Nothing is learnt and nothing is known of things: what comes out is a
start for a hand to correct. Not in the paper: because it takes labels as given.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap
from likewise.tasks.segmentation.borders import at_full_size, without_specks
from likewise.tasks.segmentation.grouping import Regions, group
from likewise.tasks.segmentation.naming import Seen, class_table
from likewise.tasks.segmentation.pieces import Pieces, cut
from likewise.tasks.segmentation.regions import regions

FEWEST, MOST = 2, 24
LIKELY = 3, 8  # classes, where nobody says how many
REGIONS = 40  # of a picture, or twice the classes where these are more
ALIKE = 0.5  # units of Lab: pictures without a larger difference hold one class
ROW, COLUMN = 8.0, 8.0  # weights of the place in one picture, units of Lab
SHARED = 0.3  # what remains of them where pictures share classes: their frames differ


def segment(image: Image, classes: int | None = None) -> LabelMap:
    """A label map of ``image``, its classes named by place and colour, the largest first.

    Args:
        image: (H, W) of any mode.
        classes: 2 to 24: at most so many are found. Where None, 3 to 8: as many as there are
            before the steepest rise of the price of joining two more.

    Returns:
        (H, W) labels, ids from 0, every pixel of a class. Of a picture of one colour: one class.

    Raises:
        ConfigError: ``classes`` is out of range.
    """
    return segment_together([image], classes)[0]


def segment_together(images: Sequence[Image], classes: int | None = None) -> list[LabelMap]:
    """Label maps of ``images`` in one class table; a map need not show every class.

    Args:
        images: of any sizes and modes, at least one.
        classes: as in :func:`segment`, for all of them together.

    Raises:
        ConfigError: ``classes`` is out of range.
    """
    require_classes(classes)
    cuts = [cut(image) for image in images]
    found = grouped(cuts, classes)
    return finished(images, cuts, found)


def require_classes(classes: int | None) -> None:
    """Make sure that ``classes`` is None or a number of classes that can be asked for.

    Raises:
        ConfigError: it is not.
    """
    if classes is not None and not FEWEST <= classes <= MOST:
        raise ConfigError("classes", str(classes), f"{FEWEST} to {MOST}")


def grouped(cuts: Sequence[Pieces], classes: int | None) -> list[np.ndarray]:
    """The class (N,) of each piece of each picture, from 0 on."""
    looks = np.concatenate([pieces.looks for pieces in cuts])
    if np.ptp(looks, axis=0).max() < ALIKE:
        return [np.zeros(len(pieces), dtype=np.int64) for pieces in cuts]
    count = max(REGIONS, 2 * (classes or 0))
    parts = [regions(pieces, count) for pieces in cuts]
    joined = group(gathered(cuts, parts))
    wanted = joined.likely_count(*LIKELY) if classes is None else classes
    groups = joined.groups(wanted)
    starts = np.cumsum([0, *(int(part.max()) + 1 for part in parts)])
    return [groups[start + part] for start, part in zip(starts, parts, strict=False)]


def finished(
    images: Sequence[Image], cuts: Sequence[Pieces], classes: Sequence[np.ndarray]
) -> list[LabelMap]:
    """Label maps at full size of pieces whose ``classes`` (N,) are known, in one new table."""
    maps = [
        at_full_size(without_specks(found[pieces.numbers]), pieces.lab, image)
        for image, pieces, found in zip(images, cuts, classes, strict=True)
    ]
    present = np.unique(np.concatenate([np.unique(ids) for ids in maps]))
    maps = [np.searchsorted(present, ids) for ids in maps]
    shares = sum(np.bincount(ids.ravel(), minlength=len(present)) / ids.size for ids in maps)
    ranks = np.argsort(np.argsort(-np.asarray(shares), kind="stable"), kind="stable")
    maps = [ranks[ids] for ids in maps]
    seen = [Seen(image.to_rgb8(), ids) for image, ids in zip(images, maps, strict=True)]
    table = class_table(seen)
    return [as_labels(ids, table) for ids in maps]


def as_labels(ids: np.ndarray, table: ClassTable) -> LabelMap:
    """The label map of (H, W) ``ids`` in ``table``."""
    return LabelMap.from_array(ids.astype(np.int32), table, origin="segmentation")


def gathered(cuts: Sequence[Pieces], parts: Sequence[np.ndarray]) -> Regions:
    """The regions of all pictures, one after the other; those of two pictures never touch.

    Args:
        cuts: the pieces of each picture.
        parts: (N,) the region of each piece there, from 0 on.
    """
    weight = 1.0 if len(cuts) == 1 else SHARED
    traits, areas = [], []
    count = sum(int(part.max()) + 1 for part in parts)
    lengths, edges = np.zeros((count, count)), np.zeros((count, count))
    start = 0
    for pieces, part in zip(cuts, parts, strict=True):
        area = np.bincount(part, pieces.areas)
        rows = np.concatenate([pieces.looks, weight * pieces.places * (ROW, COLUMN)], axis=1)
        traits.append(
            np.stack([np.bincount(part, pieces.areas * row) / area for row in rows.T], axis=1)
        )
        areas.append(area / len(cuts))
        one, other = start + part[pieces.pairs].T
        apart = one != other
        for table, values in ((lengths, pieces.lengths), (edges, pieces.lengths * pieces.edges)):
            np.add.at(table, (one[apart], other[apart]), values[apart])
        start += len(area)
    return Regions(
        np.concatenate(traits), np.concatenate(areas), lengths + lengths.T, edges + edges.T
    )
