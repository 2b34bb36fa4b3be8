"""Run lengths: masks as COCO writes them, lengths of runs down the columns, plain or compressed.

The first run is of pixels outside the mask. Compressed (COCO's "counts" as a text): each length, or
from the fourth on its difference from the one two before, in groups of five bits, the lowest first;
bit 5 of a character says that more follow, and 48 is added to make it printable. Facts of COCO's
own API (github.com/cocodataset/cocoapi, common/maskApi).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likewise.errors import LabelError
from likewise.labels.polygons import Box

_GROUPS = 7  # of five bits: enough for any length below 2**31, with its sign
_EXPECTED = "run lengths as COCO writes them, together the pixels of the picture"


def run_lengths(mask: np.ndarray) -> np.ndarray:
    """(N,) int64 lengths of runs of (H, W) bool ``mask``, read down its columns."""
    flat = mask.ravel(order="F")
    ends = np.flatnonzero(np.diff(flat)) + 1
    bounds = np.concatenate([[0], ends, [flat.size]])
    lengths = np.diff(bounds)
    return np.concatenate([[0], lengths]) if flat.size and flat[0] else lengths


def run_lengths_in(region: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """:func:`run_lengths` of a mask of ``size`` (H, W) that is ``region`` in ``box``, False beyond.

    The work grows with the box alone.
    """
    padded = np.pad(region.T, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(padded, axis=1)
    offset = box[1].start * size[0] + box[0].start
    begins, ends = (
        columns * size[0] + rows + offset
        for columns, rows in (np.nonzero(steps == step) for step in (1, -1))
    )
    apart = begins[1:] != ends[:-1]  # a run may go on at the top of the next column
    begins = np.concatenate([begins[:1], begins[1:][apart]])
    ends = np.concatenate([ends[:-1][apart], ends[-1:]])
    bounds = np.concatenate([[0], np.stack([begins, ends], axis=1).ravel()])
    total = size[0] * size[1]
    return np.diff(bounds if bounds[-1] == total else np.append(bounds, total))


def mask_of_runs(
    lengths: Sequence[int] | np.ndarray, size: tuple[int, int], name: object
) -> tuple[Box, np.ndarray]:
    """The mask of plain run ``lengths``: the columns of the picture it is in, and the mask there.

    Raises:
        LabelError: they are no whole numbers from 0 on, or do not make up ``size`` (H, W).
    """
    height, width = size
    runs = np.asarray(lengths)
    whole = runs.ndim == 1 and runs.dtype.kind in "iu"
    if not whole or (runs < 0).any() or (runs > height * width).any():
        raise LabelError(name, "run lengths that are no whole numbers from 0 on", _EXPECTED)
    found = int(runs.sum())
    if found != height * width:
        expected = f"{height * width}, as {width} x {height} pixels have"
        raise LabelError(name, f"run lengths of {found} pixels in all", expected)
    bounds = np.concatenate([[0], np.cumsum(runs)])
    begins, ends = bounds[1:-1:2], bounds[2::2]
    full = begins < ends
    if not full.any():
        return (slice(0, height), slice(0, 0)), np.zeros((height, 0), dtype=bool)
    first, last = int(begins[full][0]) // height, -(-int(ends[full][-1]) // height)
    edges = np.clip(bounds - first * height, 0, (last - first) * height)
    inside = np.arange(len(runs)) % 2 == 1
    mask = np.repeat(inside, np.diff(edges)).reshape((height, last - first), order="F")
    return (slice(0, height), slice(first, last)), mask


def compressed(lengths: np.ndarray) -> str:
    """Run ``lengths`` (N,) as the text that COCO's API reads."""
    values = np.asarray(lengths, dtype=np.int64).copy()
    values[3:] -= lengths[1:-2]
    shifted = values[:, None] >> 5 * np.arange(_GROUPS)
    groups = shifted & 31
    # A group is the last when all bits above it repeat its highest, the sign.
    rest = np.where(groups & 16, -1, 0)
    last = (shifted >> 5 == rest).argmax(axis=1)
    place = np.arange(_GROUPS)
    letters = groups + 48 + np.where(place < last[:, None], 32, 0)
    return letters[place <= last[:, None]].astype(np.uint8).tobytes().decode("ascii")


def decompressed(text: str, name: object) -> np.ndarray:
    """(N,) int64 run lengths in compressed ``text``; :func:`mask_of_runs` checks their sum.

    Raises:
        LabelError: the text is none that :func:`compressed` writes.
    """
    if not text:
        return np.zeros(0, dtype=np.int64)
    plain = text.encode("ascii", "ignore")
    codes = np.frombuffer(plain, dtype=np.uint8).astype(np.int64) - 48
    if len(plain) < len(text) or codes.min() < 0 or codes.max() > 63 or codes[-1] & 32:
        raise LabelError(name, "damaged compressed run lengths", _EXPECTED)
    ends = np.flatnonzero(codes & 32 == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    widths = ends - starts + 1
    if widths.max() > _GROUPS:
        raise LabelError(name, "compressed run lengths beyond 31 bits", _EXPECTED)
    places = np.arange(len(codes)) - np.repeat(starts, widths)
    values = np.add.reduceat((codes & 31) << 5 * places, starts)
    values -= np.where(codes[ends] & 16, np.int64(1) << 5 * widths, 0)
    for first in (1, 2):
        values[first::2] = np.cumsum(values[first::2])
    return values
