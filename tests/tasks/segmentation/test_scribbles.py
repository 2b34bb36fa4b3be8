"""Scribbles: strokes are read, steer, and are obeyed to the pixel."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.tasks.scenes import GROUND, HOUSE, SKY, scene, scene_labels

from likewise.errors import LabelError
from likewise.images import Image
from likewise.tasks.segmentation.scribbles import segment_scribbled
from likewise.tasks.segmentation.strokes import UNKNOWN, Strokes, read_strokes

SIZE = (64, 96)
BLUE, GREEN, RED = (30, 60, 240), (20, 200, 40), (240, 30, 30)


def strokes(colours: tuple[tuple[int, int, int], ...] = (BLUE, GREEN, RED)) -> np.ndarray:
    """A line in the sky, one on the ground, one in the house."""
    canvas = np.zeros((*SIZE, 3), np.uint8)
    canvas[8:10, 20:70] = colours[0]
    canvas[58:60, 20:70] = colours[1]
    canvas[30:46, 38:40] = colours[2]
    return canvas


def saved(folder: Path, pixels: np.ndarray, name: str = "strokes.png") -> Path:
    PIL.Image.fromarray(pixels).save(folder / name)
    return folder / name


def test_three_strokes_find_three_things(tmp_path: Path) -> None:
    read = read_strokes(saved(tmp_path, strokes()))
    assert set(read.classes.names) == {"blue", "green", "red"}
    (found,) = segment_scribbled([scene()], [read])
    truth = scene_labels().ids
    order = [found.classes.by_name(name).id for name in ("blue", "green", "red")]
    assert (np.array(order)[truth] == found.ids).mean() > 0.97


def test_what_is_scribbled_stays_as_it_is(tmp_path: Path) -> None:
    """Also against all looks: a dot of ground in the sky, two strokes side by side, one pixel."""
    canvas = strokes()
    canvas[20, 60:64] = GREEN
    canvas[21, 60:64] = RED
    canvas[3, 3] = RED
    read = read_strokes(saved(tmp_path, canvas))
    (found,) = segment_scribbled([scene()], [read])
    painted = read.ids != UNKNOWN
    assert painted.sum() == (canvas.max(axis=2) > 0).sum()
    assert np.array_equal(found.ids[painted], read.ids[painted])


def test_a_picture_without_strokes_takes_after_the_other(tmp_path: Path) -> None:
    mirrored = Image.from_array(scene(seed=1).pixels[:, ::-1])
    read = read_strokes(saved(tmp_path, strokes()))
    first, second = segment_scribbled([scene(), mirrored], [read])
    assert first.classes == second.classes
    assert (first.ids[:, ::-1] == second.ids).mean() > 0.95


def test_more_strokes_of_a_second_picture_bring_a_class(tmp_path: Path) -> None:
    first = read_strokes(saved(tmp_path, strokes((BLUE, GREEN, (0, 0, 0)))))
    second = read_strokes(saved(tmp_path, strokes(), "two.png"), first.classes)
    maps = segment_scribbled([scene(), scene(seed=1)], [first, second])
    assert set(maps[0].classes.names) == {"green", "blue", "red"}
    assert len(maps[0].present()) == 3  # it shows a house like the one that is named there


def test_a_class_file_names_them_and_tells_the_colours(tmp_path: Path) -> None:
    table = [
        {"id": 7, "name": "sky", "colour": list(BLUE)},
        {"id": 3, "name": "ground", "colour": list(GREEN)},
        {"id": 4, "name": "house", "colour": list(RED)},
    ]
    (tmp_path / "classes.json").write_text(json.dumps(table))
    near = ((34, 66, 230), GREEN, RED)
    (found,) = segment_scribbled([scene()], [read_strokes(saved(tmp_path, strokes(near)))])
    assert found.ids[9, 40] == 7
    assert found.classes.by_id(7).name == "sky"
    with pytest.raises(LabelError, match=r"unknown colour #ffff00.*sky"):
        read_strokes(saved(tmp_path, strokes(((255, 255, 0), GREEN, RED))))


@pytest.mark.parametrize("kind", ["transparent", "soft", "palette", "ids", "deep"])
def test_the_ways_to_store_strokes(tmp_path: Path, kind: str) -> None:
    canvas = strokes()
    painted = canvas.max(axis=2) > 0
    ids = np.select([(canvas == c).all(axis=2) for c in (BLUE, GREEN, RED)], [1, 2, 3])
    pixels: np.ndarray | PIL.Image.Image = ids.astype(np.uint8 if kind == "ids" else np.uint16)
    if kind == "transparent":
        pixels = np.dstack([np.where(painted[..., None], canvas, 200), 255 * painted])
        pixels = pixels.astype(np.uint8)
    elif kind == "soft":
        pixels = np.maximum(canvas, np.roll(canvas // 2, 1, axis=0))  # a rim half as bright
    elif kind == "palette":
        pixels = PIL.Image.fromarray(canvas).quantize(8)
    picture = pixels if isinstance(pixels, PIL.Image.Image) else PIL.Image.fromarray(pixels)
    picture.save(tmp_path / "s.png")
    read = read_strokes(tmp_path / "s.png")
    assert len(read.classes) == 3
    for value in (1, 2, 3):
        assert len(np.unique(read.ids[ids == value])) == 1
    assert (read.ids[~painted] == UNKNOWN).mean() > 0.95


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.zeros((64, 96, 3), np.uint8), "no stroke"),
        (np.zeros((64, 96), np.uint8), "no stroke"),
        (scene().pixels, "photograph"),
    ],
)
def test_what_holds_no_strokes_is_refused(tmp_path: Path, pixels: np.ndarray, told: str) -> None:
    with pytest.raises(LabelError, match=told):
        read_strokes(saved(tmp_path, pixels))


def test_strokes_that_cannot_steer_are_refused(tmp_path: Path) -> None:
    read = read_strokes(saved(tmp_path, strokes()))
    with pytest.raises(LabelError, match="96 x 64 pixels; expected its picture's 90 x 64"):
        segment_scribbled([scene((64, 90))], [read])
    one = Strokes(np.where(read.ids == 0, 0, UNKNOWN), read.classes, "one.png")
    with pytest.raises(LabelError, match=r"one.png: strokes of 1 class only"):
        segment_scribbled([scene()], [one])
    with pytest.raises(LabelError, match="2 files for 1 pictures"):
        segment_scribbled([scene()], [read, read])


def test_every_pixel_scribbled_is_the_answer(tmp_path: Path) -> None:
    labels = scene_labels()
    whole = Strokes(labels.ids, labels.classes, "whole")
    (found,) = segment_scribbled([scene()], [whole])
    assert found == labels
    assert {SKY, GROUND, HOUSE} == set(found.present())
