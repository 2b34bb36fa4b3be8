"""Tables: the classes of well-known data sets, with their ids, names and colours.

Facts, each file with its source, kept as JSON beside this module. Colours are those of the data
set where it has some; several of Cityscapes' and two of ADE20K's are alike, as published.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from likewise.labels.class_table import ClassTable

FOLDER = Path(__file__).parent
TABLES = {
    "ade20k": "ade20k.json",
    "celebamask": "celebamask.json",
    "cityscapes": "cityscapes.json",
    "coco-stuff": "coco_stuff.json",
    "face-parsing": "face_parsing.json",
    "voc": "voc.json",
}


@dataclass(frozen=True)
class CityscapesLabel:
    """What Cityscapes says of a class besides id, name and colour.

    Attributes:
        id: -1 for the license plate, which no label map shows.
        train_id: what it is called in maps of training ids; 255 where it takes no part.
        instances: whether single objects are told apart.
    """

    id: int
    name: str
    train_id: int
    instances: bool


@cache
def class_table(name: str) -> ClassTable:
    """The classes of the data set ``name``, one of TABLES, ids as in its label maps."""
    return ClassTable.from_json(_entries(name), name)


@cache
def class_names(name: str) -> tuple[str, ...]:
    """Names of the classes that are no unknown content, in their order."""
    return tuple(entry.name for entry in class_table(name) if not entry.ignored)


@cache
def cityscapes_labels() -> tuple[CityscapesLabel, ...]:
    """All labels of Cityscapes, the unlabelled among them."""
    return tuple(
        CityscapesLabel(entry["id"], entry["name"], entry["train_id"], entry["instances"])
        for entry in _entries("cityscapes")
    )


def _entries(name: str) -> list[dict[str, Any]]:
    text = (FOLDER / TABLES[name]).read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = json.loads(text)["classes"]
    return entries
