"""Masks: label maps of pictures whose things other programs have found (SAM and the like)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from skimage.color import rgb2lab

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.tasks.segmentation.grouping import Regions, group
from likewise.tasks.segmentation.layering import UNCOVERED, Layers
from likewise.tasks.segmentation.naming import Seen, class_table, counted
from likewise.tasks.segmentation.pieces import pieces_of, working_copy
from likewise.tasks.segmentation.segmentation import as_labels, gathered, require_classes

BACKGROUND = "background"
MOST_CLASSES = 254


def segment_by_masks(
    images: Sequence[Image], layers: Sequence[Layers], classes: int | None = None
) -> list[LabelMap]:
    """Label maps of ``images`` from their masks.

    Masks of one name are one class, in all pictures. Masks without a name are a class each, or are
    grouped by their looks into ``classes``.

    Args:
        images: of any sizes and modes.
        layers: the masks of each.
        classes: how many classes masks without a name become, 2 to 24; None leaves them apart.

    Returns:
        (H, W) labels in one table; "background" is the first class where pixels are in no mask.

    Raises:
        ConfigError: ``classes`` is out of range, or is missing where many masks, or several
            pictures, have no names.
    """
    named = require_named(layers, classes)
    groups = _grouped(images, layers, classes)
    maps = [_positions(one, number, named) for one, number in zip(layers, groups, strict=True)]
    return _in_one_table(images, maps, named)


def require_named(layers: Sequence[Layers], classes: int | None) -> list[str]:
    """Make sure that masks have names where they need them; the names, in order.

    Raises:
        ConfigError: as in :func:`segment_by_masks`.
    """
    require_classes(classes)
    bare = sum(mask.name is None for one in layers for mask in one.masks)
    if classes is None and bare and len(layers) > 1:
        found = "masks without names in several pictures"
        raise ConfigError("--classes", found, "a number: what looks alike gets one class")
    named = list(dict.fromkeys(m.name for one in layers for m in one.masks if m.name is not None))
    if classes is None and bare + len(named) > MOST_CLASSES:
        found = f"{bare + len(named)} masks"
        raise ConfigError("--classes", found, f"a number, or at most {MOST_CLASSES} masks")
    return named


def _grouped(
    images: Sequence[Image], layers: Sequence[Layers], classes: int | None
) -> list[np.ndarray]:
    """The group of each mask of each picture, from 0 on; those with a name count too."""
    sizes = [len(one.masks) for one in layers]
    starts = np.cumsum([0, *sizes])
    count = int(starts[-1])
    if classes is None or count <= classes:
        groups = np.arange(count)
    else:
        groups = group(_regions(images, layers)).groups(classes)
    return [groups[start : start + size] for start, size in zip(starts, sizes, strict=False)]


def _regions(images: Sequence[Image], layers: Sequence[Layers]) -> Regions:
    """What is seen of each mask, as regions; what is in no mask is none."""
    cuts, parts, keep = [], [], []
    for image, one in zip(images, layers, strict=True):
        rgb = working_copy(image).to_rgb8()
        lab = rgb2lab(rgb).astype(np.float32)
        rows, columns = (
            (np.arange(side) * full // side)
            for side, full in zip(lab.shape[:2], image.size, strict=True)
        )
        shown = one.numbers[np.ix_(rows, columns)]
        _show_all(shown, one)
        present, flat = np.unique(shown, return_inverse=True)
        pieces = pieces_of(flat.reshape(shown.shape), lab, image.size)
        cuts.append(pieces)
        parts.append(np.arange(len(pieces)))
        keep.append(present != UNCOVERED)
    every, stay = gathered(cuts, parts), np.flatnonzero(np.concatenate(keep))
    square = np.ix_(stay, stay)
    return Regions(
        every.traits[stay], every.areas[stay], every.lengths[square], every.edges[square]
    )


def _show_all(shown: np.ndarray, one: Layers) -> None:
    """Give each mask too thin to be met in ``shown``, at working size, a pixel of another there."""
    for k in set(range(len(one.masks))) - set(np.unique(shown).tolist()):
        y, x = (axis.mean() for axis in np.nonzero(one.numbers == k))
        rows, columns = np.indices(shown.shape)
        away = (rows - y * shown.shape[0] / one.numbers.shape[0]) ** 2
        away += (columns - x * shown.shape[1] / one.numbers.shape[1]) ** 2
        spare = np.bincount(shown.ravel() + 1)[shown + 1] > 1
        shown.flat[np.where(spare, away, np.inf).argmin()] = k


def _positions(one: Layers, groups: np.ndarray, named: Sequence[str]) -> np.ndarray:
    """(H, W) 0 for background, then the names, then the groups of masks without one."""
    ids = [
        1 + (named.index(mask.name) if mask.name is not None else len(named) + int(number))
        for mask, number in zip(one.masks, groups, strict=True)
    ]
    return np.array([*ids, 0])[one.numbers]  # UNCOVERED takes the last


def _in_one_table(
    images: Sequence[Image], maps: Sequence[np.ndarray], named: Sequence[str]
) -> list[LabelMap]:
    """Label maps with ids from 0 on; groups named by place and colour, the others as they are."""
    present = np.unique(np.concatenate([np.unique(ids) for ids in maps]))
    packed = [np.searchsorted(present, ids) for ids in maps]
    seen = [Seen(image.to_rgb8(), ids) for image, ids in zip(images, packed, strict=True)]
    told = class_table(seen)
    names = counted(
        BACKGROUND if number == 0 else named[number - 1] if number <= len(named) else entry.name
        for number, entry in zip(present.tolist(), told, strict=True)
    )
    entries = (
        LabelClass(entry.id, name, entry.colour) for name, entry in zip(names, told, strict=True)
    )
    table = ClassTable(tuple(entries))
    return [as_labels(ids, table) for ids in packed]
