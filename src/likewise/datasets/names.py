"""Names of files in a dataset: words that every disk can hold and that stay in their folder."""

from __future__ import annotations

import re

from likewise.errors import OutputError

_LONGEST = 150
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff/\\:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_SPLIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")


def require_stem(stem: str) -> str:
    """``stem``, if it can name files.

    Raises:
        OutputError: it is empty, leads out of its folder, or is a name that some disk refuses.
    """
    length = len(stem.encode("utf-8", "backslashreplace"))
    fine = 0 < length <= _LONGEST and stem == stem.strip(" .")
    if not fine or _FORBIDDEN.search(stem) or _RESERVED.fullmatch(stem):
        expected = (
            f'a file name without suffix, of at most {_LONGEST} bytes and no / \\ : * ? " < > |'
        )
        raise OutputError("stem", repr(stem), expected)
    return stem


def require_split(split: str) -> str:
    """``split``, if it can name a part of a dataset.

    Raises:
        OutputError: it holds more than letters, digits, - and _.
    """
    if not _SPLIT.fullmatch(split):
        raise OutputError("split", repr(split), "a word such as train, val or test")
    return split
