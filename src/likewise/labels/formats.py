"""Formats: telling by which convention a label file is written, and reading it.

| file | read as |
|---|---|
| .npy | integers, (H, W) |
| grey or 1-bit | ids; colours where it is antialiased or lossy |
| 16-bit grey, 32-bit TIFF | ids |
| palette | indices are ids, the palette their colours; colours where it is antialiased |
| RGB, RGBA, CMYK, grey with alpha | colours |

Files of a convention that is named, or that a file tells, are read by ``conventions``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images import Image
from likewise.images.raster import Raster, read_raster
from likewise.labels.arrays import read_npy
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id, shade_distances, unique_names
from likewise.labels.conventions.rasters import READERS
from likewise.labels.conventions.reading import decode, detected
from likewise.labels.matching import SHADE
from likewise.labels.painting import SAME, Painting, is_antialiased
from likewise.labels.snapping import SnapReport, snap

CLASS_FILE = "classes.json"
_LOSSY = ("JPEG", "WEBP")
_MOST_IDS_OF_NOISE = 32  # an 8-bit map of more ids has areas; 16-bit ones may number instances
_MOST_IDS_OF_NOISE_DEEP = 1024
_FAINT = 64  # a lossy grey map without brighter levels holds ids, not a painted mask

Labels = tuple[np.ndarray, ClassTable, SnapReport | None]


@dataclass(frozen=True)
class Known:
    """What is known of a label map before its file is opened.

    ``table``: the classes, if any; ``ignore``: ids that need not be in it; ``is_target``: whether
    the table is the source's; ``by_colour``: whether its ids were made up for colours, so that the
    indices of another palette do not mean them; ``lossy``: whether the file's format changes
    colours; ``convention``: which one the file follows, if that was said; ``image``: its picture;
    ``numbers``: whether its ids number objects, so that no class table nearby is of them.
    """

    table: ClassTable | None = None
    ignore: frozenset[int] = frozenset()
    is_target: bool = False
    by_colour: bool = False
    lossy: bool = False
    convention: str | None = None
    image: Path | None = None
    numbers: bool = False

    def snap(self, pixels: np.ndarray, path: Path) -> Labels:
        """Snap (H, W, 3 or 4) uint8 colours to the table."""
        return snap(pixels, self.table, path, is_target=self.is_target, lossy=self.lossy)

    def bare(self, ids: np.ndarray) -> ClassTable:
        """The table, or one of the bare ids."""
        if self.table is not None:
            return self.table
        return ClassTable.from_ids(i for i in np.unique(ids).tolist() if i not in self.ignore)

    def holds(self, found: np.ndarray) -> bool:
        """Whether every id in ``found`` is in the table or ignored."""
        allowed = self.ignore | {entry.id for entry in self.table or ()}
        return self.table is not None and set(found.tolist()) <= allowed


def read_labels(path: Path, known: Known) -> Labels:
    """(H, W) int32 ids of ``path``, their table, and what snapping did (None for ids).

    Where ``known`` has no table, a class file nearby or the file itself tells the classes.

    Raises:
        LabelError: the file cannot be read, or is no label map of these classes.
    """
    convention = known.convention
    if convention is None and not known.numbers:
        has_table = _with_nearby(path, known).table is not None
        convention = detected(path, has_table=has_table)
    if convention is not None:
        return _read_convention(path, convention, known)
    if path.suffix.lower() == ".npy":
        ids = read_npy(path)
        known = _with_nearby(path, known)
        return ids, known.bare(ids), None
    raster = read_raster(path, error=LabelError, integers=True)
    known = replace(_with_nearby(path, known), lossy=raster.format in _LOSSY)
    if raster.mode == "P":
        return _read_palette(raster, known, path)
    if raster.mode in ("L", "I") or _is_grey(raster):
        return _read_grey(raster, known, path)
    return known.snap(_flat(raster), path)


def _read_convention(path: Path, convention: str, known: Known) -> Labels:
    """By a convention's reader, then in the ids of a known table, classes found by their names."""
    decoded = decode(path, convention, known.image)
    if convention not in READERS:  # a class file nearby says nothing of ids that have a meaning
        known = _with_nearby(path, known)
    if known.table is not None:
        decoded = decoded.under(known.table, path)
    return decoded.ids, decoded.classes, decoded.snapping


def _with_nearby(path: Path, known: Known) -> Known:
    """``known`` with the class table beside the file or one folder up, if it has none."""
    if known.table is None and not known.numbers:
        for folder in (path.parent, path.absolute().parent.parent):
            if (folder / CLASS_FILE).is_file():
                return replace(known, table=ClassTable.read(folder / CLASS_FILE))
    return known


def _is_grey(raster: Raster) -> bool:
    """Whether an 8-bit RGB(A) map repeats one value three times: ids saved by a colour program."""
    samples = raster.samples
    if raster.mode not in ("RGB", "RGBA", "LA") or raster.bits != 8:
        return False
    if raster.mode in ("RGBA", "LA") and (samples[..., -1] < 255).any():
        return False
    if raster.mode == "LA":
        return True
    first = samples[..., 0]
    return bool((first == samples[..., 1]).all() and (first == samples[..., 2]).all())


