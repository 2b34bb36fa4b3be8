"""Bundled sketches: read as they lie, told in the README, and matched without a doubt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from likewise.images import read_image
from likewise.tasks.sketches import Sketch, follow_each

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SKETCHED = sorted(EXAMPLES.glob("*/sketch"))


def test_three_pictures_have_sketches() -> None:
    assert len(SKETCHED) >= 3


@pytest.mark.parametrize("folder", SKETCHED, ids=lambda path: path.parent.name)
def test_its_drawings_are_matched(folder: Path) -> None:
    image, own = read_image(folder.parent / "image.png"), Sketch.read(folder / "sketch.png")
    assert own.size == image.size
    paths = sorted((folder / "targets").glob("*.png"))
    assert len(paths) >= 3
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    section = readme.partition(f"## {folder.parent.name}\n")[2].partition("\n## ")[0]
    edits = follow_each(image, {path.stem: Sketch.read(path) for path in paths}, own, by="shapes")
    for edit in edits:
        assert f"`{edit.name}`" in section
        assert not [note for note in edit.notes if "could be" in note or "enclose nothing" in note]
        assert np.mean(edit.layout.ids != edit.labels.ids) > 0.05
