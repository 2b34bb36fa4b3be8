"""Results: one table of all rows, as Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.place import ROWS

BATCH_SIZE = 1000


def write_results(ledger: Ledger, path: Path) -> None:
    """Write a row for each of the ledger's to ``path``, in their order.

    Columns: number, name, task, image, labels, targets, method, preset, seed, note, state (done,
    refused, failed, waiting or running), attempts, seconds (of the last attempt), fit_seconds,
    render_seconds, device, warnings, error, place (folder beside the table, or address) and files.

    Raises:
        OutputError: it cannot be written.
    """
    import pyarrow as arrow
    from pyarrow import parquet

    schema = arrow.schema(_fields(arrow))
    with storage.atomic_path(path) as partial, parquet.ParquetWriter(partial, schema) as writer:
        for rows in _in_batches(ledger):
            writer.write_batch(arrow.RecordBatch.from_pylist(rows, schema=schema))


def _fields(arrow: Any) -> list[tuple[str, Any]]:
    text, texts = arrow.string(), arrow.list_(arrow.string())
    return [
        ("number", arrow.int64()),
        *((name, text) for name in ("name", "task", "image", "labels")),
        ("targets", texts),
        *((name, text) for name in ("method", "preset")),
        ("seed", arrow.int64()),
        *((name, text) for name in ("note", "state")),
        ("attempts", arrow.int32()),
        *((name, arrow.float64()) for name in ("seconds", "fit_seconds", "render_seconds")),
        ("device", text),
        ("warnings", texts),
        *((name, text) for name in ("error", "place")),
        ("files", texts),
    ]


def _in_batches(ledger: Ledger) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for entry in ledger.entries():
        rows.append(told(entry))
        if len(rows) == BATCH_SIZE:
            yield rows
            rows = []
    if rows:
        yield rows


def told(entry: Entry) -> dict[str, Any]:
    """What the table says of ``entry``."""
    row, result = entry.row, entry.result
    place = result.get("address") or (f"{ROWS}/{row.name}" if entry.state == "done" else "")
    return {
        "number": row.number,
        "name": row.name,
        "task": row.task,
        "image": row.image,
        "labels": row.labels,
        "targets": list(row.targets),
        "method": result.get("method") or row.method,
        "preset": result.get("preset") or row.preset,
        "seed": row.seed,
        "note": row.note,
        "state": entry.state,
        "attempts": entry.attempts,
        "seconds": result.get("seconds"),
        "fit_seconds": result.get("fit_seconds"),
        "render_seconds": result.get("render_seconds"),
        "device": result.get("device", ""),
        "warnings": list(result.get("warnings", [])),
        "error": entry.error,
        "place": place,
        "files": list(result.get("files", [])),
    }
