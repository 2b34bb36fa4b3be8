"""Measuring: by which judges, features and networks answers are scored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from likewise.errors import ConfigError, ModelError
from likewise.evaluation.cases import Case
from likewise.evaluation.scoring import DEFAULT_JUDGES, PictureDistance, Scorer
from likewise.judging.pretrained import PretrainedJudge
from likewise.judging.reader import CaseJudge
from likewise.metrics.frechet import FeatureFunction
from likewise.metrics.lpips import LPIPS
from likewise.networks.inception_stem import load_inception_stem
from likewise.networks.lpips_backbones import KINDS, load_lpips_backbone, load_lpips_weights
from likewise.networks.vgg import load_vgg19

VGG_LAYER = "relu2_1"  # deep enough to tell textures, and shallow enough for a single picture
SHOWN_DIGITS = 12  # of a file's SHA-256


@dataclass(frozen=True)
class WeightFiles:
    """Networks of the user's that score answers.

    Attributes:
        judge: a segmentation network: a folder that ``save_pretrained`` wrote, or a name on the
            Hugging Face hub that is in the local cache.
        judge_classes: which of its classes means which of the cases'.
        vgg: VGG-19 weights: SIFID then compares its features.
        inception: Inception-v3 weights, likewise.
        lpips: weights of LPIPS.
        lpips_backbone: weights of the network that these were made for, AlexNet or VGG-16.
    """

    judge: str | None = None
    judge_classes: Path | None = None
    vgg: Path | None = None
    inception: Path | None = None
    lpips: Path | None = None
    lpips_backbone: Path | None = None

    def __post_init__(self) -> None:
        if (self.judge is None) != (self.judge_classes is None):
            raise ConfigError("--judge", "one of --judge and --judge-classes", "both, or neither")
        if (self.lpips is None) != (self.lpips_backbone is None):
            raise ConfigError("--lpips", "one of --lpips and --lpips-backbone", "both, or neither")
        if self.vgg is not None and self.inception is not None:
            raise ConfigError("--vgg", "--inception beside it", "one network for SIFID")


@dataclass(frozen=True)
class Measuring:
    """What scorers are made with, besides their case.

    Attributes:
        judges: that read layouts.
        features: of SIFID; None takes the seeded ones.
        lpips: distance of two pictures, where the user has the weights.
        told: what of this is not the default, for readers and for ``--resume``: name -> value.
    """

    judges: Sequence[CaseJudge] = DEFAULT_JUDGES
    features: FeatureFunction | None = None
    lpips: PictureDistance | None = None
    told: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_files(cls, files: WeightFiles, device: torch.device) -> Measuring:
        """With the networks in ``files``, on ``device``.

        Raises:
            ConfigError: ``transformers`` is needed and missing.
            ModelError: a file cannot be used.
            LabelError: the judge's classes cannot be used.
        """
        judges: list[CaseJudge] = list(DEFAULT_JUDGES)
        told = {}
        if files.judge is not None and files.judge_classes is not None:
            judge = PretrainedJudge.load(files.judge, files.judge_classes, device=device)
            judges.append(judge)
            told["judge"] = f"forest, and {files.judge} {_mark(files.judge_classes)}"
        features = None
        if files.vgg is not None:
            features = _vgg_features(files.vgg, device)
            told["features of SIFID"] = f"VGG-19 {VGG_LAYER} {_mark(files.vgg)}"
        if files.inception is not None:
            features = load_inception_stem(files.inception).to(device)
            told["features of SIFID"] = f"Inception-v3 {_mark(files.inception)}"
        lpips = None
        if files.lpips is not None and files.lpips_backbone is not None:
            lpips, kind = _lpips(files.lpips, files.lpips_backbone, device)
            told["LPIPS"] = f"{kind} {_mark(files.lpips)} {_mark(files.lpips_backbone)}"
        return cls(tuple(judges), features, lpips, told)

    def scorer(self, case: Case, device: torch.device) -> Scorer:
        """A scorer for ``case``; nothing is fitted before it is asked."""
        return Scorer(
            case, judges=self.judges, device=device, features=self.features, lpips=self.lpips
        )


def _vgg_features(path: Path, device: torch.device) -> FeatureFunction:
    network = load_vgg19(path, layers=(VGG_LAYER,)).to(device)

    def features(batch: Tensor) -> Tensor:
        return network(batch.to(network.mean) * 2 - 1)[VGG_LAYER]

    return features


def _lpips(path: Path, backbone: Path, device: torch.device) -> tuple[PictureDistance, str]:
    """The distance, and which network it takes."""
    kind, weights = _lpips_weights(path)
    network = load_lpips_backbone(kind, backbone).to(device)
    return (lambda image, truth: LPIPS(truth, network, weights).of(image)), kind


def _lpips_weights(path: Path) -> tuple[str, tuple[Tensor, ...]]:
    """The file tells by its shapes which network it belongs to."""
    *others, last = KINDS
    for kind in others:
        with suppress(ModelError):
            return kind, load_lpips_weights(kind, path)
    return last, load_lpips_weights(last, path)


def _mark(path: Path) -> str:
    """The file's name and the first digits of its hash."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return f"({path.name}, SHA-256 {digest[:SHOWN_DIGITS]})"
