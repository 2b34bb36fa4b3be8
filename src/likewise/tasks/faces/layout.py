"""Layout of a changed face: parts at their new places, with the skin close to them.

Lids, lashes and the shades around a mouth are skin in a label map, and would stay behind; so the
skin close to a part becomes a class of its own, which goes along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id
from likewise.labels.label_map import LabelMap
from likewise.tasks.faces.hairline import Hairline
from likewise.tasks.faces.moves import Move
from likewise.tasks.faces.parts import HAIRLINE, PARTS, mask_of


@dataclass(frozen=True)
class Piece:
    """A part and the skin around it, and where it goes.

    Attributes:
        part: (H, W) bool.
        around: (H, W) bool, skin that goes along.
        shift: (right, down), pixels.
        scale: (across, down), about the part's middle.
        number: the class id of ``around``.
    """

    part: np.ndarray
    around: np.ndarray
    shift: tuple[float, float]
    scale: tuple[float, float]
    number: int

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns (H, W) that each pixel's label comes from; -1 where from outside."""
        height, width = self.part.shape
        middle = [float(axis.mean()) for axis in np.nonzero(self.part)]
        rows, columns = np.indices(self.part.shape)
        from_row = np.rint((rows - middle[0] - self.shift[1]) / self.scale[1] + middle[0])
        from_column = np.rint((columns - middle[1] - self.shift[0]) / self.scale[0] + middle[1])
        inside = (from_row >= 0) & (from_row < height)
        inside &= (from_column >= 0) & (from_column < width)
        row, column = (np.where(inside, p, -1).astype(int) for p in (from_row, from_column))
        return row, column


@dataclass(frozen=True)
class Drawn:
    """What the moves make of a label map.

    Attributes:
        source: P with the skin around each part apart.
        target: P'.
        changed: (H, W) bool.
        bodies: (H, W) int, the target's ids with that skin as skin again.
    """

    source: LabelMap
    target: LabelMap
    changed: np.ndarray
    bodies: np.ndarray


def drawn(labels: LabelMap, moves: list[Move], face: float, reach: int) -> Drawn:
    """The labels before and after ``moves``.

    Args:
        labels: (H, W), classes named as parts.
        moves: what is done.
        face: height of the face, pixels.
        reach: how much skin around a part goes along, pixels.

    Raises:
        LabelError: a part does not occur.
        ConfigError: a move is too far.
    """
    skin = labels.classes.by_name("skin").id
    pieces = _pieces(labels, moves, face, reach, skin)
    source, target = labels.ids.copy(), labels.ids.copy()
    for piece in pieces:
        source[piece.around] = piece.number
        target[piece.part | piece.around] = skin
    changed = target != labels.ids
    for piece in pieces:
        changed |= piece.around
    for piece in pieces:
        _put(piece, source, target, changed, skin, _hair(labels))
    own = {piece.number: skin for piece in pieces}
    for move in moves:
        if move.part == HAIRLINE:
            down = round(move.pixels(face)[1])
            line = Hairline(labels, down, reach, _first_free(labels) + len(own))
            line.draw(source, target, changed)
            own |= line.own
    table = _with_surroundings(labels.classes, own)
    bodies = target.copy()
    for number, body in own.items():
        bodies[target == number] = body
    return Drawn(
        LabelMap(source, table, labels.ignore, None, "labels"),
        LabelMap(target, table, labels.ignore, None, "layout"),
        changed,
        bodies,
    )


def _first_free(labels: LabelMap) -> int:
    return int(max(labels.classes.ids.max(), labels.ids.max())) + 1


def _pieces(labels: LabelMap, moves: list[Move], face: float, reach: int, skin: int) -> list[Piece]:
    pieces: list[Piece] = []
    taken = np.zeros(labels.size, dtype=bool)
    first = _first_free(labels)
    for move in moves:
        if move.part == HAIRLINE:
            continue
        right, down = move.pixels(face)
        masks = [mask_of(labels, names) for names in PARTS[move.part]]
        if not all(mask.any() for mask in masks):
            shown = ", ".join(labels.present_classes.names)
            raise LabelError("edit", f"{move.part!r} does not occur whole", f"parts of {shown}")
        middles = [float(np.nonzero(mask)[1].mean()) for mask in masks]
        for mask, middle in zip(masks, middles, strict=True):
            side = np.sign(middle - np.mean(middles)) if move.apart else 1
            near = ndimage.distance_transform_edt(~mask) <= reach
            around = near & (labels.ids == skin) & ~taken
            taken |= around | mask
            number = first + len(pieces)
            pieces.append(Piece(mask, around, (side * right, down), move.scale, number))
    return pieces


def _hair(labels: LabelMap) -> np.ndarray:
    """(H, W) bool: what lies before a face, and is never painted over by one of its parts."""
    return mask_of(labels, ("hair", "hat", "eye_g", "cloth", "background"))


def _put(
    piece: Piece,
    source: np.ndarray,
    target: np.ndarray,
    changed: np.ndarray,
    skin: int,
    before: np.ndarray,
) -> None:
    """Paint ``piece`` into ``target`` at its new place: the skin around it only over skin."""
    rows, columns = piece.places()
    here = (rows >= 0) & (columns >= 0)
    part = here & piece.part[rows, columns] & ~before
    around = here & piece.around[rows, columns] & (target == skin)
    put = part | around
    target[put] = source[rows, columns][put]
    changed |= put


def _with_surroundings(table: ClassTable, own: dict[int, int]) -> ClassTable:
    added = [
        LabelClass(
            number, f"{table.by_id(body).name} close to a part {number}", colour_of_id(number)
        )
        for number, body in own.items()
    ]
    return ClassTable((*table, *added))
