"""Fused instance normalisation and leaky ReLU for CUDA, channels last, compiled by Triton.

torch's own takes three kernels forward and two backward, which reduce with few threads, and one
more each way for the activation; a step of preset ``paper`` normalises 83 times. Here it is two
each way: one leaves statistics of blocks of pixels, the other merges them and applies them. The
answer is kept for the gradient, not what went in: it is the input of the next layer anyway.
"""

from __future__ import annotations

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

VALUES = 8192  # of one program
MOST_BLOCKS = 1024  # of pixels, whose statistics one program can merge
LANES = 32  # channels of one program, at most


def serves(features: Tensor) -> bool:
    """Whether the kernels can normalise (B, C, H, W) ``features``: not beyond half a megapixel."""
    types = (torch.float32, torch.bfloat16, torch.float16)
    return features.dtype in types and 0 < _tiling(features)["blocks"] <= MOST_BLOCKS


def instance_normalised(features: Tensor, slope: float, epsilon: float) -> Tensor:
    """See :func:`likewise.networks.instance_norm.instance_normalised`."""
    answer: Tensor = _Normalised.apply(features, slope, epsilon)
    return answer


class _Normalised(torch.autograd.Function):
    """With g = dL/dy * (1 or slope): dL/dx = (g - mean(g) - x' mean(g x')) / deviation."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, slope: float, epsilon: float) -> Tensor:
        features = features.contiguous(memory_format=torch.channels_last)
        tiling = _tiling(features)
        sums = _sums(features, tiling)
        answer = torch.empty_like(features)
        scale = features.new_empty(features.shape[:2], dtype=torch.float32)
        grid, sizes = _launch(features, tiling)
        with torch.cuda.device_of(features):
            _measure[grid](features, sums, *sizes)
            _apply[grid](
                features, sums, answer, scale, *sizes[:2], slope, epsilon, *sizes[2:],
                _merged(tiling),
            )  # fmt: skip
        ctx.save_for_backward(answer, scale)
        ctx.slope = slope
        return answer

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor, None, None]:
        answer, scale = ctx.saved_tensors
        given = given.contiguous(memory_format=torch.channels_last)
        tiling = _tiling(answer)
        sums = _sums(answer, tiling)
        gradient = torch.empty_like(answer)
        grid, sizes = _launch(answer, tiling)
        with torch.cuda.device_of(answer):
            _measure_back[grid](given, answer, sums, *sizes[:2], ctx.slope, *sizes[2:])
            _apply_back[grid](
                given, answer, sums, scale, gradient, *sizes[:2], ctx.slope, *sizes[2:],
                _merged(tiling),
            )  # fmt: skip
        return gradient, None, None


def _tiling(features: Tensor) -> dict[str, int]:
    """How the pixels and channels of an image are shared out among programs."""
    channels, pixels = features.shape[1], features.shape[2] * features.shape[3]
    lanes = min(LANES, triton.next_power_of_2(channels))
    tile = min(VALUES // lanes, max(16, triton.next_power_of_2(pixels)))
    return {"lanes": lanes, "tile": tile, "blocks": triton.cdiv(pixels, tile)}


def _merged(tiling: dict[str, int]) -> int:
    return max(2, triton.next_power_of_2(tiling["blocks"]))


def _sums(features: Tensor, tiling: dict[str, int]) -> Tensor:
    """Room for two numbers for each image, block and channel."""
    batch, channels = features.shape[:2]
    shape = (batch, tiling["blocks"], 2, channels)
    return features.new_empty(shape, dtype=torch.float32)


def _launch(
    features: Tensor, tiling: dict[str, int]
) -> tuple[tuple[int, int, int], tuple[int, int, int, int]]:
    """The grid (blocks, groups of channels, images), and pixels, channels, tile and lanes."""
    batch, channels = features.shape[:2]
    grid = (tiling["blocks"], triton.cdiv(channels, tiling["lanes"]), batch)
    pixels = features.shape[2] * features.shape[3]
    return grid, (pixels, channels, tiling["tile"], tiling["lanes"])


@triton.jit
def _tile(pixels, channels, tile: tl.constexpr, lanes: tl.constexpr):  # type: ignore[no-untyped-def]
    """This program's places (tile, lanes) in memory, and which of them exist."""
    row = tl.program_id(0) * tile + tl.arange(0, tile)
    lane = tl.program_id(1) * lanes + tl.arange(0, lanes)
    start = tl.program_id(2).to(tl.int64) * pixels * channels
    return start + row[:, None] * channels + lane[None, :], (row < pixels)[:, None] & (
        lane < channels
    )[None, :]


