"""Refining: things between two steps of scale, half a pixel off or turned lie as they should."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from tests import scenes

from likewise.patches.bends import Bend
from likewise.patches.placing.place import place
from likewise.patches.views import Views

SIZE = (96, 128)


def boat(
    at: tuple[float, float], scale: float = 1.0, mirrored: bool = False, turned: float = 0.0
) -> np.ndarray:
    """(H, W) ids: a hull with a sail to one side before sea and sky, its middle ``at``."""
    y, x = (axis.astype(float) for axis in np.mgrid[: SIZE[0], : SIZE[1]])
    y, x = (y - at[0]) / scale, (x - at[1]) / scale
    cos, sin = math.cos(turned), math.sin(turned)
    y, x = cos * y - sin * x, sin * y + cos * x
    x = -x if mirrored else x
    ids = np.where(np.mgrid[: SIZE[0], : SIZE[1]][0] < 60, 0, 1)
    ids[(y > -28) & (y < 0) & (x > -14) & (x < -14 + (y + 28) * 0.8)] = 3
    ids[(y >= 0) & (y < 14) & (x > -24 + y * 0.5) & (x < 24 - y * 1.2)] = 2
    return ids


SOURCE = boat((50, 44))


def shown(target: np.ndarray) -> tuple[list[object], torch.Tensor, np.ndarray]:
    """Views, field, and the classes that they show."""
    wanted, source = scenes.indices(target), scenes.indices(SOURCE)
    views, field = place(wanted, source, 4)
    seen = Views(tuple(views), SIZE).gather(source, field)[0, 0].numpy()
    return list(views), field, seen


def share_bent(views: list[object], field: torch.Tensor, thing: np.ndarray) -> float:
    """Share of the pixels of ``thing`` that a bend shows."""
    bends = [number for number, view in enumerate(views) if isinstance(view, Bend)]
    return float(np.isin(field[0].numpy()[thing], bends).mean())


@pytest.mark.parametrize(
    "target",
    [
        boat((53.5, 70.5)),
        boat((50, 70), 0.853),
        boat((52, 72), 1.18),
        boat((50, 80), 0.853, mirrored=True),
        boat((52, 70), turned=0.12),
    ],
    ids=["half a pixel", "smaller", "larger", "mirrored", "turned"],
)
def test_a_thing_that_no_rigid_view_fits_is_laid_as_it_should(target: np.ndarray) -> None:
    views, field, seen = shown(target)
    thing = target >= 2
    assert share_bent(views, field, thing) > 0.8
    assert float((seen == target)[thing].mean()) > 0.97


@pytest.mark.parametrize("at", [(50, 44), (53, 71)])
def test_a_thing_moved_by_whole_pixels_stays_as_sharp_as_it_is(at: tuple[int, int]) -> None:
    views, _, _ = shown(boat(at))
    assert not any(isinstance(view, Bend) for view in views)


def test_a_turn_is_found_to_a_degree() -> None:
    target = boat((52, 70), turned=0.12)
    views, field, _ = shown(target)
    number = int(torch.bincount(field[0][torch.from_numpy(target >= 2)].long()).argmax())
    bend = views[number]
    assert isinstance(bend, Bend)
    rows, columns = torch.tensor([52.0, 52.0]), torch.tensor([60.0, 80.0])
    y, x = bend.to_source(rows, columns, SIZE)
    assert math.atan2(float(y[1] - y[0]), float(x[1] - x[0])) == pytest.approx(-0.12, abs=0.02)
