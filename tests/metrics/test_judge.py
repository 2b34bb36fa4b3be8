from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from likewise.errors import ImageError, LabelError, NotFittedError
from likewise.metrics.judge import Judge
from likewise.metrics.pixel_accuracy import pixel_accuracy
from likewise.metrics.pixel_features import pixel_features


def painted(layout: np.ndarray, seed: int = 0) -> np.ndarray:
    """Class 0 smooth grey, class 1 the same grey with fine stripes, class 2 reddish noise."""
    rng = np.random.default_rng(seed)
    shape = (*layout.shape, 3)
    noise = rng.normal(0, 0.02, shape)
    stripes = 0.2 * np.sin(np.arange(layout.shape[1]) * 2.1)[None, :, None]
    looks = [
        np.full(shape, 0.5),
        0.5 + stripes * np.ones(shape),
        np.array([0.6, 0.4, 0.4]) + gaussian_filter(rng.normal(0, 0.3, shape), (2, 2, 0)),
    ]
    image = sum(look * (layout == k)[..., None] for k, look in enumerate(looks))
    return np.clip(image + noise, 0, 1)


def bands(height: int = 60, width: int = 80) -> np.ndarray:
    layout = np.zeros((height, width), int)
    layout[:, width // 3 :] = 1
    layout[height // 2 :, width // 2 :] = 2
    return layout


def judge() -> Judge:
    return Judge(pixels=3000, trees=12, threads=1)


def test_reads_another_layout_of_the_same_materials() -> None:
    source = bands()
    fitted = judge().fit(painted(source), source, seed=0)
    assert fitted.held_out_score > 0.9
    assert 0.75 < fitted.held_out_iou < fitted.held_out_score
    target = np.ascontiguousarray(source[::-1, ::-1])
    read = fitted.read(painted(target, seed=1))
    assert pixel_accuracy(read, target, 3) > 0.88
    assert pixel_accuracy(read, source, 3) < 0.7


def test_the_score_falls_where_the_classes_look_alike() -> None:
    noise = np.random.default_rng(0).random((60, 80, 3))
    assert judge().fit(noise, bands() % 2, seed=0).held_out_score < 0.8


def test_where_a_pixel_lies_is_no_feature() -> None:
    tile = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32)
    rows = pixel_features(np.tile(tile, (3, 3, 1))).reshape(192, 192, -1)
    np.testing.assert_allclose(rows[60, 60], rows[60 + 64, 60 + 64], atol=1e-5)
    np.testing.assert_allclose(rows[70, 120], rows[70 + 64, 120 - 64], atol=1e-5)


def test_the_same_seed_gives_the_same_judge_whatever_the_threads() -> None:
    source = bands()
    image = painted(source)
    reads = [
        Judge(pixels=3000, trees=12, threads=threads).fit(image, source, seed=seed).read(image)
        for threads, seed in ((1, 3), (2, 3), (1, 4))
    ]
    np.testing.assert_array_equal(reads[0], reads[1])
    assert (reads[0] != reads[2]).any()


def test_refitting_forgets() -> None:
    source = bands()
    first = judge().fit(painted(source), source, seed=0)
    first.fit(painted(source), source + 4, seed=0)
    assert set(np.unique(first.read(painted(source)))) == {4, 5, 6}


def test_ignored_pixels_teach_nothing_and_inputs_stay_as_they_were() -> None:
    source = bands()
    image = painted(source)
    source[source == 2] = -1
    kept = image.copy(), source.copy()
    read = judge().fit(image, source).read(image)
    assert set(np.unique(read)) == {0, 1}
    np.testing.assert_array_equal(image, kept[0])
    np.testing.assert_array_equal(source, kept[1])


def test_large_pictures_are_read_small_and_answered_large() -> None:
    source = bands().repeat(4, axis=0).repeat(4, axis=1)
    image = painted(bands()).repeat(4, axis=0).repeat(4, axis=1)
    fitted = judge().fit(image, source)
    read = fitted.read(image[:, :301])
    assert read.shape == (240, 301)
    assert pixel_accuracy(read, source[:, :301], 3) > 0.9


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (17, 9)])
def test_odd_sizes_grey_and_one_class_work(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).random(shape)
    fitted = judge().fit(grey, np.full(shape, 7))
    assert fitted.held_out_score == 1
    assert (fitted.read(grey) == 7).all()


def test_what_does_not_fit_is_refused() -> None:
    source = bands()
    image = painted(source)
    with pytest.raises(NotFittedError):
        judge().read(image)
    with pytest.raises(LabelError):
        judge().fit(image, source[:5])
    with pytest.raises(LabelError):
        judge().fit(image, np.full_like(source, -1))
    with pytest.raises(ImageError):
        judge().fit(image * 255, source)
    with pytest.raises(ImageError):
        judge().fit(image, source).read(image[..., :1])
