"""Run lengths: a mask as SAM writes it in JSON, in COCO's encoding.

Lengths of runs down the columns, the first of them outside the mask. As a text each number is told
in signs of five bits, the lowest first: 48 added to make them printable, 32 added where more
follow; from the fourth number on it is the difference from the one two before. Facts of COCO's own
API (github.com/cocodataset/cocoapi, common/maskApi).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likewise.errors import LabelError

_EXPECTED = "run lengths as COCO writes them"
_MOST_BITS = 40  # of a number; a picture has fewer than 2**31 pixels


def unpacked(text: str, where: str) -> list[int]:
    """The lengths that are told in ``text``.

    Raises:
        LabelError: it is cut short or holds other signs.
    """
    lengths: list[int] = []
    value = shift = 0
    for sign in text:
        code = ord(sign) - 48
        if not 0 <= code < 64 or shift > _MOST_BITS:
            raise LabelError(where, "damaged run lengths", _EXPECTED)
        value |= (code & 31) << shift
        shift += 5
        if not code & 32:
            if code & 16:  # the highest bit told is the sign
                value -= 1 << shift
            lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
            value = shift = 0
    if shift:
        raise LabelError(where, "run lengths that are cut short", _EXPECTED)
    return lengths


def drawn(lengths: Sequence[int], size: tuple[int, int], where: str) -> np.ndarray:
    """The (H, W) bool mask of run ``lengths``.

    Raises:
        LabelError: one is negative, or together they are not the pixels of ``size`` (H, W).
    """
    height, width = size
    if min(lengths, default=0) < 0 or sum(lengths) != height * width:
        found = f"run lengths of {sum(lengths)} pixels in all, the least {min(lengths, default=0)}"
        raise LabelError(where, found, f"{height * width}, as {width} x {height} pixels have")
    inside = np.arange(len(lengths)) % 2 == 1
    return np.repeat(inside, lengths).reshape(size, order="F")
