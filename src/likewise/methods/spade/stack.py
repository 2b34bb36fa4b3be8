"""The stack of pairs that a fit learns from: the source, and the pairs of a folder, in one size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Self

import torch
from torch import Tensor

from likewise.images import Image
from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap
from likewise.methods.frame import Frame, image_tensor, resized_image, resized_indices
from likewise.methods.source import Source


@dataclass(frozen=True)
class Stack:
    """Pairs at the source's working size.

    Attributes:
        images: (N, C, H, W) in [-1, 1]; the source comes first.
        indices: positions in ``classes`` (N, 1, H, W), -1 where ignored.
        classes: those that any of the pairs shows, in the order of the source's table.
    """

    images: Tensor
    indices: Tensor
    classes: ClassTable

    @classmethod
    def of(
        cls,
        source: Source,
        others: Iterable[tuple[Image, LabelMap]],
        short_side: int,
        device: torch.device,
    ) -> Self:
        """The stack of ``source`` and ``others`` in the frame of ``source``."""
        size = Frame.of(source.image.size, short_side).working
        table = source.labels.classes
        shown: set[int] = set()
        images, indices = [], []
        for image, labels in chain([(source.image, source.labels)], others):
            shown |= set(labels.present())
            places = torch.from_numpy(labels.indices(table))[None, None].to(device)
            images.append(resized_image(image_tensor(image, device), size))
            indices.append(resized_indices(places, size))
        classes = table.subset(shown)
        # From places in the whole table to places among the shown; -1, the last, stays.
        ids = [entry.id for entry in classes]
        found = [ids.index(entry.id) if entry.id in shown else -1 for entry in table]
        moved = torch.tensor([*found, -1], device=device)
        return cls(torch.cat(images).clamp(-1, 1), moved[torch.cat(indices)], classes)
