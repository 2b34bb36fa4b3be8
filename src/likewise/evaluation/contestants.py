"""Contestant: a method with a preset, named "method:preset"; and references, which give the scale.

References are no methods: they take no time and are not ranked. A comparison keeps them under its
first seed, for they have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from likewise.errors import ConfigError
from likewise.methods.base import Method
from likewise.methods.files import option_of
from likewise.methods.registry import find_method

SOURCE = "source"  # the source picture unchanged, resized to the layout
TRUTH = "truth"  # the true answer, where it is known
REFERENCES = (SOURCE, TRUTH)
DEFAULT_PRESET = "fast"
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Contestant:
    """One way to render, with how much effort.

    Attributes:
        method: name that ``likewise methods`` lists.
        preset: one of that method's.
        variant: how the method works otherwise than its paper, as far as files decide that; "" if
            it does not.
    """

    method: str
    preset: str
    variant: str = ""

    @classmethod
    def of(cls, word: str) -> Self:
        """The contestant called ``word``: "method:preset", or "method" for its preset "fast".

        Raises:
            ConfigError: unknown method or preset.
        """
        method, _, preset = word.strip().partition(":")
        contestant = cls(method, preset or DEFAULT_PRESET)
        presets = find_method(method).presets()
        if contestant.preset not in presets:
            raise ConfigError("-m", f"unknown preset {word!r}", f"one of {', '.join(presets)}")
        return contestant

    @property
    def name(self) -> str:
        """Unique in a comparison."""
        told = f" ({self.variant})" if self.variant else ""
        return f"{self.method}:{self.preset}{told}"

    def made(
        self,
        device: str = "auto",
        size: int | None = None,
        files: Mapping[str, Path | str] | None = None,
    ) -> Method:
        """The method, not fitted, with those of ``files`` that it can use, by argument.

        Raises:
            ConfigError: absent device, or size out of range.
            InputError: a file cannot be used.
        """
        kind = find_method(self.method)
        usable: dict[str, Any] = {
            name: file for name, file in (files or {}).items() if name in kind.uses
        }
        return kind(self.preset, device=device, size=size, **usable)


def file_name(contestant: str) -> str:
    """The name of a contestant as part of a file's: "semia-fast", "one-fast-random-VGG"."""
    return re.sub(r"[^\w.]+", "-", contestant).strip("-")


def contestants(words: Iterable[str]) -> tuple[Contestant, ...]:
    """The contestants called ``words``, in their order.

    Raises:
        ConfigError: one is unknown or named twice, or there are none.
    """
    found = tuple(map(Contestant.of, words))
    names = [contestant.name for contestant in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("-m", f"{twice[0]} more than once", "each contestant once")
    if not found:
        raise ConfigError("-m", "no method", "methods to compare, as in -m semia:fast,patch")
    return found


def require_used(files: Iterable[str], chosen: Iterable[Contestant]) -> None:
    """Refuse a file argument that none of ``chosen`` has a use for; scores use "vgg" themselves.

    Raises:
        ConfigError: naming the option.
    """
    uses = {name for contestant in chosen for name in find_method(contestant.method).uses}
    for name in files:
        if name not in uses | {"vgg"}:
            option = option_of(name)
            raise ConfigError(option, "no method here has a use for it", f"no {option}")


def checked_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """``seeds``, if each is there once and fits.

    Raises:
        ConfigError: one is out of range or there twice, or there are none.
    """
    if not seeds or len(set(seeds)) < len(seeds):
        raise ConfigError("--seeds", f"{list(seeds)}", "at least one seed, and each once")
    for seed in seeds:
        if not 0 <= seed <= LARGEST_SEED:
            raise ConfigError("--seeds", str(seed), "whole numbers from 0 to 2**63 - 1")
    return tuple(seeds)
