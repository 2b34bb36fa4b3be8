"""A small picture with its label map and a layout, as files that rows name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

SIZE = 48
COLOURS = ((200, 60, 40), (40, 90, 200))


def write_picture(folder: Path) -> None:
    """Two noisy halves; in the layout they are the other way round."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = np.zeros((SIZE, SIZE), np.uint8)
    ids[:, SIZE // 2 :] = 1
    noise = np.random.default_rng(0).integers(-30, 30, (SIZE, SIZE, 3))
    pixels = np.clip(np.array(COLOURS)[ids] + noise, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "picture.png")
    for name, layout in (("labels", ids), ("turned", 1 - ids)):
        Image.fromarray(layout).save(folder / f"{name}.png")
    table = [{"id": n, "name": name, "colour": list(COLOURS[n])} for n, name in enumerate("ab")]
    (folder / "classes.json").write_text(json.dumps(table))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    write_picture(folder)
    return folder


Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path, pictures: Path) -> Written:
    """Writes rows of the small picture, each with what a test wants otherwise, as JSON lines."""
    good = {
        "image": str(pictures / "picture.png"),
        "labels": str(pictures / "labels.png"),
        "targets": [str(pictures / "turned.png")],
        "method": "patch",
        "preset": "smoke",
    }

    def write(rows: Iterable[dict[str, Any]], name: str = "manifest.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps({**good, **row}) + "\n" for row in rows))
        return path

    return write
