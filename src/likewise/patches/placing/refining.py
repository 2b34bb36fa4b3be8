"""Refining: a piece that nearly fits is laid on the target to a fraction of a pixel.

Views come in steps of scale and move by whole pixels; a thing in between misses its outline by a
pixel here and there, and pieces break where labels do not fit. Large pieces are therefore
registered from where they lie, by a spline so stiff that it does little else than move, scale, turn
and stretch the whole. Not in the paper.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from likewise.patches.bends import Bend
from likewise.patches.placing.bending import Step, registered
from likewise.patches.placing.fitting import BLANK, Pieces
from likewise.patches.placing.regions import backdrops, numbered
from likewise.patches.views import View

STEPS = (Step(128, 1.0, 2, 1e-3, 0.3), Step(256, 0.5, 3, 1e-3, 0.3))
MOST = 5  # pieces refined, the largest first
SHARE = 0.4  # of a thing that a piece must make up
LEAST = 0.002  # of the target, likewise
FAULTY = 0.05  # faults of a piece to a pixel of outlines: with fewer it is left alone
WORTH = 0.9  # share of its faults that may be left


def refined(
    pieces: Pieces, own: np.ndarray, target_ids: Tensor, source_ids: Tensor, classes: int
) -> Pieces:
    """``pieces`` with those that make up whole things bent slightly, where that puts labels right.

    Args:
        pieces: slid to where they fit.
        own: main class of each cell (h, w).
        target_ids: (1, 1, H, W).
        source_ids: (1, 1, Hs, Ws).
        classes: their number.
    """
    numbers, count = numbered(own)
    things = ~backdrops(numbers, count)
    found: list[tuple[np.ndarray, Bend]] = []
    for piece in _most_of(pieces, numbers, things)[:MOST]:
        cells = (pieces.index == piece) & things[numbers]
        around = _pixels(ndimage.binary_dilation(cells, np.ones((3, 3))), pieces)
        # What lies behind a thing does not move with it: all of that is one class.
        names = np.full(classes + 1, len(np.unique(own[cells])))
        names[np.unique(own[cells])] = np.arange(names[0])
        names[BLANK] = BLANK
        wanted = names[pieces.wanted]
        everywhere = np.full_like(pieces.index, piece)
        faults = int((_wrong(pieces, everywhere, names) & around).sum())
        if faults < FAULTY * _outline(wanted, around):
            continue
        asked, known = np.where(around, wanted, BLANK), names[source_ids[0, 0].numpy()]
        bend = _registered(pieces, piece, asked, known)
        shown = bend.ids(torch.from_numpy(known)[None, None])[0, 0].numpy()
        if ((shown != wanted) & (wanted >= 0) & around).sum() < WORTH * faults:
            found.append((cells, bend))
    return _with(pieces, found, numbers, target_ids, source_ids) if found else pieces


def _most_of(pieces: Pieces, numbers: np.ndarray, things: np.ndarray) -> list[int]:
    """Pieces that are most of some thing, those of the most cells first."""
    kinds = pieces.parts.shape[1]
    sums: Counter[int] = Counter()
    for thing in np.nonzero(things)[0]:
        held = np.bincount(pieces.index[numbers == thing], minlength=kinds)
        piece = int(held.argmax())
        moved = pieces.parts[:, piece].any()
        bent = isinstance(pieces.views[pieces.parts[0, piece]], Bend)
        if moved and not bent and held[piece] >= max(SHARE * held.sum(), LEAST * numbers.size):
            sums[piece] += int(held[piece])
    return [piece for piece, _ in sums.most_common()]


def _outline(wanted: np.ndarray, around: np.ndarray) -> int:
    """Pixels of ``around`` at borders of classes."""
    across = (wanted[:, 1:] != wanted[:, :-1]) & around[:, 1:]
    return int(across.sum() + ((wanted[1:] != wanted[:-1]) & around[1:]).sum())


def _registered(pieces: Pieces, piece: int, asked: np.ndarray, known: np.ndarray) -> Bend:
    """The bend that lays what ``piece`` shows of ``known`` (Hs, Ws) on what is ``asked`` (H, W)."""
    number, down, right = pieces.parts[:, piece].tolist()
    view = pieces.views[number]
    assert isinstance(view, View)
    rows = torch.arange(asked.shape[0], dtype=torch.float64) + down
    columns = torch.arange(asked.shape[1], dtype=torch.float64) + right
    y, x = View(view.scale).to_source(rows, columns, (known.shape[0], known.shape[1]))
    moves = [
        (2 * place + 1) / source_length - (2 * torch.arange(length).double() + 1) / length
        for place, source_length, length in zip(
            (x, y), known.shape[::-1], asked.shape[::-1], strict=True
        )
    ]
    start = torch.stack((moves[0].expand(*asked.shape), moves[1][:, None].expand(*asked.shape)))
    seen = known[:, ::-1].copy() if view.mirrored else known
    target, source = (torch.from_numpy(ids)[None, None] for ids in (asked, seen))
    bend = registered(target, source, int(max(asked.max(), seen.max())) + 1, STEPS, start)
    return replace(bend, mirrored=view.mirrored, shrunk=min(1.0, view.scale))


def _with(
    pieces: Pieces,
    found: list[tuple[np.ndarray, Bend]],
    numbers: np.ndarray,
    target_ids: Tensor,
    source_ids: Tensor,
) -> Pieces:
    """``pieces`` and one more for each bend, for its cells and those of things it does as well."""
    index, count = pieces.index.copy(), pieces.parts.shape[1]
    views = [*pieces.views, *(bend for _, bend in found)]
    new = np.array([(len(pieces.views) + i, 0, 0) for i in range(len(found))]).T
    before = _by_cell(_wrong(pieces, pieces.index), pieces.cell)
    for i, (cells, bend) in enumerate(found):
        shown = bend.ids(source_ids)[0, 0].numpy()
        now = _by_cell((shown != pieces.wanted) & (pieces.wanted >= 0), pieces.cell)
        cells_of = np.bincount(numbers[cells], minlength=numbers.max() + 1)
        mine = (cells_of > SHARE * np.bincount(numbers.ravel()))[numbers]
        index[cells | (mine & (now <= before))] = count + i
    parts = torch.from_numpy(np.concatenate((pieces.parts, new), axis=1))
    return Pieces.of(
        torch.from_numpy(index),
        torch.from_numpy(pieces.spare),
        (parts[0], parts[1], parts[2]),
        tuple(views),
        target_ids,
        source_ids,
        pieces.cell,
    )


def _wrong(pieces: Pieces, index: np.ndarray, names: np.ndarray | None = None) -> np.ndarray:
    """(H, W): where the class that is wanted is not the one the piece of each cell shows.

    Classes are those that ``names`` gives them, if any.
    """
    height, width = pieces.wanted.shape
    view, down, right = pieces.parts[:, _pixels(index, pieces)]
    first, high, wide = pieces.table[view].transpose(2, 0, 1)
    rows, columns = np.arange(height)[:, None] + down, np.arange(width) + right
    inside = (rows >= 0) & (rows < high) & (columns >= 0) & (columns < wide)
    shown = pieces.shown[np.where(inside, first + rows * wide + columns, 0)]
    wanted = pieces.wanted
    if names is not None:
        shown, wanted = names[shown], names[wanted]
    wrong: np.ndarray = (wanted >= 0) & ~(inside & (shown == wanted))
    return wrong


def _by_cell(pixels: np.ndarray, cell: int) -> np.ndarray:
    height, width = pixels.shape
    padded = np.pad(pixels, ((0, -height % cell), (0, -width % cell)))
    sums: np.ndarray = padded.reshape(-(-height // cell), cell, -(-width // cell), cell).sum((1, 3))
    return sums


def _pixels(cells: np.ndarray, pieces: Pieces) -> np.ndarray:
    """(H, W) of ``cells`` (h, w)."""
    height, width = pieces.wanted.shape
    pixels: np.ndarray = cells.repeat(pieces.cell, 0).repeat(pieces.cell, 1)[:height, :width]
    return pixels
