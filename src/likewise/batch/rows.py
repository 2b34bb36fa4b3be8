"""Rows: one job of a manifest, as its author wrote it down and as a command understands it."""

from __future__ import annotations

import difflib
import hashlib
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from likewise.batch.tasks import TASKS
from likewise.errors import ConfigError, InputError

LONGEST_NAME = 120
SEPARATOR = ";"  # between the targets in a cell of a table
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OUTSIDE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Row:
    """One job.

    Attributes:
        number: its place in the manifest, from 1.
        name: of the folder with its results.
        image: source image, a path or an address that fsspec knows.
        labels: its label map; "" where the task needs none.
        targets: layouts to render.
        task: one of :data:`TASKS`.
        method, preset: "" takes the default.
        seed: of the fit.
        size: short side in pixels to work at; None takes the preset's.
        classes: class table; "" takes what lies beside the labels.
        ignore: ids that mean unknown, as in "0,255".
        format: convention of the label map; "" finds it out.
        settings: of the method.
        options: of the task's command, by their long names; true stands for a flag.
        note: for the author; it goes into the results.
    """

    number: int
    name: str
    image: str
    labels: str = ""
    targets: tuple[str, ...] = ()
    task: str = "run"
    method: str = ""
    preset: str = ""
    seed: int = 0
    size: int | None = None
    classes: str = ""
    ignore: str = ""
    format: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that it reads, the source first."""
        named = [self.options[name] for name in TASKS[self.task].file_options & set(self.options)]
        further = [each for one in named for each in (one if isinstance(one, list) else [one])]
        return tuple(filter(None, (self.image, self.labels, *self.targets, self.classes, *further)))

    @property
    def digest(self) -> str:
        """SHA-256 of everything that decides its results: two rows of one digest are one job."""
        told = {key: value for key, value in asdict(self).items() if key not in ("number", "note")}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """This for JSON; :meth:`from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Row:
        """The row that :meth:`to_json` told."""
        return cls(**{**value, "targets": tuple(value["targets"])})


COLUMNS = tuple(name for name in Row.__dataclass_fields__ if name != "number")


def parse_row(
    number: int, cells: Mapping[str, Any], base: str, defaults: Mapping[str, Any] | None = None
) -> Row:
    """The row in ``cells``, by column; empty cells count as absent.

    Args:
        number: its place in the manifest, from 1.
        cells: values as the file holds them: texts, numbers, lists, objects.
        base: folder or address that relative paths start from.
        defaults: for columns that are absent.

    Raises:
        InputError: a cell cannot be used; its ``argument`` names the column.
    """
    given = {**(defaults or {}), **cells_of(cells)}
    require_columns(given)
    task = _text(given, "task") or "run"
    if task not in TASKS:
        near = difflib.get_close_matches(task, TASKS, 1)
        remedy = f"Did you mean {near[0]}?" if near else ""
        raise ConfigError("task", repr(task), f"one of {', '.join(TASKS)}", remedy)
    wanted = TASKS[task]
    wanted.require_columns(task, cells_of(cells))
    for column in ("image", *(["labels"] if "labels" in wanted.columns else [])):
        if column not in given:
            raise ConfigError(column, "nothing", f"a file, for task {task}")
    targets = _targets(given.get("targets"))
    wanted.require_targets(task, len(targets))
    options = _object(given, "options")
    wanted.require_options(options)
    image = _placed(_text(given, "image"), base)
    return Row(
        number=number,
        name=_name(given, number, image),
        image=image,
        labels=_placed(_text(given, "labels"), base),
        targets=tuple(_placed(target, base) for target in targets),
        task=task,
        method=_text(given, "method"),
        preset=_text(given, "preset"),
        seed=_whole(given, "seed") or 0,
        size=_whole(given, "size"),
        classes=_placed(_text(given, "classes"), base),
        ignore=_text(given, "ignore"),
        format=_text(given, "format"),
        settings={k: str(v) for k, v in _object(given, "settings").items()},
        options={
            name: _files(value, base) if name in wanted.file_options else value
            for name, value in options.items()
        },
        note=_text(given, "note"),
    )


def require_columns(names: Sequence[str] | Mapping[str, Any]) -> None:
    """Refuse columns that no row has.

    Raises:
        ConfigError: one is unknown; the nearest known name is told.
    """
    for name in names:
        if name not in COLUMNS:
            near = difflib.get_close_matches(str(name), COLUMNS, 1)
            remedy = f"Did you mean {near[0]}?" if near else "What is yours goes into note."
            raise ConfigError(str(name), "an unknown column", f"of {', '.join(COLUMNS)}", remedy)


def require_distinct(rows: Sequence[Row]) -> dict[int, InputError]:
    """What is wrong with names that two rows share, by the number of the later one."""
    seen: dict[str, int] = {}
    wrong: dict[int, InputError] = {}
    for row in rows:
        first = seen.setdefault(row.name.casefold(), row.number)
        if first != row.number:
            found = f"{row.name!r}, which row {first} has"
            wrong[row.number] = ConfigError("name", found, "a name of its own for each row")
    return wrong


def cells_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that are not empty."""
    return {column: value for column, value in cells.items() if not _is_empty(value)}


def _files(value: Any, base: str) -> Any:
    if isinstance(value, (list, tuple)):
        return [_files(each, base) for each in value]
    return _placed(str(value), base)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and value != value)


def _text(cells: Mapping[str, Any], column: str) -> str:
    value = cells.get(column, "")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ConfigError(column, repr(value)[:80], "a text")
    text = str(value).strip()
    if not text.isprintable():
        raise ConfigError(column, repr(text)[:80], "a text of one line")
    return text


def _whole(cells: Mapping[str, Any], column: str) -> int | None:
    value = cells.get(column)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a table with gaps holds its whole numbers as floats
    text = str(value).strip()
    if isinstance(value, (bool, float)) or not re.fullmatch(r"\d{1,19}", text):
        raise ConfigError(column, repr(value)[:80], "a whole number from 0")
    return int(text)


def _object(cells: Mapping[str, Any], column: str) -> dict[str, Any]:
    value = cells.get(column, {})
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        found = repr(cells.get(column))[:80]
        raise ConfigError(column, found, 'a JSON object, as in {"rounds": 4}')
    return {str(key): each for key, each in value.items() if each is not None}


def _targets(value: Any) -> list[str]:
    if _is_empty(value):
        return []
    listed = value.split(SEPARATOR) if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not all(isinstance(each, str) for each in listed):
        raise ConfigError(
            "targets", repr(value)[:80], f"a list of files, or one text with {SEPARATOR} between"
        )
    return [_text({"targets": each}, "targets") for each in listed if each.strip()]


def _name(cells: Mapping[str, Any], number: int, image: str) -> str:
    if "name" not in cells:
        stem = _OUTSIDE_NAMES.sub("-", PurePosixPath(image).stem).strip("-.")[:60]
        return f"{number:06}-{stem or 'picture'}"
    name = _text(cells, "name")
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or name.endswith("."):
        raise ConfigError(
            "name", repr(name)[:80], "letters, digits, '.', '_' and '-', a letter or digit first"
        )
    return name


def is_address(path: str) -> bool:
    """Whether ``path`` is an address such as s3://bucket/picture.png and not a path here."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", path) is not None


def _placed(path: str, base: str) -> str:
    """``path`` seen from ``base``, without its dots."""
    if not path or is_address(path):
        return path
    if is_address(base):
        scheme, _, rest = base.partition("://")
        return f"{scheme}://{posixpath.normpath(posixpath.join(rest, path))}"
    return posixpath.normpath(posixpath.join(base, path))
