"""Naming network: label maps by a pretrained network of the user's, which knows things by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.tasks.segmentation.naming import counted, shown_colours
from likewise.tasks.segmentation.segmentation import as_labels


class NamesPixels(Protocol):
    """What is needed of a network.

    Attributes:
        names: number -> name of its classes.
    """

    names: dict[int, str]

    def read(self, rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
        """(H, W) number of the class that each pixel of ``rgb`` (H, W, 3) shows."""


def segment_by_network(images: Sequence[Image], network: NamesPixels) -> list[LabelMap]:
    """Label maps of ``images`` as ``network`` reads them.

    Returns:
        (H, W) labels in the table of all classes that it sees in some picture; ids are the
        network's own numbers.
    """
    pictures = [image.to_rgb8() for image in images]
    maps = [network.read(rgb) for rgb in pictures]
    table = _table(pictures, maps, network.names)
    return [as_labels(ids, table) for ids in maps]


def _table(
    pictures: Sequence[np.ndarray], maps: Sequence[np.ndarray], names: Mapping[int, str]
) -> ClassTable:
    numbers = sorted({n for ids in maps for n in np.unique(ids).tolist()})
    sums, counts = np.zeros((len(numbers), 3)), np.zeros(len(numbers))
    for rgb, ids in zip(pictures, maps, strict=True):
        places = np.searchsorted(numbers, ids.ravel())
        counts += np.bincount(places, minlength=len(numbers))
        for channel in range(3):
            sums[:, channel] += np.bincount(places, rgb[..., channel].ravel(), len(numbers))
    words = counted(names.get(n, f"class {n}") for n in numbers)
    colours = shown_colours(sums / counts[:, None])
    return ClassTable(tuple(map(LabelClass, numbers, words, colours)))
