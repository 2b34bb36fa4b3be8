"""Work: what a worker of a batch does. A row is the command it stands for, run in this process.

So a row does exactly what the same words do in a terminal, with their checks, their checkpoints and
their record; and the worker is warm for the next one.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

import typer

# Imported here, once, and not by the first row of each worker.
import likewise.cli.job
import likewise.cli.tasks.edit_job  # noqa: F401
from likewise import storage
from likewise.batch.executors.serving import Tell
from likewise.batch.files import fetched, put
from likewise.batch.place import RECORD
from likewise.batch.rows import Row
from likewise.batch.tasks import TASKS
from likewise.cli import faults
from likewise.cli.batch.prefit import fit_packed
from likewise.cli.batch.thumbnails import THUMBNAIL, write_thumbnail
from likewise.cli.batch.words import command_words
from likewise.cli.choices import checked, choose
from likewise.cli.main import app
from likewise.cli.place import RECORD as RUN
from likewise.cli.sources import MODEL
from likewise.errors import LikewiseError, ModelError, OutputError
from likewise.methods.semia import Semia

LOG = "log.txt"
LAST_LINES = 20
_OWN_METHOD = frozenset({"target-image", "provenance"})  # what not every method can do


def carry_out(work: Mapping[str, Any], tell: Tell) -> None:
    """Check, estimate or do the rows of an order, and tell what became of each.

    Args:
        work: with ``kind`` "check", "plan" or "work"; see the stages of a batch.
        tell: is told ``row``, its number, with ``facts``, ``seconds``, ``done``, ``refused`` or
            ``failed``.
    """
    cache = Path(work["cache"])
    if work["kind"] == "work":
        jobs = [(Row.from_json(job["row"]), Path(job["folder"])) for job in work["rows"]]
        if len(jobs) > 1:
            # Whatever keeps them from being fitted together, each can still be done by itself.
            with contextlib.suppress(Exception):
                fit_packed(jobs, cache, work["device"])
        for row, folder in jobs:
            tell(row=row.number, **_done(row, folder, cache, work))
        return
    for told in work["rows"]:
        row = Row.from_json(told)
        looked = _checked if work["kind"] == "check" else _planned
        tell(row=row.number, **looked(row, cache, work["device"]))


def _checked(row: Row, cache: Path, device: str) -> dict[str, Any]:
    """Run the command dry. Its plan may train a few steps to time them, so ``patch`` stands in."""
    packs = row.method == Semia.name
    try:
        if "method" in TASKS[row.task].columns:
            settings = tuple(sorted(row.settings.items()))
            _require_method(row.method, row.preset, row.seed, device, row.size, settings)
            if not _OWN_METHOD & set(row.options):
                row = Row(**{**row.__dict__, "method": "patch", "preset": "smoke", "settings": {}})
        told = _dry(row, cache, device)
        source = told.get("inputs", {}).get("image", {})
        labels = told.get("inputs", {}).get("labels", {})
        if "width" not in source or "classes" not in labels or not packs:
            return {"facts": {}}
        size = [source["height"], source["width"], source["mode"]]
        return {"facts": {"size": size, "classes": len(labels["classes"])}}
    except BaseException as error:
        return {"refused": _line(error)}


@lru_cache(maxsize=256)
def _require_method(
    method: str,
    preset: str,
    seed: int,
    device: str,
    size: int | None,
    settings: tuple[tuple[str, str], ...],
) -> None:
    words = [f"{name}={value}" for name, value in settings]
    chosen = choose(method or None, preset or None, seed, device, size, None, "", words)
    checked(chosen)


def _planned(row: Row, cache: Path, device: str) -> dict[str, Any]:
    """About how long the row takes."""
    try:
        return {"seconds": float(_dry(row, cache, device).get("plan", {}).get("seconds", 0.0))}
    except BaseException as error:
        return {"refused": _line(error)}


def _dry(row: Row, cache: Path, device: str) -> dict[str, Any]:
    """The summary of the row's command under --dry-run."""
    nowhere = cache.parent / "nowhere"
    words = command_words(row, fetched(row, cache), nowhere, device)
    summary = io.StringIO()
    _run([words[0], "--dry-run", "--json", *words[1:]], summary, io.StringIO())
    return dict(json.loads(summary.getvalue() or "{}"))


