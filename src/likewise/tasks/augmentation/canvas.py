"""Canvas: a layout on which things are set down where they may stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.tasks.augmentation.sprites import NOTHING
from likewise.tasks.augmentation.things import NEIGHBOURS, Thing, shares_around, touches_frame

APART = 0.012  # of the short side: nearer than this two things would grow together
SHOWN = 0.5  # share of a thing that has to lie within the frame, if that cut it before


@dataclass(eq=False)
class Canvas:
    """A layout in the making.

    Attributes:
        ids: (H, W) ids, changed in place.
        standing: class and mask of each thing that stands on it.
    """

    ids: NDArray[np.int32]
    standing: list[tuple[int, NDArray[np.bool_]]] = field(default_factory=list)

    def set_down(
        self, thing: Thing, sprite: NDArray[np.int32], corner: tuple[int, int], room: NDArray
    ) -> bool:
        """Set ``sprite`` down with its upper left corner at ``corner`` if it may stand there.

        It may where it lies within the frame, keeps off what :meth:`taken` holds, and is
        surrounded by no class that does not surround ``thing`` in its own layout.

        Args:
            thing: what the sprite was made of.
            sprite: (h, w) ids, NOTHING where transparent.
            corner: (row, column), of the sprite's upper left pixel.
            room: what :meth:`taken` answered for the thing.
        """
        height, width = self.ids.shape
        top, left = corner
        rows = slice(max(0, top), min(height, top + sprite.shape[0]))
        columns = slice(max(0, left), min(width, left + sprite.shape[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return False
        part = sprite[
            rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
        drawn = part != NOTHING
        shown = int(drawn.sum()) / max(1, int((sprite != NOTHING).sum()))
        if shown < (SHOWN * 0.5 if any(thing.cut) else 1.0) or not drawn.any():
            return False
        if (room[rows, columns] & drawn).any():
            return False
        mask = np.zeros(self.ids.shape, dtype=bool)
        mask[rows, columns] = drawn
        if not any(thing.cut) and touches_frame(mask):
            return False
        if not set(shares_around(self.ids, mask)) <= thing.company:
            return False
        self.ids[rows, columns][drawn] = part[drawn]
        self.standing.append((thing.id, mask))
        return True

    def taken(self, thing: Thing) -> NDArray[np.bool_]:
        """(H, W) bool: where ``thing`` may not lie, for other things stand there or close by.

        Classes that surround it in its own layout may be covered: a spoon lies on its saucer.
        """
        blocked = np.zeros(self.ids.shape, dtype=bool)
        for number, mask in self.standing:
            if number == thing.id or number not in thing.company:
                blocked |= mask
        width = max(2, round(APART * min(self.ids.shape)))
        return np.asarray(ndimage.binary_dilation(blocked, NEIGHBOURS, iterations=width))
