"""Removal: what is named goes, the gap closes as its surroundings go on, the rest stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.tasks.scenes import GROUND, HORIZON, HOUSE, SKY, TABLE, scene, scene_labels

from likewise import Analogy
from likewise.errors import ConfigError, LabelError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.closing import closed
from likewise.tasks.masks import read_mask
from likewise.tasks.removal import remove


def test_the_horizon_runs_on_where_the_house_stood() -> None:
    edit = remove(scene(), scene_labels(), classes=["house"])
    expected = np.full((64, 96), SKY)
    expected[HORIZON:] = GROUND
    assert np.array_equal(edit.layout.ids, expected)
    assert "sky" in edit.notes[0]


@pytest.mark.parametrize("method", ["likewise", "patch:smoke"])
def test_beyond_the_margin_every_pixel_is_the_sources_own(method: str) -> None:
    image = scene()
    edit = remove(image, scene_labels(), classes=["house"], grow=1, margin=4)
    name, _, preset = method.partition(":")
    answer = edit.render(Analogy(name, preset or "fast", device="cpu"))
    changed = (answer.pixels != image.pixels).any(axis=2)
    rows, columns = np.indices(changed.shape)
    near = (rows >= 20) & (rows < 56) & (columns >= 24) & (columns < 56)
    assert changed[26:50, 30:50].mean() > 0.9
    assert not changed[~near].any()
    # Nothing of the house is left: every pixel of the gap looks like the class it became.
    gap = answer.pixels[26:50, 30:50].astype(float)
    red = np.array(TABLE.by_id(HOUSE).colour)
    own = edit.layout.to_colour()[26:50, 30:50].astype(float)
    assert (np.abs(gap - own).sum(2) < np.abs(gap - red).sum(2)).mean() > 0.99


def test_a_scratch_goes_although_its_label_is_that_of_its_surroundings() -> None:
    pixels = scene().pixels.copy()
    scratch = np.zeros((64, 96), dtype=bool)
    scratch[8:12, 60:90] = True
    pixels[scratch] = 0
    image = Image.from_array(pixels)
    edit = remove(image, scene_labels(), mask=scratch)
    answer = edit.render(Analogy("patch", "smoke", device="cpu"))
    assert np.array_equal(edit.layout.ids, scene_labels().ids)
    assert answer.pixels[scratch].min() > 80


def test_a_point_means_its_region_alone() -> None:
    ids = scene_labels().ids.copy()
    ids[5:15, 5:15] = HOUSE
    labels = LabelMap.from_array(ids, TABLE)
    edit = remove(scene(), labels, points=[(8, 8)], fill="sky", grow=0)
    assert edit.changed is not None
    assert edit.changed.sum() == 100
    assert (edit.layout.ids[5:15, 5:15] == SKY).all()
    assert (edit.layout.ids == HOUSE).sum() == 24 * 20


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "16"])
def test_mode_and_depth_stay(mode: str) -> None:
    rgb = scene().pixels
    if mode == "L":
        image = Image.from_array(rgb[..., 0])
    elif mode == "RGBA":
        image = Image.from_array(np.dstack([rgb, np.full(rgb.shape[:2], 200, np.uint8)]))
    elif mode == "16":
        image = Image.from_array(rgb.astype(np.uint16) * 257)
    else:
        palette = np.random.default_rng(0).integers(0, 256, (16, 3)).astype(np.uint8)
        chosen = palette[rgb[..., 0] // 16]
        image = Image(chosen, "P", palette.tobytes())
    edit = remove(image, scene_labels(), classes=["house"], margin=3)
    answer = edit.render(Analogy("patch", "smoke", device="cpu"))
    assert (answer.mode, answer.depth, answer.palette) == (image.mode, image.depth, image.palette)
    assert np.array_equal(answer.pixels[:10], image.pixels[:10])


def test_unlabelled_pixels_never_close_a_gap() -> None:
    ids = scene_labels().ids.copy()
    ids[20:26] = 255
    labels = LabelMap.from_array(ids, TABLE, ignore=[255])
    edit = remove(scene(), labels, classes=["house"], grow=0)
    assert not (edit.layout.ids[26:50, 30:50] == 255).any()


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({}, ConfigError, "nothing to remove"),
        ({"points": [(96, 3)]}, ConfigError, "outside"),
        ({"classes": ["tree"]}, LabelError, "sky, ground, house"),
        ({"mask": np.ones((3, 3), bool)}, LabelError, "96 x 64"),
        ({"mask": np.zeros((64, 96), bool)}, LabelError, "marks nothing"),
        ({"classes": ["sky", "ground", "house"]}, LabelError, "nothing is left"),
        ({"classes": ["house"], "fill": "straight"}, ConfigError, "across"),
        ({"classes": ["house"], "fill": "house"}, LabelError, "goes itself"),
        ({"classes": ["house"], "grow": -1}, ConfigError, "0 to 64"),
        ({"classes": ["house"], "margin": 65}, ConfigError, "0 to 64"),
    ],
)
def test_bad_input_is_told(asked: dict[str, object], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        remove(scene(), scene_labels(), **asked)  # type: ignore[arg-type]


def test_borders_that_close_a_gap_are_short() -> None:
    """A disc cut by a gap at its rim gets its chord or its arc back, not a bulge."""
    rows, columns = np.indices((80, 80))
    disc = ((rows - 40) ** 2 + (columns - 40) ** 2 < 30**2).astype(int)
    gap = (np.abs(rows - 40) < 10) & (columns > 55)
    ids = np.where(gap, 7, disc)
    found = closed(ids, gap, ~gap, 1.0)
    assert set(np.unique(found)) == {0, 1}
    assert np.array_equal(found[~gap], disc[~gap])
    assert (found != disc).sum() < 0.12 * gap.sum()


def test_masks_are_read_by_alpha_or_by_brightness(tmp_path: Path) -> None:
    marked = np.zeros((20, 30), bool)
    marked[4:9, 5:20] = True
    grey = Image.from_array(marked.astype(np.uint8) * 255)
    alpha = Image.from_array(np.dstack([np.full((20, 30, 3), 9), marked * 255]).astype(np.uint8))
    for name, image in (("grey.png", grey), ("alpha.png", alpha)):
        image.save(tmp_path / name)
        assert np.array_equal(read_mask(tmp_path / name), marked)
