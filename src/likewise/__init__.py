"""Likewise: semantic image analogy. P => P', and likewise I => I'.

The public names are looked up on first use, so that ``likewise --help`` need not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from likewise.version import __version__

if TYPE_CHECKING:
    from likewise.analogy import Analogy
    from likewise.doubting import Doubt, doubts
    from likewise.images import Image, read_image
    from likewise.labels.label_map import ClassTable, LabelClass, LabelMap
    from likewise.provenance import Provenance

__all__ = [
    "Analogy",
    "ClassTable",
    "Doubt",
    "Image",
    "LabelClass",
    "LabelMap",
    "Provenance",
    "__version__",
    "doubts",
    "read_image",
]

_HOMES = {
    "Analogy": "likewise.analogy",
    "ClassTable": "likewise.labels.label_map",
    "Doubt": "likewise.doubting",
    "Image": "likewise.images",
    "LabelClass": "likewise.labels.label_map",
    "LabelMap": "likewise.labels.label_map",
    "Provenance": "likewise.provenance",
    "doubts": "likewise.doubting",
    "read_image": "likewise.images",
}


def __getattr__(name: str) -> Any:
    """Import the home of a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'likewise' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(_HOMES))
