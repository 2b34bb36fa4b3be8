"""Label options: how label files are to be read, said by several commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from likewise.errors import ConfigError

FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="What LABELS follows, where the file does not tell: ade20k, ade20k-full, coco-stuff, "
        "cityscapes[-train|-instances|-colour], voc, cvat, celebamask, face-parsing, labelme, coco "
        "or yolo-seg.",
        show_default=False,
    ),
]
TargetFormatOption = Annotated[
    str | None,
    typer.Option(
        "--target-format",
        metavar="NAME",
        help="What every TARGET follows, where the files do not tell: a name as for --format. "
        "Their classes are found in the source's by name.",
        show_default=False,
    ),
]
InstancesOption = Annotated[
    bool,
    typer.Option(
        "--instances",
        help="Label maps number objects (cells, stones): they become inside, border and "
        "background.",
    ),
]


def parse_changes(words: Sequence[str]) -> dict[str, str]:
    """What becomes of classes, by words such as ``tower=building``.

    Raises:
        ConfigError: a word without ``=``, or a class that is there twice.
    """
    found: dict[str, str] = {}
    for word in words:
        old, equals, new = word.rpartition("=")
        if not (old.strip() and equals and new.strip()):
            raise ConfigError("--map", repr(word), "OLD=NEW, as in --map tower=building")
        if old.strip() in found:
            raise ConfigError("--map", f"{old.strip()} twice", "each class once")
        found[old.strip()] = new.strip()
    return found
