"""Fused patch kernels: PatchMatch and voting for CUDA, one launch a sweep, compiled by Triton.

The same steps in the same order as :mod:`likewise.patches.kernels.compiled`. By torch operations
alone a sweep takes thousands of launches, and the launches take the time.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from likewise.patches.kernels.neighbours import NEIGHBOURS
from likewise.patches.kernels.tensors import enlarge
from likewise.patches.material import Canvas, Material

__all__ = ["enlarge", "evaluate", "sweep", "vote"]

BLOCK = 128  # pixels of one program


def evaluate(field: Tensor, canvas: Canvas, material: Material, label_weight: float) -> Tensor:
    """Costs (H, W) of ``field``; see :mod:`likewise.patches.kernels`."""
    costs = torch.empty(field.shape[1:], device=field.device)
    scene, sizes = _scene(canvas, material)
    with torch.cuda.device(field.device):
        _evaluate[_grid(costs)](
            field.contiguous(), costs, *scene, label_weight, *canvas.size, **sizes
        )
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
    field = field.contiguous()
    found, paid = torch.empty_like(field), torch.empty_like(costs)
    around = torch.tensor(NEIGHBOURS, dtype=torch.int32, device=field.device) * jump
    scene, sizes = _scene(canvas, material)
    with torch.cuda.device(field.device):
        _sweep[_grid(costs)](
            field, costs.contiguous(), found, paid, around, *scene, label_weight,
            *canvas.size, reach, trials, seed, **sizes,
        )  # fmt: skip
    return found, paid


def vote(field: Tensor, weights: Tensor, material: Material) -> Tensor:
    """Colours (H, W, C) by weighted votes; see :mod:`likewise.patches.kernels`."""
    channels = material.colours.shape[1]
    colours = torch.empty((*field.shape[1:], channels), device=field.device)
    table = material.table.to(field.device).long()
    height, width = weights.shape
    with torch.cuda.device(field.device):
        _vote[(*_grid(weights), channels)](
            field.contiguous(), weights.contiguous(), colours, material.colours, table,
            height, width, radius=material.radius, channels=channels, block=BLOCK,
        )  # fmt: skip
    return colours


def _grid(plane: Tensor) -> tuple[int]:
    return (triton.cdiv(plane.numel(), BLOCK),)


def _scene(canvas: Canvas, material: Material) -> tuple[tuple[Tensor, ...], dict[str, int]]:
    """What every kernel reads, and the sizes it is compiled for."""
    table = material.table.to(material.colours.device).long()
    tensors = (
        canvas.colours, canvas.ids, canvas.guide,
        material.colours, material.ids, material.guide, material.penalty, table,
    )  # fmt: skip
    return tensors, {
        "radius": material.radius,
        "channels": material.colours.shape[1],
        "guides": material.guide.shape[1],
        "block": BLOCK,
    }


@triton.jit
def _hashed(number):  # type: ignore[no-untyped-def]
    number = number & 0xFFFFFFFF
    number = number ^ (number >> 16)
    number = (number * 0x7FEB352D) & 0xFFFFFFFF
    number = number ^ (number >> 15)
    number = (number * 0x846CA68B) & 0xFFFFFFFF
    return number ^ (number >> 16)


@triton.jit
def _cost(  # type: ignore[no-untyped-def]
    colours, ids, guide, source, source_ids, source_guide, penalty, start, width, label_weight,
    y, x, canvas_width, row, column, here,
    radius: tl.constexpr, channels: tl.constexpr, guides: tl.constexpr,
):  # fmt: skip
    side: tl.constexpr = 2 * radius + 1
    stride = width + 2 * radius
    centre = start + (row + radius) * stride + column + radius
    pixel = (y * canvas_width + x).to(tl.int64)
    total = tl.load(penalty + centre, mask=here, other=0.0)
    for number in range(guides):
        apart = tl.load(guide + pixel * guides + number, mask=here, other=0.0) - tl.load(
            source_guide + centre * guides + number, mask=here, other=0.0
        )
        total += apart * apart
    squares = total * 0.0
    unlike = total * 0.0
    for dy in range(side):
        for dx in tl.static_range(side):
            spot = ((y + dy) * (canvas_width + 2 * radius) + x + dx).to(tl.int64)
            place = start + (row + dy) * stride + column + dx
            for k in tl.static_range(channels):
                step = tl.load(colours + spot * channels + k, mask=here, other=0.0) - tl.load(
                    source + place * channels + k, mask=here, other=0.0
                )
                squares += step * step
            wanted = tl.load(ids + spot, mask=here, other=-1)
            offered = tl.load(source_ids + place, mask=here, other=-1)
            unlike += ((wanted >= 0) & (wanted != offered)).to(tl.float32)
    return total + (squares + label_weight * unlike) / (side * side)


@triton.jit
def _evaluate(  # type: ignore[no-untyped-def]
    field, costs, colours, ids, guide, source, source_ids, source_guide, penalty, table,
    label_weight, height, width,
    radius: tl.constexpr, channels: tl.constexpr, guides: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    pixel = tl.program_id(0) * block + tl.arange(0, block)
    count = height * width
    here = pixel < count
    view = tl.load(field + pixel, mask=here, other=0)
    row = tl.load(field + count + pixel, mask=here, other=0)
    column = tl.load(field + 2 * count + pixel, mask=here, other=0)
    start = tl.load(table + view * 3)
    across = tl.load(table + view * 3 + 2)
    cost = _cost(
        colours, ids, guide, source, source_ids, source_guide, penalty, start, across,
        label_weight, pixel // width, pixel % width, width, row, column, here,
        radius, channels, guides,
    )  # fmt: skip
    tl.store(costs + pixel, cost, mask=here)


@triton.jit
def _sweep(  # type: ignore[no-untyped-def]
    field, costs, found, paid, around, colours, ids, guide, source, source_ids, source_guide,
    penalty, table, label_weight, height, width, reach, trials, seed,
    radius: tl.constexpr, channels: tl.constexpr, guides: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    pixel = tl.program_id(0) * block + tl.arange(0, block)
    count = height * width
    here = pixel < count
    y, x = pixel // width, pixel % width
    view = tl.load(field + pixel, mask=here, other=0)
    row = tl.load(field + count + pixel, mask=here, other=0)
    column = tl.load(field + 2 * count + pixel, mask=here, other=0)
    best = tl.load(costs + pixel, mask=here, other=0.0)
    away = tl.zeros((), tl.int32) + reach  # a number, even where it is 1
    for k in range(8 + trials):
        if k < 8:
            dy, dx = tl.load(around + 2 * k), tl.load(around + 2 * k + 1)
            valid = here & (y + dy >= 0) & (y + dy < height) & (x + dx >= 0) & (x + dx < width)
            near = pixel + dy * width + dx
            v = tl.load(field + near, mask=valid, other=0)
            r = tl.load(field + count + near, mask=valid, other=0) - dy
            c = tl.load(field + 2 * count + near, mask=valid, other=0) - dx
            down, across = tl.load(table + v * 3 + 1), tl.load(table + v * 3 + 2)
            valid = valid & (r >= 0) & (r < down) & (c >= 0) & (c < across)
        else:
            drawn = _hashed(seed + _hashed(pixel.to(tl.int64) * 16 + k - 8))
            span = 2 * away + 1
            v = view
            down, across = tl.load(table + v * 3 + 1), tl.load(table + v * 3 + 2)
            r = row + ((drawn & 0xFFFF) % span).to(tl.int32) - away
            c = column + ((drawn >> 16) % span).to(tl.int32) - away
            r = tl.minimum(tl.maximum(r, 0), down.to(tl.int32) - 1)
            c = tl.minimum(tl.maximum(c, 0), across.to(tl.int32) - 1)
            away = tl.maximum(away // 2, 1)
            valid = here
        valid = valid & (best >= 0)
        cost = _cost(
            colours, ids, guide, source, source_ids, source_guide, penalty,
            tl.load(table + v * 3), across, label_weight, y, x, width, r, c, valid,
            radius, channels, guides,
        )  # fmt: skip
        better = valid & (cost < best)
        view, row = tl.where(better, v, view), tl.where(better, r, row)
        column, best = tl.where(better, c, column), tl.where(better, cost, best)
    tl.store(found + pixel, view, mask=here)
    tl.store(found + count + pixel, row, mask=here)
    tl.store(found + 2 * count + pixel, column, mask=here)
    tl.store(paid + pixel, best, mask=here)


@triton.jit
def _vote(  # type: ignore[no-untyped-def]
    field, weights, out, source, table, height, width,
    radius: tl.constexpr, channels: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    pixel = tl.program_id(0) * block + tl.arange(0, block)
    channel = tl.program_id(1)
    count = height * width
    here = pixel < count
    y, x = pixel // width, pixel % width
    total = tl.zeros((block,), tl.float32)
    votes = tl.zeros((block,), tl.float32)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            valid = here & (y + dy >= 0) & (y + dy < height) & (x + dx >= 0) & (x + dx < width)
            near = pixel + dy * width + dx
            view = tl.load(field + near, mask=valid, other=0)
            row = tl.load(field + count + near, mask=valid, other=0) - dy + radius
            column = tl.load(field + 2 * count + near, mask=valid, other=0) - dx + radius
            stride = tl.load(table + view * 3 + 2) + 2 * radius
            place = tl.load(table + view * 3) + row * stride + column
            weight = tl.load(weights + near, mask=valid, other=0.0)
            colour = tl.load(source + place * channels + channel, mask=valid, other=0.0)
            total += weight
            votes += weight * colour
    tl.store(out + pixel.to(tl.int64) * channels + channel, votes / total, mask=here)
