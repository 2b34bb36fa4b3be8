"""Standing: what is whole stands before a gap; what the gap cuts off goes on behind it."""

from __future__ import annotations

import numpy as np

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.removal import remove
from likewise.tasks.standing import standing

SKY, BAND, LAMP, MAST, HILL = range(5)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A sky with a band and a hill that a mast cuts, and two lamps before its edges."""
    rows, columns = np.indices((120, 120))
    ids = np.full((120, 120), SKY)
    ids[40:52, 20:100] = BAND
    ids[100:] = HILL
    mast = (columns >= 50) & (columns < 70)
    ids[mast] = MAST
    for x in (48, 72):
        ids[(rows - 80) ** 2 + (columns - x) ** 2 < 8**2] = LAMP
    return ids, ids == MAST


def test_lamps_stand_before_the_mast_and_the_band_goes_on_behind_it() -> None:
    ids, gap = scene()
    assert np.array_equal(standing(ids, gap), ids == LAMP)


def test_an_island_in_the_gap_stands_before_it() -> None:
    ids, _ = scene()
    ids[5:15, 56:64] = LAMP
    assert standing(ids, ids == MAST)[5:15, 56:64].all()


def test_two_lamps_beside_one_gap_stay_two() -> None:
    ids, gap = scene()
    labels = LabelMap.from_array(ids)
    edit = remove(Image.from_array(labels.to_colour()), labels, classes=["class 3"], grow=2)
    became = edit.layout.ids
    assert np.array_equal(became == LAMP, ids == LAMP)
    assert (became[42:50, 20:100] == BAND).all()
    assert (became[101:] == HILL).all()
    assert (became[:38][gap[:38]] == SKY).all()
