"""Writing label maps: palette PNG, grey PNG of ids, or .npy; never a lossy format."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images import Image
from likewise.images.writing import encode
from likewise.labels.class_table import ClassTable
from likewise.labels.colours import colour_of_id
from likewise.storage import write_bytes

KINDS = ("palette", "ids", "npy")
_HIGHEST = {"palette": 255, "ids": 65535}


def write_labels(path: Path, ids: np.ndarray, classes: ClassTable, kind: str | None) -> None:
    """Write (H, W) int32 ``ids`` to ``path``, atomically; see :meth:`LabelMap.write`.

    Raises:
        LabelError: the kind or suffix is unknown, or cannot hold these ids.
        OutputError: the place cannot be written.
    """
    suffix = path.suffix.lower()
    highest = int(ids.max())
    if kind is None:
        kind = "npy" if suffix == ".npy" else "palette" if highest <= 255 else "ids"
    if kind not in KINDS:
        raise LabelError("kind", repr(kind), f"one of {', '.join(KINDS)}")
    expected = ".npy" if kind == "npy" else ".png"
    if suffix != expected:
        found = f"the suffix {suffix or '(none)'} for kind {kind}"
        raise LabelError(path, found, expected, "Change the suffix.")
    if kind == "npy":
        _write_npy(path, ids)
        return
    if ids.min() < 0 or highest > _HIGHEST[kind]:
        found = f"ids from {ids.min()} to {highest} as {kind}"
        raise LabelError(path, found, f"ids from 0 to {_HIGHEST[kind]}", "Write .npy instead.")
    if kind == "ids":
        Image(ids.astype(np.uint8 if highest <= 255 else np.uint16), "L").save(path)
        return
    write_bytes(path, encode(ids.astype(np.uint8), "P", palette_of(classes), None, path))


def palette_of(classes: ClassTable) -> np.ndarray:
    """(256, 3) uint8: the colour of each id, customary ones where the table names none."""
    palette = np.array([colour_of_id(number) for number in range(256)], dtype=np.uint8)
    for entry in classes:
        if 0 <= entry.id <= 255:
            palette[entry.id] = entry.colour
    return palette


def _write_npy(path: Path, ids: np.ndarray) -> None:
    target = io.BytesIO()
    np.save(target, ids, allow_pickle=False)
    write_bytes(path, target.getvalue())
