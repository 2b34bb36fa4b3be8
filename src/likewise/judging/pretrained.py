"""PretrainedJudge: reads layouts with a network that was trained on many photographs.

Source: the paper's evaluation, which reads layouts off rendered images with such a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray

from likewise.images import Image
from likewise.judging.class_mapping import ClassMapping
from likewise.judging.reader import layout_scores
from likewise.labels.label_map import LabelMap
from likewise.networks.segmentation_network import SegmentationNetwork


class NamesPixels(Protocol):
    """What a judge needs of a network.

    Attributes:
        names: number -> name of its classes.
    """

    names: dict[int, str]

    def read(self, rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
        """(H, W) number of the class that each pixel of ``rgb`` (H, W, 3) shows."""


class PretrainedJudge:
    """Reads with a network of the user's, whose classes are mapped to those of the cases.

    Its ceiling is its score on the source image with P: where that is low, the network does not
    know what the case shows, and its scores say little.

    Args:
        network: that names pixels.
        mapping: from its classes to those of the cases.
    """

    prefix = "pretrained_"

    def __init__(self, network: NamesPixels, mapping: ClassMapping) -> None:
        self._network = network
        self._mapping = mapping

    @classmethod
    def load(
        cls,
        place: str | Path,
        mapping: str | Path,
        *,
        download: bool = False,
        device: torch.device | str = "cpu",
    ) -> Self:
        """Load a network and a mapping file.

        Args:
            place: a folder that ``save_pretrained`` wrote, or a name on the Hugging Face hub.
            mapping: the file; :meth:`ClassMapping.read` tells its form.
            download: fetch what is not in the local cache.
            device: where the network runs.

        Raises:
            ConfigError: ``transformers`` is not installed.
            ModelError: the network cannot be loaded, or is not for semantic segmentation.
            LabelError: the mapping cannot be used.
        """
        network = SegmentationNetwork.load(place, download=download, device=device)
        return cls(network, ClassMapping.read(Path(mapping), network.names))

    def reader(self, image: Image, labels: LabelMap, seed: int = 0) -> PretrainedReader:
        """The reader of one source pair; there is nothing to draw, so ``seed`` changes nothing.

        Raises:
            LabelError: the mapping lacks a class of ``labels``, or two share one of the network's.
        """
        return PretrainedReader(self._network, self._mapping, image, labels)


class PretrainedReader:
    """The network, and what its classes mean in one source pair."""

    def __init__(
        self, network: NamesPixels, mapping: ClassMapping, image: Image, labels: LabelMap
    ) -> None:
        self._network = network
        self._source = image, labels
        self._positions = mapping.positions(labels.present_classes)

    @cached_property
    def ceiling(self) -> Mapping[str, float]:
        """Its "accuracy" and "iou" on the source image."""
        image, labels = self._source
        table = labels.present_classes
        return layout_scores(self.read(image), labels.indices(table), len(table))

    def read(self, image: Image) -> NDArray[np.int64]:
        """(H, W) position of what each pixel shows in the source's present classes, or OTHER."""
        return self._positions[self._network.read(image.to_rgb8())]
