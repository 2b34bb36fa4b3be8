"""Strokes: a file of scribbles, a few pixels of each class marked, read as class ids.

Black and what is transparent are unknown. A class table tells the classes where there is one; else
each colour that strokes are painted in is a class. Soft rims of strokes are unknown too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from likewise.errors import LabelError
from likewise.images import Image
from likewise.images.raster import Raster, read_raster
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import Colour, hex_of, unique_names
from likewise.labels.formats import CLASS_FILE
from likewise.labels.painting import segment_residuals

UNKNOWN = -1
BLACK = 24  # a pixel with no channel above is unpainted, also where a JPEG made it noisy
OPAQUE = 200  # of 255: rims of strokes are thinner
LEAST = 9  # pixels of a stroke's own colour
RIM = 0.02  # share of the painted pixels below which a colour may be a rim between two others
NEAR = 40.0  # RGB distance within which two colours are one, or a rim
MOST_COLOURS = 64
_EXPECTED = "a picture that is black or transparent but for strokes of one colour a class"


@dataclass(frozen=True)
class Strokes:
    """What was scribbled on one picture.

    Attributes:
        ids: (H, W) int32 class ids, UNKNOWN where nothing was painted.
        classes: their table; it may hold classes that are not scribbled here.
        origin: what errors call the file.
    """

    ids: np.ndarray
    classes: ClassTable
    origin: str

    def require_size(self, image: Image) -> None:
        """Make sure that the file has the size of its picture.

        Raises:
            LabelError: telling both sizes.
        """
        if self.ids.shape != image.size:
            height, width = self.ids.shape
            found = f"the scribbles are {width} x {height} pixels"
            expected = f"its picture's {image.size[1]} x {image.size[0]}"
            raise LabelError(self.origin, found, expected, "Scribble on the same canvas.")


def read_strokes(path: Path, classes: ClassTable | None = None) -> Strokes:
    """The strokes in ``path``.

    A grey or 16-bit file holds ids, 0 being unknown. Any other holds colours: those of ``classes``
    or of ``classes.json`` beside the file, where there is one.

    Args:
        path: a PNG or another picture file.
        classes: the classes of strokes that were read before.

    Raises:
        LabelError: it cannot be read, is a photograph, holds no stroke, or a colour or id that the
            table lacks.
    """
    raster = read_raster(path, error=LabelError, integers=True)
    named = path.parent / CLASS_FILE
    own = ClassTable.read(named) if named.is_file() else None
    if raster.mode in ("L", "I"):
        return _by_ids(raster.samples.astype(np.int32), own, classes, path)
    colours, painted = _painted(raster)
    if not painted.any():
        raise LabelError(path, "no stroke in it", _EXPECTED)
    return _by_colours(colours, painted, own or classes, own is not None, path)


def _by_ids(
    samples: np.ndarray, own: ClassTable | None, earlier: ClassTable | None, path: Path
) -> Strokes:
    found = [number for number in np.unique(samples).tolist() if number]
    if not found:
        raise LabelError(path, "no stroke in it", "ids from 1 on, 0 where nothing is known")
    if len(found) > MOST_COLOURS:
        raise LabelError(path, f"{len(found)} grey levels", "ids of a few classes, 0 for unknown")
    table = own or earlier or ClassTable(())
    lacking = [number for number in found if number not in table]
    if own and lacking:
        raise LabelError(path, f"id {lacking[0]}", f"the ids in {CLASS_FILE} beside it")
    table = ClassTable((*table.classes, *ClassTable.from_ids(lacking)))
    return Strokes(np.where(samples > 0, samples, UNKNOWN).astype(np.int32), table, str(path))


def _painted(raster: Raster) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3) uint8 colours, and (H, W) bool whether a pixel is painted."""
    if raster.mode == "P":
        assert raster.palette is not None
        image = Image(raster.palette[raster.samples], "P", raster.palette.tobytes())
    else:
        image = Image(raster.samples, raster.mode)
    if not image.has_alpha:
        colours = image.to_rgb8()
        return colours, colours.max(axis=2) > BLACK
    values = np.rint(image.to_float() * 255).astype(np.uint8)
    colours = np.broadcast_to(values[..., :-1], (*image.size, 3))
    return colours, (values[..., -1] >= OPAQUE) & (colours.max(axis=2) > BLACK)


