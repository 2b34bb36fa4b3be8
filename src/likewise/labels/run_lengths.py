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

_GROUPS = 7  # of five bits: enough for any length below 2**31, with its sign
_EXPECTED = "run lengths as COCO writes them, together the pixels of the picture"


def run_lengths(mask: np.ndarray) -> np.ndarray:
    """(N,) int64 lengths of runs of (H, W) bool ``mask``, read down its columns."""
    flat = mask.ravel(order="F")
    ends = np.flatnonzero(np.diff(flat)) + 1
    bounds = np.concatenate([[0], ends, [flat.size]])
    lengths = np.diff(bounds)
    return np.concatenate([[0], lengths]) if flat.size and flat[0] else lengths


def mask_of_runs(
    lengths: Sequence[int] | np.ndarray, size: tuple[int, int], name: object
) -> np.ndarray:
    """The (H, W) bool mask of plain run ``lengths``.

    Raises:
        LabelError: they are no whole numbers from 0 on, or do not make up ``size`` (H, W).
    """
    total = size[0] * size[1]
    runs = np.asarray(lengths)
    whole = runs.ndim == 1 and runs.dtype.kind in "iu"
    if not whole or (runs < 0).any() or (runs > total).any():
        raise LabelError(name, "run lengths that are no whole numbers from 0 on", _EXPECTED)
    found = int(runs.sum())
    if found != total:
        expected = f"{total}, as {size[1]} x {size[0]} pixels have"
        raise LabelError(name, f"run lengths of {found} pixels in all", expected)
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(size, order="F")


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
    codes = np.frombuffer(text.encode("utf-8"), dtype=np.uint8).astype(np.int64) - 48
    if codes.min() < 0 or codes.max() > 63 or codes[-1] & 32:
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
