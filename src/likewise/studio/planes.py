"""Planes: label maps as a page paints them, one byte a pixel.

A byte is the position of the pixel's class in the project's table, UNLABELLED where it has none.
Positions are small where ids need not be, and stay what they are while classes are added.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from likewise.errors import LabelError
from likewise.labels.label_map import ClassTable, LabelMap

UNLABELLED = 255
MOST_CLASSES = 255
UNKNOWN_ID = 255  # customary for pixels without a class, where no class has it


def plane_of(labels: LabelMap, table: ClassTable) -> np.ndarray:
    """(H, W) uint8 plane of ``labels`` in the classes of ``table``.

    Raises:
        LabelError: ``labels`` shows a class that ``table`` lacks, or the table is too long.
    """
    require_few(table)
    return labels.indices(table).astype(np.uint8)  # -1, ignored, becomes UNLABELLED


def map_of(plane: np.ndarray, table: ClassTable, origin: str = "labels") -> LabelMap:
    """The label map of an (H, W) uint8 ``plane``; unlabelled pixels are ignored ones."""
    nothing = UNKNOWN_ID if UNKNOWN_ID not in table else min(int(table.ids.min()) - 1, -1)
    ids = np.full(256, nothing, dtype=np.int32)
    ids[: len(table)] = table.ids
    return LabelMap(ids[plane], table, frozenset({nothing}), origin=origin)


def read_plane(body: bytes, size: tuple[int, int], classes: int, *, whole: bool) -> np.ndarray:
    """The plane in the bytes of a request.

    Args:
        body: H * W bytes, row by row.
        size: (H, W) it is said to have.
        classes: length of the class table.
        whole: whether every pixel must have a class.

    Raises:
        LabelError: another number of bytes, or a byte that is no class.
    """
    height, width = size
    if len(body) != height * width:
        expected = f"{height * width:,}, one a pixel"
        raise LabelError("plane", f"{len(body):,} bytes for {width} x {height}", expected)
    plane = np.frombuffer(body, dtype=np.uint8).reshape(height, width)
    highest = int(plane.max() if whole else plane.max(initial=0, where=plane != UNLABELLED))
    if highest >= classes:
        expected = f"positions below {classes}, the number of classes"
        raise LabelError("plane", f"the class position {highest}", expected)
    return plane


def completed(plane: np.ndarray) -> np.ndarray:
    """``plane`` with the class of the nearest labelled pixel where there was none.

    Raises:
        LabelError: no pixel has a class.
    """
    empty = plane == UNLABELLED
    if not empty.any():
        return plane
    if empty.all():
        raise LabelError("labels", "no pixel has a class", "at least one", "Paint some first.")
    nearest = distance_transform_edt(empty, return_distances=False, return_indices=True)
    return np.ascontiguousarray(plane[tuple(nearest)])


def require_few(table: ClassTable) -> None:
    """Make sure that one byte can tell the classes apart.

    Raises:
        LabelError: there are more than MOST_CLASSES.
    """
    if len(table) > MOST_CLASSES:
        raise LabelError(
            "classes",
            f"{len(table)} of them",
            f"at most {MOST_CLASSES} in the studio",
            "Merge rare classes, or use likewise run.",
        )
