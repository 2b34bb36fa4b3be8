"""A small synthetic case, and likewise as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.cli.commands import Done, likewise, likewise_process

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


@pytest.fixture(scope="session")
def command() -> Callable[..., Done]:
    """The command in this process; see :mod:`tests.cli.commands`."""
    return likewise


@pytest.fixture(scope="session")
def process() -> Callable[..., Done]:
    """The command in a process of its own."""
    return likewise_process


@pytest.fixture(scope="session")
def finished(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one uninterrupted smoke run; tests must not change it."""
    out = tmp_path_factory.mktemp("finished") / "out"
    done = likewise_process("run", *case.arguments, "-o", out, *SMOKE)
    assert done.returncode == 0, done.stderr
    return out


def everything_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
