"""Strong warps: image and labels bend alike, strongly, without folds, by their seed."""

import numpy as np
import pytest
from benchmarks.truth import strong_warps
from scipy import ndimage

from likewise import Image, LabelMap
from likewise.errors import LabelError


@pytest.fixture(scope="module")
def board() -> tuple[Image, LabelMap]:
    """Each pixel's colour tells where it was, its label which square of a board it lies in."""
    rows, columns = np.indices((96, 130))
    image = np.stack([rows / 95, columns / 129, 0.5 + 0 * rows], -1)
    return Image.from_array(image), LabelMap.from_array(rows // 24 * 6 + columns // 24)


def test_warps_bend_image_and_labels_alike(board):
    image, labels = board
    for pair in strong_warps("board", image, labels, count=3, seed=5):
        came_from = pair.truth.to_float()
        rows, columns = came_from[..., 0] * 95, came_from[..., 1] * 129
        read = np.rint(rows).astype(int) // 24 * 6 + np.rint(columns).astype(int) // 24
        assert (read == pair.target.ids).mean() > 0.97  # 8 bits place a pixel to a quarter
        pair.target.require_known(labels)
        # It bends strongly, never folds, and mirrors nothing in from beyond the border.
        straight = np.indices(rows.shape)
        assert np.hypot(rows - straight[0], columns - straight[1]).mean() > 4
        assert (np.diff(ndimage.gaussian_filter(rows, 2), axis=0)[4:-4, 4:-4] > 0).all()
        assert (np.diff(ndimage.gaussian_filter(columns, 2), axis=1)[4:-4, 4:-4] > 0).all()


def test_warps_follow_their_seed(board):
    def prints(seed: int) -> list[bytes]:
        pairs = strong_warps("board", *board, count=2, seed=seed)
        return [pair.truth.pixels.tobytes() for pair in pairs]

    assert prints(1) == prints(1)
    assert not set(prints(1)) & set(prints(2))
    assert len(set(prints(1))) == 2


def test_even_absurd_warps_end_without_folds(board):
    (pair,) = strong_warps("board", *board, count=1, strength=3.0)
    rows = ndimage.gaussian_filter(pair.truth.to_float()[..., 0], 2)
    assert (np.diff(rows, axis=0)[4:-4, 4:-4] > 0).all()


def test_warps_refuse_labels_of_another_size(board):
    image, labels = board
    with pytest.raises(LabelError):
        strong_warps("board", image, labels.cropped(0, 0, 50, 50))
