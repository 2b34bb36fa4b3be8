"""Slow twins of what placement has compiled: one pixel, cell or placement after another."""

from __future__ import annotations

import math

import numpy as np
import torch

from likewise.patches.placing import fitting
from likewise.patches.placing.fitting import Pieces, square
from likewise.patches.placing.sweeps import Labelling
from likewise.patches.shifts import NEIGHBOURS, SEAM_COST, class_links


def inside(place: int, length: int) -> int:
    """The place nearest to ``place`` that is inside."""
    return max(0, min(int(place), int(length) - 1))


def wrong(pieces: Pieces, piece: int, y: int, x: int) -> bool:
    """Whether the class that ``piece`` shows at a target place is not the wanted one."""
    view, down, right = pieces.parts[:, piece]
    first, high, wide = pieces.table[view]
    picture = pieces.shown[first : first + high * wide].reshape(high, wide)
    if pieces.wanted[y, x] < 0:
        return False
    if not (0 <= y + down < high and 0 <= x + right < wide):
        return True
    return bool(picture[y + down, x + right] != pieces.wanted[y, x])


def cost(pieces: Pieces, piece: int, y: int, x: int) -> np.float32:
    """How badly ``piece`` would do at a target place."""
    view, down, right = pieces.parts[:, piece]
    _, high, wide = pieces.table[view]
    row, column = y + down, x + right
    outside = abs(row - inside(row, high)) + abs(column - inside(column, wide))
    total = np.float32(fitting.OUTSIDE_PENALTY) * np.float32(outside)
    height, width = pieces.wanted.shape
    for dy, dx in fitting.WINDOW:
        weight = 1 if dy or dx else fitting.OWN_WEIGHT
        near = inside(y + dy, height), inside(x + dx, width)
        total += np.float32(weight * wrong(pieces, piece, *near))
    return np.float32(total)


def fitted(pieces: Pieces, reach: int) -> np.ndarray:
    """The field (3, H, W)."""
    field = np.empty((3, *pieces.wanted.shape), np.int32)
    for y, x in np.ndindex(pieces.wanted.shape):
        best = int(pieces.index[y // pieces.cell, x // pieces.cell])
        least = cost(pieces, best, y, x)
        for candidates, enough in ((_near(pieces, reach, y, x), 0), (_far(pieces, y, x), 7)):
            if least <= enough:
                continue
            for piece, penalty in candidates:
                found = cost(pieces, piece, y, x) + np.float32(penalty)
                if found < least:
                    best, least = piece, found
        view, down, right = pieces.parts[:, best]
        high, wide = pieces.table[view, 1:]
        field[:, y, x] = view, inside(y + down, high), inside(x + right, wide)
    return field


def faults(pieces: Pieces) -> np.ndarray:
    """Pixels that each piece puts wrong."""
    counts = np.zeros(pieces.parts.shape[1], np.int64)
    for y, x in np.ndindex(pieces.wanted.shape):
        piece = pieces.index[y // pieces.cell, x // pieces.cell]
        counts[piece] += wrong(pieces, piece, y, x)
    return counts


def _around(
    pieces: Pieces, cells: np.ndarray, steps: list[tuple[int, int]], y: int, x: int
) -> list[tuple[int, float]]:
    found = []
    for dy, dx in steps:
        row = inside(y // pieces.cell + dy, cells.shape[0])
        column = inside(x // pieces.cell + dx, cells.shape[1])
        penalty = min(fitting.FAR_PENALTY, fitting.MOVE_PENALTY * (dy * dy + dx * dx))
        found.append((int(cells[row, column]), penalty))
    return found


def _near(pieces: Pieces, reach: int, y: int, x: int) -> list[tuple[int, float]]:
    return _around(pieces, pieces.index, square(reach)[1:], y, x)


def _far(pieces: Pieces, y: int, x: int) -> list[tuple[int, float]]:
    ring = [(dy * far, dx * far) for far in fitting.FAR for dy, dx in square(1)[1:]]
    sizes = np.bincount(pieces.index.ravel())
    largest = sorted(range(len(sizes)), key=lambda piece: (-sizes[piece], piece))
    return (
        _around(pieces, pieces.index, ring, y, x)
        + _around(pieces, pieces.spare, square(1), y, x)
        + [(piece, fitting.FAR_PENALTY) for piece in largest[: fitting.LARGEST]]
    )


def seen(row: np.ndarray, source: np.ndarray, y: float, x: float) -> int:
    """The class position that a placement shows at a target place, -2 beyond the edges."""
    scale, mirrored, down, right = row
    height, width = source.shape
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    view_y, view_x = y + down, x + right
    if mirrored:
        view_x = wide - 1 - view_x
    place = math.floor((view_y + 0.5) * height / tall), math.floor((view_x + 0.5) * width / wide)
    if 0 <= place[0] < height and 0 <= place[1] < width:
        return int(source[place])
    return -2


def score(
    row: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    class_: int,
    target: np.ndarray,
    source: np.ndarray,
) -> float:
    """How well a placement puts a grid of target places right."""
    pairs = [(int(target[y, x]), seen(row, source, y, x)) for y in rows for x in columns]
    both = sum(here == class_ and there == class_ for here, there in pairs)
    either = sum(class_ in pair for pair in pairs)
    right = sum(here in (-1, there) for here, there in pairs)
    return both / max(1, either) + right / len(pairs) - 0.02 * (abs(math.log2(row[0])) + row[1])


def settled(labels: np.ndarray, labelling: Labelling, sweeps: tuple[int, ...]) -> np.ndarray:
    """Cells take over labels of neighbours, one cell after another."""
    height, width = labels.shape
    weights = class_links(labelling.own[None, None].float())[0].numpy()
    for distance in sweeps:
        taken = np.empty_like(labels)
        for y, x in np.ndindex(height, width):
            around = [
                labels[inside(y + dy, height), inside(x + dx, width)] for dy, dx in NEIGHBOURS[1:]
            ]
            costs, offered = [], []
            for dy, dx in NEIGHBOURS:
                offer = labels[inside(y + dy * distance, height), inside(x + dx * distance, width)]
                everywhere = torch.full((height, width), int(offer))
                seams = sum(weights[i, y, x] for i, other in enumerate(around) if other != offer)
                unlike = float(labelling.unlikeness(everywhere)[y, x])
                costs.append(np.float32(unlike) + np.float32(SEAM_COST) * np.float32(seams))
                offered.append(offer)
            taken[y, x] = offered[int(np.argmin(costs))]
        labels = taken
    return labels
