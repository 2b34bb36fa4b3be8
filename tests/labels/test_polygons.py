"""Outlines and run lengths: what is written is read back, by COCO's own tool too."""

from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as coco

from likewise.errors import LabelError
from likewise.labels.polygons import filled, filled_in, outline, regions
from likewise.labels.run_lengths import (
    compressed,
    decompressed,
    mask_of_runs,
    run_lengths,
    run_lengths_in,
)


def ring(size: tuple[int, int] = (40, 50)) -> np.ndarray:
    """A ring with a pixel that touches it by a corner, and a second hole."""
    mask = np.zeros(size, dtype=bool)
    mask[5:30, 6:40] = True
    mask[10:20, 12:20] = False
    mask[14:16, 30:33] = False
    mask[30, 40] = True
    return mask


def noise(seed: int, share: float, size: tuple[int, int] = (37, 53)) -> np.ndarray:
    return np.random.default_rng(seed).random(size) < share


MASKS = [
    ring(),
    *(noise(seed, share) for seed, share in enumerate((0.02, 0.3, 0.5, 0.7, 0.98))),
    np.ones((16, 20), dtype=bool),
    np.eye(20, dtype=bool),
]


@pytest.mark.parametrize("mask", MASKS)
def test_outlines_give_back_every_pixel(mask: np.ndarray) -> None:
    total = np.zeros_like(mask)
    for box, region in regions(mask):
        corners = outline(region, box)
        back = filled(corners, mask.shape)
        place, inside = filled_in(corners, mask.shape)
        assert place == box
        assert np.array_equal(inside, region)
        assert np.array_equal(back[box], region)
        assert back.sum() == region.sum()
        total |= back
    assert np.array_equal(total, mask)


def test_pixels_that_touch_at_corners_are_one_region_with_one_outline() -> None:
    found = list(regions(np.eye(20, dtype=bool)))
    assert len(found) == 1
    assert len(outline(found[0][1])) == 4 * 20  # every edge of every pixel ends in a corner


def test_a_polygon_holds_the_pixels_whose_centres_it_holds() -> None:
    triangle = filled(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]), (20, 20))
    y, x = np.indices((20, 20)) + 0.5
    assert np.array_equal(triangle, x + y < 10)
    beyond = filled(np.array([[-50.0, -5.0], [30.0, -5.0], [30.0, 4.2], [-50.0, 4.2]]), (20, 20))
    assert beyond[:4].all()
    assert not beyond[4:].any()
    wide = np.array([[-50.0, -5.0], [30.0, -5.0], [30.0, 4.2], [-50.0, 4.2]])
    box, inside = filled_in(wide, (20, 20))
    assert np.array_equal(inside, beyond[box])
    assert inside.sum() == beyond.sum()
    assert not filled(np.array([[3.0, 3.0], [9.0, 9.0]]), (20, 20)).any()
    assert not filled(np.array([[90.0, 3.0], [99.0, 9.0], [90.0, 19.0]]), (20, 20)).any()


@pytest.mark.parametrize("mask", MASKS)
def test_run_lengths_are_those_of_cocos_own_tool(mask: np.ndarray) -> None:
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    lengths = run_lengths(mask)
    assert compressed(lengths) == theirs["counts"].decode()
    assert np.array_equal(decompressed(compressed(lengths), "m"), lengths)
    box, inside = mask_of_runs(lengths, mask.shape, "m")
    assert np.array_equal(inside, mask[box])
    assert inside.sum() == mask.sum()


@pytest.mark.parametrize("mask", MASKS)
def test_run_lengths_of_a_box_are_those_of_the_whole(mask: np.ndarray) -> None:
    height, width = mask.shape
    for top, left, below, right in ((0, 0, 0, 0), (3, 5, 7, 2), (0, 5, 0, 0), (4, 0, 0, 3)):
        whole = np.pad(mask, ((top, below), (left, right)))
        box = slice(top, top + height), slice(left, left + width)
        assert np.array_equal(run_lengths_in(mask, box, whole.shape), run_lengths(whole))


def test_long_runs_survive() -> None:
    lengths = np.array([0, 2**30, 5, 2**29, 1, 1, 2**30, 7])
    assert np.array_equal(decompressed(compressed(lengths), "m"), lengths)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("é", "damaged"),
        ("0\ud800", "damaged"),
        ("\x00", "damaged"),
        ("o", "damaged"),
        ("oooooooooo0", "beyond"),
        ("5", "5 pixels in all"),
    ],
)
def test_damaged_run_lengths_are_refused(text: str, found: str) -> None:
    with pytest.raises(LabelError, match=found):
        mask_of_runs(decompressed(text, "m"), (16, 16), "m")


@pytest.mark.parametrize("lengths", [[-1, 257], [1.5, 254.5], ["1"], [[1], [255]], [2**40, 5]])
def test_run_lengths_that_make_no_mask_are_refused(lengths: list) -> None:
    with pytest.raises(LabelError):
        mask_of_runs(lengths, (16, 16), "m")
