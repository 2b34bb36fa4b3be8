"""Guidance: class shares around a pixel and its place in the frame."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes
from tests.reference import kernel_twins as twins

from likewise.patches.guidance import WINDOWS, Guide, guidance

GUIDE = Guide(borders=0.4, row=0.3, column=0.2)


@pytest.mark.parametrize("size", [(24, 31), (3, 40), (1, 1), (7, 5)])
def test_agrees_with_the_twin(size: tuple[int, int]) -> None:
    ids = scenes.blots(size, 4, 1) - 1  # -1 is unknown
    told = guidance(torch.from_numpy(ids), 3, GUIDE)
    expected = twins.guidance(ids, 3, (GUIDE.borders, GUIDE.row, GUIDE.column), WINDOWS)
    assert told.dtype == torch.float32
    assert told.shape == (*size, 3 * len(WINDOWS) + 2)
    np.testing.assert_allclose(told, expected, atol=1e-6)


def test_frames_of_any_size_are_told_in_shares() -> None:
    """Top and bottom are as far apart in a large picture as in a small one."""
    small, large = (guidance(torch.zeros(size).long(), 1, GUIDE) for size in ((4, 4), (40, 80)))
    assert small[..., -2].mean() == pytest.approx(GUIDE.row / 2)
    assert large[..., -2].mean() == pytest.approx(GUIDE.row / 2)
    assert large[..., -1].max() == pytest.approx(GUIDE.column, rel=0.02)


def test_shares_tell_how_far_a_border_is_and_on_which_side() -> None:
    ids = torch.zeros(9, 60, dtype=torch.long)
    ids[:, 30:] = 1
    told = guidance(ids, 2, Guide(1, 0, 0))
    own = told[4, :, 0]
    assert (own[18:42].diff() <= 0).all()
    assert own[0] == 1
    assert own[-1] == 0


def test_weights_of_nothing_tell_nothing() -> None:
    ids = torch.from_numpy(scenes.house())
    assert guidance(ids, 3, Guide(0, 0, 0)).abs().max() == 0
