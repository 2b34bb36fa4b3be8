"""Releases: the three published checkpoints of SPADE, and what their channels mean.

Facts of the authors' release (github.com/NVlabs/SPADE, the data sets' settings and README), kept in
``releases.json``; the labels are those of ``labels.conventions``. A layout enters as one channel a
label, then a channel for "don't care", then one for the edges between instances, where a data set
has them. ``first_id`` is the id that the label files of that data set give to the first channel:
ADE20K counts from 1 and leaves 0 for the unknown, the others count from 0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from likewise.labels.conventions.tables import cityscapes_labels, class_names
from likewise.networks.spade_generator import DOUBLINGS

TABLE = Path(__file__).with_name("releases.json")
UNLABELLED = "unlabeled"


@dataclass(frozen=True)
class Release:
    """A checkpoint's way with layouts.

    Attributes:
        name: of the data set; empty for a checkpoint that is none of the published ones.
        size: (height, width) in pixels of the pictures it was trained on.
        upsampling: of its generator, which the shapes of its weights do not tell.
        dont_care: whether a channel after the labels' stands for the unknown.
        edges: whether the last channel shows edges between instances.
        first_id: id of the first channel in the label files of the data set.
        labels: names of the labels, by channel.
    """

    name: str
    size: tuple[int, int]
    upsampling: str
    dont_care: bool
    edges: bool
    first_id: int
    labels: tuple[str, ...]

    @property
    def channels(self) -> int:
        """Of a layout."""
        return len(self.labels) + self.dont_care + self.edges

    @property
    def unknown(self) -> int:
        """Channel of pixels without a class; -1, no channel at all, where none is for them."""
        if self.dont_care:
            return len(self.labels)
        return self.labels.index(UNLABELLED) if UNLABELLED in self.labels else -1


@cache
def published_releases() -> tuple[Release, ...]:
    """The published checkpoints: ADE20K, COCO-Stuff, Cityscapes."""
    entries = json.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(_release(**entry) for entry in entries)


def _release(table: str, size: list[int], **facts: Any) -> Release:
    height, width = size
    if table == "cityscapes":  # its channels begin with the unlabelled and end with the plate
        labels = tuple(label.name for label in cityscapes_labels())
    else:
        labels = class_names(table)
    return Release(size=(height, width), labels=labels, **facts)


def release_of(channels: int, size: int, upsampling: str) -> Release:
    """The release whose layouts have that many ``channels``.

    A checkpoint of another number is somebody's own: its labels have numbers only, its pictures are
    taken to be squares of side ``size``, as nearly as its whole cells allow, and it gets neither
    "don't care" nor edges.
    """
    for release in published_releases():
        if release.channels == channels:
            return release
    labels = tuple(f"channel {number}" for number in range(channels))
    cell = 2 ** len(DOUBLINGS[upsampling])
    side = max(cell, round(size / cell) * cell)
    return Release("", (side, side), upsampling, False, False, 0, labels)
