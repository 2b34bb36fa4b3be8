"""Photographs: a second picture, of the target layout, for methods that work after one."""

from __future__ import annotations

from likewise.errors import ConfigError, ImageError
from likewise.images import Image
from likewise.labels.label_map import LabelMap

OPTION = "--target-image"


def require_stand_in(method: str, stand_in: str) -> None:
    """Refuse a photograph for a ``method`` that works after none, and so has no stand-in for one.

    Raises:
        ConfigError: it has none.
    """
    if not stand_in:
        raise ConfigError(OPTION, f"method {method} has no use for it", f"no {OPTION}")


def require_photograph(method: str, stand_in: str, photograph: Image, target: LabelMap) -> None:
    """Refuse a photograph that ``method`` cannot render ``target`` after.

    Raises:
        ConfigError: the method works after none.
        ImageError: it has another size than the layout.
    """
    require_stand_in(method, stand_in)
    if photograph.size != target.size:
        (found, wanted) = (f"{w} x {h} pixels" for h, w in (photograph.size, target.size))
        raise ImageError(OPTION, found, f"the size of its layout, {wanted}")
