"""Formats: telling by which convention a label file is written, and reading it.

| file | read as |
|---|---|
| .npy | integers, (H, W) |
| grey or 1-bit | ids; colours where it is antialiased or lossy |
| 16-bit grey, 32-bit TIFF | ids |
| palette | indices are ids, the palette their colours; colours where it is antialiased |
| RGB, RGBA, CMYK, grey with alpha | colours |
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images import MAX_PIXELS, MIN_SIDE, Image
from likewise.images.raster import Raster, read_raster
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id, unique_names
from likewise.labels.painting import SAME, Painting, is_antialiased
from likewise.labels.snapping import SnapReport, snap

CLASS_FILE = "classes.json"
_LOSSY = ("JPEG", "WEBP")
_MOST_IDS_OF_NOISE = 32  # an 8-bit map of more ids has areas; 16-bit ones may number instances
_MOST_IDS_OF_NOISE_DEEP = 1024

Labels = tuple[np.ndarray, ClassTable, SnapReport | None]


def read_labels(
    path: Path, table: ClassTable | None, ignore: frozenset[int], *, is_target: bool
) -> Labels:
    """(H, W) int32 ids of ``path``, their table, and what snapping did (None for ids).

    Args:
        path: the file.
        table: the classes, where they are known; else a class file nearby or the file itself tells.
        ignore: ids that need not be in the table.
        is_target: whether ``table`` is the source's, which other shades may mean.

    Raises:
        LabelError: the file cannot be read, or is no label map of these classes.
    """
    if path.suffix.lower() == ".npy":
        ids = _read_npy(path)
        return ids, table or _nearby(path) or _bare(ids, ignore), None
    raster = read_raster(path, error=LabelError, integers=True)
    table = table or _nearby(path)
    if raster.mode == "P":
        return _read_palette(raster, table, ignore, path, is_target=is_target)
    if raster.mode in ("L", "I") or _is_grey(raster):
        return _read_grey(raster, table, ignore, path, is_target=is_target)
    return snap(_flat(raster), table, path, is_target=is_target)


def _nearby(path: Path) -> ClassTable | None:
    """The class table beside the file, or one folder up."""
    for folder in (path.parent, path.absolute().parent.parent):
        if (folder / CLASS_FILE).is_file():
            return ClassTable.read(folder / CLASS_FILE)
    return None


def _bare(ids: np.ndarray, ignore: frozenset[int]) -> ClassTable:
    return ClassTable.from_ids(i for i in np.unique(ids).tolist() if i not in ignore)


def _read_npy(path: Path) -> np.ndarray:
    expected = "an .npy file of (H, W) integers"
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise LabelError(path, "there is no such file", expected, "Check the path.") from None
    except Exception as reason:  # damaged headers raise a dozen types, tokenize's among them
        found = f"it cannot be read ({(str(reason).splitlines() or ['damaged'])[0]})"
        raise LabelError(path, found, expected, "Write it with numpy.save.") from None
    if not isinstance(array, np.ndarray):
        raise LabelError(path, "it is an archive of arrays", expected, "Write one with numpy.save.")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim != 2 or not (np.issubdtype(array.dtype, np.integer) or array.dtype == bool):
        raise LabelError(path, f"it holds {array.dtype} of shape {array.shape}", expected)
    if array.size > MAX_PIXELS or min(array.shape) < MIN_SIDE:
        sizes = f"{MIN_SIDE} pixels a side to {MAX_PIXELS / 1e6:.0f} megapixels"
        raise LabelError(path, f"it is {array.shape[1]} x {array.shape[0]} pixels", sizes)
    bounds = np.iinfo(np.int32)
    if array.dtype != bool and not bounds.min <= array.min() <= array.max() <= bounds.max:
        raise LabelError(path, "it holds ids beyond 32 bits", f"ids up to {bounds.max}")
    return np.array(array, dtype=np.int32)


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


def _read_grey(
    raster: Raster, table: ClassTable | None, ignore: frozenset[int], path: Path, *, is_target: bool
) -> Labels:
    ids = raster.samples if raster.samples.ndim == 2 else raster.samples[..., 0]
    lossy = raster.format in _LOSSY
    ids = ids.astype(np.int32) // {1: 255, 2: 85, 4: 17}.get(raster.bits, 1)
    found = np.unique(ids)
    known = ignore | {entry.id for entry in table or ()}
    if table is not None and set(found.tolist()) <= known and not lossy:
        return ids, table, None
    if raster.bits == 8 and (lossy or _may_be_colours(found, known, table)):
        spread = np.repeat(ids.astype(np.uint8)[..., None], 3, axis=2)
        if lossy or is_antialiased(Painting.of(spread)) or _are_shades(found, table):
            _refuse_lossy_ids(ids, lossy, path)
            return _snap_grey(spread, table, path, is_target=is_target)
    _refuse_noise(ids, found, 8 if raster.bits <= 8 else 16, path)
    return ids, table or _bare(ids, ignore), None


def _may_be_colours(found: np.ndarray, known: frozenset[int], table: ClassTable | None) -> bool:
    return table is None or not set(found.tolist()) <= known


def _are_shades(found: np.ndarray, table: ClassTable | None) -> bool:
    """Whether each level is the grey of a class: black and white of a map painted in them."""
    if table is None:
        return False
    greys = np.repeat(found[:, None], 3, axis=1).astype(np.float64)
    gaps = np.linalg.norm(greys[:, None] - table.colours[None], axis=-1).min(axis=1)
    return bool((gaps <= SAME).all())


def _refuse_lossy_ids(ids: np.ndarray, lossy: bool, path: Path) -> None:
    if lossy and ids.max() < 64:
        found = "a grey JPEG or WebP of small ids, which compression has changed"
        raise LabelError(path, found, "ids in a lossless file", "Export it as PNG.")


def _snap_grey(
    spread: np.ndarray, table: ClassTable | None, path: Path, *, is_target: bool
) -> Labels:
    """Snap a soft mask; where no table names its levels, each keeps its level as id."""
    ids, snapped, report = snap(spread, table, path, is_target=is_target)
    if table is not None:
        return ids, snapped, report
    levels = np.array([entry.colour[0] for entry in snapped], dtype=np.int32)
    ids = levels[snapped.index_of(ids)]
    return ids, ClassTable.from_ids(sorted(levels.tolist())), report


def _read_palette(
    raster: Raster, table: ClassTable | None, ignore: frozenset[int], path: Path, *, is_target: bool
) -> Labels:
    assert raster.palette is not None
    ids = raster.samples.astype(np.int32)
    found = np.unique(ids)
    colours = raster.palette[found]
    counted = [i for i in found.tolist() if i not in ignore]
    if table is not None:
        if _agree(raster.palette, counted, table):
            return ids, table, None
        # The indices are another program's: its colours speak.
        in_table = set(counted) <= {entry.id for entry in table}
        try:
            return snap(raster.palette[raster.samples], table, path, is_target=is_target)
        except LabelError:
            if in_table and not is_target:
                return ids, table, None
            raise
    if is_antialiased(Painting.of(raster.palette[raster.samples])):
        return snap(raster.palette[raster.samples], None, path)
    _refuse_noise(ids, found, 8, path)
    return ids, _palette_table(found, colours[:, :3], ignore), None


def _agree(palette: np.ndarray, found: list[int], table: ClassTable) -> bool:
    """Whether the palette shows each index in the colour that the table gives to that id."""
    return all(
        i in table and np.linalg.norm(palette[i, :3].astype(float) - table.by_id(i).colour) <= SAME
        for i in found
    )


def _palette_table(found: np.ndarray, colours: np.ndarray, ignore: frozenset[int]) -> ClassTable:
    kept = [n for n, i in enumerate(found.tolist()) if i not in ignore]
    different = len(np.unique(colours[kept], axis=0)) == len(kept)
    greys = bool((colours[kept].min(axis=1) == colours[kept].max(axis=1)).all())
    names = unique_names(colours[kept]) if different and not greys else None
    return ClassTable(
        tuple(
            LabelClass(
                int(found[n]),
                names[k] if names else f"class {found[n]}",
                tuple(colours[n].tolist()) if different else colour_of_id(int(found[n])),
            )
            for k, n in enumerate(kept)
        )
    )


def _refuse_noise(ids: np.ndarray, found: np.ndarray, bits: int, path: Path) -> None:
    """Refuse a grey photograph: many values, and few pixels equal to their neighbours."""
    most = _MOST_IDS_OF_NOISE if bits == 8 else _MOST_IDS_OF_NOISE_DEEP
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
