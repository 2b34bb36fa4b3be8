"""c: the field whose steps come nearest to wanted ones, by conjugate gradients on multigrid.

Solved is the screened Poisson equation ``c / reach^2 - div(links grad c) = wanted`` on the grid of
pixels, mirrored at its edges. Places that no chain of links joins know nothing of each other. Each
round is one V-cycle over the levels of :mod:`likewise.patches.blending.coarsening`, taken as the
direction of a step of conjugate gradients; cost and memory are linear in pixels.

Not in the paper: because seams are blended by it. Multigrid as a preconditioner: Tatebe (1993); the
flexible form, for V-cycles that are not quite symmetric: Notay, SIAM J. Sci. Comput. 22 (2000).
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.blending.coarsening import RIM, Level, Links, Stairs, levels_of

ROUNDS = 5  # leave at most 1/255 of a wrong colour on nearly all real seams
COARSE_SWEEPS = 2  # on each coarse level, down and up; one on the finest, which costs the most
LAST_SWEEPS = 8  # on the coarsest level, whose cells are about as large as the reach
TINY = 1e-30


class Steps(Protocol):
    """What a V-cycle is made of; fields are (C, h + 2, w + 2) float32 with a rim of zeros."""

    def sweep(self, level: Level, field: Tensor, wanted: Tensor, colour: int) -> None:
        """Solve every second pixel, as on a chessboard, for its neighbours as they are."""

    def rest(self, level: Level, field: Tensor, wanted: Tensor, rest: Tensor) -> None:
        """Write into ``rest`` what ``field`` leaves of ``wanted``."""

    def spread(self, stairs: Stairs, above: Level, coarse: Tensor, field: Tensor) -> None:
        """Add ``coarse``, the answer on level ``above``, to ``field``, interpolated along links."""


def solve(wanted: Tensor, links: Links, reach: float, rounds: int = ROUNDS) -> Tensor:
    """The field c (B, C, H, W), float32, with c / reach^2 - div(links grad c) = ``wanted``.

    Pictures of a batch are solved in turn, since their links differ; channels together.

    Args:
        wanted: (B, C, H, W).
        links: of B pictures, or of 1 for all.
        reach: how far a step spreads, in pixels, > 0.
        rounds: of conjugate gradients.
    """
    answer = torch.empty(wanted.shape, device=wanted.device)
    levels: list[Level] = []
    for index, goal in enumerate(wanted):
        if index < len(links.right):
            levels = levels_of(links.right[index, 0], links.down[index, 0], reach)
        answer[index] = _solved(F.pad(goal.float(), RIM), levels, rounds)[:, 1:-1, 1:-1]
    return answer


def _solved(rest: Tensor, levels: list[Level], rounds: int) -> Tensor:
    """The answer to goal ``rest``, which is used up; both with a rim."""
    steps = steps_for(rest.device)
    answer, direction, image = (torch.zeros_like(rest) for _ in range(3))
    power = torch.ones(len(rest), 1, 1, device=rest.device)
    for _ in range(rounds):
        nearly = torch.zeros_like(rest)
        _cycle(steps, levels, nearly, rest)
        direction = nearly.sub_(direction.mul_(_dot(nearly, image) / power))
        steps.rest(levels[0], direction, rest, image)
        torch.sub(rest, image, out=image)  # the equation's left side for this direction
        power = _dot(direction, image).clamp_min_(TINY)
        length = _dot(direction, rest) / power
        answer.addcmul_(direction, length)
        rest.addcmul_(image, length, value=-1)
    return answer


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return torch.linalg.vecdot(a.flatten(1), b.flatten(1))[:, None, None]


def _cycle(
    steps: Steps, levels: list[Level], field: Tensor, wanted: Tensor, sweeps: int = 1
) -> None:
    """Improve ``field`` on the first of ``levels`` by one V-cycle."""
    level, stairs = levels[0], levels[0].stairs
    for turn in range(2 * (sweeps if stairs else LAST_SWEEPS)):
        steps.sweep(level, field, wanted, turn % 2)
    if stairs is None:
        return
    rest = torch.zeros_like(field)
    steps.rest(level, field, wanted, rest)
    goal = gather(stairs, rest)
    coarse = torch.zeros_like(goal)
    _cycle(steps, levels[1:], coarse, goal, COARSE_SWEEPS)
    field.flatten(1)[:, stairs.alone] += _means(stairs, rest)
    steps.spread(stairs, levels[1], coarse, field)
    for turn in range(2 * sweeps):
        steps.sweep(level, field, wanted, 1 - turn % 2)


def gather(stairs: Stairs, rest: Tensor) -> Tensor:
    """Sums of ``rest`` over the cells that each cell above stands for."""
    mine = rest * stairs.member
    mine.flatten(1).index_add_(1, stairs.host, rest.flatten(1)[:, stairs.lost])
    rows = mine[:, 1:-1:2] + mine[:, 2::2]
    return F.pad(rows[..., 1:-1:2] + rows[..., 2::2], RIM)


def _means(stairs: Stairs, rest: Tensor) -> Tensor:
    """What the regions without a place above need, at each of their cells."""
    sums = torch.zeros(len(rest), len(stairs.ease), device=rest.device)
    sums.index_add_(1, stairs.region, rest.flatten(1)[:, stairs.alone])
    return (sums * stairs.ease)[:, stairs.region]


def steps_for(device: torch.device) -> Steps:
    """Compiled ones on the CPU, torch operations elsewhere."""
    if device.type == "cpu":
        from likewise.patches.blending.poisson_cpu import (
            CompiledSteps,  # compiles: only when needed
        )

        return CompiledSteps()
    return TorchSteps()


class TorchSteps:
    """:class:`Steps` as torch operations, for any device."""

    def sweep(self, level: Level, field: Tensor, wanted: Tensor, colour: int) -> None:
        """As in :class:`Steps`."""
        inner = field[:, 1:-1, 1:-1]
        rows = torch.arange(inner.shape[1], device=field.device)[:, None]
        mine = (rows + torch.arange(inner.shape[2], device=field.device)) % 2 == colour
        solved = _flow(level, field).add_(wanted).mul_(level.inverse)
        inner.copy_(torch.where(mine, solved[:, 1:-1, 1:-1], inner))

    def rest(self, level: Level, field: Tensor, wanted: Tensor, rest: Tensor) -> None:
        """As in :class:`Steps`."""
        rest.copy_(_flow(level, field).add_(wanted).addcmul_(level.diagonal, field, value=-1))

    def spread(self, stairs: Stairs, above: Level, coarse: Tensor, field: Tensor) -> None:
        """As in :class:`Steps`."""
        sideways = (coarse[..., 1:] - coarse[..., :-1]) * ((above.right > 0)[:, :-1] / 4)
        upright = (coarse[:, 1:] - coarse[:, :-1]) * ((above.down > 0)[:-1] / 4)
        added = torch.zeros_like(field)
        for row, down in enumerate((-upright[:, :-1, 1:-1], upright[:, 1:, 1:-1])):
            for column, right in enumerate((-sideways[:, 1:-1, :-1], sideways[:, 1:-1, 1:])):
                part = added[:, 1 + row : -1 : 2, 1 + column : -1 : 2]
                value = coarse[:, 1:-1, 1:-1] + down + right
                part.copy_(value[:, : part.shape[1], : part.shape[2]])
        added *= stairs.member
        flat = added.flatten(1)
        flat[:, stairs.lost] = flat[:, stairs.host]
        field += added


def _flow(level: Level, field: Tensor) -> Tensor:
    """What the neighbours' values weigh in on each pixel."""
    answer = torch.zeros_like(field)
    answer[..., :-1].addcmul_(level.right[:, :-1], field[..., 1:])
    answer[..., 1:].addcmul_(level.right[:, :-1], field[..., :-1])
    answer[:, :-1].addcmul_(level.down[:-1], field[:, 1:])
    answer[:, 1:].addcmul_(level.down[:-1], field[:, :-1])
    if len(level.edges.start):
        lent = field.flatten(1)[:, level.edges.end] * level.edges.weight
        answer.flatten(1).index_add_(1, level.edges.start, lent)
    return answer
