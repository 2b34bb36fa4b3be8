"""Arrays: label maps in .npy files; no pickle is ever opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images import MAX_PIXELS, MIN_SIDE

_EXPECTED = "an .npy file of (H, W) integers"
_BOUNDS = np.iinfo(np.int32)


def read_npy(path: Path) -> np.ndarray:
    """(H, W) int32 ids in the .npy file ``path``; (H, W, 1) and booleans are taken too.

    Raises:
        LabelError: the file cannot be read, holds something else, is larger than MAX_PIXELS or has
            a side under MIN_SIDE.
    """
    array = _load(path)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim != 2 or not (np.issubdtype(array.dtype, np.integer) or array.dtype == bool):
        raise LabelError(path, f"it holds {array.dtype} of shape {array.shape}", _EXPECTED)
    if array.size > MAX_PIXELS or min(array.shape) < MIN_SIDE:
        sizes = f"{MIN_SIDE} pixels a side to {MAX_PIXELS / 1e6:.0f} megapixels"
        raise LabelError(path, f"it is {array.shape[1]} x {array.shape[0]} pixels", sizes)
    if array.dtype != bool and not _BOUNDS.min <= array.min() <= array.max() <= _BOUNDS.max:
        raise LabelError(path, "it holds ids beyond 32 bits", f"ids up to {_BOUNDS.max}")
    return np.array(array, dtype=np.int32)


def _load(path: Path) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise LabelError(path, "there is no such file", _EXPECTED, "Check the path.") from None
    except Exception as reason:  # damaged headers raise a dozen types, tokenize's among them
        first_line = (str(reason).splitlines() or [""])[0].rstrip(".")
        found = f"it cannot be read ({first_line or type(reason).__name__})"
        raise LabelError(path, found, _EXPECTED, "Write it with numpy.save.") from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise LabelError(path, "it is an archive of arrays", _EXPECTED, "Write one array.")
    return array
