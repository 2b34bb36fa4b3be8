"""Enlarging: one scene at any number of megapixels, with detail down to the pixel at each.

A picture that is only enlarged is smooth, and smooth pictures are easy to match. So it is enlarged
in steps of at most 2, and each step puts back what that step lost: the finest band of the picture
itself, mirrored over the whole at its own pixel size, and weighed by how rough each class is, so
that trees stay rougher than sky. Outlines of things are left out of it, or they would show again
and again. The layout is the same at every size; its borders are smooth.
Smaller sizes than the picture's are area averages.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.costs import Question
from likewise import LabelMap

LEAST_CONTRAST = 1e-3  # of a class's finest band, in full scale: below it, a class is flat
OUTLINE = 4  # pixels from another class within which detail is outline, not texture
LOUDEST = 2.5  # detail in standard deviations of its class, at most


def question_of(question: Question, megapixels: float) -> Question:
    """``question`` with a source of ``megapixels``, its target in proportion."""
    height, width = question.image.size
    factor = math.sqrt(megapixels * 1e6 / (height * width))
    if factor < 1:
        return question.at(round(min(height, width) * factor))
    size = (round(height * factor), round(width * factor))
    goal = tuple(round(side * factor) for side in question.target.size)
    labels = enlarged_labels(question.labels, size)
    picture = torch.from_numpy(question.image.to_float()).permute(2, 0, 1)[None]
    pixels = enlarged(picture, torch.from_numpy(question.labels.ids.copy()), size)
    image = question.image.with_float(pixels[0].permute(1, 2, 0).numpy())
    return Question(image, labels, enlarged_labels(question.target, (goal[0], goal[1])))


def enlarged(picture: Tensor, ids: Tensor, size: tuple[int, int]) -> Tensor:
    """(1, C, H', W') of ``size`` from ``picture`` (1, C, H, W) of ``ids`` (H, W)."""
    height, width = ids.shape
    factor = size[0] / height
    steps = math.ceil(math.log2(factor) - 1e-6) if factor > 1 else 0
    ratio = factor ** (1 / max(steps, 1))
    band = picture - _resized(_resized(picture, (height / ratio, width / ratio)), (height, width))
    texture = ~_outlines(ids)
    contrast = _contrast(band, ids, texture)
    even = texture * (band / contrast.clamp_min(LEAST_CONTRAST)).clamp(-LOUDEST, LOUDEST)
    answer = picture
    for step in range(1, steps + 1):
        last = step == steps
        now = size if last else (round(height * ratio**step), round(width * ratio**step))
        rough = F.interpolate(contrast, now, mode="bilinear", align_corners=False)
        answer = _resized(answer, now) + mirrored(even, now) * rough
    return answer.clamp(0, 1)


def mirrored(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """(1, C, H', W') of ``size``: ``picture`` again and again, every other one mirrored."""
    rows, columns = (
        _there_and_back(own, wanted) for own, wanted in zip(picture.shape[2:], size, strict=True)
    )
    return picture[:, :, rows][:, :, :, columns]


def enlarged_labels(labels: LabelMap, size: tuple[int, int]) -> LabelMap:
    """``labels`` at ``size`` (H, W), their borders smooth instead of stairs."""
    ids = torch.from_numpy(labels.ids.copy())
    largest = torch.full(size, -1.0)
    winner = torch.zeros(size, dtype=ids.dtype)
    for number in np.unique(labels.ids).tolist():
        mask = (ids == number).float()[None, None]
        share = F.interpolate(mask, size, mode="bilinear", align_corners=False)[0, 0]
        winner = torch.where(share > largest, number, winner)
        largest = torch.maximum(share, largest)
    return labels.with_ids(winner.numpy())


def _outlines(ids: Tensor) -> Tensor:
    """(H, W) booleans: another class is OUTLINE pixels away, or nearer."""
    known = ids.double()[None, None]
    window, rim = 2 * OUTLINE + 1, OUTLINE
    high, low = (F.max_pool2d(sign * known, window, 1, rim)[0, 0] for sign in (1, -1))
    return high != -low


def _contrast(band: Tensor, ids: Tensor, texture: Tensor) -> Tensor:
    """(1, 1, H, W): the standard deviation of ``band`` within each pixel's class, of its texture.

    A class that is all outline, such as a mast, has the contrast of its outline.
    """
    contrast = torch.zeros(ids.shape)
    for number in ids.unique():
        here = ids == number
        inner = here & texture
        told = inner if inner.any() else here
        contrast[here] = band[0][:, told].square().mean().sqrt()
    return contrast[None, None]


def _there_and_back(own: int, wanted: int) -> Tensor:
    place = torch.arange(wanted) % (2 * own)
    return torch.minimum(place, 2 * own - 1 - place)


def _resized(picture: Tensor, size: tuple[float, float]) -> Tensor:
    whole = (max(1, round(size[0])), max(1, round(size[1])))
    return F.interpolate(picture, whole, mode="bicubic", antialias=True, align_corners=False)
