"""Relations: what tells one shape of a drawing from the others: place, size, form, neighbours.

All lengths are shares of the picture's sides, so that drawings of any size compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

FORM = 24  # cells along each side of the box in which forms are compared


@dataclass(frozen=True)
class Features:
    """The shapes of one drawing.

    Args:
        centre: (N, 2) row and column, 0 to 1.
        area: (N,) share of the picture.
        form: (N, FORM * FORM) bool, each stretched to fill its box.
        aspect: (N,) log of height by width, of the picture's pixels.
        edges: (N, 4) share of the top, bottom, left and right edge of the picture that it holds.
        touch: (N, N) share of one's outline that borders on the other; a row adds up to 1 at most.
        side: (N, N, 2) mean direction from one to the other across their border; short where one
            surrounds the other.
    """

    centre: np.ndarray
    area: np.ndarray
    form: np.ndarray
    aspect: np.ndarray
    edges: np.ndarray
    touch: np.ndarray
    side: np.ndarray

    @property
    def count(self) -> int:
        """N."""
        return len(self.area)


def features(numbers: np.ndarray) -> Features:
    """The features of the shapes in (H, W) ``numbers``, which count from 0 without a gap."""
    height, width = numbers.shape
    count = int(numbers.max()) + 1
    boxes = ndimage.find_objects(numbers + 1)
    centre = np.array(ndimage.center_of_mass(np.ones_like(numbers), numbers, range(count)))
    forms, aspects = [], []
    for number, box in enumerate(boxes):
        inside = numbers[box] == number
        rows, columns = (((np.arange(FORM) + 0.5) * n / FORM).astype(int) for n in inside.shape)
        forms.append(inside[np.ix_(rows, columns)].ravel())
        aspects.append(np.log(inside.shape[0] / inside.shape[1]))
    lines = (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1])
    edges = [np.bincount(line, minlength=count) / len(line) for line in lines]
    touch, side = _borders(numbers, count)
    return Features(
        (centre + 0.5) / (height, width),
        np.bincount(numbers.ravel(), minlength=count) / numbers.size,
        np.array(forms),
        np.array(aspects),
        np.stack(edges, axis=1),
        touch,
        side,
    )


def _borders(numbers: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.zeros((count, count))
    side = np.zeros((count, count, 2))
    for axis in (0, 1):
        last = numbers.shape[axis]
        here = np.take(numbers, range(last - 1), axis)
        beyond = np.take(numbers, range(1, last), axis)
        meet = here != beyond
        np.add.at(lengths, (here[meet], beyond[meet]), 1)
        np.add.at(lengths, (beyond[meet], here[meet]), 1)
        np.add.at(side[..., axis], (here[meet], beyond[meet]), 1)
        np.add.at(side[..., axis], (beyond[meet], here[meet]), -1)
    side /= np.maximum(lengths, 1)[..., None]
    return lengths / np.maximum(lengths.sum(1, keepdims=True), 1), side
