"""Hairline: the border of the hair over the forehead, raised or lowered.

Tips of hair and their shadow lie on both sides of that border; so a band of hair and a band of skin
along it are classes of their own, which go along with it.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from likewise.errors import LabelError
from likewise.labels.label_map import LabelMap
from likewise.tasks.faces.parts import mask_of


class Hairline:
    """A hairline to move by ``down`` pixels.

    Args:
        labels: (H, W), classes named as parts.
        down: pixels; negative raises it.
        reach: width of each band, pixels.
        first: ids for the bands: this one and the next.

    Raises:
        LabelError: there is no hair over a forehead.
    """

    def __init__(self, labels: LabelMap, down: int, reach: int, first: int) -> None:
        self._down = down
        hair, skin = (mask_of(labels, (name,)) for name in ("hair", "skin"))
        below = mask_of(labels, ("l_eye", "r_eye", "l_brow", "r_brow"))
        above = np.zeros_like(hair)
        if below.any():
            above[: int(np.nonzero(below)[0].min())] = True
        near_skin = ndimage.distance_transform_edt(~(skin & above)) <= reach
        near_hair = ndimage.distance_transform_edt(~hair) <= reach
        self._bands = hair & near_skin & above, skin & near_hair & above
        if not all(band.any() for band in self._bands):
            raise LabelError("edit", "no hair meets a forehead", "hair right above brows and skin")
        self._hair, self._skin, self._above = hair, skin, above
        ids = tuple(labels.classes.by_name(name).id for name in ("hair", "skin"))
        self._ids = ids
        self.own = {first: ids[0], first + 1: ids[1]}

    def draw(self, source: np.ndarray, target: np.ndarray, changed: np.ndarray) -> None:
        """Mark the bands in ``source`` and draw the moved hairline into ``target``."""
        moved = np.zeros_like(self._hair)
        for step in range(1, abs(self._down) + 1):
            if self._down > 0:
                moved |= _shifted(self._hair, step) & self._skin
            else:
                moved |= _shifted(self._skin & self._above, -step) & self._hair
        target[moved] = self._ids[self._down < 0]
        changed |= moved
        free = np.isin(target, self._ids)  # a brow stays before the hair that comes down
        for number, band in zip(self.own, self._bands, strict=True):
            source[band] = number
            there = _shifted(band, self._down) & free
            target[there] = number
            changed |= band | there


def _shifted(mask: np.ndarray, down: int) -> np.ndarray:
    """``mask`` moved by ``down`` rows."""
    answer = np.zeros_like(mask)
    if down > 0:
        answer[down:] = mask[:-down]
    elif down < 0:
        answer[:down] = mask[-down:]
    else:
        answer |= mask
    return answer
