"""Photographs: a second picture, of the target layout, for methods that work after one."""

from __future__ import annotations

from likewise.errors import ConfigError, ImageError
from likewise.images import Image
from likewise.labels.label_map import LabelMap

OPTION = "--target-image"


def require_use(method: str, stand_in: str) -> None:
    """Refuse a photograph for a ``method`` that works after none, and so has no stand-in for one.

    Raises:
        ConfigError: it has none.
    """
    if not stand_in:
        raise ConfigError(OPTION, f"method {method} has no use for it", f"no {OPTION}")


def require_like(photograph: Image, target: LabelMap, argument: object = OPTION) -> None:
    """Refuse a photograph that cannot be one of the layout ``target``.

    Raises:
        ImageError: it has another size.
    """
    if photograph.size != target.size:
        found, wanted = (f"{w} x {h} pixels" for h, w in (photograph.size, target.size))
        raise ImageError(argument, found, f"the size of its layout, {wanted}")
