"""Resizing: the layout at another size, with the things in it in their own shape."""

from __future__ import annotations

import numpy as np

from likewise.images import Image
from likewise.studio.planes import completed, plane_of
from likewise.studio.project import Project, require_drawable
from likewise.tasks.retargeting import retarget


def retargeted_layout(
    project: Project, size: tuple[int, int]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The layout of ``project`` at ``size``, and lines about what was kept in shape.

    Things keep their size as well where they can, since the source's pixels do.

    Args:
        project: labelled.
        size: (H, W) wanted.

    Returns:
        The (H, W) uint8 plane, and the notes of :func:`likewise.tasks.retargeting.retarget`.

    Raises:
        ImageError: ``size`` is more than a page can draw.
        ConfigError: a side is out of range.
        LabelError: the project has no labels yet.
    """
    require_drawable(size, "size")
    layout = project.layout_map()
    blank = Image.from_array(np.zeros((*layout.size, 3), dtype=np.uint8))  # only its size counts
    edit = retarget(blank, layout, size, scale=1.0)
    return completed(plane_of(edit.layout, project.table)), edit.notes
