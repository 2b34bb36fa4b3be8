"""Pictures: one labelled crop to learn from, and other crops of the same kind, held out.

No pixel of a held-out crop is in the labelled one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage.data
from scipy import ndimage
from skimage.filters import sobel
from skimage.segmentation import watershed

from likewise.images import Image, read_image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap

EXAMPLES = Path(__file__).parents[2] / "examples"
COLOURS = ((60, 60, 90), (230, 190, 90), (150, 190, 120))
SIDE = 160


@dataclass(frozen=True)
class Subject:
    """A kind of picture.

    Attributes:
        name: its name.
        image: the labelled crop, with
        labels: its label map.
        held_out: pictures (H, W, 3) float in [0, 1], each with its class indices (H, W).
    """

    name: str
    image: Image
    labels: LabelMap
    held_out: tuple[tuple[np.ndarray, np.ndarray], ...]


def coins() -> Subject:
    """Greek coins from Pompeii (scikit-image): coin and backdrop; four coins are labelled.

    The masks come from a watershed between dark and bright seeds, with holes filled.
    """
    grey = skimage.data.coins()
    seeds = np.zeros(grey.shape, dtype=int)
    seeds[grey < 30], seeds[grey > 150] = 1, 2
    inside = ndimage.binary_fill_holes(watershed(sobel(grey), seeds) == 2)
    inside = ndimage.binary_opening(inside, iterations=2)
    ids = inside.astype(int)
    rgb = np.repeat(grey[..., None], 3, axis=2)
    boxes = [(y, x, 128, 128) for y in (4, 88, 172) for x in (136, 250)]
    return _subject("coins", ("backdrop", "coin"), rgb, ids, (88, 4, 128, 128), boxes)


def tissue() -> Subject:
    """Colonic glands (examples/tissue, its labels by hand): stroma, gland, lumen."""
    folder = EXAMPLES / "tissue"
    rgb = read_image(folder / "image.png").to_rgb8()
    ids = LabelMap.read(folder / "labels.png").ids.astype(int)
    boxes = [(0, 0, 184, 192), (0, 192, 184, 192), (192, 0, 192, 176)]
    names = ("stroma", "gland", "lumen")
    return _subject("tissue", names, rgb, ids, (188, 180, 196, 200), boxes)


def textures() -> Subject:
    """Patches of grass and brick on gravel, put together from scikit-image's photographs.

    The labelled picture takes from their left halves, the held-out ones from the right.
    """
    sheets = [skimage.data.gravel(), skimage.data.grass(), skimage.data.brick()]
    rng = np.random.default_rng(7)
    first = _composite([sheet[:, :256] for sheet in sheets], rng)
    others = [_composite([sheet[:, 256:] for sheet in sheets], rng) for _ in range(8)]
    held_out = tuple((rgb / 255.0, ids) for rgb, ids in others)
    return _made("textures", ("gravel", "grass", "brick"), *first, held_out)


SUBJECTS: dict[str, Callable[[], Subject]] = {
    "coins": coins,
    "tissue": tissue,
    "textures": textures,
}


def _composite(sheets: list[np.ndarray], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(SIDE, SIDE, 3) uint8 and its ids: two to four rounded patches on the first sheet."""
    ids = np.zeros((SIDE, SIDE), dtype=int)
    y, x = np.indices(ids.shape)
    for k in range(int(rng.integers(2, 5))):
        angle = np.arctan2(y - (cy := rng.uniform(20, 140)), x - (cx := rng.uniform(20, 140)))
        radius = rng.uniform(18, 32)
        waves = sum(rng.uniform(0, 0.18) * np.cos(n * angle + rng.uniform(0, 6)) for n in (2, 3, 5))
        ids[np.hypot(y - cy, x - cx) < radius * (1 + waves)] = 1 + k % 2
    planes = []
    for sheet in sheets:
        top, left = (int(rng.integers(side - SIDE)) for side in sheet.shape)
        planes.append(sheet[top : top + SIDE, left : left + SIDE])
    grey = np.choose(ids, planes)
    return np.repeat(grey[..., None], 3, axis=2), ids


def _subject(
    name: str,
    names: tuple[str, ...],
    rgb: np.ndarray,
    ids: np.ndarray,
    labelled: tuple[int, int, int, int],
    boxes: list[tuple[int, int, int, int]],
) -> Subject:
    """Cut out (top, left, height, width) of the labelled crop and of the held-out ones."""
    seen = np.zeros(ids.shape, dtype=bool)
    seen[_window(labelled)] = True
    assert not any(seen[_window(box)].any() for box in boxes), name
    held_out = tuple((rgb[_window(box)] / 255.0, ids[_window(box)]) for box in boxes)
    return _made(name, names, rgb[_window(labelled)], ids[_window(labelled)], held_out)


def _made(
    name: str,
    names: tuple[str, ...],
    rgb: np.ndarray,
    ids: np.ndarray,
    held_out: tuple[tuple[np.ndarray, np.ndarray], ...],
) -> Subject:
    classes = zip(names, COLOURS, strict=False)
    table = ClassTable(tuple(LabelClass(k, *entry) for k, entry in enumerate(classes)))
    return Subject(name, Image.from_array(rgb), LabelMap.from_array(ids, table), held_out)


def _window(box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    top, left, height, width = box
    return slice(top, top + height), slice(left, left + width)