def _done(row: Row, folder: Path, cache: Path, work: Mapping[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    log = storage.prepare_folder(folder, overwrite=True) / LOG
    try:
        with log.open("a", encoding="utf-8") as stream:
            try:
                words = command_words(row, fetched(row, cache), folder, work["device"])
                _do(row, words, folder, stream)
            except BaseException:
                traceback.print_exc(file=stream)
                raise
        if not work["keep_models"] and row.task != "fit":
            _drop_model(folder)
        return {"done": _result(row, folder, began, work["store"])}
    except BaseException as error:
        code, line = faults.explain(error)
        if code == faults.BAD_INPUT and not isinstance(error, OutputError):
            return {"refused": line.removeprefix("error: ")}
        told = {"failed": line.removeprefix("error: "), "log": _end_of(log)}
        return told | ({"is_memory": True} if faults.is_out_of_memory(error) else {})


def _do(row: Row, words: list[str], folder: Path, log: TextIO) -> None:
    """Run the command, going on with what an attempt before left, if it left anything."""
    resumes = TASKS[row.task].resumes and (folder / RUN).exists()
    manner = "--resume" if resumes else "--overwrite"
    try:
        _run([words[0], manner, *words[1:]], log, log)
    except ModelError:
        if not resumes:
            raise
        for path in folder.iterdir():  # half of something, or of inputs that have changed
            if path.name != LOG:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        _run([words[0], "--overwrite", *words[1:]], log, log)


def _run(words: Sequence[str], out: TextIO, error: TextIO) -> None:
    """The command ``words`` in this process.

    Raises:
        BaseException: what ended it, if it did not end well.
    """
    with _argv(words), contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = app(args=list(words), prog_name="likewise", standalone_mode=False)
    if code not in (None, 0):
        raise LikewiseError(f"the command ended with code {code}")


@contextlib.contextmanager
def _argv(words: Sequence[str]) -> Iterator[None]:
    """Commands tell how to go on by the words of their process."""
    before, sys.argv = sys.argv, ["likewise", *words]
    try:
        yield
    finally:
        sys.argv = before


def _drop_model(folder: Path) -> None:
    if not (folder / MODEL).is_dir():
        return
    shutil.rmtree(folder / MODEL)
    record = _record(folder)
    kept = [name for name in record.get("outputs", []) if not name.startswith(f"{MODEL}/")]
    storage.write_json(folder / RUN, {**record, "outputs": kept})


def _result(row: Row, folder: Path, began: float, store: str) -> dict[str, Any]:
    record = _record(folder)
    write_thumbnail(folder)
    timings = record.get("timings_seconds", {})
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    result = {
        "seconds": round(time.monotonic() - began, 3),
        "fit_seconds": timings.get("fit"),
        "render_seconds": timings.get("render"),
        "method": record.get("method", ""),
        "preset": record.get("preset", ""),
        "device": record.get("device_name", ""),
        "warnings": record.get("warnings", []),
        "thumbnail": THUMBNAIL if (folder / THUMBNAIL).exists() else "",
        "files": [name for name in files if (folder / name).is_file()],
        "address": "",
    }
    storage.write_json(folder / RECORD, {"row": row.to_json(), "result": result})
    if store:
        result["address"] = put(folder, store, row.name)
    return result


def _record(folder: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads((folder / RUN).read_bytes()))
    return {}


def _line(error: BaseException) -> str:
    if isinstance(error, typer.Exit):
        return "the command would not take it"
    return faults.explain(error)[1].removeprefix("error: ")


def _end_of(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])
    return ""
