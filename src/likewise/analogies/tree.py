"""Tree: points in boxes in boxes, so that a search need not look at all of them.

A balanced binary tree. Every node has the box around its points; it is halved across the longest
side of that box until few points are left. Node n has the children 2n + 1 and 2n + 2, and all
leaves are at one depth.

Source: the k-d tree of Arya et al., "An optimal algorithm for approximate nearest neighbor
searching" (Journal of the ACM, 1998), which the paper searches; with tight boxes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LEAF = 12  # points in a leaf, about


class Tree(NamedTuple):
    """Points for :func:`likewise.analogies.kernels.paint_row` to search.

    Attributes:
        points: (N, D) float32, those of a leaf side by side.
        places: (N,) int32, what each point stands for.
        starts: (leaves + 1,) int64, where the points of each leaf begin.
        low: (2 leaves - 1, D) float32, corners of the boxes.
        high: the same, opposite corners.
    """

    points: np.ndarray
    places: np.ndarray
    starts: np.ndarray
    low: np.ndarray
    high: np.ndarray


def make_tree(points: np.ndarray, places: np.ndarray) -> Tree:
    """The tree of ``points`` (N, D) that stand for ``places`` (N,); N ≥ 1."""
    count, dimensions = points.shape
    depth = max(0, (count // LEAF).bit_length() - 1)
    leaves = 2**depth
    starts = np.array([0, count], dtype=np.int64)
    order = np.arange(count)
    for _ in range(depth):
        middles = (starts[:-1] + starts[1:]) // 2
        for start, middle, end in zip(starts[:-1], middles, starts[1:], strict=True):
            _halve(order[start:end], points, middle - start)
        starts = np.insert(starts, np.arange(1, len(starts)), middles)
    ordered = np.ascontiguousarray(points[order], dtype=np.float32)
    low = np.empty((2 * leaves - 1, dimensions), dtype=np.float32)
    high = np.empty_like(low)
    for corners, least in ((low, np.minimum), (high, np.maximum)):
        corners[leaves - 1 :] = least.reduceat(ordered, starts[:-1], axis=0)
        for node in range(leaves - 2, -1, -1):
            corners[node] = least(corners[2 * node + 1], corners[2 * node + 2])
    return Tree(ordered, places[order].astype(np.int32), starts, low, high)


def _halve(order: np.ndarray, points: np.ndarray, middle: int) -> None:
    """Sort ``order`` in place so that its first ``middle`` points lie on one side of the rest."""
    here = points[order]
    if here.shape[1]:
        line = here[:, np.argmax(np.ptp(here, axis=0))]
        order[:] = order[np.argpartition(line, middle)]
