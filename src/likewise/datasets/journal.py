"""Journal: which pairs of a dataset are whole, in a file that survives a killed writer.

``pairs.jsonl`` begins with a line on the dataset. Each pair adds two: one before its first file is
written and one after its last, each flushed to the disk. A pair begun and not ended is litter.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from likewise.datasets.base import Entry
from likewise.datasets.names import require_split, require_stem
from likewise.errors import LabelError, OutputError
from likewise.labels.class_table import ClassTable
from likewise.storage import write_bytes

JOURNAL = "pairs.jsonl"
_EXPECTED = "the journal of a dataset that likewise writes"


class Journal:
    """The journal in ``folder``: pairs by (split, stem), whole ones and begun ones.

    Args:
        folder: of the dataset.
        head: what its first line says of the dataset; an older journal must say the same.

    Raises:
        OutputError: the journal is damaged or of another dataset, or cannot be written.
    """

    def __init__(self, folder: Path, head: dict[str, Any]) -> None:
        self.path = folder / JOURNAL
        self.whole: dict[tuple[str, str], Entry] = {}
        self.begun: dict[tuple[str, str], Entry] = {}
        if self.path.exists():
            self._replay(head)
        else:
            write_bytes(self.path, _line(head))

    def begin(self, entry: Entry) -> None:
        """Files of ``entry`` are going to be written; until it ends, the pair is not whole."""
        self._append({"begin": _as_json(entry)})
        self._note(entry, whole=False)

    def end(self, entry: Entry) -> None:
        """All files of ``entry`` are on the disk."""
        self._append({"end": [entry.split, entry.stem]})
        self._note(entry, whole=True)

    def forget(self, entry: Entry) -> None:
        """No file of ``entry`` is left."""
        self._append({"gone": [entry.split, entry.stem]})
        self._drop((entry.split, entry.stem))

    def _note(self, entry: Entry, *, whole: bool) -> None:
        self._drop((entry.split, entry.stem))
        (self.whole if whole else self.begun)[entry.split, entry.stem] = entry

    def _drop(self, key: tuple[str, str]) -> None:
        self.whole.pop(key, None)
        self.begun.pop(key, None)

    def _append(self, value: dict[str, Any]) -> None:
        try:
            with self.path.open("ab") as handle:
                handle.write(_line(value))
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            found = f"it cannot be written ({error.strerror})"
            raise OutputError(self.path, found, "a folder that can be written") from error

    def _replay(self, head: dict[str, Any]) -> None:
        try:
            text = self.path.read_bytes()
            lines = text[: text.rfind(b"\n") + 1].splitlines()
            found = json.loads(lines[0]) if lines else None
            for line in lines[1:]:
                self._take(json.loads(line))
        except OSError as error:
            raise OutputError(
                self.path, f"it cannot be read ({error.strerror})", _EXPECTED
            ) from None
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise OutputError(self.path, f"it is damaged ({error})", _EXPECTED) from None
        if not isinstance(found, dict):
            raise OutputError(self.path, "it is empty", _EXPECTED)
        _require_same(self.path, found, head)
        torn = len(text) - (text.rfind(b"\n") + 1)
        if torn:  # a line that a killed writer left half-written
            with self.path.open("rb+") as handle:
                handle.truncate(len(text) - torn)

    def _take(self, value: dict[str, Any]) -> None:
        if "begin" in value:
            self._note(_entry(value["begin"]), whole=False)
        elif "end" in value:
            split, stem = value["end"]
            self._note(self.begun[split, stem], whole=True)
        else:
            split, stem = value["gone"]
            self._drop((split, stem))


def read_head(folder: Path) -> dict[str, Any] | None:
    """What the journal in ``folder`` says of its dataset; None where there is no journal.

    Raises:
        OutputError: it is damaged.
    """
    path = folder / JOURNAL
    try:
        with path.open("rb") as handle:
            head = json.loads(handle.readline())
            table = ClassTable.from_json(head["classes"], path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, LabelError) as error:
        raise OutputError(path, f"it is damaged ({error})", _EXPECTED) from None
    return {**head, "classes": table}


def _require_same(path: Path, found: dict[str, Any], head: dict[str, Any]) -> None:
    differing = [key for key in head if found.get(key) != head[key]]
    if differing:
        what = differing[0]
        raise OutputError(
            path.parent,
            f"it holds a dataset begun with another {what}"
            + (f" ({found.get(what)})" if isinstance(found.get(what), str) else ""),
            "the same format, options and classes, or a new folder",
            "Name another folder.",
        )


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "stem": entry.stem,
        "split": entry.split,
        "size": list(entry.size),
        **({"facts": entry.facts} if entry.facts else {}),
    }


def _entry(value: dict[str, Any]) -> Entry:
    height, width = map(int, value["size"])
    stem, split = require_stem(value["stem"]), require_split(value["split"])
    return Entry(stem, split, (height, width), value.get("facts", {}))
