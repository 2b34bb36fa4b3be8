"""Tensor patch kernels: PatchMatch and voting by torch operations, for GPUs.

The same steps in the same order as :mod:`likewise.patches.kernels.compiled`, a whole band of rows
at a time, so that memory stays bounded at any size.
"""

from __future__ import annotations

import torch
from torch import Tensor

from likewise.patches.kernels.neighbours import NEIGHBOURS
from likewise.patches.material import Canvas, Material

BUDGET = 2**28  # bytes of gathered patches at a time
MASK = 0xFFFFFFFF


def evaluate(field: Tensor, canvas: Canvas, material: Material, label_weight: float) -> Tensor:
    """Costs (H, W) of ``field``; see :mod:`likewise.patches.kernels`."""
    bands = _bands(canvas, material)
    return torch.cat(
        [_costs(field[:, top:end], top, canvas, material, label_weight) for top, end in bands]
    )


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
    found, paid = field.clone(), costs.clone()
    heights, widths = (material.table.to(field.device)[:, k] for k in (1, 2))
    for top, end in _bands(canvas, material):
        best, least = field[:, top:end], costs[top:end]
        moves = [_neighbour(field, top, end, dy * jump, dx * jump) for dy, dx in NEIGHBOURS]
        away = reach
        for k in range(len(moves) + trials):
            if k < len(moves):
                candidate, outside = moves[k]
            else:
                trial = k - len(moves)
                candidate, outside = _drawn(best, top, costs.shape[1], away, trial, seed), None
                away = max(away // 2, 1)
            view = candidate[0].long()
            last = torch.stack((heights[view], widths[view])) - 1
            inside = torch.minimum(candidate[1:].clamp_min(0), last)
            if outside is not None:
                outside = outside | (inside != candidate[1:]).any(dim=0)
            candidate = torch.cat((candidate[:1], inside))
            price = _costs(candidate, top, canvas, material, label_weight)
            better = price < least
            if outside is not None:
                better &= ~outside
            best = torch.where(better, candidate, best)
            least = torch.where(better, price, least)
        found[:, top:end], paid[top:end] = best, least
    return found, paid


def vote(field: Tensor, weights: Tensor, material: Material) -> Tensor:
    """Colours (H, W, C) by weighted votes; see :mod:`likewise.patches.kernels`."""
    radius = material.radius
    height, width = weights.shape
    strides = (material.table[:, 2].to(field.device) + 2 * radius)[field[0].long()]
    places = material.index(field)
    sums = torch.zeros((height, width, material.colours.shape[1]), device=field.device)
    totals = torch.zeros_like(weights)
    for dy in range(-radius, radius + 1):
        rows, from_rows = _overlap(height, dy)
        for dx in range(-radius, radius + 1):
            columns, from_columns = _overlap(width, dx)
            near = (from_rows, from_columns)
            weight = weights[near]
            colours = material.colours[places[near] - dy * strides[near] - dx]
            sums[rows, columns] += weight[..., None] * colours
            totals[rows, columns] += weight
    return sums / totals[..., None]


def _costs(
    field: Tensor, top: int, canvas: Canvas, material: Material, label_weight: float
) -> Tensor:
    """Costs of ``field`` (3, h, W), the rows of the canvas from ``top`` on."""
    height, width = field.shape[1:]
    side = 2 * material.radius + 1
    centres = material.index(field)
    strides = (material.table[:, 2].to(field.device) + 2 * material.radius)[field[0].long()]
    apart = canvas.guide[top : top + height] - material.guide[centres]
    costs = material.penalty[centres] + apart.square().sum(dim=2)
    squares, unlike = torch.zeros_like(costs), torch.zeros_like(costs)
    for dy in range(side):
        begin = centres + (dy - material.radius) * strides - material.radius
        for dx in range(side):
            rows = slice(top + dy, top + dy + height)
            wanted = canvas.ids[rows, dx : dx + width]
            step = canvas.colours[rows, dx : dx + width] - material.colours[begin + dx]
            squares += step.square().sum(dim=2)
            unlike += (wanted >= 0) & (wanted != material.ids[begin + dx])
    return costs + (squares + label_weight * unlike) / side**2


def _neighbour(field: Tensor, top: int, end: int, dy: int, dx: int) -> tuple[Tensor, Tensor]:
    """What a neighbour, ``dy`` down and ``dx`` right, would have pixels take; where is none."""
    height, width = field.shape[1:]
    rows = torch.arange(top + dy, end + dy, device=field.device)
    columns = torch.arange(dx, width + dx, device=field.device)
    outside = ((rows < 0) | (rows >= height))[:, None] | (columns < 0) | (columns >= width)
    near = field[:, rows.clamp(0, height - 1)][:, :, columns.clamp(0, width - 1)]
    return torch.stack((near[0], near[1] - dy, near[2] - dx)), outside


def _drawn(best: Tensor, top: int, width: int, away: int, trial: int, seed: int) -> Tensor:
    """A place drawn within ``away`` pixels of what every pixel has."""
    height = best.shape[1]
    first = torch.arange(top * width, (top + height) * width, device=best.device)
    drawn = _hashed((seed + _hashed(first * 16 + trial)) & MASK).view(height, width)
    span = 2 * away + 1
    rows = best[1] + (drawn & 0xFFFF) % span - away
    columns = best[2] + (drawn >> 16) % span - away
    return torch.stack((best[0], rows.int(), columns.int()))


def _hashed(number: Tensor) -> Tensor:
    number = number & MASK
    number = number ^ (number >> 16)
    number = (number * 0x7FEB352D) & MASK
    number = number ^ (number >> 15)
    number = (number * 0x846CA68B) & MASK
    return number ^ (number >> 16)


def _overlap(length: int, step: int) -> tuple[slice, slice]:
    """Places whose neighbour at ``step`` exists, and those neighbours; none in a short line."""
    step = max(-length, min(step, length))
    here = slice(max(0, -step), min(length, length - step))
    return here, slice(here.start + step, here.stop + step)


def _bands(canvas: Canvas, material: Material) -> list[tuple[int, int]]:
    """Rows from and to, so that a band's temporary tensors keep to the budget."""
    height, width = canvas.size
    channels = material.colours.shape[1] + material.guide.shape[1] + 8
    rows = max(1, BUDGET // (16 * channels * width))
    return [(top, min(top + rows, height)) for top in range(0, height, rows)]


def enlarge(
    field: Tensor,
    factors: tuple[float, float],
    wanted: Tensor,
    offered: Tensor,
    table: Tensor,
    radius: int,
) -> Tensor:
    """The field for a larger target; see :mod:`likewise.patches.kernels`."""
    height, width = wanted.shape[0] - 2 * radius, wanted.shape[1] - 2 * radius
    device = field.device
    rows = torch.arange(height, device=device)
    columns = torch.arange(width, device=device)
    near_rows = ((rows + 0.5) / factors[0]).long().clamp_max(field.shape[1] - 1)
    near_columns = ((columns + 0.5) / factors[1]).long().clamp_max(field.shape[2] - 1)
    large = torch.empty((3, height, width), dtype=torch.int32, device=device)
    step = max(1, BUDGET // (128 * width))
    for top in range(0, height, step):
        band = slice(top, min(top + step, height))
        cells = (near_rows[band], near_columns)
        large[:, band] = _enlarged_band(
            field, factors, cells, (rows[band], columns), wanted, offered, table, radius
        )
    return large


def _enlarged_band(
    field: Tensor,
    factors: tuple[float, float],
    cells: tuple[Tensor, Tensor],
    places: tuple[Tensor, Tensor],
    wanted: Tensor,
    offered: Tensor,
    table: Tensor,
    radius: int,
) -> Tensor:
    starts, heights, widths = table.to(field.device).long().unbind(1)
    rows, columns = places
    side = 2 * radius + 1
    best, least = None, None
    for dy, dx in ((0, 0), *NEIGHBOURS):
        cell_rows, cell_columns = cells[0] + dy, cells[1] + dx
        absent = ((cell_rows < 0) | (cell_rows >= field.shape[1]))[:, None] | (
            (cell_columns < 0) | (cell_columns >= field.shape[2])
        )
        cell_rows = cell_rows.clamp(0, field.shape[1] - 1)
        cell_columns = cell_columns.clamp(0, field.shape[2] - 1)
        view, row, column = field[:, cell_rows][:, :, cell_columns].long()
        row = ((row - cell_rows[:, None]).double() * factors[0]).round().long() + rows[:, None]
        column = ((column - cell_columns).double() * factors[1]).round().long() + columns
        inside_row = torch.minimum(row.clamp_min(0), heights[view] - 1)
        inside_column = torch.minimum(column.clamp_min(0), widths[view] - 1)
        unlike = ((inside_row != row) | (inside_column != column)).int()
        strides = widths[view] + 2 * radius
        begin = starts[view] + inside_row * strides + inside_column
        for i in range(side):
            for j in range(side):
                want = wanted[rows[:, None] + i, columns + j]
                differs = (want >= 0) & (want != offered[begin + i * strides + j])
                unlike += differs * (side if i == radius and j == radius else 1)
        unlike += absent * 4 * side**2
        candidate = torch.stack((view, inside_row, inside_column)).int()
        if best is None or least is None:
            best, least = candidate, unlike
        else:
            better = unlike < least
            best, least = torch.where(better, candidate, best), torch.where(better, unlike, least)
    assert best is not None
    return best
