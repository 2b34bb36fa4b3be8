"""Registry: the methods by name, and how a ``method:preset`` word is read."""

from __future__ import annotations

from likewise.errors import ConfigError
from likewise.methods.base import Method
from likewise.methods.deep_image_analogy.method import DeepImageAnalogy
from likewise.methods.image_analogies import ImageAnalogies
from likewise.methods.likewise import Likewise
from likewise.methods.patch import Patch
from likewise.methods.semia import Semia
from likewise.methods.singan import Singan
from likewise.methods.spade.method import Spade

METHODS: dict[str, type[Method]] = {
    method.name: method
    for method in (Likewise, Patch, Semia, ImageAnalogies, DeepImageAnalogy, Singan, Spade)
}
DEFAULT_METHOD = Likewise.name


def find_method(name: str) -> type[Method]:
    """The method class called ``name``.

    Raises:
        ConfigError: no method has that name.
    """
    try:
        return METHODS[name]
    except KeyError:
        raise ConfigError(
            "--method",
            f"unknown method {name!r}",
            f"one of {', '.join(METHODS)}",
            "likewise methods describes them.",
        ) from None
