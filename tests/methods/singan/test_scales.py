"""Scales of the pyramid: the paper's sizes, and odd pictures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.scales import (
    FIELD,
    finest_size,
    in_proportion,
    scale_sizes,
    sizes_for,
    width_at,
)

PAPER = SinganConfig()


@pytest.mark.parametrize(
    ("full", "finest", "scales"),
    [
        ((250, 250), (250, 250), 10),  # ceil(log(25 / 250) / log(0.75)) = 9 steps
        ((184, 280), (164, 250), 8),
        ((1000, 1000), (250, 250), 10),
        ((100, 120), (100, 120), 6),
        ((25, 40), (25, 40), 1),
        ((20, 30), (20, 30), 1),
        ((40, 4000), (25, 2500), 1),  # no side below the coarsest
        ((4, 8), (11, 22), 1),  # as large as D must see
    ],
)
def test_the_pyramid_of_the_paper(
    full: tuple[int, int], finest: tuple[int, int], scales: int
) -> None:
    sizes = scale_sizes(full, PAPER)
    assert (sizes[-1], len(sizes)) == (finest, scales)
    assert finest_size(full, PAPER) == finest
    assert min(sizes[0]) == min(25, min(finest))
    assert all(min(size) >= FIELD for size in sizes)
    ratios = [a[k] / b[k] for a, b in pairwise(sizes) for k in (0, 1)]
    assert all(0.7 < ratio < 0.83 for ratio in ratios)  # 3/4, adjusted, in whole pixels


def test_channels_double_every_four_scales_up_to_the_widest() -> None:
    widths = [width_at(scale, PAPER) for scale in range(14)]
    assert widths == [32] * 4 + [64] * 4 + [128] * 6


def test_a_size_limits_the_short_side_and_longest_the_long() -> None:
    assert finest_size((200, 400), replace(PAPER, size=50, longest=1000)) == (50, 100)
    assert finest_size((200, 400), replace(PAPER, size=150, longest=200)) == (100, 200)


def test_sizes_of_another_picture_keep_the_ratios() -> None:
    sizes = ((25, 50), (50, 100), (100, 200))
    assert sizes_for(sizes, (100, 400)) == ((25, 100), (50, 200), (100, 400))
    assert sizes_for(sizes, sizes[-1]) == sizes
    assert in_proportion((30, 60), (300, 300), (100, 50)) == (10, 10)
    assert in_proportion((1, 1), (300, 300), (25, 25)) == (1, 1)
