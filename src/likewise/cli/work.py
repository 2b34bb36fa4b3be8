"""Work: fitting one pair and rendering layouts, as every command that does either does it."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from likewise.analogy import Analogy
from likewise.cli import compiling
from likewise.cli.choices import Choices, Manner
from likewise.cli.doubting import Doubting
from likewise.cli.place import Place, Standing
from likewise.cli.sources import LAYOUT, PROVENANCE, SHEET, Pair, Target
from likewise.cli.stopping import STOP
from likewise.cli.terminal import Terminal, spoken_seconds
from likewise.images import Image
from likewise.methods.base import Checkpointing, Plan
from likewise.provenance import Provenance
from likewise.sheet import Column, contact_sheet

if TYPE_CHECKING:
    from likewise.tasks.edit import Edit

CHECKPOINT_EVERY = 30.0  # seconds


def tell_plan(plan: Plan, terminal: Terminal) -> None:
    """Say what the fit will do and about how long it takes."""
    height, width = plan.size
    steps = f"{plan.steps} steps, " if plan.steps else ""
    terminal.say(
        f"plan    {plan.method}, preset {plan.preset}, on {plan.device}: works at "
        f"{width} x {height} pixels, {steps}about {spoken_seconds(plan.seconds)}"
    )


def tell_standing(standing: Standing, place: Place, terminal: Terminal) -> None:
    """Say what ``--resume`` found."""
    terminal.say(
        {
            "new": f"resume  no checkpoint is in {place.folder}; starting from the beginning",
            "checkpoint": f"resume  from {place.checkpoint}",
            "fitted": f"resume  the model in {place.model} is complete; it is not fitted again",
        }[standing]
    )


def warn_of_closeness(place: Place, now: dict[str, Any], terminal: Terminal) -> None:
    """Warn where a continued fit cannot end bit-identical: another device or thread count."""
    keys = ("device", "threads")
    then = {key: place.earlier.get(key) for key in keys}
    if then != {key: now[key] for key in keys}:
        terminal.warn(
            f"the run was begun on {then['device']} with {then['threads']} threads and goes on "
            f"with {now['device']}, {now['threads']} threads: its result will be close to that of "
            "an uninterrupted run, not bit-identical"
        )


def outputs(place: Place, targets: Sequence[Target], source: Image, manner: Manner) -> list[Path]:
    """Every file, besides the record, that a command will write."""
    files = []
    for target in targets:
        files.append(place.folder / f"{target.name}{source.suffix}")
        if manner.provenance:
            files += provenance_files(place.folder, target.name)
        if target.edit:
            files.append(place.folder / f"{target.name}{LAYOUT}")
            files += [place.folder / name for name in target.edit.beside]
    if targets:
        files.append(place.folder / SHEET)
    return files + place.model_files


def fit(
    analogy: Analogy,
    pair: Pair,
    choices: Choices,
    place: Place,
    standing: Standing,
    terminal: Terminal,
) -> Analogy:
    """Fit ``analogy`` as far as ``standing`` leaves to do, save it, drop the checkpoint.

    Raises:
        Interrupted: the user stopped it; a checkpoint is in ``place``.
        OutputError: the disk is full.
        ModelError: the checkpoint or the model in ``place`` is damaged.
    """
    assert place.model is not None
    if standing == "fitted":
        place.checkpoint.unlink(missing_ok=True)
        return Analogy.load(place.model, device=choices.device)
    keep = Checkpointing(place.checkpoint, CHECKPOINT_EVERY, resume=standing == "checkpoint")
    progress = terminal.progress()
    with STOP.listen(), contextlib.closing(progress):
        analogy.fit(
            pair.image, pair.labels, seed=choices.seed, progress=progress, checkpointing=keep
        )
    analogy.save(place.model)
    place.checkpoint.unlink(missing_ok=True)
    if STOP.requested:  # the wish arrived with the last step: the fit is whole, the rest waits
        raise place.interruption()
    return analogy


def provenance_files(folder: Path, name: str) -> tuple[Path, Path]:
    """Where the provenance of the answer ``name`` is written: the arrays, and the picture."""
    return folder / f"{name}{PROVENANCE}.npz", folder / f"{name}{PROVENANCE}.png"


def render(
    analogy: Analogy,
    targets: Sequence[Target],
    folder: Path,
    manner: Manner,
    terminal: Terminal,
    doubting: Doubting,
) -> dict[str, Any]:
    """Render and write every layout, then the contact sheet; doubts are told.

    Returns:
        For the record, by target name: seconds, with provenance the share of pixels that are the
        source's own, and what an edit measures of its answer.
    """
    seconds: dict[str, float] = {}
    measures: dict[str, dict[str, float]] = {}
    shares: dict[str, float] = {}
    columns = []
    for target in targets:
        began = time.monotonic()
        with compiling.told(terminal):
            answer, provenance = _rendered(analogy, target, manner, terminal)
        layout = target.labels.to_colour()
        if target.edit:
            answer = target.edit.finished(answer)
            layout = target.edit.pictured()
            _write_beside(target.edit, folder, target.name)
            provenance = None
        file = folder / f"{target.name}{answer.suffix}"
        answer.save(file)
        seconds[target.name] = round(time.monotonic() - began, 3)
        terminal.say(f"wrote   {file} ({spoken_seconds(seconds[target.name])})")
        if target.edit and (found := target.edit.measured(answer)):
            measures[target.name] = found
            told = (f"{name.replace('_', ' ')} {value:.2f}" for name, value in found.items())
            terminal.say(f"        {', '.join(told)}")
        doubting.answer(analogy, target, answer)
        if provenance is not None:
            shares[target.name] = round(provenance.share_exact, 6)
            _write_provenance(provenance, analogy.image, folder, target.name, terminal)
        columns.append(Column(target.name, layout, answer.to_rgb8()))
    _write_sheet(analogy, targets[0].edit, columns, folder / SHEET)
    terminal.say(f"wrote   {folder / SHEET}")
    told_of = {"share_exact": shares, "measures": measures}
    return {"render_seconds": seconds} | {name: of for name, of in told_of.items() if of}


def _write_beside(edit: Edit, folder: Path, name: str) -> None:
    edit.shown.write(folder / f"{name}{LAYOUT}")
    for file, content in edit.beside.items():
        if isinstance(content, Image):
            content.save(folder / file)
        else:
            content.write(folder / file)


def _write_sheet(
    analogy: Analogy, edit: Edit | None, columns: Sequence[Column], file: Path
) -> None:
    image, labels = edit.before if edit else (analogy.image, analogy.labels)
    layout = edit.pictured_before() if edit else labels.to_colour()
    legend = [(entry.name, entry.colour) for entry in labels.present_classes]
    sheet = contact_sheet(Column("source", layout, image.to_rgb8()), columns, legend)
    Image.from_array(sheet).save(file)


def _rendered(
    analogy: Analogy, target: Target, manner: Manner, terminal: Terminal
) -> tuple[Image, Provenance | None]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", RuntimeWarning)
        asked = target.labels, target.photograph
        rendering = analogy.rendering(*asked) if manner.provenance or target.edit else None
        answer = analogy.render(*asked) if rendering is None else rendering.image
    for warning in told:
        terminal.warn(str(warning.message))
    return answer, None if rendering is None else rendering.provenance


def _write_provenance(
    provenance: Provenance, source: Image, folder: Path, name: str, terminal: Terminal
) -> None:
    arrays, picture = provenance_files(folder, name)
    provenance.write(arrays)
    Image.from_array(provenance.picture(source.to_rgb8(), name)).save(picture)
    terminal.say(f"wrote   {arrays} and .png: {provenance.summary}")
