"""Spectral stacks: where each value of a network's weights lies in stacks of padded matrices.

The weights are one vector, each in its order in memory, behind a few zeros that padding points to.
Each weight's matrix (outputs, the rest) stands zero-padded in one of a few stacks. The tables here
lead from the vector to the stacks and back, each way by one gather. Columns stand in their order in
memory, so that a gather reads runs, where v is kept in the order of the dimensions. A weight may
hold the matrices of several networks of one shape, which are then iterated together.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

STACKS = 4  # of the paper's G: twice the weights' memory for a twentieth of the kernels

Order = tuple[int, ...]


@dataclass(frozen=True)
class Stack:
    """Layers ``first`` to before ``last`` as matrices (height, width), from ``offset`` on."""

    first: int
    last: int
    height: int
    width: int
    offset: int

    @property
    def count(self) -> int:
        """How many layers."""
        return self.last - self.first

    @property
    def length(self) -> int:
        """Values in it, padding included."""
        return self.count * self.height * self.width

    def of(self, padded: Tensor) -> Tensor:
        """Its matrices (count, height, width), a view of the values of all stacks."""
        part = padded[self.offset : self.offset + self.length]
        return part.view(self.count, self.height, self.width)


class Stacks:
    """The tables for one set of weights.

    Args:
        raw: the weights, 4-D, in order of the columns of their matrices.
        orders: their :func:`memory_order`.
        dims: which dimension of each is the outputs'.
        copies: matrices in each weight, of as many networks: equal parts along its first dimension.

    Attributes:
        sizes: lengths of the parts of the flat vector: the zeros, then each weight.
        shapes: of each weight, in its order in memory.
        split: the stacks.
        places: int32, for each value of the stacks its place in the flat vector; padding: 0.
        origins: int32, for each value of the flat vector its place in the stacks.
        columns: of each matrix, which column of the weight as (outputs, the rest) each one is.
        layer_of_row: the flat vector cut into rows of equal length: which matrix each belongs to.
        height: rows of the highest matrix.
        count: matrices in all.
    """

    def __init__(
        self,
        raw: Sequence[Tensor],
        orders: Sequence[Order],
        dims: Sequence[int],
        copies: int = 1,
    ) -> None:
        self.device = raw[0].device
        self.orders = list(orders)
        self.shapes = [[w.shape[d] for d in order] for w, order in zip(raw, orders, strict=True)]
        # The first dimension is the slowest in every order, so parts along it follow each other.
        parts = [shape for shape in self.shapes for _ in range(copies)]
        parts = [[shape[0] // copies, *shape[1:]] for shape in parts]
        counts = [math.prod(shape) for shape in parts]
        self.count = len(counts)
        row = math.gcd(*counts)
        self.sizes = [row, *(weight.numel() for weight in raw)]
        starts = torch.tensor([row, *counts]).cumsum(0).tolist()
        matrices = [
            _places(shape, orders[k // copies], dims[k // copies]) + starts[k]
            for k, shape in enumerate(parts)
        ]
        self.columns = [matrix[0].argsort() for matrix in matrices]
        matrices = [m[:, columns] for m, columns in zip(matrices, self.columns, strict=True)]
        heights, widths = zip(*[matrix.shape for matrix in matrices], strict=True)
        self.height = max(heights)
        self.split = _stacks(heights[::copies], widths[::copies], copies)
        places = torch.zeros(sum(stack.length for stack in self.split), dtype=torch.int32)
        for stack in self.split:
            for slot, matrix in zip(
                stack.of(places), matrices[stack.first : stack.last], strict=True
            ):
                slot[: matrix.shape[0], : matrix.shape[1]] = matrix
        origins = torch.zeros(sum(self.sizes), dtype=torch.int32)
        origins[places.long()] = torch.arange(len(places), dtype=torch.int32)
        layers = torch.arange(self.count).repeat_interleave(torch.tensor(counts) // row)
        layers = torch.cat((layers[:1], layers))
        spread, compact = _vector_tables(heights, self.columns)
        with torch.inference_mode(False):  # made while rendering they must serve training too
            self.places, self.origins, self.layer_of_row, self._spread, self._compact = (
                table.to(self.device, torch.int32)
                for table in (places, origins, layers, spread, compact)
            )
            self.zeros = torch.zeros(row, dtype=raw[0].dtype, device=self.device)
        self._lengths = [copies * length for length in (*heights[::copies], *widths[::copies])]

    def flattened(self, raw: Sequence[Tensor]) -> Tensor:
        """The zeros and all weights as one vector."""
        parts = [w.permute(order).reshape(-1) for w, order in zip(raw, self.orders, strict=True)]
        return torch.cat([self.zeros, *parts])

    def spread(self, vectors: Sequence[Tensor]) -> Tensor:
        """All u, then all v, as rows of one zero-padded matrix; copies lie one after another."""
        values = torch.cat([self.zeros[:1], *vectors])
        return values.index_select(0, self._spread).view(2 * self.count, -1)

    def gather(self, spread: Tensor, vectors: Sequence[Tensor]) -> None:
        """Write the rows of :meth:`spread` back into ``vectors``."""
        values = spread.view(-1).index_select(0, self._compact)
        torch._foreach_copy_(list(vectors), list(values.split(self._lengths)))


def memory_order(weight: Tensor) -> Order:
    """The dimensions of a 4-D ``weight`` from the slowest in memory to the quickest."""
    orders: tuple[Order, Order] = ((0, 1, 2, 3), (0, 2, 3, 1))
    for order in orders:
        lengths = [weight.shape[d] for d in order]
        steps = [math.prod(lengths[place + 1 :]) for place in range(len(lengths))]
        if [weight.stride(d) for d in order] == steps:
            return order
    return orders[0]


def _places(shape: Sequence[int], order: Order, dim: int) -> Tensor:
    """The weight's matrix (outputs, the rest), holding each value's place in memory."""
    numbers = torch.arange(math.prod(shape)).view(list(shape))
    back = sorted(range(len(order)), key=lambda place: order[place])
    return numbers.permute(back).movedim(dim, 0).flatten(1)


def _vector_tables(heights: Sequence[int], columns: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Places of a padded matrix of vectors in the vector of all (0: padding), and the way back."""
    parts = [*(torch.arange(height) for height in heights), *columns]
    spread = torch.zeros(len(parts), max(map(len, parts)), dtype=torch.long)
    start = 1
    for line, part in zip(spread, parts, strict=True):
        line[: len(part)] = part + start
        start += len(part)
    spread = spread.view(-1)
    filled = spread.nonzero()[:, 0]
    return spread, filled[spread[filled].argsort()]


def _stacks(heights: Sequence[int], widths: Sequence[int], copies: int) -> list[Stack]:
    """Cut the layers into at most STACKS runs of neighbours such that padding is least; each layer
    has ``copies`` matrices, which stay together.
    """
    count = len(heights)

    @functools.cache
    def best(first: int, left: int) -> tuple[int, tuple[int, ...]]:
        """Values of the cheapest cut of the layers from ``first`` on, and where its runs end."""
        if first == count:
            return 0, ()
        cheapest: tuple[int, tuple[int, ...]] | None = None
        ends = range(first + 1, count + 1) if left > 1 else (count,)
        for last in ends:
            here = (last - first) * max(heights[first:last]) * max(widths[first:last])
            rest, cuts = best(last, left - 1)
            if cheapest is None or here + rest < cheapest[0]:
                cheapest = here + rest, (last, *cuts)
        assert cheapest is not None
        return cheapest

    made, first, offset = [], 0, 0
    for last in best(0, STACKS)[1]:
        sides = max(heights[first:last]), max(widths[first:last])
        stack = Stack(first * copies, last * copies, *sides, offset)
        made.append(stack)
        first, offset = last, offset + stack.length
    return made
