"""A small synthetic case, and likewise as the process a user starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

SMOKE = ("--method", "semia", "--preset", "smoke", "--device", "cpu")


@dataclass(frozen=True)
class Case:
    """A source pair of 64 x 48 pixels (sky, house, ground) and two target layouts."""

    folder: Path

    @property
    def image(self) -> Path:
        return self.folder / "image.png"

    @property
    def labels(self) -> Path:
        return self.folder / "labels.png"

    @property
    def targets(self) -> tuple[Path, Path]:
        return self.folder / "targets" / "moved.png", self.folder / "targets" / "small.png"

    @property
    def arguments(self) -> tuple[str, ...]:
        """IMAGE LABELS TARGET TARGET."""
        return tuple(map(str, (self.image, self.labels, *self.targets)))


def layout(left: int, width: int, size: tuple[int, int] = (48, 64)) -> np.ndarray:
    """Sky (0) over ground (1) with a house (2)."""
    ids = np.zeros(size, np.uint8)
    ids[size[0] * 2 // 3 :] = 1
    ids[size[0] // 3 : size[0] * 3 // 4, left : left + width] = 2
    return ids


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    made = Case(tmp_path_factory.mktemp("case"))
    made.targets[0].parent.mkdir()
    ids = layout(8, 20)
    colours = np.array([[120, 170, 230], [90, 120, 40], [180, 60, 50]])
    noise = np.random.default_rng(0).integers(-20, 20, (*ids.shape, 3))
    PIL.Image.fromarray((colours[ids] + noise).clip(0, 255).astype(np.uint8)).save(made.image)
    PIL.Image.fromarray(ids).save(made.labels)
    PIL.Image.fromarray(layout(36, 20)).save(made.targets[0])
    PIL.Image.fromarray(layout(10, 12, (40, 56))).save(made.targets[1])
    return made


def environment() -> dict[str, str]:
    # One thread: bit-identity is promised at one thread count, and xdist runs two of us.
    return {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "100"}


def likewise(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "likewise", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(), timeout=300, **options
    )


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    return likewise


@pytest.fixture(scope="session")
def finished(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one uninterrupted smoke run; tests must not change it."""
    out = tmp_path_factory.mktemp("finished") / "out"
    done = likewise("run", *case.arguments, "-o", out, *SMOKE)
    assert done.returncode == 0, done.stderr
    return out


def everything_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
