"""Scribbles: label maps steered by a few strokes; every scribbled pixel keeps its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import ndimage

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap
from likewise.tasks.segmentation.borders import at_full_size, without_specks
from likewise.tasks.segmentation.pieces import Pieces, cut, pieces_of
from likewise.tasks.segmentation.strokes import UNKNOWN, Strokes
from likewise.tasks.segmentation.walking import walked

MOST_PIECES = 2400  # more than without strokes: these say where detail is wanted


def segment_scribbled(images: Sequence[Image], strokes: Sequence[Strokes]) -> list[LabelMap]:
    """Label maps of ``images`` in the classes that are scribbled.

    Args:
        images: of any sizes and modes.
        strokes: for as many of them as there are, in their order; those left without take after
            the scribbled ones by their looks. Tables that follow each other must agree: the last
            one counts.

    Returns:
        (H, W) labels, each in the table of all classes scribbled.

    Raises:
        LabelError: strokes of another size than their picture, more of them than pictures, or of
            fewer than two classes in all.
    """
    table = require_usable(images, strokes)
    marks = [_marks(stroke.ids, table) for stroke in strokes]
    marks += [np.full(image.size, UNKNOWN) for image in images[len(strokes) :]]
    cuts, seeds = [], []
    for image, mark in zip(images, marks, strict=True):
        pieces, seed = _cut_by_strokes(cut(image, MOST_PIECES), mark, len(table))
        cuts.append(pieces)
        seeds.append(seed)
    reached = walked(cuts, seeds, len(table))
    every = zip(images, cuts, reached, marks, strict=True)
    return [_finished(*one, table) for one in every]


def require_usable(images: Sequence[Image], strokes: Sequence[Strokes]) -> ClassTable:
    """Make sure that ``strokes`` can steer ``images``; the classes that are scribbled.

    Raises:
        LabelError: as in :func:`segment_scribbled`.
    """
    if len(strokes) > len(images):
        found = f"{len(strokes)} files for {len(images)} pictures"
        raise LabelError("scribbles", found, "at most one for each picture, in their order")
    for one, image in zip(strokes, images, strict=False):
        one.require_size(image)
    present = {number for one in strokes for number in np.unique(one.ids).tolist()} - {UNKNOWN}
    table = strokes[-1].classes.subset(present)
    if len(table) < 2:
        found = f"strokes of {len(table)} class{'' if len(table) == 1 else 'es'} only"
        remedy = "Scribble what lies around it in another colour."
        raise LabelError(strokes[0].origin, found, "at least two classes", remedy)
    return table


def _marks(ids: np.ndarray, table: ClassTable) -> np.ndarray:
    """(H, W) position in ``table`` of each scribbled pixel, UNKNOWN elsewhere."""
    return np.where(ids == UNKNOWN, UNKNOWN, table.index_of(ids))


def _cut_by_strokes(pieces: Pieces, marks: np.ndarray, classes: int) -> tuple[Pieces, np.ndarray]:
    """Pieces cut further where two classes share one, and the class of each scribbled piece."""
    small = _at_working_size(marks, pieces.numbers.shape)
    counts = np.zeros((len(pieces), classes), dtype=np.int64)
    y, x = np.nonzero(small != UNKNOWN)
    np.add.at(counts, (pieces.numbers[y, x], small[y, x]), 1)
    shared = (counts > 0).sum(axis=1) > 1
    if shared.any():
        nearest = ndimage.distance_transform_edt(
            small == UNKNOWN, return_distances=False, return_indices=True
        )
        split = np.where(shared[pieces.numbers], 1 + small[tuple(nearest)], 0)
        _, flat = np.unique(pieces.numbers * (classes + 1) + split, return_inverse=True)
        numbers = flat.reshape(small.shape)
        pieces = pieces_of(numbers, pieces.lab, pieces.size)
        counts = np.zeros((len(pieces), classes), dtype=np.int64)
        np.add.at(counts, (numbers[y, x], small[y, x]), 1)
    return pieces, np.where(counts.any(axis=1), counts.argmax(axis=1), UNKNOWN)


def _at_working_size(marks: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """``marks`` at ``size``; no stroke is too thin to be there."""
    y, x = np.nonzero(marks != UNKNOWN)
    small = np.full(size, UNKNOWN, dtype=np.int64)
    small[y * size[0] // marks.shape[0], x * size[1] // marks.shape[1]] = marks[y, x]
    return small


def _finished(
    image: Image, pieces: Pieces, classes: np.ndarray, marks: np.ndarray, table: ClassTable
) -> LabelMap:
    scribbled = _at_working_size(marks, pieces.numbers.shape) != UNKNOWN
    small = without_specks(classes[pieces.numbers], keep=scribbled)
    positions = at_full_size(small, pieces.lab, image)
    positions = np.where(marks == UNKNOWN, positions, marks)
    return replace(LabelMap.from_array(table.ids[positions], table), origin="scribbles")
