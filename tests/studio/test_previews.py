"""Previews: quick, right, and only the newest counts."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from tests.studio.studios import labelled, stripes

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.studio.previews import KEPT, Stale
from likewise.studio.studio import Studio


def test_a_preview_follows_the_layout(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path, (96, 128))
    layout = np.flipud(stripes((96, 128)))
    for turn, short in enumerate((48, 0)):
        answer = studio.previews.ask(project, layout, short, turn).result()
        side = short or 96
        assert answer.pixels.shape == (side, side * 4 // 3, 3)
        source = project.image.to_rgb8().astype(float)
        for band in range(3):  # the colours of each class, in its new place
            rows = slice((2 - band) * side // 3 + 4, (3 - band) * side // 3 - 4)
            mean = source[stripes((96, 128)) == band].mean(0)
            assert np.abs(answer.pixels[rows].mean((0, 1)) - mean).max() < 14, (short, band)


def test_overtaken_previews_are_dropped(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    other = labelled(studio, tmp_path)
    gate = threading.Event()
    studio.previews._thread.submit(gate.wait)  # all that follow have to wait
    asked = [studio.previews.ask(project, stripes(), 0, turn) for turn in range(4)]
    elsewhere = studio.previews.ask(other, stripes(), 0, 0)
    gate.set()
    for old in asked[:-1]:
        with pytest.raises(Stale):
            old.result()
    assert asked[-1].result().pixels.shape == (*stripes().shape, 3)
    assert elsewhere.result().pixels.shape == (*stripes().shape, 3)
    studio.previews.restart(project.key)  # the page was loaded anew and counts from 0
    studio.previews.ask(project, stripes(), 0, 0).result()


def test_corrected_labels_count_at_once(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    first = studio.previews.ask(project, stripes(), 0, 0).result()
    project.set_label_plane(np.flipud(stripes()))
    second = studio.previews.ask(project, stripes(), 0, 1).result()
    assert np.abs(first.pixels[4].astype(int) - second.pixels[4]).mean() > 20


def test_a_class_too_thin_for_the_small_source_is_left_open(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path, (128, 128))
    plane = stripes((128, 128))
    plane[64, 64] = 3
    project.set_labels(LabelMap.from_array(plane))
    layout = plane.copy()
    layout[:20, :20] = 3
    assert studio.previews.ask(project, layout, 32, 0).result().pixels.shape == (32, 32, 3)


def test_unknown_classes_are_told(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    project.set_classes([(f"c{n}", (n, n, n)) for n in range(4)])
    layout = stripes()
    layout[0] = 3
    with pytest.raises(LabelError, match="c3"):
        studio.previews.ask(project, layout, 0, 0).result()


def test_few_sources_are_kept(studio: Studio, tmp_path: Path) -> None:
    for turn in range(KEPT + 3):
        project = labelled(studio, tmp_path)
        studio.previews.ask(project, stripes(), 0, turn).result()
    assert len(studio.previews._fitted) == KEPT
    studio.previews.forget(project.key)
    assert len(studio.previews._fitted) == KEPT - 1


def test_grey_pictures_have_previews(studio: Studio, tmp_path: Path) -> None:
    Image.from_array(np.random.default_rng(0).random((40, 50))).save(tmp_path / "grey.png")
    project = studio.begin("grey.png", (tmp_path / "grey.png").read_bytes())
    project.set_labels(LabelMap.from_array(stripes((40, 50))))
    answer = studio.previews.ask(project, stripes((40, 50)), 0, 0).result()
    assert answer.pixels.shape == (40, 50, 3)
