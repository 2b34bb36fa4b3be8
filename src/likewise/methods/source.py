"""Source: the one pair a method learns, image I and labels P."""

from __future__ import annotations

from dataclasses import dataclass

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.label_map import ClassTable, LabelMap


@dataclass(frozen=True)
class Source:
    """The one training pair: source image I and source labels P, of one size."""

    image: Image
    labels: LabelMap

    @classmethod
    def of(cls, image: Image, labels: LabelMap) -> Source:
        """The pair of a user's image and label map.

        Raises:
            LabelError: they differ in size, or the label map holds no class.
        """
        labels.require_size(image)
        if not labels.present():
            raise LabelError(
                labels.origin,
                "it holds no class: every pixel is ignored",
                "at least one class",
                "Ignore fewer ids.",
            )
        return cls(image, labels)

    @property
    def classes(self) -> ClassTable:
        """The classes the source shows; targets are made of these."""
        return self.labels.present_classes
