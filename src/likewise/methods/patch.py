"""Method ``patch``: the patch engine behind the common contract.

Nothing is trained. ``fit`` makes the pyramid of the source, ``render`` searches it for patches that
fit the target layout and each other, and gathers the answer from the full-size source, so that its
pixels can be traced. Not in the paper: because it answers at once, sharply, at any size.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import torch

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.remaking import interrupted, mark_of, require_same
from likewise.methods.source import Source
from likewise.patches.config import PatchConfig
from likewise.patches.engine import Engine
from likewise.patches.gathering import Painting
from likewise.patches.levels import Level, level_sizes, resized_level
from likewise.patches.presets import patch_presets
from likewise.progress import Progress

SECONDS_PER_MEGAPIXEL = 0.4  # of a pyramid, on one core


class Patch(Method):
    """Label-guided patch synthesis: coarse to fine, from the source's own pixels."""

    name = "patch"
    summary = "patches of your picture, matched by labels and colours; no training, any size"
    traceable = True
    config: PatchConfig
    _engine: Engine

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, PatchConfig]:
        """smoke, fast and full: up to which size patches are matched, and how thoroughly."""
        return patch_presets(device_type)

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """Size of the finest search; there are no steps, and a fit is over in a moment."""
        source = Source.of(image, labels)
        size = level_sizes(source.image.size, self.config)[-1]
        megapixels = source.image.size[0] * source.image.size[1] / 1e6
        return Plan(
            method=self.name,
            preset=self.preset,
            device=str(self.device),
            size=size,
            steps=0,
            seconds=0.1 + SECONDS_PER_MEGAPIXEL * megapixels,
        )

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        mark = mark_of(source, self.config, seed)
        require_same(keep, mark)
        full = self._full(source, self.device)
        sizes = level_sizes(full.size, self.config)
        progress.start("pyramid", len(sizes))
        levels: list[Level] = []
        for done, size in enumerate(sizes, start=1):
            if progress.should_stop:
                raise interrupted(keep, mark)
            levels.append(resized_level(full, size, len(source.classes)))
            progress.advance(done)
        if progress.should_stop:
            raise interrupted(keep, mark)
        progress.finish()
        self._engine = Engine(full, tuple(levels), len(source.classes), self.config, seed)

    def _render(self, source: Source, target: LabelMap) -> Answer:
        layout = torch.from_numpy(target.indices(source.classes)).long()
        painting = self._painted(source, layout)
        return Answer(painting.colours.cpu().numpy(), painting.origin.cpu().numpy())

    def _painted(self, source: Source, layout: torch.Tensor) -> Painting:
        """The layout painted where the source is, or in memory if the GPU has too little."""
        try:
            return self._engine.render(layout.to(self.device))
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
        height, width = layout.shape
        warnings.warn(
            f"the GPU's memory does not hold a layout of {width} x {height} pixels: it is rendered "
            "on the CPU instead",
            RuntimeWarning,
            stacklevel=2,
        )
        full = self._full(source, torch.device("cpu"))
        spare = Engine.of(full, len(source.classes), self.config, self._engine.seed)
        return spare.render(layout)

    def _tensors(self) -> dict[str, torch.Tensor]:
        return {"seed": torch.tensor(self._engine.seed)}

    def _restore(self, source: Source, tensors: dict[str, torch.Tensor]) -> None:
        seed = int(tensors["seed"])
        self._engine = Engine.of(
            self._full(source, self.device), len(source.classes), self.config, seed
        )

    def _full(self, source: Source, device: torch.device) -> Level:
        image = torch.from_numpy(source.image.to_float()).to(device)
        ids = torch.from_numpy(source.labels.indices(source.classes)).to(device)
        return Level(image.float(), ids.long())