def _by_colours(
    colours: np.ndarray, painted: np.ndarray, table: ClassTable | None, own: bool, path: Path
) -> Strokes:
    """``own``: whether the table belongs to this file, so that it may hold no other colours."""
    values, back, counts = np.unique(
        colours[painted], axis=0, return_inverse=True, return_counts=True
    )
    index = np.full(painted.shape, -1)
    index[painted] = back.reshape(-1)
    chosen = _chosen(values, counts, index, path)
    if table is None:
        names = unique_names(values[chosen])
        table = ClassTable(
            tuple(
                LabelClass(number, name, _triple(values[place]))
                for number, (place, name) in enumerate(zip(chosen, names, strict=True))
            )
        )
    elif not own:
        table = _extended(table, values[chosen])
    nearest = np.linalg.norm(values[:, None].astype(float) - table.colours[None], axis=-1)
    strays = [place for place in chosen if nearest[place].min() > NEAR]
    if strays:
        found = ", ".join(hex_of(values[place]) for place in strays[:4])
        known = ", ".join(f"{entry.name} {hex_of(entry.colour)}" for entry in table.classes[:8])
        raise LabelError(path, f"strokes of the unknown colour {found}", f"those of {known}")
    meant = np.where(nearest.min(axis=1) <= NEAR, table.ids[nearest.argmin(axis=1)], UNKNOWN)
    ids = np.full(painted.shape, UNKNOWN, dtype=np.int32)
    ids[painted] = meant[back.reshape(-1)]
    return Strokes(ids, table, str(path))


def _chosen(values: np.ndarray, counts: np.ndarray, index: np.ndarray, path: Path) -> list[int]:
    """Positions of the colours that strokes were painted in, the most frequent first.

    A colour close to a more frequent one is its noise; a rare one, or a darker shade along one, a
    rim. ``index`` is (H, W) the position of each pixel's colour, -1 where nothing is painted.

    Raises:
        LabelError: there are too many, or most pixels are of none.
    """
    total = counts.sum()
    chosen: list[int] = []
    for place in np.argsort(-counts, kind="stable").tolist():
        if counts[place] < max(LEAST, RIM * total / 4) or len(chosen) > MOST_COLOURS:
            break
        gaps = [np.linalg.norm(values[place].astype(float) - values[one]) for one in chosen]
        if min(gaps, default=np.inf) > NEAR and not _is_rim(place, chosen, values, index):
            chosen.append(place)
    explained = sum(
        int(counts[np.linalg.norm(values.astype(float) - values[one], axis=-1) <= NEAR].sum())
        for one in chosen
    )
    if len(chosen) > MOST_COLOURS or 2 * explained < total:
        found = f"it looks like a photograph: {len(values)} colours"
        raise LabelError(path, found, _EXPECTED, "Save the strokes without the picture below.")
    return chosen


def _is_rim(place: int, chosen: list[int], values: np.ndarray, index: np.ndarray) -> bool:
    """Whether a colour is a chosen one's mixture with the black below, and lies along it."""
    black = np.zeros(3)
    for one in chosen:
        if segment_residuals(values[place][None], black, values[one])[0] <= NEAR / 2:
            along = ndimage.binary_dilation(index == one, np.ones((3, 3)), iterations=2)
            if along[index == place].mean() > 0.9:
                return True
    return False


def _extended(table: ClassTable, colours: np.ndarray) -> ClassTable:
    """``table`` and, after it, the colours that are none of its own."""
    gaps = np.linalg.norm(colours[:, None].astype(float) - table.colours[None], axis=-1)
    new = [_triple(colour) for colour in colours[gaps.min(axis=1) > NEAR]]
    every = [*(entry.colour for entry in table), *new]
    names = unique_names(every)[len(table) :]
    first = int(table.ids.max()) + 1
    more = (LabelClass(first + k, n, c) for k, (n, c) in enumerate(zip(names, new, strict=True)))
    return ClassTable((*table.classes, *more))


def _triple(colour: np.ndarray) -> Colour:
    red, green, blue = (int(value) for value in colour)
    return red, green, blue
