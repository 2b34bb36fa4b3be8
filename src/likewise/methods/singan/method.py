"""Method ``singan``: a generative model of the one picture, which makes edits of it look natural.

Rott Shaham, Dekel, Michaeli, "SinGAN: Learning a Generative Model from a Single Natural Image",
ICCV 2019.

**Adaptation.** SinGAN knows no labels: it learns the source picture alone. It takes part by its use
called *editing*: the regions of the source are pasted naively to where the target layout has them
(the *edited source*), the result is shrunk and enters the pyramid at one scale, and the scales from
there on make it look like the source. At which scale is chosen by a stated rule
(:mod:`likewise.methods.singan.injection`) or given. As the authors' code composes by a mask, so
here: far from what the layout has moved, the source stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.frame import (
    image_tensor,
    index_tensor,
    pixels,
    resized_image,
    resized_indices,
)
from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.editing import Edit
from likewise.methods.singan.injection import chosen_scale
from likewise.methods.singan.model import Model
from likewise.methods.singan.presets import singan_presets
from likewise.methods.singan.scales import finest_size, in_proportion, scale_sizes
from likewise.methods.singan.training import Training
from likewise.methods.singan.uses import injected
from likewise.methods.source import Source
from likewise.progress import Progress
from likewise.training.checkpoint import Checkpoint, fingerprint

LONGEST = 6  # short sides that a picture may be long where ``--size`` is given


class Singan(Method):
    """SinGAN's pyramid of generators, used for editing; ``model`` has its other uses."""

    name = "singan"
    summary = "GAN pyramid that learns your one picture, and mends what is pasted (SinGAN)"
    config: SinganConfig
    _model: Model
    _inject: int

    def __init__(
        self,
        preset: str = "fast",
        *,
        device: str = "auto",
        size: int | None = None,
        settings: Mapping[str, Any] | None = None,
        **files: Path | str | None,
    ) -> None:
        super().__init__(preset, device=device, size=size, settings=settings, **files)
        if size is not None and "longest" not in (settings or {}):
            # A short side that was asked for is not to be cut by the preset's long one.
            self.config = replace(self.config, longest=max(self.config.longest, LONGEST * size))

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, SinganConfig]:
        """smoke, fast and full; full is the authors' schedule."""
        return singan_presets(device_type)

    @property
    def model(self) -> Model:
        """The fitted pyramid: samples, other sizes, super-resolution.

        Raises:
            NotFittedError: before :meth:`fit`.
        """
        self._require_fitted("model")
        return self._model

    @property
    def inject(self) -> int:
        """The scale at which edits enter the fitted pyramid, chosen by the rule or given.

        Raises:
            NotFittedError: before :meth:`fit`.
        """
        self._require_fitted("inject")
        return self._inject

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """Finest size, steps of G, and a time estimated from iterations timed here."""
        training = self._training(Source.of(image, labels), 0)
        return Plan(
            method=self.name,
            preset=self.preset,
            device=str(self.device),
            size=training.sizes[-1],
            steps=training.total_steps * self.config.g_steps,
            seconds=training.estimated_seconds(),
        )

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        training = self._training(source, seed)
        image, labels = self._working(source)
        checkpoint = None
        if keep is not None:
            mark = fingerprint(image, labels, self.config, seed)
            checkpoint = Checkpoint(keep.path, mark, keep.every)
            if keep.resume:
                checkpoint.read(training)
        training.fit(progress, checkpoint)
        self._model = Model(training.networks.pyramid, source.image, self.config, seed)
        progress.start("choosing where edits enter", 1)
        stages = self._model.stages
        self._inject = self.config.inject or chosen_scale(stages, image, labels, seed)
        progress.advance(1, scale=self._inject)
        progress.finish()

    def _render(self, source: Source, target: LabelMap) -> Answer:
        image, labels = self._working(source)
        full, size = source.image.size, target.size
        layout = index_tensor(target, source, self.device)
        working = in_proportion(size, full, finest_size(full, self.config))
        edit = Edit.of(image, labels, resized_indices(layout, working))
        generator = torch.Generator().manual_seed(self._model.seed)
        answer = injected(self._model.stages, edit.image, self._inject, generator)
        answer = resized_image(answer, size)
        if size == full:
            original = image_tensor(source.image, self.device)
            share = resized_image(edit.mask(self.config.margin), size).clamp(0, 1)
            answer = torch.lerp(original, answer, share)
        return Answer(pixels(answer))

    def _training(self, source: Source, seed: int) -> Training:
        self._require_scale(len(scale_sizes(source.image.size, self.config)))
        return Training(image_tensor(source.image, self.device), self.config, seed)

    def _working(self, source: Source) -> tuple[Tensor, Tensor]:
        """The source picture and its class indices at the finest scale."""
        size = finest_size(source.image.size, self.config)
        image = resized_image(image_tensor(source.image, self.device), size).clamp(-1, 1)
        return image, resized_indices(index_tensor(source.labels, source, self.device), size)

    def _require_scale(self, scales: int) -> None:
        last = max(1, scales - 1)
        if self.config.inject > last:
            raise ConfigError(
                "--set inject",
                f"{self.config.inject}, but the pyramid of this picture has {scales} scales",
                f"a scale from 1 to {last}, or 0 for the stated rule",
            )

    def _tensors(self) -> dict[str, Tensor]:
        about = {"seed": self._model.seed, "inject": self._inject}
        state = self._model.pyramid.state_dict()
        return {
            **{name: torch.tensor(value) for name, value in about.items()},
            **{f"pyramid.{k}": v.detach().cpu().contiguous() for k, v in state.items()},
        }

    def _restore(self, source: Source, tensors: dict[str, Tensor]) -> None:
        seed, self._inject = int(tensors["seed"]), int(tensors["inject"])
        pyramid = self._training(source, seed).networks.pyramid
        prefix = "pyramid."
        state = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        pyramid.load_state_dict(state)
        self._model = Model(pyramid, source.image, self.config, seed)
