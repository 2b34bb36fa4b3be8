"""Registry: the kinds of dataset by name. A new kind needs a file of its own, and a line here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from likewise.datasets.base import DatasetFormat
from likewise.datasets.cityscapes import Cityscapes
from likewise.datasets.coco import Coco
from likewise.datasets.hugging_face import HuggingFace
from likewise.datasets.png import Png
from likewise.datasets.voc import Voc
from likewise.datasets.yolo_seg import YoloSeg
from likewise.errors import ConfigError

_KINDS: tuple[type[DatasetFormat], ...] = (Png, Coco, Voc, Cityscapes, YoloSeg, HuggingFace)
FORMATS: dict[str, type[DatasetFormat]] = {kind.name: kind for kind in _KINDS}


def dataset_format(name: str, **options: Any) -> DatasetFormat:
    """The kind of dataset called ``name``, with its ``options`` (the fields of its class).

    Raises:
        ConfigError: there is no such kind, or it has no such option or value.
    """
    if name not in FORMATS:
        raise ConfigError("format", repr(name), f"one of {', '.join(FORMATS)}")
    kind = FORMATS[name]
    known = [option.name for option in fields(kind)]
    strange = [option for option in options if option not in known]
    if strange:
        expected = f"one of {', '.join(known)}" if known else "no options"
        raise ConfigError("format", f"{name} has no option {strange[0]!r}", expected)
    return kind(**options)
