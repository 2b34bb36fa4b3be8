"""Source: the one pair a method learns, image I and labels P."""

from __future__ import annotations

from dataclasses import dataclass

from likewise.images import Image
from likewise.labels.label_map import ClassTable, LabelMap


@dataclass(frozen=True)
class Source:
    """The one training pair: source image I and source labels P, of one size."""

    image: Image
    labels: LabelMap

    @property
    def classes(self) -> ClassTable:
        """The classes the source shows; targets are made of these."""
        return self.labels.present_classes
