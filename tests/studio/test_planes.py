"""Planes: one byte a pixel, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likewise.errors import LabelError
from likewise.labels.label_map import ClassTable, LabelClass, LabelMap
from likewise.studio.planes import UNLABELLED, completed, map_of, plane_of, read_plane

IDS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=9, unique=True)


@given(ids=IDS, seed=st.integers(0, 9))
def test_plane_and_map_are_one(ids: list[int], seed: int) -> None:
    table = ClassTable(tuple(LabelClass(i, f"c{i}", (0, 0, i % 256)) for i in ids))
    plane = np.random.default_rng(seed).integers(0, len(ids), (5, 7)).astype(np.uint8)
    plane[0, 0] = UNLABELLED
    labels = map_of(plane, table)
    assert np.array_equal(plane_of(labels, table), plane)
    assert labels.ids[0, 0] in labels.ignore
    assert labels.ids[0, 0] not in table
    assert all(labels.ids[y, x] == ids[plane[y, x]] for y, x in np.argwhere(plane != UNLABELLED))


def test_more_classes_than_bytes_can_tell() -> None:
    labels = LabelMap.from_array(np.arange(256).reshape(16, 16))
    with pytest.raises(LabelError, match="256 of them"):
        plane_of(labels, labels.classes)


def test_bodies_are_checked() -> None:
    body = bytes([0, 1, 2, UNLABELLED])
    assert read_plane(body, (2, 2), 3, whole=False)[1, 1] == UNLABELLED
    with pytest.raises(LabelError, match="4 bytes for 3 x 2"):
        read_plane(body, (2, 3), 3, whole=False)
    with pytest.raises(LabelError, match="position 255"):
        read_plane(body, (2, 2), 3, whole=True)
    with pytest.raises(LabelError, match="position 2"):
        read_plane(body, (2, 2), 2, whole=False)


def test_completed_takes_the_nearest() -> None:
    plane = np.array([[0, UNLABELLED, UNLABELLED, UNLABELLED, 1]], dtype=np.uint8)
    whole = completed(plane)
    assert whole[0, [0, 1, 3, 4]].tolist() == [0, 0, 1, 1]
    with pytest.raises(LabelError, match="no pixel has a class"):
        completed(np.full((2, 2), UNLABELLED, np.uint8))
