"""Hugging Face datasets: a folder that ``datasets.load_dataset`` reads, without code of its own.

Pictures and palette PNGs of ids with a ``metadata.jsonl`` a split ("imagefolder"), and a README.md
whose head declares the columns: ``image``, ``labels`` (a mode P picture whose indices are class
ids) and ``classes``, the classes that occur, named. Source: huggingface.co/docs/datasets, "Create
an image dataset".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from likewise.datasets.base import (
    DatasetFormat,
    Entry,
    by_split,
    read_mask,
    require_palette,
    watched,
)
from likewise.labels.class_table import ClassTable
from likewise.progress import SILENT, Progress
from likewise.storage import write_bytes

_SPLITS = {"val": "validation", "valid": "validation"}  # what the library calls them


@dataclass(frozen=True)
class HuggingFace(DatasetFormat):
    """``data/SPLIT/images/``, ``data/SPLIT/labels/``, ``data/SPLIT/metadata.jsonl``, README.md."""

    name: ClassVar[str] = "hf"
    summary: ClassVar[str] = "a folder for datasets.load_dataset: image, labels, classes"

    def check(self, classes: ClassTable) -> None:
        """Ids from 0 to 255."""
        require_palette(classes, "palette PNG")

    def files(self, entry: Entry) -> Sequence[Path]:
        """Labels, picture."""
        folder, name = Path("data", entry.split), f"{entry.stem}.png"
        return folder / "labels" / name, folder / "images" / name

    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """``metadata.jsonl`` of every split, and the README.md that declares the columns."""
        splits = by_split(entries)
        for split, members in splits.items():
            lines = []
            for entry in watched(members, f"classes of {split}", progress):
                found = np.unique(read_mask(root / self.files(entry)[0])).tolist()
                known = [i for i in found if i in classes and not classes.by_id(i).ignored]
                row = {
                    "image_file_name": f"images/{entry.stem}.png",
                    "labels_file_name": f"labels/{entry.stem}.png",
                    "classes": known,
                }
                lines.append(json.dumps(row, ensure_ascii=False))
            text = "".join(f"{line}\n" for line in lines)
            write_bytes(root / "data" / split / "metadata.jsonl", text.encode())
        write_bytes(root / "README.md", _card(classes, list(splits)).encode())


def _card(classes: ClassTable, splits: Sequence[str]) -> str:
    """README.md: its head in YAML for the library, then lines for people."""
    names = {entry.id: entry.name for entry in classes}
    head = ["---", "task_categories:", "- image-segmentation", "configs:"]
    head += ["- config_name: default", "  drop_labels: true", "  data_files:"]
    for split in splits:
        head += [f"  - split: {_SPLITS.get(split, split)}", f"    path: data/{split}/**"]
    head += ["  features:"]
    head += ["  - name: image", "    dtype: image", "  - name: labels", "    dtype: image"]
    head += ["  - name: classes", "    list:", "      class_label:", "        names:"]
    # The library counts names from 0 on, so that gaps between ids need a name, too.
    head += [
        f"          '{number}': {json.dumps(names.get(number, f'(no class {number})'))}"
        for number in range(max(names) + 1)
    ]
    rows = [f"| {c.id} | {c.name} | {_hex(c.colour)} |" for c in classes]
    body = [
        "---",
        "",
        "# Pictures with label maps",
        "",
        "`labels` are palette pictures: the index of a pixel is its class id.",
        "",
        "| id | class | colour |",
        "|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join([*head, *body])


def _hex(colour: Sequence[int]) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour)
