"""Spade: the method's class, which trains a painter or takes a published one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.files import option_of
from likewise.methods.source import Source
from likewise.methods.spade.class_map import ClassMap
from likewise.methods.spade.config import SpadeConfig, spade_presets
from likewise.methods.spade.official import read_official
from likewise.methods.spade.painters import Painter, PublishedPainter, TrainedPainter
from likewise.methods.spade.pairs import PairFolder
from likewise.methods.spade.stack import Stack
from likewise.methods.spade.trainer import PERCEPTUAL_LAYERS, SpadeTrainer
from likewise.networks.spectral import at_rest
from likewise.networks.vgg import VGG19Features, load_vgg19
from likewise.progress import Progress
from likewise.training.checkpoint import Checkpoint, fingerprint
from likewise.training.networks import placed

PUBLISHED_SECONDS = 1.0  # what a fit takes where nothing is trained


class Spade(Method):
    """Semantic image synthesis with spatially-adaptive normalisation, on one pair or published."""

    name = "spade"
    summary = (
        "SPADE: a GAN that paints labels; trains on your pair, or takes a published checkpoint"
    )
    uses: ClassVar[Mapping[str, str]] = {
        "vgg": "the perceptual loss of the paper, which is left out without",
        "weights": "a published *_net_G.pth paints, and nothing is trained",
        "class_map": "which labels of that checkpoint show your classes",
        "pairs": "a folder of images/ and labels/ to train on besides your pair",
    }
    config: SpadeConfig
    features: VGG19Features | None = None
    _pairs: PairFolder | None = None
    _published: PublishedPainter | None = None
    _painter: Painter

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, SpadeConfig]:
        """smoke, fast and full; full on a GPU is the paper's network."""
        return spade_presets(device_type)

    def _take(self, files: Mapping[str, Path]) -> None:
        _require_agreement(files)
        if "weights" in files:
            self._published = self._read_published(files)
        if "vgg" in files:
            self.features = load_vgg19(files["vgg"], layers=tuple(PERCEPTUAL_LAYERS))
            self.config = replace(self.config, vgg=self.features.sha256)
        if "pairs" in files:
            self._pairs = PairFolder.find(files["pairs"])
            self.config = replace(self.config, pairs=self._pairs.sha256)

    def _read_published(self, files: Mapping[str, Path]) -> PublishedPainter:
        generator, release = read_official(
            files["weights"], size=self.config.size, upsampling=self.config.upsampling
        )
        words = ClassMap({})
        self.config = replace(self.config, weights=_sha256(files["weights"]))
        if "class_map" in files:
            words = ClassMap.read(files["class_map"])
            self.config = replace(self.config, class_map=_sha256(files["class_map"]))
        return PublishedPainter(placed(generator, self.device), release, words, torch.empty(0))

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """Working size and steps, and a time estimated from a step timed here."""
        source = Source.of(image, labels)
        if self._published is not None:
            self._published.class_map.channels(source.classes, self._published.release)
            size, steps, seconds = self._published.release.size, 0, PUBLISHED_SECONDS
        else:
            trainer = self.trainer(source, 0)
            size, steps = trainer.episodes.size, trainer.total_steps
            seconds = trainer.seconds_per_step() * steps
        return Plan(self.name, self.preset, str(self.device), size, steps, seconds)

    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        if self._published is not None:
            self._painter = self._published = self._with_z(self._published, source, seed)
            return
        if self.features is None:
            progress.note("spade trains without its perceptual loss: --vgg FILE would give it")
        stack = self._stack(source)
        trainer = self._trainer_on(stack, seed)
        checkpoint = None
        if keep is not None:
            mark = fingerprint(stack.images, stack.indices, self.config, seed)
            checkpoint = Checkpoint(keep.path, mark, keep.every)
            if keep.resume:
                checkpoint.read(trainer)

        def take() -> None:
            generator = at_rest(trainer.networks.g)
            self._painter = TrainedPainter(generator, stack.classes, self.config)

        trainer.fit(progress, checkpoint, self._glimpses(source, take))
        take()

    def _render(self, source: Source, target: LabelMap) -> Answer:
        return Answer(self._painter.paint(source, target, self.device))

    def _tensors(self) -> dict[str, Tensor]:
        return self._painter.tensors()

    def _restore(self, source: Source, tensors: dict[str, Tensor]) -> None:
        if self.config.weights:
            self._published = PublishedPainter.restored(tensors, self.config, self.device)
            self._painter = self._published
        else:
            self._painter = TrainedPainter.restored(source, tensors, self.config, self.device)

    def trainer(self, source: Source, seed: int) -> SpadeTrainer:
        """A trainer at the first step of a fit to ``source``; for fits and for benchmarks."""
        return self._trainer_on(self._stack(source), seed)

    def _stack(self, source: Source) -> Stack:
        others: Iterable[tuple[Image, LabelMap]] = ()
        if self.config.pairs:
            if self._pairs is None:
                raise _absent("pairs", self.config.pairs)
            others = self._pairs.read(source)
        return Stack.of(source, others, self.config.size, self.device)

    def _trainer_on(self, stack: Stack, seed: int) -> SpadeTrainer:
        if self.config.vgg and self.features is None:
            raise _absent("vgg", self.config.vgg)
        features = None if self.features is None else self.features.to(self.device)
        classes = len(stack.classes)
        return SpadeTrainer(stack.images, stack.indices, classes, self.config, seed, features)

    def _with_z(self, painter: PublishedPainter, source: Source, seed: int) -> PublishedPainter:
        """``painter``, found to know the classes of ``source``, with z drawn if it needs one."""
        painter.class_map.channels(source.classes, painter.release)
        latent = painter.generator.shape.latent
        generator = torch.Generator().manual_seed(seed)
        z = torch.randn(1, latent, generator=generator) if latent else torch.empty(0)
        return replace(painter, z=z)


def _require_agreement(files: Mapping[str, Path]) -> None:
    """Refuse files that cannot be used together."""
    if "class_map" in files and "weights" not in files:
        raise ConfigError("--class-map", "no --weights beside it", "both, or neither")
    for name in ("vgg", "pairs"):
        if name in files and "weights" in files:
            found = "--weights beside it, with which nothing is trained"
            raise ConfigError(option_of(name), found, "one of the two")


def _absent(name: str, sha256: str) -> ConfigError:
    return ConfigError(
        name,
        "this model was fitted with what is not at hand now",
        f"what has SHA-256 {sha256}",
        f"Make a new Analogy with {name}=... to fit again; rendering needs it not.",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
