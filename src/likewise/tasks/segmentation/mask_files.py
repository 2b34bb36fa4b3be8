"""Mask files: masks of things that other programs found, SAM's above all.

| file | read as |
|---|---|
| .json | SAM's masks of a picture: a list of {segmentation: run lengths, predicted_iou, ...}, |
| | or an object with such a list as "annotations" (SA-1B) |
| .npz, .npy | (H, W) of a mask, named as the array, or (N, H, W) of several; nothing is unpickled |
| .png and other pictures | one mask, named as the file; what is black is outside |
| a folder | all of these in it, in the order of their names |
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from likewise.errors import LabelError
from likewise.images import MAX_PIXELS
from likewise.labels.formats import CLASS_FILE
from likewise.labels.run_lengths import decompressed, mask_of_runs
from likewise.tasks.masks import read_mask

PICTURES = (".png", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg", ".webp", ".gif")
ARRAYS = (".npz", ".npy")
MOST_BYTES = 500_000_000  # of a JSON file
MOST_MASKS = 1000
_EXPECTED = "SAM's JSON, .npz or .npy of masks, or pictures of one mask each"
_ENTRY = '{"segmentation": {"size": [height, width], "counts": ...}, ...}'
_NUMBERED = re.compile(r"(mask|segment)?[\s_-]*\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Mask:
    """One mask, its pixels packed eight to a byte: there may be hundreds.

    Attributes:
        packed: the pixels.
        size: (H, W).
        area: pixels inside.
        name: the class it shows; None where nobody said.
        quality: how sure its maker was, 0 to 1; 1 where that is not told.
    """

    packed: np.ndarray
    size: tuple[int, int]
    area: int
    name: str | None = None
    quality: float = 1.0

    @classmethod
    def of(cls, pixels: np.ndarray, name: str | None = None, quality: float = 1.0) -> Self:
        """Of (H, W) bool ``pixels``."""
        height, width = pixels.shape
        return cls(np.packbits(pixels), (height, width), int(pixels.sum()), name, quality)

    @property
    def pixels(self) -> np.ndarray:
        """(H, W) bool."""
        height, width = self.size
        flat = np.unpackbits(self.packed, count=height * width)
        return flat.reshape(self.size).astype(bool)


def read_masks(paths: Sequence[Path]) -> list[Mask]:
    """The masks in files and folders, in their order.

    Raises:
        LabelError, ImageError: one cannot be read, or there is no mask at all.
    """
    masks = [mask for path in paths for mask in _of_place(path)]
    if not masks:
        raise LabelError(paths[0], "no masks in it", _EXPECTED)
    if len(masks) > MOST_MASKS:
        raise LabelError(paths[0], f"{len(masks)} masks", f"at most {MOST_MASKS}")
    return masks


def _of_place(path: Path) -> Iterator[Mask]:
    if path.is_dir():
        known = (*PICTURES, *ARRAYS, ".json")
        for file in sorted(path.iterdir()):
            if file.suffix.lower() in known and file.name != CLASS_FILE:
                yield from _of_file(file)
    else:
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Mask]:
    suffix = path.suffix.lower()
    if suffix == ".json":
        yield from _of_json(path)
    elif suffix in ARRAYS:
        yield from _of_arrays(path)
    elif suffix in PICTURES or not path.exists():
        yield Mask.of(read_mask(path), _told(path.stem))
    else:
        raise LabelError(path, f"the suffix {suffix or '(none)'}", _EXPECTED)


def _told(name: str) -> str | None:
    """``name``, unless it is but a number: "17", "mask_003"."""
    return None if _NUMBERED.fullmatch(name) else name


def _of_arrays(path: Path) -> Iterator[Mask]:
    try:
        found = np.load(path, allow_pickle=False)
        arrays = {"": found} if isinstance(found, np.ndarray) else dict(found.items())
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as reason:
        first_line = (str(reason).splitlines() or [""])[0].rstrip(".")
        remedy = "Write booleans with numpy.savez."
        raise LabelError(path, f"it cannot be read ({first_line})", _EXPECTED, remedy) from None
    for name, array in arrays.items():
        where = f"{path}, {name}" if name else str(path)
        if array.ndim not in (2, 3) or array.dtype.kind not in "biuf" or not array.size:
            found_text = f"{array.dtype} of shape {array.shape}"
            raise LabelError(where, found_text, "(H, W) or (N, H, W) of booleans or numbers")
        if array[..., 0, 0].size > MOST_MASKS or array.shape[-1] * array.shape[-2] > MAX_PIXELS:
            raise LabelError(where, f"masks of shape {array.shape}", "fewer or smaller ones")
        # Soft masks count from the middle on; scores below 0 are outside.
        bar = 0.5 if array.dtype.kind == "f" and array.min() >= 0 else 0
        stack = array[None] if array.ndim == 2 else array
        for pixels in stack:
            yield Mask.of(pixels > bar, _told(name) if name and array.ndim == 2 else None)


def _of_json(path: Path) -> Iterator[Mask]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabelError(path, f"it is larger than {MOST_BYTES // 10**6} MB", "fewer masks")
        said = json.loads(path.read_bytes())
    except OSError as reason:
        raise LabelError(path, f"it cannot be read ({reason.strerror})", _EXPECTED) from None
    except (ValueError, RecursionError) as reason:
        raise LabelError(path, f"it is no JSON ({reason})", _EXPECTED) from None
    entries = said.get("annotations") if isinstance(said, dict) else said
    if not isinstance(entries, list):
        raise LabelError(path, "no list of masks", f"a list of {_ENTRY}")
    for number, entry in enumerate(entries):
        yield _of_entry(entry, f"{path}, entry {number}")


def _of_entry(entry: Any, where: str) -> Mask:
    runs = entry.get("segmentation") if isinstance(entry, dict) else None
    size = runs.get("size") if isinstance(runs, dict) else None
    if not isinstance(runs, dict) or not isinstance(size, list) or not _is_size(size):
        remedy = (
            "Polygons: likewise labels convert draws those of COCO."
            if isinstance(runs, list)
            else ""
        )
        raise LabelError(where, "no run lengths with their size", _ENTRY, remedy)
    counts = runs.get("counts")
    if isinstance(counts, str):
        counts = decompressed(counts, where)
    elif not isinstance(counts, list) or not all(type(count) is int for count in counts):
        raise LabelError(where, "no run lengths", _ENTRY)
    box, inside = mask_of_runs(counts, (size[0], size[1]), where)
    pixels = np.zeros(size, dtype=bool)
    pixels[box] = inside
    quality = entry.get("predicted_iou", entry.get("score", 1.0))
    sure = isinstance(quality, int | float) and not isinstance(quality, bool)
    names = (entry.get(key) for key in ("name", "label", "category", "category_name", "class"))
    name = next((str(word).strip() for word in names if isinstance(word, str)), None)
    return Mask.of(pixels, name or None, float(quality) if sure else 1.0)


def _is_size(size: list[Any]) -> bool:
    whole = len(size) == 2 and all(type(side) is int for side in size)
    return whole and min(size) > 0 and size[0] * size[1] <= MAX_PIXELS
