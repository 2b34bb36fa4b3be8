"""Retargeting: a picture at another size or aspect, with what matters in its own shape.

The layout is stretched where nothing matters and kept where something does; the picture is then
rendered in that layout from its own pieces, so that grass stays grass and is not stretched. Not in
the paper, which keeps the source's size; SinGAN (2019) retargets without labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from likewise.errors import ConfigError, LabelError
from likewise.images import MIN_SIDE, Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.axes import places, scaled_axes
from likewise.tasks.edit import Edit

CELLS = 48  # along the longer side
SPECK = 2e-4  # of the picture, below which a region is no thing of its own
FAINTEST = 1e-9
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
        keep: names of classes whose things, their connected regions, keep their shapes; by default
            every region keeps it that does not touch two edges of the picture, as grounds and
            skies do.
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
    things = _things(source_labels, _named(labels, keep))
    cells = np.stack([_cells(thing.mask) for thing in things]) if things else _none(small)
    heights, widths = scaled_axes(cells, _in_cells(size, small, cells.shape[1:]))
    rows, columns = places(heights, small[0], size[0]), places(widths, small[1], size[1])
    layout = source_labels.with_ids(source_labels.ids[np.ix_(rows, columns)])
    kept = tuple(dict.fromkeys(thing.name for thing in things))
    notes = [_told_kept(things), *_told(things, cells, heights, widths)]
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


@dataclass(frozen=True, eq=False)
class _Thing:
    """A connected region that keeps its shape: the name of its class, and (H, W) bool where."""

    name: str
    mask: np.ndarray


def _named(labels: LabelMap, names: Sequence[str] | None) -> tuple[str, ...] | None:
    shown = labels.present_classes.names
    for name in names or ():
        if name not in shown:
            raise LabelError("keep", f"{name!r} does not occur", f"one of {', '.join(shown)}")
    return None if names is None else tuple(dict.fromkeys(names))


def _things(labels: LabelMap, names: Sequence[str] | None) -> list[_Thing]:
    """The connected regions to keep: those of the classes named, else all that are no ground."""
    found = []
    for entry in labels.present_classes:
        if names is not None and entry.name not in names:
            continue
        regions, count = ndimage.label(labels.ids == entry.id, np.ones((3, 3)))
        areas = np.bincount(regions.ravel(), minlength=count + 1)
        for number in range(1, count + 1):
            mask = regions == number
            if areas[number] < SPECK * mask.size:
                continue
            if names is not None or not _is_ground(mask):
                found.append(_Thing(entry.name, mask))
    return found


def _is_ground(inside: np.ndarray) -> bool:
    """Whether a region touches opposite edges of the picture, or lies in one of its corners."""
    edges = (inside[0], inside[-1], inside[:, 0], inside[:, -1])
    return sum(bool(edge.any()) for edge in edges) >= 2


def _cells(inside: np.ndarray) -> np.ndarray:
    """(N, M) share of each cell that is ``inside`` (H, W)."""
    size, found = inside.shape, inside.astype(np.float64)
    for axis, count in enumerate(_counts(size)):
        # Sums over fractions of rows, so that cells need not be whole numbers of pixels.
        total = np.insert(np.cumsum(found, axis=axis), 0, 0, axis=axis)
        edges = np.linspace(0, found.shape[axis], count + 1)
        low = np.minimum(edges.astype(int), found.shape[axis] - 1)
        part = np.expand_dims(edges - low, 1 - axis)
        at = np.take(total, low, axis) * (1 - part) + np.take(total, low + 1, axis) * part
        found = np.diff(at, axis=axis) / (edges[1] - edges[0])
    found[found < FAINTEST] = 0  # what rounding leaves
    return np.clip(found, 0, 1)


def _counts(size: tuple[int, ...]) -> tuple[int, int]:
    side = max(1.0, max(size) / CELLS)
    rows, columns = (max(2, round(edge / side)) for edge in size)
    return rows, columns


def _none(size: tuple[int, ...]) -> np.ndarray:
    return np.zeros((0, *_counts(size)))


def _in_cells(
    size: tuple[int, int], small: tuple[int, ...], counts: tuple[int, ...]
) -> tuple[float, float]:
    """``size`` in units of the cells of the picture at ``small``."""
    return size[0] * counts[0] / small[0], size[1] * counts[1] / small[1]


def _told_kept(things: Sequence[_Thing]) -> str:
    counts = Counter(thing.name for thing in things)
    words = [f"{name} ({count})" if count > 1 else name for name, count in counts.items()]
    return f"kept in shape: {', '.join(words) or 'nothing'}"


def _told(
    things: Sequence[_Thing], cells: np.ndarray, heights: np.ndarray, widths: np.ndarray
) -> list[str]:
    """What became of the size and the shape of what is kept, where it could not be kept."""
    scales: dict[str, list[float]] = {}
    shapes: dict[str, list[float]] = {}
    for thing, share in zip(things, cells, strict=True):
        high = float((share * heights[:, None]).sum() / share.sum())
        wide = float((share * widths).sum() / share.sum())
        if not WARN_BELOW <= (high * wide) ** 0.5 <= WARN_ABOVE:
            scales.setdefault(thing.name, []).append((high * wide) ** 0.5)
        if not 1 / WARN_SHAPE <= wide / high <= WARN_SHAPE:
            shapes.setdefault(thing.name, []).append(wide / high)
    return [
        *(f"{name} had to be scaled by {_span(found)} to fit" for name, found in scales.items()),
        *(
            f"{name} could not keep its shape: {_span(found)} as wide for its height"
            for name, found in shapes.items()
        ),
    ]


def _span(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"
