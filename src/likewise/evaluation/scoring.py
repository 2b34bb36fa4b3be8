"""Scorer: every score of a rendered image that its case allows, and what its truth scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from likewise.errors import ImageError, InputError
from likewise.evaluation.cases import Case
from likewise.evaluation.measures import MEASURES
from likewise.evaluation.truth_scores import WINDOW, sharpness_means, truth_scores
from likewise.images import Image
from likewise.judging.forest import ForestJudge
from likewise.judging.reader import CaseJudge, Reader, layout_scores
from likewise.metrics.coherence import WORKING_SIDE, bidirectional_similarity
from likewise.metrics.frechet import FeatureFunction, SingleImageFrechet
from likewise.metrics.sharpness import sharpness_by_class
from likewise.metrics.sliced_wasserstein import SlicedWasserstein

DEFAULT_JUDGES = (ForestJudge(),)
MOST_PATCHES = 20_000  # of either picture at the size coherence works at: seconds on two cores
MOST_PIXELS = 250_000  # of either picture at the size SWD and SIFID work at: as above

PictureDistance = Callable[[NDArray[np.float32], NDArray[np.float32]], float]
"""Of I' and I, both (H, W, C) floats in [0, 1]."""


class Scorer:
    """Scores the answers to one case; judges are fitted once, when they are first asked.

    Args:
        case: source pair, layouts, and truths where there are any.
        judges: that read layouts, each with another prefix of its scores.
        device: where patches are compared.
        features: that SIFID looks at; None takes its default, a seeded network of random weights.
        lpips: distance of an answer to the truth with weights of the user's, as
            :mod:`likewise.metrics.lpips` makes it; None leaves LPIPS out.
        seed: of the judges, and of the directions of SWD.
    """

    def __init__(
        self,
        case: Case,
        *,
        judges: Sequence[CaseJudge] = DEFAULT_JUDGES,
        device: str | torch.device = "cpu",
        features: FeatureFunction | None = None,
        lpips: PictureDistance | None = None,
        seed: int = 0,
    ) -> None:
        prefixes = [judge.prefix for judge in judges]
        assert len(set(prefixes)) == len(prefixes), prefixes
        self.case = case
        self.device = device
        self._judges = tuple(judges)
        self._features = features
        self._lpips = lpips
        self._seed = seed
        self._table = case.labels.present_classes
        self._source = case.image.to_float()
        self._truth_scores: dict[str, dict[str, float]] = {}
        self._patches = lru_cache(maxsize=2)(self._sliced)
        self._gaussian = lru_cache(maxsize=2)(self._frechet)

    @cached_property
    def ceilings(self) -> dict[str, float]:
        """What the judges score on pictures whose layout is known, by name of the measure."""
        return _finite(
            {
                f"{prefix}{name}": value
                for prefix, reader in self._readers.items()
                for name, value in reader.ceiling.items()
            }
        )

    def score(self, rendered: Image, target: str) -> dict[str, float]:
        """Score ``rendered`` as the answer to the layout called ``target``.

        Args:
            rendered: I', of the layout's size and the source's channels.
            target: name of a layout of the case.

        Returns:
            By name and in the order of ``MEASURES``, without those that do not apply here (no
            truth, too small) or are not finite (the PSNR of the truth itself).

        Raises:
            InputError: there is no such layout.
            ImageError: size or channels do not fit.
        """
        self._require(rendered, target)
        found = self._likeness(rendered, target)
        truth = self.case.truths.get(target)
        if truth is not None and min(truth.size) >= WINDOW:
            found |= self._to_truth(rendered, truth, target)
        return {name: value for name in MEASURES if (value := found.get(name)) is not None}

    def truth_score(self, target: str) -> dict[str, float] | None:
        """What the true answer to ``target`` scores in layout and appearance; None if unknown.

        Raises:
            InputError: there is no such layout.
        """
        self._require_layout(target)
        if target in self.case.truths and target not in self._truth_scores:
            truth = self.case.truths[target]
            self._require(truth, target)
            found = self._likeness(truth, target)
            self._truth_scores[target] = {n: found[n] for n in MEASURES if n in found}
        return self._truth_scores.get(target)

    @cached_property
    def _readers(self) -> dict[str, Reader]:
        pair = self.case.image, self.case.labels
        return {judge.prefix: judge.reader(*pair, self._seed) for judge in self._judges}

    def _likeness(self, image: Image, target: str) -> dict[str, float]:
        """Scores that need no truth: the layout's, and likeness to the source."""
        layout = self.case.targets[target].indices(self._table)
        found = {
            f"{prefix}{name}": value
            for prefix, reader in self._readers.items()
            for name, value in layout_scores(reader.read(image), layout, len(self._table)).items()
        }
        picture = image.to_float()
        near = bidirectional_similarity(
            picture,
            self._source,
            working_side=working_side(self.case.image.size, image.size),
            device=self.device,
        )
        found |= {"coherence": near.coherence, "completeness": near.completeness}
        found |= self._distances(image)
        known = self.case.labels.indices(self._table)
        ratios = sharpness_by_class(picture, layout, self._source, known)
        found["sharpness"] = sharpness_means(ratios, layout)["sharpness"]
        return _finite(found)

    def _distances(self, image: Image) -> dict[str, float]:
        """SWD and SIFID, of pictures shrunk by one factor where they are large."""
        pixels = max(math.prod(image.size), math.prod(self.case.image.size))
        factor = min(1.0, math.sqrt(MOST_PIXELS / pixels))
        small = _shrunk(image, factor)
        found = {"swd": self._patches(factor).of(small).mean}
        with suppress(ImageError):  # too small for the features
            found["sifid"] = self._gaussian(factor).of(small)
        return found

    def _sliced(self, factor: float) -> SlicedWasserstein:
        source = _shrunk(self.case.image, factor)
        return SlicedWasserstein(source, seed=self._seed, device=self.device)

    def _frechet(self, factor: float) -> SingleImageFrechet:
        return SingleImageFrechet(_shrunk(self.case.image, factor), features=self._features)

    def _to_truth(self, rendered: Image, truth: Image, target: str) -> dict[str, float]:
        found = truth_scores(rendered, truth, self.case.targets[target], self.case.labels)
        found.pop("sharpness")  # here it is relative to the source
        if self._lpips is not None:
            found["lpips"] = self._lpips(rendered.to_float(), truth.to_float())
        return _finite({name: value for name, value in found.items() if name in MEASURES})

    def _require_layout(self, target: str) -> None:
        if target not in self.case.targets:
            known = ", ".join(self.case.targets)
            raise InputError(self.case.name, f"no layout {target!r}", f"one of {known}")

    def _require(self, image: Image, target: str) -> None:
        self._require_layout(target)
        wanted = (*self.case.targets[target].size, self.case.image.channels)
        if (*image.size, image.channels) != wanted:
            found = f"an answer of {(*image.size, image.channels)}"
            raise ImageError(f"{self.case.name}/{target}", found, f"(H, W, C) of {wanted}")


def working_side(source: tuple[int, int], target: tuple[int, int]) -> int:
    """Short side in pixels that the source is shrunk to before patches are compared.

    WORKING_SIDE, or less where either picture would still hold more than MOST_PATCHES pixels: the
    search grows with their product.
    """
    pixels = max(source[0] * source[1], target[0] * target[1])
    short = min(source)
    return max(1, min(WORKING_SIDE, int(short * math.sqrt(MOST_PATCHES / pixels))))


def _shrunk(image: Image, factor: float) -> NDArray[np.float32]:
    """(h, w, C) floats of ``image`` at ``factor`` of its size."""
    height, width = (max(1, round(side * factor)) for side in image.size)
    return image.resized((height, width)).to_float()


def _finite(scores: dict[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items() if np.isfinite(value)}
