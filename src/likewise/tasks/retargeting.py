"""Retargeting: a picture at another size or aspect, with what matters in its own shape.

The layout is stretched where nothing matters and kept where something does; the picture is then
rendered in that layout from its own pieces, so that grass stays grass and is not stretched. Not in
the paper, which keeps the source's size; SinGAN (2019) retargets without labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likewise.errors import ConfigError, LabelError
from likewise.images import MIN_SIDE, Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.axes import places, scaled_axes
from likewise.tasks.edit import Edit

CELLS = 48  # along the longer side
LONGEST_SIDE = 16_384
LARGEST_STRETCH = 8.0
SCALES = (0.05, 8.0)
WARN_BELOW, WARN_ABOVE = 0.9, 1.1  # mean scale of what is kept
WARN_SHAPE = 1.08  # width by height, or its inverse


def retarget(
    image: Image,
    labels: LabelMap,
    size: tuple[int, int],
    *,
    keep: Sequence[str] | None = None,
    scale: float | None = None,
) -> Edit:
    """The edit that gives the picture another size.

    Args:
        image: the picture, (H, W).
        labels: its label map, (H, W).
        size: (H', W') wanted.
        keep: names of classes that keep their shape; by default those that do not reach from one
            edge of the picture to the opposite one, as grounds and skies do.
        scale: by which the picture is enlarged or reduced evenly before its layout is changed; by
            default as little as brings it to the new size along at least one side: 1 unless
            both sides grow, or both shrink.

    Returns:
        An edit whose source is the picture at ``scale``.

    Raises:
        ConfigError: the size or the scale is out of range.
        LabelError: a class to keep does not occur.
    """
    labels.require_size(image)
    _check_size(image.size, size)
    ratios = [new / old for new, old in zip(size, image.size, strict=True)]
    if scale is None:
        scale = float(np.clip(1.0, min(ratios), max(ratios)))
    if not SCALES[0] <= scale <= SCALES[1]:
        raise ConfigError("scale", f"{scale:g}", f"{SCALES[0]:g} to {SCALES[1]:g}")
    height, width = (max(MIN_SIDE, round(scale * side)) for side in image.size)
    small = height, width
    source, source_labels = image, labels
    if small != image.size:
        source, source_labels = image.resized(small), labels.resized(small)
    kept = _kept(labels, keep)
    importance = _cells(source_labels, kept)
    heights, widths = scaled_axes(importance, _in_cells(size, small, importance.shape))
    rows, columns = places(heights, small[0], size[0]), places(widths, small[1], size[1])
    layout = source_labels.with_ids(source_labels.ids[np.ix_(rows, columns)])
    notes = [f"kept in shape: {', '.join(kept) or 'nothing'}", *_told(importance, heights, widths)]
    if scale != 1:
        notes.insert(0, f"the picture is first brought to {small[1]} x {small[0]} pixels")
    order = {"task": "retarget", "size": list(size), "keep": list(kept), "scale": scale}
    layout = LabelMap(layout.ids, layout.classes, layout.ignore, None, "layout")
    return Edit(source, source_labels, layout, name="retargeted", order=order, notes=tuple(notes))


def _check_size(old: tuple[int, int], new: tuple[int, int]) -> None:
    for before, side in zip(old, new, strict=True):
        most = min(LONGEST_SIDE, int(LARGEST_STRETCH * before))
        if not MIN_SIDE <= side <= most:
            found = f"{new[1]}x{new[0]}"
            raise ConfigError("size", found, f"sides of {MIN_SIDE} to {most} pixels")


def _kept(labels: LabelMap, names: Sequence[str] | None) -> tuple[str, ...]:
    shown = labels.present_classes
    if names is None:
        return tuple(c.name for c in shown if not _reaches_across(labels.ids == c.id))
    for name in names:
        if name not in shown.names:
            raise LabelError("keep", f"{name!r} does not occur", f"one of {', '.join(shown.names)}")
    return tuple(names)


def _reaches_across(inside: np.ndarray) -> bool:
    """Whether a class touches two opposite edges of the picture."""
    touches = [bool(edge.any()) for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1])]
    return (touches[0] and touches[1]) or (touches[2] and touches[3])


def _cells(labels: LabelMap, kept: Sequence[str]) -> np.ndarray:
    """(N, M) share of each cell that is of a class to keep."""
    ids = [labels.classes.by_name(name).id for name in kept]
    inside = np.isin(labels.ids, ids).astype(np.float64)
    side = max(1.0, max(labels.size) / CELLS)
    counts = [max(2, round(edge / side)) for edge in labels.size]
    for axis, count in enumerate(counts):
        # Sums over fractions of rows, so that cells need not be whole numbers of pixels.
        total = np.insert(np.cumsum(inside, axis=axis), 0, 0, axis=axis)
        edges = np.linspace(0, inside.shape[axis], count + 1)
        low = np.minimum(edges.astype(int), inside.shape[axis] - 1)
        part = np.expand_dims(edges - low, 1 - axis)
        at = np.take(total, low, axis) * (1 - part) + np.take(total, low + 1, axis) * part
        inside = np.diff(at, axis=axis) / (edges[1] - edges[0])
    return np.clip(inside, 0, 1)


def _in_cells(
    size: tuple[int, int], small: tuple[int, ...], counts: tuple[int, ...]
) -> tuple[float, float]:
    """``size`` in units of the cells of the picture at ``small``."""
    return size[0] * counts[0] / small[0], size[1] * counts[1] / small[1]


def _told(importance: np.ndarray, heights: np.ndarray, widths: np.ndarray) -> list[str]:
    """What became of the size and the shape of what is kept, where it could not be kept."""
    if not importance.any():
        return []
    high = float((importance * heights[:, None]).sum() / importance.sum())
    wide = float((importance * widths).sum() / importance.sum())
    notes = []
    if not WARN_BELOW <= (high * wide) ** 0.5 <= WARN_ABOVE:
        notes.append(f"it had to be scaled by {(high * wide) ** 0.5:.2f} to fit")
    if not 1 / WARN_SHAPE <= wide / high <= WARN_SHAPE:
        notes.append(f"it could not keep its shape: {wide / high:.2f} as wide for its height")
    return notes
