"""Choices: what the words of a command line mean, parsed and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from likewise.errors import ConfigError, LabelError

DEFAULT_PRESET = "fast"
LARGEST_ID = 65535


@dataclass(frozen=True)
class Choices:
    """What decides a fit, besides the source pair; an empty ``method`` means the default one."""

    method: str
    preset: str
    seed: int
    device: str
    size: int | None
    classes: Path | None
    ignore: tuple[int, ...]
    files: Mapping[str, Path] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    convention: str | None = None
    instances: bool = False


@dataclass(frozen=True)
class Manner:
    """How a command behaves: what it prints and writes, and what it does with a folder in use."""

    as_json: bool = False
    dry_run: bool = False
    quiet: bool = False
    resume: bool = False
    overwrite: bool = False
    provenance: bool = False
    check: bool = False

    def __post_init__(self) -> None:
        if self.resume and self.overwrite:
            raise ConfigError(
                "--resume", "--overwrite beside it", "one of the two: continue, or start anew"
            )


def choose(
    method: str | None,
    preset: str | None,
    seed: int,
    device: str,
    size: int | None,
    classes: Path | None,
    ignore: str,
    settings: Sequence[str] | None = None,
    convention: str | None = None,
    instances: bool = False,
    **files: Path | None,
) -> Choices:
    """The parsed options; :func:`checked` still has to see them.

    ``files`` go to the method, by its arguments; ``settings`` are words NAME=VALUE.

    Raises:
        ConfigError: two presets, a setting without a value, or the seed is out of range.
        LabelError: ``ignore`` is not a list of ids.
    """
    name, _, word = (method or "").partition(":")
    if word and preset and word != preset:
        raise ConfigError("--preset", f"{preset}, but {method} beside it", "one preset")
    if not 0 <= seed < 2**63:
        raise ConfigError("--seed", str(seed), "a whole number from 0 to 2**63 - 1")
    chosen = word or preset or DEFAULT_PRESET
    given = {argument: file for argument, file in files.items() if file is not None}
    set_ = parse_settings(settings or ())
    ids = parse_ids(ignore)
    return Choices(
        name, chosen, seed, device, size, classes, ids, given, set_, convention, instances
    )


def checked(choices: Choices) -> Choices:
    """``choices`` with the method named, checked against what this package and machine have.

    Raises:
        ConfigError: unknown method, preset or setting, absent device, size or setting out of range.
        InputError: a file for the method cannot be used.
    """
    from likewise.methods.registry import DEFAULT_METHOD, find_method

    named = replace(choices, method=choices.method or DEFAULT_METHOD)
    find_method(named.method)(
        named.preset,
        device=named.device,
        size=named.size,
        settings=named.settings,
        **named.files,
    )
    return named


def parse_settings(words: Sequence[str], option: str = "--set") -> dict[str, str]:
    """The settings in words such as ``rounds=4``, by name; ``option`` is what errors call them.

    Raises:
        ConfigError: a word without ``=``, or a setting that is there twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals):
            example = "rounds=4" if option == "--set" else "turn=10"
            raise ConfigError(option, repr(word), f"NAME=VALUE, as in {option} {example}")
        if name in found:
            raise ConfigError(option, f"{name} twice", "each setting once")
        found[name] = value
    return found


def parse_ids(text: str) -> tuple[int, ...]:
    """The ids in a list such as ``0,255``, sorted; none in an empty text.

    Raises:
        LabelError: something else stands there.
    """
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    if not all(word.isascii() and word.isdecimal() and int(word) <= LARGEST_ID for word in words):
        raise LabelError(
            "--ignore", repr(text), f"ids from 0 to {LARGEST_ID} separated by commas, as in 0,255"
        )
    return tuple(sorted({int(word) for word in words}))
