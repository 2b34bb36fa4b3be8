"""Face editing: raise brows, widen a mouth, lower a hairline, and keep who it is.

The face is cut out and enlarged, since eyes are often a few pixels high; its parts move in the
layout, a method renders it, seams in the skin are blended, and the result goes back to where it was
cut out. Everything else in the picture stays bit for bit. The paper's slides edit faces by painting
their label maps by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from likewise.errors import ConfigError, LabelError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.edit import Edit, patched
from likewise.tasks.faces.layout import drawn
from likewise.tasks.faces.moves import Move
from likewise.tasks.faces.parts import FACE, mask_of, named

FACE_HEIGHT = 330  # pixels that a face is enlarged to
LARGEST_FACTOR = 4
SURROUNDINGS = 0.2  # of the face's height, cut out with it
REACH = 0.04  # of the face's height: skin that goes along with a part
MARGIN = 0.045  # of the face's height: around what changed, where colours may follow


@dataclass(frozen=True, eq=False)
class FaceEdit(Edit):
    """An edit of the enlarged face; ``finished`` puts it back into the portrait.

    Args:
        portrait: the whole picture.
        portrait_labels: its labels.
        corner: (row, column) of the upper left pixel that was cut out.
        factor: by which it was enlarged.
    """

    portrait: Image | None = None
    portrait_labels: LabelMap | None = None
    corner: tuple[int, int] = (0, 0)
    factor: int = 1

    @property
    def before(self) -> tuple[Image, LabelMap]:
        """The portrait and its labels."""
        assert self.portrait is not None
        assert self.portrait_labels is not None
        return self.portrait, self.portrait_labels

    @property
    def shown(self) -> LabelMap:
        """The portrait's labels with the changed face."""
        _, labels = self.before
        assert self.bodies is not None
        ids = labels.ids.copy()
        box = self._box
        ids[box] = LabelMap.from_array(self.bodies).resized(ids[box].shape).ids
        return LabelMap(ids, labels.classes, labels.ignore, None, "layout")

    @property
    def _box(self) -> tuple[slice, slice]:
        height, width = (side // self.factor for side in self.image.size)
        row, column = self.corner
        return slice(row, row + height), slice(column, column + width)

    def finished(self, answer: Image) -> Image:
        """The portrait with the changed face; its other pixels are untouched."""
        portrait, _ = self.before
        height, width = (side // self.factor for side in self.image.size)
        change = super().finished(answer).to_float() - self.image.to_float()
        small = change.reshape(height, self.factor, width, self.factor, -1).mean((1, 3))
        near = self.weight() > 0
        touched = np.zeros(portrait.size, dtype=bool)
        touched[self._box] = near.reshape(height, self.factor, width, self.factor).any((1, 3))
        values = portrait.to_float()
        values[self._box] += small
        return patched(portrait, values, touched)


def edit_face(
    image: Image, labels: LabelMap, edits: Sequence[str], *, order: str | None = None
) -> FaceEdit:
    """The edit that moves parts of a face.

    Args:
        image: the portrait, (H, W).
        labels: its label map, with parts named as in CelebAMask-HQ.
        edits: words such as "brows:raise=4" (pixels), "eyes:scale=1.2", "mouth:lower=3%".
        order: of the ids, where the map has no names: "celebamask" or "face-parsing".

    Raises:
        LabelError: there is no face, a part does not occur, or the ids could mean two things.
        ConfigError: an edit cannot be read, or is out of range.
    """
    labels.require_size(image)
    labels = named(labels, order)
    if not edits:
        raise ConfigError("edit", "nothing to do", "an edit, as in eyes:scale=1.2")
    moves = [Move.parse(word) for word in edits]
    face = mask_of(labels, FACE)
    if not face.any():
        raise LabelError(labels.origin, "no face is in it", "a class named skin")
    height = float(np.ptp(np.nonzero(face)[0]) + 1)
    rows, columns = _box_around(face, round(SURROUNDINGS * height))
    factor = int(np.clip(round(FACE_HEIGHT / height), 1, LARGEST_FACTOR))
    cut = Image(image.pixels[rows, columns], image.mode, image.palette, image.icc)
    large = cut if factor == 1 else cut.resized((factor * cut.size[0], factor * cut.size[1]))
    part = labels.cropped(rows.start, columns.start, *cut.size)
    scaled = [_enlarged_move(move, factor) for move in moves]
    made = drawn(
        _smoothly(part, factor), scaled, factor * height, max(2, round(REACH * factor * height))
    )
    return FaceEdit(
        large,
        made.source,
        made.target,
        ndimage.binary_dilation(made.changed, iterations=factor),
        max(2, round(MARGIN * factor * height)),
        made.bodies,
        "face",
        {"task": "face", "edits": list(edits), "order": order},
        tuple(f"{word} (the face is {height:.0f} pixels high)" for word in edits),
        portrait=image,
        portrait_labels=labels,
        corner=(rows.start, columns.start),
        factor=factor,
    )


def _box_around(face: np.ndarray, margin: int) -> tuple[slice, slice]:
    rows, columns = np.nonzero(face)
    height, width = face.shape
    return (
        slice(max(0, int(rows.min()) - margin), min(height, int(rows.max()) + 1 + margin)),
        slice(max(0, int(columns.min()) - margin), min(width, int(columns.max()) + 1 + margin)),
    )


def _enlarged_move(move: Move, factor: int) -> Move:
    if not move.in_pixels:
        return move
    shift = factor * move.shift[0], factor * move.shift[1]
    return Move(move.part, shift, True, move.scale, move.apart)


def _smoothly(labels: LabelMap, factor: int) -> LabelMap:
    """``labels`` enlarged, with smooth borders in place of steps of ``factor`` pixels."""
    if factor == 1:
        return labels
    size = factor * labels.size[0], factor * labels.size[1]
    large = labels.resized(size)
    best = np.zeros(size, dtype=np.float32)
    ids = large.ids.copy()
    for number in np.unique(large.ids):
        inside = (large.ids == number).astype(np.float32)
        share = ndimage.gaussian_filter(inside, factor / 2)
        ids[share > best] = number
        best = np.maximum(best, share)
    return labels.with_ids(ids)
