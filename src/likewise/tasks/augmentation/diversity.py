"""Diversity: how much the layouts of a set differ from each other and from the source.

The distance of two layouts is 1 minus their mean IoU, at a reduced size. Not in the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.constraints import regions

SIDE = 64  # short side, pixels, at which layouts are compared
COMPARED = 500  # layouts at most that are compared with each other


def diversity(source: LabelMap, layouts: Sequence[LabelMap]) -> dict[str, Any]:
    """Figures of a set of layouts.

    Args:
        source: P.
        layouts: of its size and classes.

    Returns:
        "pairs"; "distinct" layouts; "to_each_other" and "to_nearest", the mean distance of two
        layouts and of each from the one most like it, None of fewer than two; "to_source"; and
        "classes": by name, the mean, standard deviation, least and most of its "area" (share of
        the picture) and "regions". Of more than 500 layouts, 500 spread evenly are compared.
    """
    table = source.present_classes
    step = max(1, -(-len(layouts) // COMPARED))
    small = np.stack([_small(layout, table.ids) for layout in [source, *layouts[::step]]])
    distances = _distances(small, len(table))
    among = distances[1:, 1:]
    several = len(among) > 1
    away = among + np.where(np.eye(len(among), dtype=bool), np.inf, 0.0)
    return {
        "pairs": len(layouts),
        "distinct": len({layout.ids.tobytes() for layout in layouts}),
        "to_each_other": _mean(among[np.triu_indices(len(among), 1)]) if several else None,
        "to_nearest": _mean(away.min(axis=1)) if several else None,
        "to_source": _mean(distances[0, 1:]) if len(layouts) else None,
        "classes": {entry.name: _spread(layouts, entry.id) for entry in table},
    }


def _small(layout: LabelMap, ids: NDArray[np.int32]) -> NDArray[np.int64]:
    factor = min(1.0, SIDE / min(layout.size))
    size = tuple(max(1, round(side * factor)) for side in layout.size)
    return layout.resized((size[0], size[1])).indices(layout.classes.subset(ids.tolist())).ravel()


def _distances(places: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """(N, N) of layouts (N, pixels)."""
    total = np.zeros((len(places), len(places)))
    present = np.zeros_like(total)
    for place in range(classes):
        mask = (places == place).astype(np.float32)
        both = (mask @ mask.T).astype(np.float64)
        areas = mask.sum(1).astype(np.float64)
        either = areas[:, None] + areas[None, :] - both
        present += either > 0
        total += np.where(either > 0, both / np.maximum(either, 1), 0)
    return np.asarray(1 - total / np.maximum(present, 1))


def _spread(layouts: Sequence[LabelMap], number: int) -> dict[str, dict[str, float]]:
    areas = [float((layout.ids == number).mean()) for layout in layouts]
    counts = [float(len(regions(layout.ids == number))) for layout in layouts]
    return {"area": _figures(areas), "regions": _figures(counts)}


def _figures(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    every = np.array(values)
    names = {"mean": every.mean(), "sd": every.std(), "least": every.min(), "most": every.max()}
    return {name: round(float(value), 4) for name, value in names.items()}


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), 4)
