"""Stretch: classes that a layout wants thicker, or much larger, than the source shows them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from likewise.doubting.doubt import Doubt
from likewise.doubting.scene import Scene

THICKER = 2.0  # times: from here the patch engine shows pieces of textured classes again and again
LARGER = 3.0  # times the area: on the average each pixel of the source has to serve thrice
LEAST_RADIUS = 6.0  # pixels of the scene: nothing can repeat visibly in less
LEAST_SHARE = 0.005  # of the target: smaller classes are not worth a warning


def stretch_doubts(scene: Scene) -> Iterator[Doubt]:
    """Doubts of kind "stretched", in the order of the class table."""
    for place, name in enumerate(scene.table.names):
        asked, shown = scene.target == place, scene.source == place
        if not shown.any() or asked.mean() < LEAST_SHARE:
            continue
        larger = int(asked.sum()) / int(shown.sum())
        before, after = largest_circle(shown), largest_circle(asked)
        if (after < THICKER * before or after < LEAST_RADIUS) and larger < LARGER:
            continue
        area = round(int(shown.sum()) * scene.pixel**2)
        widths = [round(2 * radius * scene.pixel) for radius in (after, before)]
        yield Doubt(
            "stretched",
            (name,),
            f"{name} is {widths[0]} pixels thick where the source shows it {widths[1]} "
            f"({after / before:.1f} times), on {larger:.1f} times the source's {area} pixels",
            "It is likely to repeat visibly: ask for less of it in one piece, or start from a "
            "picture that shows more of it.",
        )


def largest_circle(mask: NDArray[np.bool_]) -> float:
    """Radius, in pixels, of the largest circle that fits into ``mask`` (H, W) and the frame."""
    return float(distance_transform_edt(np.pad(mask, 1)).max())
