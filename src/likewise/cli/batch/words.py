"""Words: the command line that a row of a batch stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from likewise.batch.rows import Row
from likewise.batch.tasks import TASKS, option_words


def command_words(row: Row, files: Mapping[str, str], out: Path, device: str) -> list[str]:
    """What follows ``likewise`` on the command line that does ``row``.

    Args:
        row: the job.
        files: where each of its files lies on this machine.
        out: folder for the results.
        device: where to compute.
    """
    columns = TASKS[row.task].columns
    given = {
        "--method": row.method,
        "--preset": row.preset,
        "--size": row.size,
        "--classes": files.get(row.classes, row.classes),
        "--ignore": row.ignore,
        "--format": row.format,
        "--seed": row.seed,
        "--device": device,
    }
    words = [
        row.task,
        *(f"{name}={value}" for name, value in given.items() if value not in ("", None)),
    ]
    words += TASKS[row.task].words
    words += [f"--set={name}={value}" for name, value in row.settings.items()]
    words += option_words({name: _placed(value, files) for name, value in row.options.items()})
    positional = [row.image, *([row.labels] if "labels" in columns else []), *row.targets]
    return [*words, f"--out={out}", "--", *(files[path] for path in positional)]


def _placed(value: object, files: Mapping[str, str]) -> object:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_placed(each, files) for each in value]
    return files.get(value, value) if isinstance(value, str) else value
