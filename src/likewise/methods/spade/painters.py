"""Painters: what answers a layout once a fit is done, trained here or published.

Each holds a generator at rest and knows how to show it a layout of the source's classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import torch
from torch import Tensor

from likewise.geometry.warps import one_hot
from likewise.images.conversion import from_rgb
from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap
from likewise.methods.frame import Frame, index_tensor, pixels, resized_image, resized_indices
from likewise.methods.source import Source
from likewise.methods.spade.class_map import ClassMap
from likewise.methods.spade.config import SpadeConfig
from likewise.methods.spade.layouts import checkpoint_layout
from likewise.methods.spade.releases import Release, release_of
from likewise.networks.spade_generator import SpadeGenerator, SpadeShape, upsampling_of
from likewise.training.networks import placed
from likewise.training.precision import arithmetic


class Painter(Protocol):
    """Answers layouts."""

    def paint(self, source: Source, target: LabelMap, device: torch.device) -> np.ndarray:
        """(H, W, C) in [0, 1], of the size of ``target``, in the channels of the source."""

    def tensors(self) -> dict[str, Tensor]:
        """All it needs to come back, on the CPU."""


@dataclass(frozen=True)
class TrainedPainter:
    """A generator that was trained here.

    Attributes:
        generator: at rest, its spectral normalisation folded.
        classes: of its layouts, in the order of their channels.
        config: of the fit.
    """

    generator: SpadeGenerator
    classes: ClassTable
    config: SpadeConfig

    def paint(self, source: Source, target: LabelMap, device: torch.device) -> np.ndarray:
        """Paint in the frame of the source, then enlarge."""
        size = Frame.of(source.image.size, self.config.size).working_size(target.size)
        indices = torch.from_numpy(target.indices(self.classes))[None, None].to(device)
        layout = one_hot(resized_indices(indices, size), len(self.classes))
        with torch.inference_mode(), arithmetic(device, self.config.bfloat16):
            painted = self.generator(layout).float()
        return pixels(resized_image(painted, target.size))

    def tensors(self) -> dict[str, Tensor]:
        """Weights and class ids."""
        return _weights(self.generator) | {"classes": torch.tensor(self.classes.ids)}

    @classmethod
    def restored(
        cls,
        source: Source,
        tensors: Mapping[str, Tensor],
        config: SpadeConfig,
        device: torch.device,
    ) -> Self:
        """What :meth:`tensors` described."""
        classes = source.labels.classes.subset(tensors["classes"].tolist())
        generator = _generator(tensors, config.upsampling, None, device)
        if generator.shape.layout_channels != len(classes):
            raise ValueError(f"{len(classes)} classes")
        return cls(generator, classes, config)


@dataclass(frozen=True)
class PublishedPainter:
    """A published checkpoint's generator.

    Attributes:
        generator: at rest.
        release: what its channels mean.
        class_map: what the source's classes mean there.
        z: (1, latent) for a generator that starts from a latent vector; else empty.
    """

    generator: SpadeGenerator
    release: Release
    class_map: ClassMap
    z: Tensor

    def paint(self, source: Source, target: LabelMap, device: torch.device) -> np.ndarray:
        """Paint at the checkpoint's own size and aspect, as published, then resize."""
        channels = self.class_map.channels(source.classes, self.release)
        indices = index_tensor(target, source, device)
        layout = checkpoint_layout(indices, channels, self.release)
        with torch.inference_mode():
            painted = self.generator(layout, self.z.to(device) if self.z.numel() else None)
        return from_rgb(pixels(resized_image(painted, target.size)), source.image)

    def tensors(self) -> dict[str, Tensor]:
        """Weights, class map and z."""
        words = torch.frombuffer(bytearray(self.class_map.to_json()), dtype=torch.uint8)
        return _weights(self.generator) | {"class_map": words, "z": self.z}

    @classmethod
    def restored(
        cls, tensors: Mapping[str, Tensor], config: SpadeConfig, device: torch.device
    ) -> Self:
        """What :meth:`tensors` described."""
        channels = tensors["blocks.0.norm_first.hidden.weight"].shape[1]
        kind = upsampling_of(tensors, config.upsampling)
        release = release_of(channels, config.size, kind)
        generator = _generator(tensors, release.upsampling, release.size, device)
        words = ClassMap.from_json(tensors["class_map"].numpy().tobytes())
        return cls(generator, release, words, tensors["z"])


def _weights(generator: SpadeGenerator) -> dict[str, Tensor]:
    state = generator.state_dict()
    return {name: value.detach().cpu().contiguous() for name, value in state.items()}


def _generator(
    tensors: Mapping[str, Tensor],
    upsampling: str,
    size: tuple[int, int] | None,
    device: torch.device,
) -> SpadeGenerator:
    shape = SpadeShape.of(tensors, upsampling, size)
    with torch.device("meta"):
        generator = SpadeGenerator(shape)
    state = {name: tensors[name] for name in generator.state_dict()}
    generator.load_state_dict(state, assign=True)
    return placed(generator, device).requires_grad_(False).eval()
