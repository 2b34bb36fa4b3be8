"""Method ``image_analogies``: a comparator, by Hertzmann et al., "Image Analogies" (SIGGRAPH 2001).

**Adaptation.** A is the source labels P, A' the source image I, B the target labels P': what the
paper calls texture by numbers. B' is the answer I'. Three things are ours. Labels enter one-hot,
where the paper paints them in colours, so that no class lies between two others. A' and B' are
compared in all channels of the picture, as the paper does for textures, and not in lightness, which
it takes for filters; there is no luminance to remap either, as A and B are no photographs. And the
first pixel of all, which nothing determines but its class, is drawn by the seed.

Larger sources are matched at a reduced size, and the full-size source is gathered along the source
map. It runs on the CPU, whatever the device: its pixels are painted one after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch

from likewise.analogies.example import Example
from likewise.analogies.settings import AnalogySettings
from likewise.errors import Interrupted
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.remaking import interrupted, mark_of, require_same
from likewise.methods.source import Source
from likewise.patches.gathering import enlarged
from likewise.patches.levels import Level, resized_ids, resized_level, scaled
from likewise.patches.views import View, Views
from likewise.progress import SILENT, Progress

SECONDS_PER_MEGAPIXEL = 8.0  # of a source, at the size that is worked at, on one core
LEAST = 16  # pixels: short side of a source, however large the target


@dataclass(frozen=True)
class WorkingSize:
    """How large pictures are when they are matched."""

    size: int = field(
        default=512,
        metadata={
            "help": "short side of the source up to which it is matched, pixels",
            "range": (16, 4096),
        },
    )
    pixels: float = field(
        default=0.5,
        metadata={
            "help": "of a target up to which it is painted, megapixels",
            "range": (0.001, 1000),
        },
    )


@dataclass(frozen=True)
class ImageAnalogiesConfig(AnalogySettings, WorkingSize):
    """Settings of the method: of its size, then of its matches."""


PRESETS = {
    "smoke": ImageAnalogiesConfig(size=96, pixels=0.05, error=1.0, leaves=8),
    "fast": ImageAnalogiesConfig(),
    "full": ImageAnalogiesConfig(size=1024, pixels=2.0, error=0.0, leaves=0),
}


class ImageAnalogies(Method):
    """Pixel after pixel, the source pixel with the most similar surroundings."""

    name = "image_analogies"
    summary = "Hertzmann et al. 2001: copies pixel after pixel by its surroundings; CPU, seconds"
    traceable = True
    config: ImageAnalogiesConfig
    example: Example
    _seed: int

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, ImageAnalogiesConfig]:
        """smoke, fast and full: up to which size, and how nearly the nearest match is found."""
        return PRESETS

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """Size of the source that is matched; there are no steps."""
        source = Source.of(image, labels)
        size = scaled(source.image.size, (self._scale(source),) * 2)
        return Plan(
            method=self.name,
            preset=self.preset,
            device=str(self.device),
            size=size,
            steps=0,
            seconds=0.1 + SECONDS_PER_MEGAPIXEL * size[0] * size[1] / 1e6,
        )

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        mark = mark_of(source, self.config, seed)
        require_same(keep, mark)
        try:
            example = self._prepared(source, self._scale(source), seed, progress)
        except Interrupted:
            raise interrupted(keep, mark) from None
        if progress.should_stop:
            raise interrupted(keep, mark)
        self.example, self._seed = example, seed

    def _render(self, source: Source, target: LabelMap) -> Answer:
        layout = torch.from_numpy(target.indices(source.classes)).long()
        scale = self._scale(source, target.size)
        example = self.example
        if scale < self._scale(source):
            example = self._prepared(source, scale, self._seed)
        count = len(source.classes)
        small = resized_ids(layout, scaled(target.size, (scale, scale)), count)
        rows, columns = example.followed(one_hot(small.numpy(), count))
        if scale < 1:
            rows, columns = _at_full_size(rows, columns, source, layout, scale)
        colours = source.image.to_float()[rows, columns]
        return Answer(colours, np.stack((columns, rows)).astype(np.float32))

    def _tensors(self) -> dict[str, torch.Tensor]:
        return {"seed": torch.tensor(self._seed)}

    def _restore(self, source: Source, tensors: dict[str, torch.Tensor]) -> None:
        self._seed = int(tensors["seed"])
        self.example = self._prepared(source, self._scale(source), self._seed)

    def _scale(self, source: Source, target: tuple[int, int] | None = None) -> float:
        """By how much the source, and a target of that size, are reduced to be matched."""
        short = min(source.image.size)
        scale = min(1.0, self.config.size / short)
        if target is None:
            return scale
        room = (self.config.pixels * 1e6 / (target[0] * target[1])) ** 0.5
        return min(scale, max(room, LEAST / short))

    def _prepared(
        self, source: Source, scale: float, seed: int, progress: Progress = SILENT
    ) -> Example:
        """P and I as an example to follow, reduced by ``scale``."""
        ids = torch.from_numpy(source.labels.indices(source.classes)).long()
        full = Level(torch.from_numpy(source.image.to_float()), ids)
        count = len(source.classes)
        level = resized_level(full, scaled(full.size, (scale, scale)), count)
        labels, colours = level.ids.numpy(), level.image.numpy()
        return Example.of(
            one_hot(labels, count),
            colours / np.sqrt(colours.shape[2]),
            self.config,
            seed=seed,
            usable=labels >= 0,
            progress=progress,
        )


def one_hot(ids: np.ndarray, classes: int) -> np.ndarray:
    """(H, W, classes) float32 of class positions (H, W), of which two differ by 1, squared.

    All zero where a position is -1.
    """
    return (ids[..., None] == np.arange(classes)) * np.float32(0.5**0.5)


def _at_full_size(
    rows: np.ndarray, columns: np.ndarray, source: Source, layout: torch.Tensor, scale: float
) -> np.ndarray:
    """A source map (h, w), found at a reduced size, for the full-size ``layout``: (2, H, W)."""
    ids = torch.from_numpy(source.labels.indices(source.classes)).long()
    field = torch.from_numpy(np.stack((np.zeros_like(rows), rows, columns))).int()
    small = scaled(source.image.size, (scale, scale))
    factor = (small[0] / source.image.size[0], small[1] / source.image.size[1])
    views = Views((View(),), source.image.size)
    return enlarged(field, ids, views, layout, factor)[1:].long().numpy()
