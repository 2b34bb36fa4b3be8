"""Files: what a method may be handed besides the source pair, under one name each.

A method declares which of them it has a use for; another that is handed one refuses it, so that
nobody believes a file was used that was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from likewise.errors import ConfigError

FILES: dict[str, str] = {
    "vgg": "the public VGG-19 weights, .pth or .safetensors",
    "weights": "a published checkpoint of the method's network",
    "class_map": "JSON: which classes of that checkpoint show which of the source's",
    "pairs": "a folder of image/label pairs to learn from besides the source",
}
"""Argument -> what the file is."""


def option_of(name: str) -> str:
    """The command-line option of file argument ``name``."""
    return "--" + name.replace("_", "-")


def files_for(
    method: str, uses: Mapping[str, str], given: Mapping[str, Path | str | None]
) -> dict[str, Path]:
    """The files that were ``given``, by argument.

    Args:
        method: whose they are, for the error.
        uses: argument -> what the method does with it.
        given: None stands for a file that was not.

    Raises:
        ConfigError: the method has no use for one of them.
        TypeError: there is no such argument at all.
    """
    unknown = sorted(set(given) - set(FILES))
    if unknown:
        raise TypeError(f"unexpected argument {unknown[0]!r}: files are {', '.join(FILES)}")
    handed = {name: Path(file) for name, file in given.items() if file is not None}
    for name in handed:
        if name not in uses:
            option = option_of(name)
            raise ConfigError(option, f"method {method} has no use for it", f"no {option}")
    return handed
