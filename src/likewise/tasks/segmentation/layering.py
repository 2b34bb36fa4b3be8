"""Layering: masks that overlap and leave gaps become a label map, in which each pixel has a class.

The rule: a smaller mask lies on a larger one, so that a part stays visible on its whole. Of two
masks of nearly the same pixels the surer one stays. A mask of which too little is left to see goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from likewise.errors import LabelError
from likewise.images import Image
from likewise.tasks.segmentation.mask_files import Mask

SAME = 0.9  # intersection over union from which two masks are one
LEAST_SEEN = 0.0005  # share of the picture that must be left to see of a mask
UNCOVERED = -1


@dataclass(frozen=True)
class Layers:
    """What is seen of the masks of one picture.

    Attributes:
        numbers: (H, W) position in ``masks`` of what each pixel shows, UNCOVERED where nothing.
        masks: those of which something is seen.
        notes: what became of the others, and of the gaps; lines to print.
    """

    numbers: np.ndarray
    masks: tuple[Mask, ...]
    notes: tuple[str, ...]


def layered(masks: Sequence[Mask], image: Image, *, fill: bool, origin: object) -> Layers:
    """The masks of ``image`` laid on each other.

    Args:
        masks: of the picture's size.
        image: (H, W).
        fill: whether gaps go to the nearest mask; else they stay uncovered.
        origin: what errors call the masks.

    Raises:
        LabelError: a mask of another size, or all are empty.
    """
    for mask in masks:
        if mask.size != image.size:
            found = f"a mask of {mask.size[1]} x {mask.size[0]} pixels"
            raise LabelError(origin, found, f"the picture's {image.size[1]} x {image.size[0]}")
    some = [mask for mask in masks if mask.area]
    if not some:
        raise LabelError(origin, f"{len(masks)} empty masks", "masks with pixels inside")
    single = _without_twins(some)
    numbers, seen = _seen(single, image.size)
    notes = [
        f"{count} {'mask' if count == 1 else 'masks'} {what}"
        for count, what in (
            (len(masks) - len(some), "empty: left out"),
            (len(some) - len(single), "nearly the same as another: left out"),
            (len(single) - len(seen), "hidden by others, or too small: left out"),
        )
        if count
    ]
    open_ = numbers == UNCOVERED
    if open_.any():
        fate = "filled from the nearest" if fill else 'they are "background"'
        notes.append(f"{100 * open_.mean():.1f} % of the pixels are in no mask: {fate}")
    if fill and open_.any():
        nearest = ndimage.distance_transform_edt(open_, return_distances=False, return_indices=True)
        numbers = numbers[tuple(nearest)]
    return Layers(numbers, tuple(seen), tuple(notes))


def _without_twins(masks: Sequence[Mask]) -> list[Mask]:
    """``masks`` without those that the same name and nearly the same pixels of a surer one have."""
    kept: list[Mask] = []
    for mask in sorted(masks, key=lambda one: -one.quality):
        alike = (one for one in kept if one.name == mask.name and _near(one.area, mask.area))
        if not any(_overlap(one, mask) >= SAME for one in alike):
            kept.append(mask)
    return [mask for mask in masks if any(mask is one for one in kept)]


def _near(area: int, other: int) -> bool:
    return min(area, other) >= SAME * max(area, other)


def _overlap(one: Mask, other: Mask) -> float:
    both = int(np.unpackbits(one.packed & other.packed).sum())
    return both / (one.area + other.area - both)


def _seen(masks: Sequence[Mask], size: tuple[int, int]) -> tuple[np.ndarray, list[Mask]]:
    """The smaller on the larger; those of which too little is left go, and what is below shows."""
    least = LEAST_SEEN * size[0] * size[1]
    while True:
        numbers = np.full(size, UNCOVERED, dtype=np.int32)
        order = sorted(range(len(masks)), key=lambda k: -masks[k].area)
        for k in order:
            numbers[masks[k].pixels] = k
        left = np.bincount(numbers.ravel() + 1, minlength=len(masks) + 1)[1:]
        stay = [k for k in range(len(masks)) if left[k] >= min(least, masks[k].area) and left[k]]
        # A small mask that somebody named stays; one that nobody named may be an accident.
        stay = [k for k in stay if masks[k].name is not None or left[k] >= least] or [order[0]]
        if len(stay) == len(masks):
            return numbers, list(masks)
        masks = [masks[k] for k in stay]
