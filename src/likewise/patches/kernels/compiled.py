"""Compiled patch kernels: PatchMatch and voting for the CPU, compiled by Numba, in parallel.

A sweep reads one field and writes another, so the answer does not depend on the number of threads.
Twins on tensors, for other devices: :mod:`likewise.patches.kernels.tensors`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit, prange
from torch import Tensor

from likewise.patches.kernels.launching import run
from likewise.patches.kernels.neighbours import NEIGHBOURS
from likewise.patches.material import Canvas, Material

_AROUND = np.array(NEIGHBOURS, dtype=np.int32)
FAR = np.float32(1e30)


def evaluate(field: Tensor, canvas: Canvas, material: Material, label_weight: float) -> Tensor:
    """Costs (H, W) of ``field``; see :mod:`likewise.patches.kernels`."""
    costs = torch.empty(field.shape[1:])
    arrays = (*_canvas(canvas), *_material(material))
    run(_evaluate, field.numpy(), costs.numpy(), *arrays, np.float32(label_weight))
    return costs


def sweep(
    field: Tensor,
    costs: Tensor,
    canvas: Canvas,
    material: Material,
    label_weight: float,
    jump: int,
    reach: int,
    trials: int,
    seed: int,
) -> tuple[Tensor, Tensor]:
    """A better field and its costs; see :mod:`likewise.patches.kernels`."""
    found, paid = torch.empty_like(field), torch.empty_like(costs)
    before, after = (field.numpy(), costs.numpy()), (found.numpy(), paid.numpy())
    arrays = (*_canvas(canvas), *_material(material))
    numbers = (np.float32(label_weight), jump, reach, trials, np.uint32(seed))
    run(_sweep, *before, *after, *arrays, *numbers)
    return found, paid


def vote(field: Tensor, weights: Tensor, material: Material) -> Tensor:
    """Colours (H, W, C) by weighted votes; see :mod:`likewise.patches.kernels`."""
    colours = torch.empty((*field.shape[1:], material.colours.shape[1]))
    source, _, _, _, table, radius = _material(material)
    run(_vote, field.numpy(), weights.numpy(), colours.numpy(), source, table, radius)
    return colours


def _canvas(canvas: Canvas) -> tuple[np.ndarray, ...]:
    return canvas.colours.numpy(), canvas.ids.numpy(), canvas.guide.numpy()


def _material(material: Material) -> tuple[Any, ...]:
    tensors = (material.colours, material.ids, material.guide, material.penalty, material.table)
    return (*(tensor.numpy() for tensor in tensors), material.radius)


@njit(inline="always", cache=True)
def _hashed(number):  # type: ignore[no-untyped-def]
    mixed = np.uint32(number)  # Numba widens every product: cut it back each time
    mixed = np.uint32(mixed ^ (mixed >> np.uint32(16)))
    mixed = np.uint32(mixed * np.uint32(0x7FEB352D))
    mixed = np.uint32(mixed ^ (mixed >> np.uint32(15)))
    mixed = np.uint32(mixed * np.uint32(0x846CA68B))
    return np.uint32(mixed ^ (mixed >> np.uint32(16)))


@njit(inline="always", fastmath=True, cache=True)
def _cost(  # type: ignore[no-untyped-def]
    colours, ids, guide, source, source_ids, source_guide, penalty, start, width, radius,
    y, x, row, column, label_weight, limit,
):  # fmt: skip
    """Cost of one place for one pixel, or anything not below ``limit`` once it is reached."""
    side = 2 * radius + 1
    stride = width + 2 * radius
    centre = start + (row + radius) * stride + column + radius
    total = penalty[centre]
    for channel in range(guide.shape[2]):
        step = guide[y, x, channel] - source_guide[centre, channel]
        total += step * step
    share = np.float32(1.0) / np.float32(side * side)
    for dy in range(side):
        if total >= limit:
            return total
        place = start + (row + dy) * stride + column
        squares = np.float32(0.0)
        unlike = 0
        for dx in range(side):
            for channel in range(colours.shape[2]):
                step = colours[y + dy, x + dx, channel] - source[place + dx, channel]
                squares += step * step
            wanted = ids[y + dy, x + dx]
            unlike += (wanted >= 0) & (wanted != source_ids[place + dx])
        total += (squares + label_weight * np.float32(unlike)) * share
    return total


@njit(parallel=True, fastmath=True, cache=True)
def _evaluate(  # type: ignore[no-untyped-def]
    field, costs, colours, ids, guide, source, source_ids, source_guide, penalty, table, radius,
    label_weight,
):  # fmt: skip
    height, width = costs.shape
    for line in prange(height):
        y = np.int64(line)  # prange counts without a sign
        for x in range(width):
            view = field[0, y, x]
            costs[y, x] = _cost(
                colours, ids, guide, source, source_ids, source_guide, penalty, table[view, 0],
                table[view, 2], radius, y, x, field[1, y, x], field[2, y, x], label_weight, FAR,
            )  # fmt: skip


@njit(parallel=True, fastmath=True, cache=True)
def _sweep(  # type: ignore[no-untyped-def]
    field, costs, found, paid, colours, ids, guide, source, source_ids, source_guide, penalty,
    table, radius, label_weight, jump, reach, trials, seed,
):  # fmt: skip
    height, width = costs.shape
    for line in prange(height):
        y = np.int64(line)  # prange counts without a sign
        for x in range(width):
            view, row, column = field[0, y, x], field[1, y, x], field[2, y, x]
            best = costs[y, x]
            for k in range(len(_AROUND)):
                dy, dx = _AROUND[k, 0] * jump, _AROUND[k, 1] * jump
                near_y, near_x = y + dy, x + dx
                if near_y < 0 or near_y >= height or near_x < 0 or near_x >= width:
                    continue
                other = field[0, near_y, near_x]
                r, c = field[1, near_y, near_x] - dy, field[2, near_y, near_x] - dx
                if r < 0 or r >= table[other, 1] or c < 0 or c >= table[other, 2]:
                    continue
                if other == view and r == row and c == column:
                    continue
                cost = _cost(
                    colours, ids, guide, source, source_ids, source_guide, penalty,
                    table[other, 0], table[other, 2], radius, y, x, r, c, label_weight, best,
                )  # fmt: skip
                if cost < best:
                    view, row, column, best = other, r, c, cost
            away = reach
            for k in range(trials):
                drawn = _hashed(np.uint32(seed + _hashed((y * width + x) * 16 + k)))
                span = np.uint32(2 * away + 1)
                r = row + np.int32((drawn & np.uint32(0xFFFF)) % span) - away
                c = column + np.int32((drawn >> np.uint32(16)) % span) - away
                r = min(max(r, 0), table[view, 1] - 1)
                c = min(max(c, 0), table[view, 2] - 1)
                cost = _cost(
                    colours, ids, guide, source, source_ids, source_guide, penalty,
                    table[view, 0], table[view, 2], radius, y, x, r, c, label_weight, best,
                )  # fmt: skip
                if cost < best:
                    row, column, best = r, c, cost
                away = away // 2 if away > 1 else 1
            found[0, y, x], found[1, y, x], found[2, y, x] = view, row, column
            paid[y, x] = best


@njit(parallel=True, fastmath=True, cache=True)
def _vote(field, weights, out, source, table, radius):  # type: ignore[no-untyped-def]
    height, width = weights.shape
    for line in prange(height):
        y = np.int64(line)  # prange counts without a sign
        for x in range(width):
            total = np.float32(0.0)
            out[y, x, :] = np.float32(0.0)
            for dy in range(-min(radius, y), min(radius, height - 1 - y) + 1):
                for dx in range(-min(radius, x), min(radius, width - 1 - x) + 1):
                    view = field[0, y + dy, x + dx]
                    stride = table[view, 2] + 2 * radius
                    row = field[1, y + dy, x + dx] - dy + radius
                    column = field[2, y + dy, x + dx] - dx + radius
                    place = table[view, 0] + row * stride + column
                    weight = weights[y + dy, x + dx]
                    total += weight
                    for channel in range(out.shape[2]):
                        out[y, x, channel] += weight * source[place, channel]
            out[y, x, :] /= total


def enlarge(
    field: Tensor,
    factors: tuple[float, float],
    wanted: Tensor,
    offered: Tensor,
    table: Tensor,
    radius: int,
) -> Tensor:
    """The field for a larger target; see :mod:`likewise.patches.kernels`."""
    large = torch.empty((3, wanted.shape[0] - 2 * radius, wanted.shape[1] - 2 * radius)).int()
    arrays = (wanted.numpy(), offered.numpy(), table.numpy(), radius)
    run(
        _enlarge,
        field.numpy(),
        large.numpy(),
        np.float64(factors[0]),
        np.float64(factors[1]),
        *arrays,
    )
    return large


@njit(inline="always", cache=True)
def _unlike(wanted, offered, start, stride, y, x, row, column, radius, limit):  # type: ignore[no-untyped-def]
    """Labels under a window that differ from the wanted ones; the centre counts a whole row."""
    side = 2 * radius + 1
    unlike = 0
    for dy in range(side):
        for dx in range(side):
            want = wanted[y + dy, x + dx]
            if want >= 0 and want != offered[start + (row + dy) * stride + column + dx]:
                unlike += side if dy == radius and dx == radius else 1
        if unlike >= limit:
            break
    return unlike


@njit(parallel=True, cache=True)
def _enlarge(field, large, down, right, wanted, offered, table, radius):  # type: ignore[no-untyped-def]
    height, width = field.shape[1:]
    side = 2 * radius + 1
    for line in prange(large.shape[1]):
        y = np.int64(line)
        for x in range(large.shape[2]):
            near_y = min(int((y + 0.5) / down), height - 1)
            near_x = min(int((x + 0.5) / right), width - 1)
            least = 2 * side * side
            for k in range(-1, len(_AROUND)):
                cell_y = near_y + (_AROUND[k, 0] if k >= 0 else 0)
                cell_x = near_x + (_AROUND[k, 1] if k >= 0 else 0)
                if cell_y < 0 or cell_y >= height or cell_x < 0 or cell_x >= width:
                    continue
                view = field[0, cell_y, cell_x]
                row = y + int(np.rint((field[1, cell_y, cell_x] - cell_y) * down))
                column = x + int(np.rint((field[2, cell_y, cell_x] - cell_x) * right))
                outside = 0
                if row < 0 or row >= table[view, 1] or column < 0 or column >= table[view, 2]:
                    outside = 1
                    row = max(min(row, table[view, 1] - 1), np.int64(0))
                    column = max(min(column, table[view, 2] - 1), np.int64(0))
                unlike = outside + _unlike(
                    wanted, offered, table[view, 0], table[view, 2] + 2 * radius,
                    y, x, row, column, radius, least,
                )  # fmt: skip
                if unlike < least:
                    least = unlike
                    large[0, y, x], large[1, y, x], large[2, y, x] = view, row, column
                if least == 0:
                    break