def _read_grey(raster: Raster, known: Known, path: Path) -> Labels:
    ids = raster.samples if raster.samples.ndim == 2 else raster.samples[..., 0]
    ids = ids.astype(np.int32) // {1: 255, 2: 85, 4: 17}.get(raster.bits, 1)
    found = np.unique(ids)
    if known.holds(found) and not known.lossy:
        return ids, known.bare(ids), None
    if raster.bits == 8:
        spread = np.repeat(ids.astype(np.uint8)[..., None], 3, axis=2)
        if known.lossy and ids.max() < _FAINT:
            found_text = "a grey JPEG or WebP of small ids, which compression has changed"
            raise LabelError(path, found_text, "ids in a lossless file", "Export it as PNG.")
        if known.lossy or is_antialiased(Painting.of(spread)) or _are_shades(found, known.table):
            return _snap_grey(spread, known, path)
    _refuse_noise(ids, found, raster.bits, path)
    return ids, known.bare(ids), None


def _are_shades(found: np.ndarray, table: ClassTable | None) -> bool:
    """Whether each level is the grey of a class: black and white of a map painted in them."""
    if table is None:
        return False
    greys = np.repeat(found[:, None], 3, axis=1).astype(np.float64)
    gaps = np.linalg.norm(greys[:, None] - table.colours[None], axis=-1).min(axis=1)
    return bool((gaps <= SAME).all())


def _snap_grey(spread: np.ndarray, known: Known, path: Path) -> Labels:
    """Snap a soft mask. Without a table each level that fills areas is an id."""
    table = known.table
    if table is not None and _is_generated(table):
        levels = [c.id for c in table if 0 <= c.id <= 255]
        by_level = tuple(LabelClass(i, table.by_id(i).name, (i, i, i)) for i in levels)
        ids, _, report = replace(known, table=ClassTable(by_level)).snap(spread, path)
        return ids, table, report
    ids, snapped, report = known.snap(spread, path)
    if table is None:
        found = np.array([entry.colour[0] for entry in snapped], dtype=np.int32)
        return found[snapped.index_of(ids)], ClassTable.from_ids(sorted(found.tolist())), report
    return ids, table, report


def _is_generated(table: ClassTable) -> bool:
    """Whether the table's colours only stand for its ids and were seen in no file."""
    return all(entry.colour == colour_of_id(entry.id) for entry in table)


def _read_palette(raster: Raster, known: Known, path: Path) -> Labels:
    assert raster.palette is not None
    ids = raster.samples.astype(np.int32)
    found = np.array([i for i in np.unique(ids).tolist() if i not in known.ignore], dtype=np.int64)
    shown = raster.palette[found, :3]
    pixels = raster.palette[raster.samples]
    if known.table is None:
        if is_antialiased(Painting.of(pixels)):
            return known.snap(pixels, path)
        _refuse_noise(ids, found, 8, path)
        return ids, _palette_table(found, shown), None
    table = known.table
    if known.holds(found) and (_agrees(shown, found, table) or _is_mute(shown, known)):
        return ids, table, None
    return known.snap(pixels, path)  # the indices are another program's: its colours speak


def _agrees(shown: np.ndarray, found: np.ndarray, table: ClassTable) -> bool:
    """Whether the palette shows each index in the colour that the table gives to that id."""
    given = table.colours[table.index_of(found)].astype(np.float64)
    return bool((np.linalg.norm(shown - given, axis=-1) <= SAME).all())


def _is_mute(shown: np.ndarray, known: Known) -> bool:
    """Whether the colours of a palette say nothing against its indices being ids.

    So it is where either side's colours are but a way to show ids, or where no colour of the
    palette is a shade of any class.
    """
    assert known.table is not None
    if known.by_colour:
        return False
    if _is_generated(known.table) or not _is_telling(shown):
        return True
    return bool((shade_distances(shown, known.table.colours) > SHADE).all())


def _is_telling(colours: np.ndarray) -> bool:
    """Whether colours tell classes apart: no two alike, and not all grey."""
    distinct = len(np.unique(colours, axis=0)) == len(colours)
    return distinct and not bool((colours.min(axis=1) == colours.max(axis=1)).all())


def _palette_table(found: np.ndarray, colours: np.ndarray) -> ClassTable:
    ids = found.tolist()
    names = unique_names(colours) if _is_telling(colours) else [f"class {i}" for i in ids]
    return ClassTable(
        tuple(
            LabelClass(i, word, (int(c[0]), int(c[1]), int(c[2])))
            for i, word, c in zip(ids, names, colours, strict=True)
        )
    )


def _refuse_noise(ids: np.ndarray, found: np.ndarray, bits: int, path: Path) -> None:
    """Refuse a grey photograph: many values, and few pixels equal to their neighbours."""
    most = _MOST_IDS_OF_NOISE if bits <= 8 else _MOST_IDS_OF_NOISE_DEEP
    if len(found) <= most:
        return
    even = (ids[1:, 1:] == ids[:-1, 1:]) & (ids[1:, 1:] == ids[1:, :-1])
    if even.mean() < 0.5:
        raise LabelError(
            path,
            f"it looks like a photograph: {len(found)} values, and {100 * even.mean():.0f} % of "
            "its pixels equal to their neighbours",
            "a label map, with areas of one id",
            "Check that image and labels are not swapped.",
        )


def _flat(raster: Raster) -> np.ndarray:
    """(H, W, 3 or 4) uint8 colours of a colour-coded raster."""
    image = Image(raster.samples, raster.mode)
    if not image.has_alpha:
        return image.to_rgb8()
    values = np.rint(image.to_float() * 255).astype(np.uint8)
    return values if values.shape[2] == 4 else values[..., [0, 0, 0, 1]]
