"""Naming network: what a network reads becomes a label map in its own words."""

from __future__ import annotations

import numpy as np
from tests.tasks.scenes import scene, scene_labels

from likewise.tasks.segmentation.naming_network import segment_by_network


class Knowing:
    """Reads the scene, in the numbers 2, 5 and 9; the half it is shown last lacks the house."""

    names = {0: "wall", 2: "sky", 5: "earth", 9: "earth"}  # noqa: RUF012

    def read(self, rgb: np.ndarray) -> np.ndarray:
        ids = scene_labels().ids[:, : rgb.shape[1]]
        return np.array([2, 5, 9])[ids]


def test_ids_and_names_are_the_networks() -> None:
    whole = scene()
    part = type(whole).from_array(whole.pixels[:, :20])
    maps = segment_by_network([whole, part], Knowing())
    assert maps[0].classes == maps[1].classes
    assert maps[0].classes.names == ("sky", "earth", "earth 2")
    assert maps[0].present() == (2, 5, 9)
    assert maps[1].present() == (2, 5)
    assert len({entry.colour for entry in maps[0].classes}) == 3
