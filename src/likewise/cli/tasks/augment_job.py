"""Augment job: what ``likewise augment`` does once its options are read.

All is checked first, and a layout drawn to see that the constraints can be met; then the source is
fitted once, and pairs are added to the dataset until there are enough.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from likewise.analogy import Analogy
from likewise.cli import compiling, record, work
from likewise.cli.choices import Choices, Manner, checked
from likewise.cli.place import Place, Standing
from likewise.cli.session import Session
from likewise.cli.sources import MODEL, SHEET, Pair, file_facts, read_pair, require_apart
from likewise.cli.stopping import STOP
from likewise.cli.terminal import spoken_seconds
from likewise.datasets import DatasetWriter, dataset_format
from likewise.datasets.journal import JOURNAL
from likewise.errors import ConfigError, LabelError
from likewise.images import Image, read_image
from likewise.labels.label_map import LabelMap
from likewise.sheet import Column, contact_sheet
from likewise.tasks.augmentation.constraints import parse_constraints
from likewise.tasks.augmentation.diversity import diversity
from likewise.tasks.augmentation.layouts import Layouts
from likewise.tasks.augmentation.maker import build_maker, next_layout
from likewise.tasks.augmentation.manifest import Manifest
from likewise.tasks.augmentation.run import Set, spread, stem
from likewise.tasks.augmentation.settings import LayoutSettings

DATASET, MANIFEST, DROPPED = "dataset", "manifest.jsonl", "dropped"
MOST_PAIRS = 100_000
SHOWN = 12  # pairs on the contact sheet
QUICK = 10.0  # seconds: a fit that is over sooner is made for a dry run, to time a pair


@dataclass(frozen=True)
class Order:
    """What was asked for, besides how to render."""

    image: Path
    labels: Path
    out: Path
    pairs: int
    format: str
    constraints: tuple[str, ...]
    move: tuple[str, ...]
    layouts: tuple[Path, ...]
    drawing: Mapping[str, str]
    judged: bool
    keep_dropped: bool
    workers: int | None


def carry_out(order: Order, choices: Choices, manner: Manner) -> None:
    """Check everything, fit, fill the dataset, tell how much its layouts differ.

    Raises:
        InputError: an input, an option or the place is wrong, or the disk is full.
        Interrupted: the user stopped it; the message tells how to go on.
    """
    _require_number("-n", order.pairs, MOST_PAIRS)
    if order.workers is not None:
        _require_number("--workers", order.workers, 256)
    session = Session("augment", Place(order.out, order.out / MODEL), manner)
    pair = read_pair(order.image, order.labels, choices, session.terminal)
    layouts = _layouts(order, pair)
    form = dataset_format(order.format)
    form.check(pair.labels.classes)
    choices = checked(choices)
    next_layout(layouts, choices.seed, 0, 0)  # a constraint that cannot be met is told now
    session.watch.lap("read")
    pair = Pair(pair.image, pair.labels, order.image, order.labels, _identity(order, layouts))
    analogy = _analogy(choices)
    workers = order.workers or _default_workers(analogy, order.pairs)
    standing = _prepared(session, order, pair, analogy, choices, manner, workers)
    if manner.dry_run:
        _tell_time(session, analogy, pair, layouts, order.pairs, workers)
    if session.ends_dry():
        return
    session.open("fitting", _outputs(session.place), fresh=standing == "new")
    with session.place.work():
        if standing == "new":
            _clear(order.out)
        work.fit(analogy, pair, choices, session.place, standing, session.terminal)
        session.watch.lap("fit")
        writer = DatasetWriter(order.out / DATASET, form, pair.labels.classes)
        made = Set(writer, Manifest(order.out / MANIFEST), layouts, choices.seed)
        _fill(session, made, order, choices, workers)
        _finish(session, made, pair, order)
    session.terminal.summary(session.summary())


def _prepared(
    session: Session,
    order: Order,
    pair: Pair,
    analogy: Analogy,
    choices: Choices,
    manner: Manner,
    workers: int,
) -> Standing:
    """Tell the plan, note it for the record, and see how far an earlier run has come."""
    place, terminal = session.place, session.terminal
    identity = record.identity(pair, choices, analogy)
    require_apart(_outputs(place), [order.image, order.labels, *order.layouts])
    plan = analogy.plan(pair.image, pair.labels)
    work.tell_plan(plan, terminal)
    session.note(
        seed=choices.seed,
        **record.environment(analogy) | {"threads": 1},
        workers=workers,
        plan=record.describe_plan(plan),
        inputs=record.describe_pair(pair),
        identity=identity,
        pairs=order.pairs,
    )
    if manner.dry_run:
        return "new"
    standing = place.survey(identity, resume=manner.resume, overwrite=manner.overwrite)
    if manner.resume:
        work.tell_standing(standing, place, terminal)
    return standing


def _analogy(choices: Choices) -> Analogy:
    return Analogy(
        choices.method,
        choices.preset,
        device=choices.device,
        size=choices.size,
        settings=choices.settings,
    )


def _outputs(place: Place) -> list[Path]:
    return [place.folder / MANIFEST, place.folder / SHEET, *place.model_files]


def _fill(session: Session, made: Set, order: Order, choices: Choices, workers: int) -> None:
    """Add pairs until there are enough, or the user stops it."""
    terminal = session.terminal
    session.update("rendering")
    build = partial(
        build_maker,
        order.out / MODEL,
        choices.device,
        made.layouts,
        judged=order.judged,
        seed=choices.seed,
        keep_dropped=order.keep_dropped,
    )
    progress = terminal.progress()
    keep = partial(_write_dropped, order.out / DROPPED) if order.keep_dropped else None
    try:
        with STOP.listen(), compiling.told(terminal):
            whole = made.fill(order.pairs, build, workers=workers, progress=progress, dropped=keep)
    finally:
        progress.close()
    session.watch.lap("pairs")
    session.note(**made.tally())
    if not whole:
        session.update("interrupted")
        raise session.place.interruption()


def _finish(session: Session, made: Set, pair: Pair, order: Order) -> None:
    """Write what speaks of the whole set, and tell what it is like."""
    terminal = session.terminal
    entries = made.writer.finish()
    made.manifest.finish()
    _write_sheet(made, pair, order.out / SHEET)
    tally = made.tally()
    told = diversity(pair.labels, [made.layout(one) for one in made.kept])
    session.note(**tally, diversity=told)
    session.watch.lap("finish")
    terminal.say(f"wrote   {made.writer.folder}: {len(entries)} pairs, {order.format}")
    terminal.say(f"        {order.out / MANIFEST}, {order.out / SHEET}")
    if order.judged:
        terminal.say(f"judge   {tally['dropped']} of {tally['rendered']} renderings dropped")
        for reason, times in tally["reasons"].items():
            terminal.say(f"          {times} x {reason}")
    for line in _spoken(told):
        terminal.say(line)
    if tally["pairs"] < order.pairs:
        terminal.warn(
            f"{tally['pairs']} of {order.pairs} pairs: the judge dropped every attempt at "
            f"{tally['given_up']} others; name what may be moved with --move, or weaken --draw"
        )
    session.update("complete")


def _spoken(told: Mapping[str, Any]) -> list[str]:
    if told["to_each_other"] is None:
        return []
    lines = [
        f"layouts differ by {told['to_each_other']:.2f} (1 - mean IoU), from the one most like "
        f"them by {told['to_nearest']:.2f}, from the source by {told['to_source']:.2f}"
    ]
    for name, figures in told["classes"].items():
        area, count = figures["area"], figures["regions"]
        lines.append(
            f"          {name}: {100 * area['mean']:.1f} % of the picture (sd "
            f"{100 * area['sd']:.1f}), {count['least']:.0f} to {count['most']:.0f} regions"
        )
    return lines


def _layouts(order: Order, pair: Pair) -> Layouts:
    """The layouts that may be drawn, from the options."""
    given = []
    for path in order.layouts:
        layout = LabelMap.read(path, like=pair.labels)
        layout.require_known(pair.labels, str(path))
        layout.require_size(pair.image, path)
        given.append(layout)
    shown = pair.labels.present_classes
    for name in order.move:
        if name not in shown.names:
            known = f"one of {', '.join(shown.names)}"
            raise LabelError("--move", f"{name!r} does not occur in the labels", known)
    movable = frozenset(shown.by_name(name).id for name in order.move) if order.move else None
    constraints = parse_constraints(order.constraints, pair.labels)
    return Layouts(pair.labels, given, _settings(order.drawing), constraints, movable)


def _settings(words: Mapping[str, str]) -> LayoutSettings:
    known = [entry.name for entry in fields(LayoutSettings)]
    values = {}
    for name, word in words.items():
        if name not in known:
            raise ConfigError("--draw", f"no setting {name!r}", f"one of {', '.join(known)}")
        try:
            values[name] = float(word)
        except ValueError:
            raise ConfigError("--draw", f"{name}={word}", "a number") from None
    return LayoutSettings(**values)


def _identity(order: Order, layouts: Layouts) -> dict[str, Any]:
    """What must be the same for a run to be continued; the number of pairs may grow."""
    return {
        "task": "augment",
        "format": order.format,
        "constraints": list(order.constraints),
        "move": list(order.move),
        "layouts": [file_facts(path)["sha256"] for path in order.layouts],
        "draw": asdict(layouts.settings),
        "judge": order.judged,
    }


def _default_workers(analogy: Analogy, pairs: int) -> int:
    if analogy.method.device.type != "cpu":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, pairs))


def _tell_time(
    session: Session, analogy: Analogy, pair: Pair, layouts: Layouts, pairs: int, workers: int
) -> None:
    """Say how long the pairs will take, if the method is quick enough to time one."""
    if analogy.plan(pair.image, pair.labels).seconds > QUICK:
        session.terminal.say(f"        then {pairs} pairs, drawn from {len(layouts.bases)} layouts")
        return
    analogy.fit(pair.image, pair.labels)
    _, found = next_layout(layouts, 0, 0, 0)
    analogy.render(found.layout.labels)  # the first one also warms up
    began = time.monotonic()
    analogy.render(found.layout.labels)
    seconds = (time.monotonic() - began) * pairs / workers
    session.note(pairs_seconds=round(seconds, 1))
    session.terminal.say(
        f"        then {pairs} pairs with {workers} workers, about {spoken_seconds(seconds)} "
        "and as much again for each rendering that is dropped"
    )


def _clear(folder: Path) -> None:
    """Remove the dataset and the dropped pictures of an earlier run."""
    if (folder / DATASET / JOURNAL).exists():
        shutil.rmtree(folder / DATASET)
        for path in (folder / DROPPED).glob("pair_*"):
            path.unlink()


def _write_dropped(folder: Path, index: int, image: Image, layout: LabelMap) -> None:
    folder.mkdir(exist_ok=True)
    number = len(list(folder.glob(f"{stem(index)}-*.layout.png"))) + 1
    image.save(folder / f"{stem(index)}-{number}{image.suffix}")
    layout.write(folder / f"{stem(index)}-{number}.layout.png")


def _write_sheet(made: Set, pair: Pair, path: Path) -> None:
    """The source and some pairs, each layout over its picture."""
    entries = {entry.stem: entry for entry in made.writer.entries}
    columns = []
    for one in spread(made.kept, SHOWN):
        name = stem(one["index"])
        file = made.writer.folder / made.writer.form.files(entries[name])[-1]
        columns.append(Column(name, made.layout(one).to_colour(), read_image(file).to_rgb8()))
    source = Column("source", pair.labels.to_colour(), pair.image.to_rgb8())
    legend = [(entry.name, entry.colour) for entry in pair.labels.present_classes]
    Image.from_array(contact_sheet(source, columns, legend)).save(path)


def _require_number(option: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise ConfigError(option, str(value), f"a whole number from 1 to {most}")
