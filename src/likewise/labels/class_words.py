"""Class words: how a file names the classes of a network that others have trained.

``{"ground": "grass", "sky": 2}`` says which of the network's classes show which of a case; judges
and published generators read such files alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from likewise.errors import LabelError

_EXPECTED = 'a JSON object like {"ground": ["grass", "earth"], "sky": [2]}'


def read_words(path: Path) -> dict[str, Any]:
    """The entries of the mapping file ``path``, a JSON object with each name once.

    Raises:
        LabelError: there is no such file, or no such object in it.
    """
    try:
        said = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except OSError as error:
        raise LabelError(path, f"cannot be read ({error.strerror})", "a mapping file") from None
    except (ValueError, RecursionError) as error:
        raise LabelError(path, f"not JSON ({error})", _EXPECTED) from None
    if not isinstance(said, dict) or not said:
        raise LabelError(path, "no object of classes", _EXPECTED)
    return said


def _once(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of ``entries``; JSON itself would silently keep the last of two alike."""
    names = [name for name, _ in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} stands there twice")
    return dict(entries)


def numbers_of(word: Any, names: Mapping[int, str], where: str) -> list[int]:
    """Numbers of the network's classes that ``word`` means.

    Args:
        word: a number, a name (capitals do not count), or one word of a name with commas where no
            other has it.
        names: number -> name of the network's classes.
        where: what errors call the place.

    Raises:
        LabelError: it means none, or which is not clear; the nearest names are told.
    """
    if isinstance(word, int) and not isinstance(word, bool):
        if word in names:
            return [word]
        expected = f"{min(names)} to {max(names)}"
        raise LabelError(where, f"the network has no class {word}", expected)
    if not isinstance(word, str):
        raise LabelError(where, f"{word!r}", "a name or number of a class of the network")
    wanted = _plain(word)
    whole = [number for number, name in names.items() if _plain(name) == wanted]
    if whole:
        return whole
    parts = [n for n, name in names.items() if wanted in map(_plain, name.split(","))]
    if len(parts) == 1:
        return parts
    if parts:
        found = f"{word!r} is part of " + " and of ".join(repr(names[n]) for n in parts)
        raise LabelError(where, found, "a whole name or a number")
    words = [part.strip() for name in names.values() for part in (name, *name.split(","))]
    raise LabelError(
        where,
        f"the network has no class {word!r}{nearest_words(word, words)}",
        "a name or number it has",
    )


def nearest_words(word: str, known: Iterable[str]) -> str:
    """The names nearest to ``word``, as the end of a message."""
    plain = {_plain(name): name for name in known}
    near = get_close_matches(_plain(word), plain, n=3, cutoff=0.6)
    near += [name for name in plain if _plain(word) in name and name not in near][:3]
    return f", but {', '.join(repr(plain[name]) for name in near[:3])}" if near else ""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
