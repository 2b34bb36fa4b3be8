"""Alignment: for each pixel of a target layout, the pixel of the source it should look like.

A correspondence found on labels alone, so it needs no picture and no training. First cells of a few
pixels are matched: a cell is described by the share of each class in windows of growing size around
it, which says what it lies in, and how far and in which direction the borders are. They are matched
again near to where their neighbours of the same class went, and the field is made piecewise rigid.
Last, every pixel picks among the moves of the cells around it the one that puts the right class
under it.

Not in the paper: it lets SFT translate *aligned* features. Translated in place, features of the old
layout shine through the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.warps import one_hot
from likewise.patches.fields import coordinates, follow, pair
from likewise.patches.shifts import SWEEPS, best_by_class, piecewise_rigid

WINDOWS = (1, 3, 7, 15, 31)  # cells
WINDOW_WEIGHTS = (5.0, 2.0, 1.2, 1.0, 1.0)
FIRST_PULL = (0.45, 0.9)  # of a cell to its own place (x, y), in units of the short side
PULL = (4.2, 5.4)  # of a cell to where its neighbours went, likewise
NEIGHBOURHOODS = (1, 25, 11)  # cells; one round of matching each, the first from no move at all
MOVE_PENALTY, OUTSIDE_PENALTY = 0.03, 0.02  # of a move borrowed from afar; of a pixel beyond edges


@dataclass(frozen=True)
class Effort:
    """How thoroughly to align: rounds of matching, sweeps for rigidity, and how far pixels look."""

    neighbourhoods: tuple[int, ...] = NEIGHBOURHOODS
    sweeps: tuple[int, ...] = SWEEPS
    reach: int = 2  # cells


THOROUGH = Effort()
QUICK = Effort(neighbourhoods=(1, 17), sweeps=(4, 2, 1), reach=1)


def cell_size(size: tuple[int, int]) -> int:
    """Side of a cell in pixels for a source of ``size`` (H, W): 32 to 64 cells a short side."""
    return 2 ** max(1, (min(size) // 32).bit_length() - 1)


def correspondence(target: Tensor, source: Tensor, effort: Effort = THOROUGH) -> Tensor:
    """Moves (B, 2, H, W) in whole pixels (x, y) from each target pixel to its source pixel.

    Args:
        target: one-hot layouts (B, K, H, W).
        source: one-hot layouts (1 or B, K, Hs, Ws), at the same scale.
        effort: rounds and reach.
    """
    cell = cell_size((source.shape[2], source.shape[3]))
    with torch.autocast(target.device.type, enabled=False):
        moves = _cell_moves(target, source, cell, effort) * cell
        return _refined(moves, target, source, effort.reach)


def align(
    image: Tensor, layout: Tensor, target: Tensor, effort: Effort = THOROUGH
) -> tuple[Tensor, Tensor]:
    """Source image (B, C, Hs, Ws) and its layout moved to where ``target`` (B, K, H, W) wants them.

    Moves are whole pixels and nothing is interpolated: the answer is made of the source's own
    pixels, and no label is invented.
    """
    both = torch.cat((image, layout), dim=1).expand(len(target), -1, -1, -1)
    moved = follow(both, correspondence(target, layout, effort))
    return moved[:, : image.shape[1]], moved[:, image.shape[1] :]


def enlarged(moves: Tensor, target: Tensor, source: Tensor, source_size: tuple[int, int]) -> Tensor:
    """Moves found between small layouts, for the same layouts at a larger size.

    Args:
        moves: (B, 2, h, w), in pixels of the small layouts.
        target: large one-hot layouts (B, K, H, W).
        source: large one-hot layouts (1 or B, K, Hs, Ws).
        source_size: (hs, ws) of the small source.
    """
    large = source.shape[2:]
    factors = pair(large[1] / source_size[1], large[0] / source_size[0], moves.device)
    return _refined(moves * factors.view(1, 2, 1, 1), target, source, 1)


def label_descriptors(shares: Tensor) -> Tensor:
    """Describe cells with class shares (B, K, h, w): rows (B, h*w, K * windows)."""
    parts = []
    for window, weight in zip(WINDOWS, WINDOW_WEIGHTS, strict=True):
        blurred = shares
        for _ in range(2 if window > 1 else 1):  # a box twice over: no sudden steps
            blurred = F.avg_pool2d(blurred, window, 1, window // 2, count_include_pad=False)
        parts.append(blurred * weight)
    return torch.cat(parts, dim=1).flatten(2).transpose(1, 2)


def _cell_moves(target: Tensor, source: Tensor, cell: int, effort: Effort) -> Tensor:
    """Moves (B, 2, h, w) of cells, in cells."""
    shares = F.avg_pool2d(target, cell, ceil_mode=True)
    source_shares = F.avg_pool2d(source, cell, ceil_mode=True)
    height, width = source_shares.shape[2:]
    places, source_places = coordinates(shares), coordinates(source_shares)
    queries, keys = label_descriptors(shares), label_descriptors(source_shares)
    unlike = keys.square().sum(2)[:, None] - 2 * queries @ keys.transpose(1, 2)
    own = shares.argmax(dim=1, keepdim=True)
    members = one_hot(own, shares.shape[1])
    moves = torch.zeros_like(places).expand(len(target), -1, -1, -1)
    pull = FIRST_PULL
    for neighbourhood in effort.neighbourhoods:
        expected = places + _class_mean(moves, members, neighbourhood)
        pulls = _pulled(expected, source_places, pull, min(height, width))
        found = (unlike + pulls).argmin(dim=2).view(-1, 1, *shares.shape[2:])
        rows = torch.div(found, width, rounding_mode="floor")
        moves = torch.cat((found % width, rows), dim=1) - places
        pull = PULL
    fields = torch.stack((moves, _centred(shares, source_shares, members), moves * 0), dim=1)
    moves = best_by_class(fields, unlike, members, (height, width))
    return piecewise_rigid(moves, unlike, own.float(), (height, width), effort.sweeps)


def _centred(shares: Tensor, source_shares: Tensor, members: Tensor) -> Tensor:
    """Moves that bring each class as a whole from its centre in the source, in whole cells."""
    centres, source_centres = _centres(shares), _centres(source_shares)  # (B, K, 2)
    moves = (source_centres - centres).round()
    return torch.einsum("bkhw,bkc->bchw", members, moves.expand(len(members), -1, -1))


def _centres(shares: Tensor) -> Tensor:
    """Centre of gravity (x, y) of each class (B, K, 2), in cells."""
    weights = shares.flatten(2)
    sums = weights @ coordinates(shares)[0].flatten(1).T
    return sums / weights.sum(dim=2, keepdim=True).clamp_min(1e-6)


def _pulled(expected: Tensor, places: Tensor, pull: tuple[float, float], short: int) -> Tensor:
    """Squared weighted distances (B, N, Ns) of source cells from expected places, up to a term
    that is the same for every source cell.
    """
    weight = pair(*pull, places.device).view(1, 2, 1, 1) / short
    queries = (expected * weight).flatten(2).transpose(1, 2)
    keys = (places * weight).flatten(2)
    return keys.square().sum(1)[:, None] - 2 * queries @ keys


def _class_mean(moves: Tensor, members: Tensor, window: int) -> Tensor:
    """Mean move around each cell, over cells of its own class alone; ``members`` (B, K, h, w)."""
    classes = members.shape[1]
    sums = torch.cat([moves * members[:, k : k + 1] for k in range(classes)], dim=1)
    pooled = F.avg_pool2d(torch.cat((sums, members), 1), window, 1, window // 2)
    means = pooled[:, : 2 * classes].unflatten(1, (classes, 2))
    means = means / pooled[:, 2 * classes :, None].clamp_min(1e-6)
    return (means * members[:, :, None]).sum(dim=1)


def _refined(moves: Tensor, target: Tensor, source: Tensor, reach: int) -> Tensor:
    """Moves a pixel (B, 2, H, W) from moves a cell: the best of those of the cells around.

    A move is judged by how well the labels under a 5x5 window agree, the pixel's own label twice.
    """
    batch, classes, height, width = target.shape
    wanted, offered = _surroundings(target), _surroundings(source)
    offered = offered.expand(batch, -1, -1, -1).flatten(2)
    source_size = source.shape[2:]
    places = coordinates(target)
    padded = F.pad(moves, (reach,) * 4, mode="replicate")
    best, chosen = None, moves
    for dy, dx in _by_distance(reach):
        candidate = padded[
            :, :, reach + dy : reach + dy + moves.shape[2], reach + dx : reach + dx + moves.shape[3]
        ]
        candidate = F.interpolate(candidate, size=(height, width), mode="nearest-exact").round()
        aim = places + candidate
        last = pair(source_size[1] - 1, source_size[0] - 1, aim.device)
        inside = torch.minimum(aim.clamp_min(0), last.view(1, 2, 1, 1))
        flat = (inside[:, 1] * source_size[1] + inside[:, 0]).long().flatten(1)[:, None]
        found = offered.gather(2, flat.expand(-1, classes, -1)).view_as(wanted)
        cost = (found - wanted).square().sum(1, keepdim=True) + MOVE_PENALTY * (dy * dy + dx * dx)
        cost = cost + OUTSIDE_PENALTY * (aim - inside).abs().sum(1, keepdim=True)
        if best is None:
            best, chosen = cost, candidate
        else:
            better = cost < best
            best = torch.where(better, cost, best)
            chosen = torch.where(better, candidate, chosen)
    return chosen


def _by_distance(reach: int) -> list[tuple[int, int]]:
    around = range(-reach, reach + 1)
    return sorted(((y, x) for y in around for x in around), key=lambda p: p[0] ** 2 + p[1] ** 2)


def _surroundings(layout: Tensor) -> Tensor:
    return F.avg_pool2d(layout, 5, 1, 2, count_include_pad=False) + 2 * layout
