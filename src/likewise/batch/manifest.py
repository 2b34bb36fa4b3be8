"""Manifest: the file that lists the jobs of a batch, as JSON lines, CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from likewise.batch.files import read_bytes
from likewise.batch.rows import Row, is_address, parse_row, require_columns, require_distinct
from likewise.errors import ConfigError, InputError

KINDS = ".jsonl, .csv or .parquet"
REQUIRED = "image"


@dataclass(frozen=True)
class Manifest:
    """What a manifest holds.

    Attributes:
        path: where it was read.
        rows: those that can be used, in their order.
        wrong: why the others cannot, by number.
    """

    path: str
    rows: tuple[Row, ...]
    wrong: Mapping[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows it has, good and bad."""
        return len(self.rows) + len(self.wrong)


def read_manifest(path: str, defaults: Mapping[str, Any] | None = None) -> Manifest:
    """Read a manifest; a row that cannot be used is told and does not spoil the others.

    Args:
        path: of the file, or its address; relative paths in it start from its folder.
        defaults: by column, for rows that leave them out.

    Raises:
        InputError: it is missing, damaged, empty, of another kind, or its columns are wrong.
    """
    base = posixpath.dirname(path) if is_address(path) else str(Path(path).parent)
    rows: dict[int, Row] = {}
    wrong: dict[int, str] = {}
    columns: set[str] = set()
    for number, cells in _records(path):
        if isinstance(cells, str):
            wrong[number] = cells
            continue
        columns |= set(cells)
        try:
            rows[number] = parse_row(number, cells, base, defaults)
        except InputError as error:
            wrong[number] = str(error)
    if not rows and not wrong:
        raise ConfigError("MANIFEST", f"{path} has no rows", "one row a job")
    _require_whole(path, columns)
    for number, taken in require_distinct(list(rows.values())).items():
        wrong[number] = str(taken)
        del rows[number]
    return Manifest(path, tuple(rows.values()), dict(sorted(wrong.items())))


def _require_whole(path: str, columns: set[str]) -> None:
    """Columns that are wrong in every row are the manifest's fault, not a row's."""
    require_columns(sorted(columns))
    if columns and REQUIRED not in columns:
        found = f"{path} has no column {REQUIRED!r}, only {', '.join(sorted(columns))}"
        raise ConfigError("MANIFEST", found, "at least image, mostly labels and targets too")


def _records(path: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The cells of each row, or why there are none."""
    kind = posixpath.splitext(path.lower())[1]
    readers = {".jsonl": _json_lines, ".ndjson": _json_lines, ".csv": _csv, ".parquet": _parquet}
    if kind not in readers:
        raise ConfigError("MANIFEST", f"{path} ends in {kind or 'nothing'}", KINDS)
    data = read_bytes(path, "MANIFEST")
    try:
        yield from readers[kind](data)
    except UnicodeDecodeError as error:
        raise ConfigError("MANIFEST", f"{path} is not UTF-8 ({error.reason})", "UTF-8") from error
    except csv.Error as error:
        raise ConfigError("MANIFEST", f"{path} is damaged: {error}", "CSV with a header") from error


def _json_lines(data: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    number = 0
    for line in data.decode("utf-8-sig").splitlines():
        if not line.strip():
            continue
        number += 1
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"row: it is not JSON ({error}); expected one object a line."
            continue
        yield number, value if isinstance(value, dict) else "row: expected a JSON object."


def _csv(data: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    for number, cells in enumerate(reader, 1):
        surplus = cells.pop(None, None)
        if surplus:
            columns = len(reader.fieldnames or ())
            yield number, f"row: {columns + len(surplus)} cells; expected {columns}, as the header."
        else:
            yield number, {str(key).strip(): value for key, value in cells.items()}


def _parquet(data: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    import pyarrow as arrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(io.BytesIO(data))
    except (arrow.ArrowException, OSError) as error:
        raise ConfigError("MANIFEST", f"it is damaged: {error}", "a Parquet file") from error
    number = 0
    for batch in table.to_batches(max_chunksize=1000):
        for cells in batch.to_pylist():
            number += 1
            yield number, {key: _plain(value) for key, value in cells.items()}


def _plain(value: Any) -> Any:
    """Maps come as lists of pairs, gaps of a structure as None."""
    if isinstance(value, list) and value and all(isinstance(each, tuple) for each in value):
        return dict(value)
    return value
