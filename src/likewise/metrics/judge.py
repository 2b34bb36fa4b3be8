"""The judge: reads a layout off a rendered image, knowing nothing but the source pair.

A pixel classifier (extremely randomised trees) on colour, gradients and texture. No method trains
it or sees it. Not in the paper: it reads layouts with a network pretrained on many photographs,
which has no word for the classes of a microscope picture.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import affine_transform, gaussian_filter
from skimage.transform import resize
from sklearn.ensemble import ExtraTreesClassifier

from likewise.errors import ImageError, LabelError, NotFittedError
from likewise.metrics.mean_iou import mean_iou
from likewise.metrics.pictures import as_picture
from likewise.metrics.pixel_accuracy import pixel_accuracy
from likewise.metrics.pixel_features import pixel_features

IGNORED = -1
WORKING_SIDE = 184
"""Short side of the source in pixels that the judge works at: textures keep one scale."""

_WARPS, _HELD_OUT = 6, 2
_SMOOTHING = 1.5
"""Gaussian (pixels) over class probabilities: a region is larger than a pixel."""


class Judge:
    """A reader of layouts, fitted on one source pair.

    Args:
        pixels: training pixels in all, drawn evenly from the classes.
        trees: of the forest.
        threads: as scikit-learn counts them; -1 takes all cores. The answer does not depend on it.

    Attributes:
        held_out_score: pixel accuracy on warps of the source that the fit did not see, 0 to 1.
            Report it beside any number the judge gives: no rendered image should score far above.
        held_out_iou: mean IoU on the same warps, 0 to 1.
    """

    held_out_score: float
    held_out_iou: float

    def __init__(self, *, pixels: int = 30_000, trees: int = 48, threads: int = -1) -> None:
        self.pixels = pixels
        self.trees = trees
        self.threads = threads
        self._forest: ExtraTreesClassifier | None = None

    def fit(self, image: ArrayLike, indices: NDArray[np.integer], seed: int = 0) -> Judge:
        """Learn the classes of one source pair from warped copies of it; refitting forgets.

        Args:
            image: I, (H, W, C) floats in [0, 1].
            indices: P, (H, W) class indices, -1 where ignored.
            seed: the same seed gives the same judge.

        Raises:
            ImageError: the image is not (H, W, C) floats in [0, 1].
            LabelError: the labels' size differs from the image's, or all are ignored.
        """
        picture, labels = as_picture("image", image), np.asarray(indices)
        if labels.shape != picture.shape[:2]:
            raise LabelError(
                "indices", f"shape {labels.shape}", f"the image's size {picture.shape[:2]}"
            )
        if not (labels >= 0).any():
            raise LabelError("indices", "every pixel is ignored", "at least one labelled pixel")
        self._channels = picture.shape[2]
        self._factor = min(1.0, WORKING_SIDE / min(labels.shape))
        small = self._working(picture)
        known = resize(labels, small.shape[:2], order=0, preserve_range=True, anti_aliasing=False)
        rng = np.random.default_rng(seed)
        pairs = _warped_pairs(small, known.astype(np.int64), rng)
        rows, answers = self._drawn([next(pairs) for _ in range(_WARPS)], rng)
        self._forest = ExtraTreesClassifier(
            self.trees, min_samples_leaf=3, n_jobs=self.threads, random_state=seed
        ).fit(rows, answers)
        self._score([next(pairs) for _ in range(_HELD_OUT)])
        return self

    def read(self, image: ArrayLike) -> NDArray[np.int64]:
        """The class indices (H, W) that ``image`` (H, W, C), floats in [0, 1], shows.

        The image is taken to have the scale of the source: a pixel here is a pixel there.

        Raises:
            NotFittedError: before ``fit``.
            ImageError: not (H, W, C) floats in [0, 1], or other channels than the source's.
        """
        if self._forest is None:
            raise NotFittedError("Judge.read was called before Judge.fit")
        picture = as_picture("image", image)
        if picture.shape[2] != self._channels:
            expected = f"{self._channels}, as the source has"
            raise ImageError("image", f"{picture.shape[2]} channels", expected)
        answer = self._read_working(self._working(picture))
        size = picture.shape[:2]
        whole = resize(answer, size, order=0, preserve_range=True, anti_aliasing=False)
        return whole.astype(np.int64)

    def _working(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._factor == 1.0:
            return picture
        height, width = (max(1, round(side * self._factor)) for side in picture.shape[:2])
        return resize(picture, (height, width), anti_aliasing=True).astype(np.float32)

    def _read_working(self, picture: NDArray[np.float32]) -> NDArray[np.int64]:
        assert self._forest is not None
        chances = self._forest.predict_proba(pixel_features(picture))
        planes = chances.reshape(*picture.shape[:2], -1)
        smooth = gaussian_filter(planes, (_SMOOTHING, _SMOOTHING, 0))
        return self._forest.classes_[smooth.argmax(axis=2)]

    def _drawn(
        self, pairs: list[tuple[NDArray, NDArray]], rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Feature rows and classes of pixels drawn evenly from the classes over all pairs."""
        labels = np.concatenate([known.ravel() for _, known in pairs])
        classes = np.unique(labels[labels >= 0])
        share = max(1, self.pixels // len(classes))
        chosen = np.concatenate(
            [
                rng.permutation(places)[:share]
                for places in (np.flatnonzero(labels == k) for k in classes)
            ]
        )
        chosen.sort()
        rows, start = [], 0
        for picture, known in pairs:
            here = chosen[(chosen >= start) & (chosen < start + known.size)] - start
            rows.append(pixel_features(picture)[here])
            start += known.size
        return np.concatenate(rows), labels[chosen]

    def _score(self, pairs: list[tuple[NDArray, NDArray]]) -> None:
        read = np.concatenate([self._read_working(picture).ravel() for picture, _ in pairs])
        known = np.concatenate([labels.ravel() for _, labels in pairs])
        classes = int(max(known.max(), read.max())) + 1
        self.held_out_score = pixel_accuracy(read, known, classes, ignore=IGNORED)
        self.held_out_iou = mean_iou(read, known, classes, ignore=IGNORED)


def _warped_pairs(
    picture: NDArray[np.float32], labels: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """The pair itself, then endless warps of it: flips, turns, zooms, other light.

    What a warp pulls in from outside is ignored (-1), so a pair may lack a class, never invent one.
    """
    yield picture, np.where(labels < 0, IGNORED, labels)
    middle = (np.array(labels.shape) - 1) / 2
    while True:
        angle, zoom = np.deg2rad(rng.uniform(-10, 10)), rng.uniform(0.8, 1.25)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
        turn[:, 1] *= rng.choice([-1, 1])
        offset = middle - turn @ middle
        planes = [
            affine_transform(picture[:, :, c], turn, offset, order=1, mode="mirror")
            for c in range(picture.shape[2])
        ]
        contrast, brightness = rng.uniform(0.9, 1.1), rng.uniform(-0.05, 0.05)
        lit = np.clip((np.stack(planes, axis=2) - 0.5) * contrast + 0.5 + brightness, 0, 1)
        known = affine_transform(
            labels, turn, offset, order=0, mode="constant", cval=IGNORED, output=np.int64
        )
        if (known >= 0).any():
            yield lit.astype(np.float32), np.where(known < 0, IGNORED, known)
