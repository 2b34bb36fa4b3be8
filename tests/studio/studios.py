"""A small studio for tests: a picture of three stripes, and waiting for its renders."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.studio.jobs import Job
from likewise.studio.project import Project
from likewise.studio.studio import Studio

SIZE = (48, 64)
STRIPES = 3


def stripes(size: tuple[int, int] = SIZE) -> np.ndarray:
    """(H, W) uint8 plane of three bands, one above the other."""
    rows = np.arange(size[0]) * STRIPES // size[0]
    return np.repeat(rows[:, None], size[1], axis=1).astype(np.uint8)


def picture(size: tuple[int, int] = SIZE) -> Image:
    """A noisy picture of the stripes."""
    colours = np.array([(90, 150, 220), (60, 130, 50), (150, 120, 80)], dtype=np.int64)
    noise = np.random.default_rng(0).integers(-30, 30, (*size, 3))
    return Image.from_array((colours[stripes(size)] + noise).clip(0, 255).astype(np.uint8))


def picture_bytes(folder: Path, size: tuple[int, int] = SIZE) -> bytes:
    """The same as a file."""
    picture(size).save(folder / "picture.png")
    return (folder / "picture.png").read_bytes()


def labelled(studio: Studio, folder: Path, size: tuple[int, int] = SIZE) -> Project:
    """A project of the stripes, labelled."""
    project = studio.begin("stripes.png", picture_bytes(folder, size))
    project.set_labels(LabelMap.from_array(stripes(size)))
    return project


def until(studio: Studio, key: str, told: Callable[[Job], bool], seconds: float = 60) -> Job:
    """The job once ``told`` is true of it; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = studio.jobs.get(key)
        if told(job):
            return job
        time.sleep(0.05)
    raise AssertionError((studio.jobs.get(key), studio.renders.standing(studio.jobs.get(key))))