@triton.jit
def _leave(sums, first, second, channels, lanes: tl.constexpr):  # type: ignore[no-untyped-def]
    """Store this block's two numbers a channel."""
    lane = tl.program_id(1) * lanes + tl.arange(0, lanes)
    place = (tl.program_id(2) * tl.num_programs(0) + tl.program_id(0)) * 2 * channels + lane
    tl.store(sums + place, first, mask=lane < channels)
    tl.store(sums + place + channels, second, mask=lane < channels)


@triton.jit
def _left(sums, channels, lanes: tl.constexpr, merged: tl.constexpr):  # type: ignore[no-untyped-def]
    """The two numbers (merged, lanes) of all blocks of this program's image, 0 beyond the last."""
    lane = tl.program_id(1) * lanes + tl.arange(0, lanes)
    block = tl.arange(0, merged)
    place = (tl.program_id(2) * tl.num_programs(0) + block)[:, None] * 2 * channels + lane[None, :]
    there = (block < tl.num_programs(0))[:, None] & (lane < channels)[None, :]
    first = tl.load(sums + place, mask=there, other=0.0)
    second = tl.load(sums + place + channels, mask=there, other=0.0)
    return first, second


@triton.jit
def _measure(x, sums, pixels, channels, tile: tl.constexpr, lanes: tl.constexpr):  # type: ignore[no-untyped-def]
    """Mean and summed squared deviation of each block: sums of squares would cancel."""
    place, there = _tile(pixels, channels, tile, lanes)
    value = tl.load(x + place, mask=there, other=0.0).to(tl.float32)
    count = tl.minimum(tile, pixels - tl.program_id(0) * tile)
    mean = tl.sum(value, 0) / count
    apart = tl.where(there, value - mean[None, :], 0.0)
    _leave(sums, mean, tl.sum(apart * apart, 0), channels, lanes)


@triton.jit
def _apply(  # type: ignore[no-untyped-def]
    x, sums, y, scale, pixels, channels, slope, epsilon,
    tile: tl.constexpr, lanes: tl.constexpr, merged: tl.constexpr,
):  # fmt: skip
    means, squares = _left(sums, channels, lanes, merged)
    counts = tl.maximum(tl.minimum(tile, pixels - tl.arange(0, merged) * tile), 0)[:, None]
    mean = tl.sum(means * counts, 0) / pixels
    apart = means - mean[None, :]
    variance = (tl.sum(squares, 0) + tl.sum(apart * apart * counts, 0)) / pixels
    factor = tl.rsqrt(variance + epsilon)
    place, there = _tile(pixels, channels, tile, lanes)
    value = tl.load(x + place, mask=there, other=0.0).to(tl.float32)
    value = (value - mean[None, :]) * factor[None, :]
    tl.store(y + place, tl.where(value < 0, value * slope, value), mask=there)
    if tl.program_id(0) == 0:
        lane = tl.program_id(1) * lanes + tl.arange(0, lanes)
        tl.store(scale + tl.program_id(2) * channels + lane, factor, mask=lane < channels)


@triton.jit
def _recalled(given, y, place, there, slope):  # type: ignore[no-untyped-def]
    """The gradient before the activation, and the normalised value."""
    gradient = tl.load(given + place, mask=there, other=0.0).to(tl.float32)
    value = tl.load(y + place, mask=there, other=0.0).to(tl.float32)
    below = value < 0
    return tl.where(below, gradient * slope, gradient), tl.where(below, value / slope, value)


@triton.jit
def _measure_back(  # type: ignore[no-untyped-def]
    given, y, sums, pixels, channels, slope, tile: tl.constexpr, lanes: tl.constexpr,
):  # fmt: skip
    place, there = _tile(pixels, channels, tile, lanes)
    gradient, value = _recalled(given, y, place, there, slope)
    _leave(sums, tl.sum(gradient, 0), tl.sum(gradient * value, 0), channels, lanes)


@triton.jit
def _apply_back(  # type: ignore[no-untyped-def]
    given, y, sums, scale, answer, pixels, channels, slope,
    tile: tl.constexpr, lanes: tl.constexpr, merged: tl.constexpr,
):  # fmt: skip
    plain, product = _left(sums, channels, lanes, merged)
    level, along = tl.sum(plain, 0) / pixels, tl.sum(product, 0) / pixels
    lane = tl.program_id(1) * lanes + tl.arange(0, lanes)
    factor = tl.load(scale + tl.program_id(2) * channels + lane, mask=lane < channels, other=0.0)
    place, there = _tile(pixels, channels, tile, lanes)
    gradient, value = _recalled(given, y, place, there, slope)
    found = (gradient - level[None, :] - value * along[None, :]) * factor[None, :]
    tl.store(answer + place, found, mask=there)
