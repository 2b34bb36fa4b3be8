"""The contact sheet: everything is on it, in order, true to colour."""

from __future__ import annotations

import numpy as np
import pytest

from likewise.sheet import CELL_HEIGHTS, GAP, MARGIN, WIDEST, Column, contact_sheet


def column(name: str, layout: int, picture: int, size: tuple[int, int] = (200, 240)) -> Column:
    def flat(value: int) -> np.ndarray:
        return np.full((*size, 3), value, np.uint8)

    return Column(name, flat(layout), flat(picture))


def test_source_first_then_a_column_for_each_answer() -> None:
    page = contact_sheet(column("source", 10, 20), [column("a", 30, 40), column("b", 50, 60)])
    assert page.dtype == np.uint8
    assert page.shape[2] == 3
    values = {}
    for value in (10, 20, 30, 40, 50, 60):
        rows, columns = np.where((page == value).all(axis=2))
        assert len(rows) >= 200 * 240  # letters may add a few pixels of a chance colour
        values[value] = (np.median(rows), np.median(columns))
    assert values[10][1] == values[20][1] < values[30][1] == values[40][1] < values[50][1]
    assert values[10][0] == values[30][0] == values[50][0] < values[20][0]


@pytest.mark.parametrize("count", [0, 1, 7, 30])
def test_wide_pages_wrap(count: int) -> None:
    answers = [column(f"a {n}", 30, 40) for n in range(count)]
    page = contact_sheet(column("source", 10, 20), answers, [("sky", (1, 2, 3))])
    assert page.shape[1] <= WIDEST + MARGIN + GAP
    assert (page == 40).all(axis=2).sum() >= count * 200 * 240
    assert (page == (1, 2, 3)).all(axis=2).any()


@pytest.mark.parametrize("size", [(16, 16), (48, 64), (2000, 300), (40, 3000), (4000, 6000)])
def test_any_size_fits(size: tuple[int, int]) -> None:
    page = contact_sheet(column("source", 10, 20, size), [column("ähm 画 \x07" * 30, 30, 40, size)])
    assert page.shape[0] <= 2 * CELL_HEIGHTS[1] + 200
    assert (page == 40).all(axis=2).sum() > 500


def test_inputs_are_unmodified() -> None:
    source = column("source", 10, 20)
    contact_sheet(source, [source])
    assert (source.layout == 10).all()
    assert (source.picture == 20).all()
