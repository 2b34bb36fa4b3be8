"""VOC datasets: JPEGImages/, SegmentationClass/ of palette PNGs, lists, and CVAT's labelmap.txt.

The palette's indices are class ids and 255 is "void", of unknown content. The pictures are PNG
although their folder is called JPEGImages: JPEG would change the pixels that the labels speak of.
Some readers look for .jpg alone; ``jpeg=True`` writes that (quality 95). Sources: the PASCAL VOC
2012 development kit; docs.cvat.ai, "Pascal VOC" and "Segmentation Mask" for ``labelmap.txt``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from likewise.datasets.base import (
    DatasetFormat,
    Entry,
    as_picture,
    by_split,
    known_ids,
    require_palette,
)
from likewise.images import Image
from likewise.images.writing import encode
from likewise.labels.class_table import ClassTable
from likewise.labels.conventions.cvat import (
    LABEL_MAP,
    VOID,
    label_map_text,
    require_label_map,
    void_palette,
)
from likewise.labels.label_map import LabelMap
from likewise.progress import SILENT, Progress
from likewise.storage import write_bytes

_MASKS = "SegmentationClass"


@dataclass(frozen=True)
class Voc(DatasetFormat):
    """``JPEGImages/``, ``SegmentationClass/``, ``ImageSets/Segmentation/SPLIT.txt``.

    Attributes:
        jpeg: whether pictures are written as .jpg instead of .png.
    """

    name: ClassVar[str] = "voc"
    summary: ClassVar[str] = "JPEGImages/, SegmentationClass/, ImageSets/, labelmap.txt"
    jpeg: bool = False

    def check(self, classes: ClassTable) -> None:
        """Ids from 0 to 254, a colour of its own for each, names that labelmap.txt can hold."""
        told = ClassTable(tuple(entry for entry in classes if not entry.ignored))
        require_palette(told, "VOC", VOID - 1)
        require_label_map(classes)

    def files(self, entry: Entry) -> Sequence[Path]:
        """Labels, picture. All splits share the folders."""
        suffix = ".jpg" if self.jpeg else ".png"
        return (
            Path(_MASKS, f"{entry.stem}.png"),
            Path("JPEGImages", f"{entry.stem}{suffix}"),
        )

    def write(self, root: Path, entry: Entry, image: Image, labels: LabelMap) -> None:
        """Write the palette PNG, then the picture."""
        mask, picture = self.files(entry)
        ids = known_ids(labels, VOID).astype(np.uint8)
        write_bytes(root / mask, encode(ids, "P", void_palette(labels.classes), None, root / mask))
        if self.jpeg:
            Image(image.to_rgb8(), "RGB", icc=image.icc if image.mode == "RGB" else None).save(
                root / picture
            )
        else:
            as_picture(image).save(root / picture)

    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """The lists of the splits, and ``labelmap.txt``."""
        lists = root / "ImageSets" / "Segmentation"
        lists.mkdir(parents=True, exist_ok=True)
        for split, members in by_split(entries).items():
            text = "".join(f"{entry.stem}\n" for entry in members)
            write_bytes(lists / f"{split}.txt", text.encode())
        write_bytes(root / LABEL_MAP, label_map_text(classes).encode())
