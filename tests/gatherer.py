"""A small traceable method: every pixel is a source pixel of its class, but for two rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.source import Source
from likewise.progress import Progress


@dataclass(frozen=True)
class GathererConfig:
    """A working size, which every method has."""

    size: int = field(default=64, metadata={"help": "short side, pixels"})


class Gatherer(Method):
    """Deals source pixels out at random; row 0 is "scaled", row 1 is "blended"."""

    name = "gatherer"
    summary = "a method for tests"
    traceable = True

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, GathererConfig]:
        return dict.fromkeys(("smoke", "fast", "full"), GathererConfig())

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        return Plan(self.name, self.preset, str(self.device), image.size, 0, 0.1)

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        self._seed = torch.tensor(seed)

    def _render(self, source: Source, target: LabelMap) -> Answer:
        rng = np.random.default_rng(int(self._seed))
        theirs, ours = source.labels.indices(source.classes), target.indices(source.classes)
        origin = np.zeros((2, *target.size), np.float32)
        for wanted in np.unique(ours):
            rows, columns = np.nonzero(theirs == wanted if wanted >= 0 else theirs >= 0)
            places = ours == wanted
            picks = rng.integers(len(rows), size=np.count_nonzero(places))
            origin[:, places] = columns[picks], rows[picks]
        values = source.image.to_float()
        pixels = values[tuple(origin[::-1].astype(int))]
        pixels[0] = (values[0, 0] + values[0, 1]) / 2
        origin[:, 0] = np.array([[0.5], [0]])
        pixels[1] = 0.5 * pixels[1] + 0.25
        return Answer(pixels, origin)

    def _tensors(self) -> dict[str, Tensor]:
        return {"seed": self._seed}

    def _restore(self, source: Source, tensors: dict[str, Tensor]) -> None:
        self._seed = tensors["seed"]
