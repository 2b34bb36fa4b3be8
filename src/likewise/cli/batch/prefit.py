"""Prefit: like fits of several rows made together, each left where its command finds it.

A row of a pack is then as far as one whose command was stopped right after its fit; the command
goes on from there and renders.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from likewise import storage
from likewise.analogy import Analogy
from likewise.batch.files import fetched
from likewise.batch.rows import Row
from likewise.cli import record
from likewise.cli.choices import Choices, checked, choose
from likewise.cli.place import RECORD
from likewise.cli.sources import MODEL, read_pair
from likewise.cli.terminal import Terminal
from likewise.methods.packing import fit_together

Job = tuple[Row, Path]


def fit_packed(jobs: Sequence[Job], cache: Path, device: str) -> None:
    """Fit the rows of ``jobs`` together and leave each model in its folder.

    Args:
        jobs: rows, each with the folder of its attempt.
        cache: where files from stores are.
        device: where to compute.

    Raises:
        LikewiseError: a row cannot be fitted; none was left a model then.
    """
    terminal = Terminal(quiet=True)
    files = [fetched(row, cache) for row, _ in jobs]
    chosen = [_choices(row, each, device) for (row, _), each in zip(jobs, files, strict=True)]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        pairs = [
            read_pair(Path(at[row.image]), Path(at[row.labels]), each, terminal)
            for (row, _), at, each in zip(jobs, files, chosen, strict=True)
        ]
    analogies = [
        Analogy(
            each.method,
            each.preset,
            device=device,
            size=each.size,
            settings=each.settings,
        )
        for each in chosen
    ]
    fit_together(
        [analogy.method for analogy in analogies],
        [(pair.image, pair.labels) for pair in pairs],
        [each.seed for each in chosen],
        largest=len(jobs),
    )
    for (row, folder), pair, each, analogy in zip(jobs, pairs, chosen, analogies, strict=True):
        model = folder / MODEL if row.targets else folder
        storage.prepare_folder(model, overwrite=True)
        identity = record.identity(pair, each, analogy)
        told = {"command": row.task, "status": "rendering", "identity": identity}
        storage.write_json(folder / RECORD, told | {"outputs": [], **record.environment(analogy)})
        analogy.save(model)


def _choices(row: Row, files: Mapping[str, str], device: str) -> Choices:
    table = Path(files[row.classes]) if row.classes else None
    settings = [f"{name}={value}" for name, value in row.settings.items()]
    return checked(
        choose(
            row.method or None,
            row.preset or None,
            row.seed,
            device,
            row.size,
            table,
            row.ignore,
            settings,
            row.format or None,
        )
    )
