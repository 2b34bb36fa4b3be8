"""Seams: taking the steps of colour out of a picture put together from shifted pieces.

Where two pieces of one class meet, the step between them is replaced by the one the source has at
these places, and the difference is spread over the surroundings of that class: the smallest
correction, in gradients and in colour, that does so. This is a screened Poisson equation in which
borders between classes conduct nothing, so that a corrected sky does not tint the tower before it.
It is solved by conjugate gradients, with the cosine transform, exact where there are no borders, as
preconditioner. Not in the paper; blending in the gradient domain is that of Perez et al., "Poisson
image editing" (2003).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from likewise.patches.fields import follow

REACH = 1 / 6  # of the short side: how far a correction spreads
FAINT = 0.4  # steps well above this (range 2) are texture, not seams: blended, they would smear
ROUNDS = 24  # of conjugate gradients
TINY = 1e-20
ROWS, COLUMNS = 2, 3  # axes of (B, C, H, W)


def without_seams(aligned: Tensor, image: Tensor, moves: Tensor, target: Tensor) -> Tensor:
    """``aligned`` with the seams between its pieces blended away.

    Args:
        aligned: (B, C, H, W), ``image`` gathered along ``moves``.
        image: source (1 or B, C, Hs, Ws).
        moves: whole pixels (B, 2, H, W), x and y.
        target: one-hot layout (B, K, H, W).
    """
    image = image.expand(len(moves), -1, -1, -1)
    wanted = torch.zeros_like(aligned)  # divergence of the missing steps
    for axis in (ROWS, COLUMNS):
        missing = _missing_steps(aligned, image, moves, target, axis)
        _here(wanted, axis).sub_(missing)
        _beyond(wanted, axis).add_(missing)
    reach = REACH * min(aligned.shape[2:])
    links = [_one_class(target, axis) for axis in (ROWS, COLUMNS)]
    return aligned + _solved(wanted, links, reach)


def _missing_steps(
    aligned: Tensor, image: Tensor, moves: Tensor, target: Tensor, axis: int
) -> Tensor:
    """What the step from each pixel to the next along ``axis`` lacks; 0 but on seams.

    The step that ought to be is the mean of two: the one the source has where this pixel comes
    from, and the one it has where the next comes from.
    """
    onward = torch.zeros_like(moves)
    onward[:, COLUMNS - axis] = 1  # x is channel 0
    after = follow(image, moves + onward)
    before = follow(image, moves - onward)
    step = _beyond(aligned, axis) - _here(aligned, axis)
    here, beyond = _here(after - aligned, axis), _beyond(aligned - before, axis)
    missing = (here + beyond) / 2 - step
    parted = (_here(moves, axis) != _beyond(moves, axis)).any(dim=1, keepdim=True)
    faint = (-(missing / FAINT).square().mean(dim=1, keepdim=True)).exp()
    return missing * parted * faint * _one_class(target, axis)


def _one_class(target: Tensor, axis: int) -> Tensor:
    """(B, 1, ...): 1 where a pixel and the next along ``axis`` are of one class."""
    return (_here(target, axis) * _beyond(target, axis)).sum(dim=1, keepdim=True)


def _here(field: Tensor, axis: int) -> Tensor:
    return field.narrow(axis, 0, field.shape[axis] - 1)


def _beyond(field: Tensor, axis: int) -> Tensor:
    return field.narrow(axis, 1, field.shape[axis] - 1)


def _solved(wanted: Tensor, links: list[Tensor], reach: float) -> Tensor:
    """The field c with (1 / reach^2 - div links grad) c = ``wanted``, by conjugate gradients."""

    def applied(field: Tensor) -> Tensor:
        answer = field / reach**2
        for axis, link in zip((ROWS, COLUMNS), links, strict=True):
            flow = link * (_beyond(field, axis) - _here(field, axis))
            _here(answer, axis).sub_(flow)
            _beyond(answer, axis).add_(flow)
        return answer

    def dot(a: Tensor, b: Tensor) -> Tensor:
        return (a * b).sum(dim=(ROWS, COLUMNS), keepdim=True)

    solve = _preconditioner(wanted, reach)
    answer, rest = torch.zeros_like(wanted), wanted.clone()
    nearly = solve(rest)
    direction, power = nearly, dot(rest, nearly)
    for _ in range(ROUNDS):
        image = applied(direction)
        length = power / dot(direction, image).clamp_min(TINY)
        answer += length * direction
        rest -= length * image
        nearly = solve(rest)
        before, power = power, dot(rest, nearly)
        direction = nearly + power / before.clamp_min(TINY) * direction
    return answer


def _preconditioner(like: Tensor, reach: float) -> Callable[[Tensor], Tensor]:
    """The inverse of (1 / reach^2 - Laplacian), mirrored at the edges of fields ``like`` this."""
    rows, row_values = _cosines(like.shape[ROWS], like.device)
    columns, column_values = _cosines(like.shape[COLUMNS], like.device)
    values = row_values[:, None] + column_values + 1 / reach**2
    return lambda field: rows.T @ ((rows @ field @ columns.T) / values) @ columns


def _cosines(count: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The orthonormal cosine transform (count, count), and the Laplacian's value of each wave."""
    places = torch.arange(count, device=device, dtype=torch.float32)
    waves = torch.cos(math.pi / count * places[:, None] * (places + 0.5)) * math.sqrt(2 / count)
    first = torch.where(places == 0, math.sqrt(0.5), 1.0)
    return waves * first[:, None], 2 - 2 * torch.cos(math.pi / count * places)
