"""Method ``semia``: the conditional single-image GAN of the paper.

Networks are trained on one picture at a reduced size (see :class:`Frame`). Preset ``paper`` is the
authors' architecture and schedule; the others align the source to the target layout by its labels
first and train G to repair what alignment leaves, which takes a fraction of the steps, and gather
fine detail from the full-size source along the same correspondence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from likewise.errors import ConfigError
from likewise.geometry.warps import one_hot
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.frame import (
    Frame,
    image_tensor,
    index_tensor,
    pixels,
    resized_image,
    resized_indices,
)
from likewise.methods.source import Source
from likewise.networks.generator import Generator
from likewise.networks.spectral import at_rest
from likewise.networks.vgg import VGG19Features, load_vgg19
from likewise.patches.alignment import correspondence, enlarged
from likewise.patches.blending.seams import without_seams
from likewise.patches.fields import follow
from likewise.progress import Progress
from likewise.training.checkpoint import Checkpoint, fingerprint
from likewise.training.config import SemiaConfig
from likewise.training.graphs import Captured
from likewise.training.loop import Trainer
from likewise.training.networks import make_generator, placed
from likewise.training.precision import arithmetic
from likewise.training.presets import semia_presets


@dataclass(frozen=True)
class _Shown:
    """The source as networks see it.

    Attributes:
        indices: class positions (1, 1, H, W) at full size.
        small: the image (1, C, h, w) at working size, in [-1, 1].
        layout: one-hot (1, K, h, w).
        detail: (1, C, H, W), what the image has beyond ``small``.
    """

    indices: Tensor
    small: Tensor
    layout: Tensor
    detail: Tensor


class Semia(Method):
    """The conditional single-image GAN: E_seg, SFT, G, D and S, trained on one picture."""

    name = "semia"
    summary = "conditional single-image GAN (the paper); trains on your one picture"
    uses: ClassVar[Mapping[str, str]] = {
        "vgg": "the coherence loss then compares their features, as the paper does, not pixels"
    }
    config: SemiaConfig
    features: VGG19Features | None = None
    _generator: Generator
    _rendered: Captured
    _last: _Shown | None

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, SemiaConfig]:
        """smoke, fast, full and paper; on a CPU the first three are narrower."""
        return semia_presets(device_type)

    def _take(self, files: Mapping[str, Path]) -> None:
        if "vgg" in files:
            self.features = load_vgg19(files["vgg"])
            self.config = replace(self.config, vgg=self.features.sha256)

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """Working size, steps, and a time estimated from a step timed here."""
        trainer = self.trainer(Source.of(image, labels), 0)
        return Plan(
            method=self.name,
            preset=self.preset,
            device=str(self.device),
            size=trainer.episodes.size,
            steps=self.config.g_steps,
            seconds=trainer.seconds_per_iteration() * self.config.iterations,
        )

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        trainer, checkpoint = self.begun(source, seed, keep)

        def take() -> None:
            self._take_over(trainer)

        trainer.fit(progress, checkpoint, self._glimpses(source, take))
        take()

    def begun(
        self, source: Source, seed: int, keep: Checkpointing | None = None
    ) -> tuple[Trainer, Checkpoint | None]:
        """A trainer at the first step of a fit, or where a checkpoint left it; and what keeps it.

        What was learnt before is forgotten.

        Raises:
            ModelError: the checkpoint to resume from is unreadable or of another run.
        """
        self._source = None
        trainer = self.trainer(source, seed)
        if keep is None:
            return trainer, None
        episodes = trainer.episodes
        mark = fingerprint(episodes.image, episodes.indices, self.config, seed)
        checkpoint = Checkpoint(keep.path, mark, keep.every)
        if keep.resume:
            checkpoint.read(trainer)
        return trainer, checkpoint

    def learnt(self, source: Source, trainer: Trainer) -> None:
        """Be fitted to ``source`` by what ``trainer`` has learnt of it, elsewhere."""
        self._take_over(trainer)
        self._source = source

    def _take_over(self, trainer: Trainer) -> None:
        self._generator = trainer.networks.average
        self._prepare()

    def _render(self, source: Source, target: LabelMap) -> Answer:
        wanted = index_tensor(target, source, self.device)
        frame = Frame.of(source.image.size, self.config.size)
        goal_size = frame.working_size(target.size)
        # Translated in place, source and target must be of one size.
        size = frame.working if self.config.aligned else goal_size
        with torch.inference_mode():
            shown = self._shown(source, size)
            goal = self._layout(wanted, goal_size, source)
            if not self.config.aligned:
                answer = self._generate(shown.small, shown.layout, goal)
                return Answer(pixels(resized_image(answer, target.size)))
            moves = correspondence(goal, shown.layout)
            aligned = _blended(follow(shown.small, moves), shown.small, moves, goal)
            answer = self._generate(aligned, follow(shown.layout, moves), goal)
            far = enlarged(
                moves,
                self._layout(wanted, target.size, source),
                self._layout(shown.indices, source.image.size, source),
                frame.working,
            )
            return Answer(pixels(resized_image(answer, target.size) + follow(shown.detail, far)))

    def _shown(self, source: Source, size: tuple[int, int]) -> _Shown:
        """The source at working size ``size``, made once for all layouts of that size."""
        if self._last is None or self._last.small.shape[2:] != size:
            image = image_tensor(source.image, self.device)
            indices = index_tensor(source.labels, source, self.device)
            small = resized_image(image, size).clamp(-1, 1)
            detail = image - resized_image(small, source.image.size)
            self._last = _Shown(indices, small, self._layout(indices, size, source), detail)
        return self._last

    def _generate(self, image: Tensor, layout: Tensor, goal: Tensor) -> Tensor:
        with arithmetic(self.device, self.config.bfloat16):
            answer = self._rendered(image, layout, goal)
        return answer.float().clamp(-1, 1)

    def _layout(self, indices: Tensor, size: tuple[int, int], source: Source) -> Tensor:
        return one_hot(resized_indices(indices, size), len(source.classes))

    def trainer(self, source: Source, seed: int) -> Trainer:
        """A trainer at the first step of a fit to ``source``; for fits and for benchmarks."""
        frame = Frame.of(source.image.size, self.config.size)
        image = resized_image(image_tensor(source.image, self.device), frame.working)
        indices = resized_indices(index_tensor(source.labels, source, self.device), frame.working)
        if self.config.vgg and self.features is None:
            raise ConfigError(
                "vgg",
                "this model was fitted with VGG-19 weights that are not at hand",
                f"the file with SHA-256 {self.config.vgg}",
                "Make a new Analogy with vgg=FILE to fit again; rendering needs no weights.",
            )
        features = None if self.features is None else self.features.to(self.device)
        classes = len(source.classes)
        return Trainer(image.clamp(-1, 1), indices, classes, self.config, seed, features)

    def _tensors(self) -> dict[str, Tensor]:
        state = self._generator.state_dict()
        return {name: value.detach().cpu().contiguous() for name, value in state.items()}

    def _restore(self, source: Source, tensors: dict[str, Tensor]) -> None:
        generator = make_generator(self.config, source.image.channels, len(source.classes))
        generator.load_state_dict(tensors)
        self._generator = placed(generator, self.device).requires_grad_(False).eval()
        self._prepare()

    def _prepare(self) -> None:
        self._last = None
        resting = at_rest(self._generator)
        self._rendered = Captured(lambda *given: resting(*given).image)


def _blended(aligned: Tensor, small: Tensor, moves: Tensor, goal: Tensor) -> Tensor:
    """``aligned`` without seams, found on the CPU: at working size its compiled solver is some
    three times quicker than a GPU, which waits for launches.
    """
    there = (part.cpu() for part in (aligned, small, moves, goal))
    return without_seams(*there).to(aligned.device)
