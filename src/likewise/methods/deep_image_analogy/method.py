"""Method ``deep_image_analogy``: its two photographs, its network and its answer's full size."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.deep_image_analogy.config import (
    DeepImageAnalogyConfig,
    deep_image_analogy_presets,
)
from likewise.methods.deep_image_analogy.fields import aggregated
from likewise.methods.deep_image_analogy.matching import LAYERS, matched, seen
from likewise.methods.frame import Frame, image_tensor, pixels, resized_image
from likewise.methods.patch import Patch
from likewise.methods.source import Source
from likewise.networks.vgg import VGG19Features, load_vgg19, random_vgg19
from likewise.progress import Progress

UNTRAINED = "random VGG"


class DeepImageAnalogy(Method):
    """Deep Image Analogy: the source's look on a photograph of the target layout."""

    name = "deep_image_analogy"
    summary = "matches your picture with a second photograph by VGG-19 features; no training"
    uses: ClassVar[Mapping[str, str]] = {
        "vgg": "pictures are matched by what it sees; without it, by an untrained network"
    }
    stand_in = Patch.name
    config: DeepImageAnalogyConfig
    _trained: VGG19Features | None = None
    _told = False
    _seed: int
    _network: VGG19Features
    _patch: Patch
    _seen: tuple[Tensor, ...]

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, DeepImageAnalogyConfig]:
        """smoke, fast and full: at which size pictures are matched, and how thoroughly."""
        return deep_image_analogy_presets(device_type)

    def _take(self, files: Mapping[str, Path]) -> None:
        if "vgg" in files:
            self._trained = load_vgg19(files["vgg"], layers=LAYERS)
            self.config = replace(self.config, vgg=self._trained.sha256)

    @property
    def variant(self) -> str:
        """That the network is an untrained one, where it is."""
        return "" if self.config.vgg else UNTRAINED

    @property
    def network(self) -> VGG19Features:
        """What pictures are matched by; there is one from :meth:`fit` on."""
        return self._network

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """Working size; a fit makes the features of the source, and the stand-in's pyramid."""
        source = Source.of(image, labels)
        pyramid = self._stand_in().plan(image, labels)
        return replace(pyramid, method=self.name, size=self._frame(source).working)

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        self._patch = self._stand_in()
        self._patch.fit(
            source.image, source.labels, seed=seed, progress=progress, checkpointing=keep
        )
        self._see(source, seed)

    def _render(self, source: Source, target: LabelMap) -> Answer:
        return self._render_after(source, target, self._patch.render(target))

    def _render_after(self, source: Source, target: LabelMap, photograph: Image) -> Answer:
        self._tell_variant()
        frame = self._frame(source)
        shown = seen(self._network, self._reduced(photograph, frame.working_size(target.size)))
        fields = matched(self._network, self._seen, shown, self.config)
        answer = aggregated(
            image_tensor(source.image, self.device),
            fields.back,
            frame.working,
            self.config.final_patch,
            target.size,
        )
        return Answer(pixels(answer))

    def _tell_variant(self) -> None:
        """Say once that the network is an untrained one, where it is."""
        if self.variant and not self._told:
            self._told = True
            warnings.warn(
                f"{self.name}: no weights of VGG-19 were given, so that an untrained, seeded "
                "network of its shape matches the pictures; the paper's needs --vgg FILE",
                RuntimeWarning,
                stacklevel=2,
            )

    def _tensors(self) -> dict[str, Tensor]:
        learnt = {"seed": torch.tensor(self._seed)}
        if self._trained is None:
            return learnt
        state = self._trained.state_dict()
        return learnt | {f"vgg.{name}": value.cpu() for name, value in state.items()}

    def _restore(self, source: Source, tensors: dict[str, Tensor]) -> None:
        seed = int(tensors["seed"])
        self._patch = self._stand_in().fit(source.image, source.labels, seed=seed)
        if self.config.vgg:
            self._trained = VGG19Features(LAYERS)
            prefix = "vgg."
            weights = {k.removeprefix(prefix): v for k, v in tensors.items() if k != "seed"}
            self._trained.load_state_dict(weights)
        self._see(source, seed)

    def _stand_in(self) -> Patch:
        return Patch(self.preset, device=str(self.device))

    def _see(self, source: Source, seed: int) -> None:
        self._seed = seed
        network = self._trained or random_vgg19(seed, LAYERS, width=self.config.width)
        self._network = network.to(self.device)
        self._seen = seen(self._network, self._reduced(source.image, self._frame(source).working))

    def _frame(self, source: Source) -> Frame:
        return Frame.of(source.image.size, self.config.size)

    def _reduced(self, picture: Image, size: tuple[int, int]) -> Tensor:
        """``picture`` in colours as the network sees them, whatever its mode: (1, 3, h, w)."""
        colours = torch.from_numpy(np.array(picture.to_rgb8())).to(self.device)
        image = colours.permute(2, 0, 1)[None].float() / 127.5 - 1
        return resized_image(image, size).clamp(-1, 1)
