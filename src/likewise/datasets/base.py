"""DatasetFormat: what a kind of dataset is asked for; one file a kind beside this one.

Not in the paper: because it renders pictures, and leaves it to others to train on them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from likewise.errors import ConfigError, Interrupted, LabelError
from likewise.images import Image
from likewise.images.raster import read_raster
from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap
from likewise.progress import SILENT, Progress

TRAIN = "train"


@dataclass(frozen=True)
class Entry:
    """One pair of a dataset, as its journal knows it.

    Attributes:
        stem: its name, without suffix; unique in its split.
        split: "train", "val", ...
        size: (H, W) in pixels.
        facts: what the caller wanted to be kept with it (a seed, say), JSON values.
    """

    stem: str
    split: str
    size: tuple[int, int]
    facts: dict[str, Any]


@dataclass(frozen=True)
class DatasetFormat(ABC):
    """A kind of dataset: where its files lie and what is in them.

    :class:`~likewise.datasets.writer.DatasetWriter` calls it, and sees to it that pairs are whole
    and that names stay in the folder. Options of a kind are its fields.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def check(self, classes: ClassTable) -> None:
        """Make sure that this kind of dataset can hold ``classes``, before any work starts.

        Raises:
            LabelError: it cannot; the message names the class and what to do.
        """

    @abstractmethod
    def files(self, entry: Entry) -> Sequence[Path]:
        """Paths in the folder of all that is written for one pair, the picture last."""

    def write(self, root: Path, entry: Entry, image: Image, labels: LabelMap) -> None:
        """Write the files of one pair to ``root``, each atomically, in the order of :meth:`files`.

        The folders are there, and ``labels`` has the size of ``image``. Here the labels become a
        palette PNG; formats that hold them otherwise write themselves.
        """
        mask, picture = self.files(entry)
        labels.write(root / mask, "palette")
        as_picture(image).save(root / picture)

    @abstractmethod
    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """Write the files that speak of the whole dataset, from the pairs that are on the disk.

        Args:
            root: the dataset's folder.
            classes: its class table.
            entries: all its pairs, by split and stem.
            progress: told of each pair that has to be looked at; it may ask to stop.
        """


def require_palette(classes: ClassTable, kind: str, highest: int = 255) -> None:
    """Make sure that every id fits into one byte.

    Raises:
        LabelError: naming the class whose id does not.
    """
    beyond = next((entry for entry in classes if not 0 <= entry.id <= highest), None)
    if beyond is not None:
        raise LabelError(
            "classes",
            f"{beyond}, and there are {len(classes)} classes",
            f"ids from 0 to {highest}, which is what the masks of {kind} hold",
            "Renumber the classes.",
        )


def require_names(names: Sequence[str], classes: ClassTable) -> None:
    """Make sure that the table has each class in ``names``.

    Raises:
        ConfigError: it lacks one.
    """
    lacking = [name for name in names if name not in classes.names]
    if lacking:
        known = ", ".join(classes.names[:12])
        raise ConfigError("background", f"no class {lacking[0]!r}", f"one of {known}")


def by_split(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each split, in their order."""
    splits: dict[str, list[Entry]] = {}
    for entry in entries:
        splits.setdefault(entry.split, []).append(entry)
    return splits


def watched(entries: Sequence[Entry], what: str, progress: Progress) -> Iterator[Entry]:
    """Each of ``entries``, ``progress`` told.

    Raises:
        Interrupted: ``progress`` asked to stop.
    """
    progress.start(what, len(entries))
    try:
        for number, entry in enumerate(entries, start=1):
            if progress.should_stop:
                raise Interrupted(f"the pairs are whole; {what} is not written")
            yield entry
            progress.advance(number)
    finally:
        progress.finish()


def known_ids(labels: LabelMap, unknown: int) -> np.ndarray:
    """(H, W) int32 ids, those of unknown content replaced by ``unknown``."""
    if not labels.ignore:
        return labels.ids
    return np.where(np.isin(labels.ids, list(labels.ignore)), np.int32(unknown), labels.ids)


def read_mask(path: Path) -> np.ndarray:
    """(H, W) int32 ids of a mask that was written here.

    Raises:
        LabelError: it is missing or damaged.
    """
    return read_raster(path, error=LabelError).samples.astype(np.int32)


def as_picture(image: Image) -> Image:
    """``image`` in a mode that PNG and training programs know: CMYK becomes RGB, all else stays."""
    return Image(image.to_rgb8(), "RGB") if image.mode == "CMYK" else image
