"""Augment job: what ``likewise augment`` does once its options are read.

All is checked first, and a layout drawn to see that the constraints can be met; then the source is
fitted once, and pairs are added to the dataset until there are enough.
"""

from __future__ import annotations

import os
import shutil
import time
from functools import partial
from pathlib import Path

from likewise.analogy import Analogy
from likewise.cli import compiling, record, work
from likewise.cli.choices import Choices, Manner, checked
from likewise.cli.place import Place, Standing
from likewise.cli.session import Session
from likewise.cli.sources import MODEL, SHEET, Pair, read_pair, require_apart
from likewise.cli.stopping import STOP
from likewise.cli.tasks.augment_order import Order, drawable, identity
from likewise.cli.tasks.augment_report import finish
from likewise.cli.terminal import spoken_seconds
from likewise.datasets import DatasetWriter, dataset_format
from likewise.datasets.journal import JOURNAL
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.layouts import Layouts
from likewise.tasks.augmentation.maker import build_maker, next_layout
from likewise.tasks.augmentation.manifest import Manifest
from likewise.tasks.augmentation.run import Set, stem

DATASET, MANIFEST, DROPPED = "dataset", "manifest.jsonl", "dropped"
QUICK = 10.0  # seconds: a fit that is over sooner is made for a dry run, to time a pair


def carry_out(order: Order, choices: Choices, manner: Manner) -> None:
    """Check everything, fit, fill the dataset, tell how much its layouts differ.

    Raises:
        InputError: an input, an option or the place is wrong, or the disk is full.
        Interrupted: the user stopped it; the message tells how to go on.
    """
    order.require_numbers()
    session = Session("augment", Place(order.out, order.out / MODEL), manner)
    pair = read_pair(order.image, order.labels, choices, session.terminal)
    layouts = drawable(order, pair)
    form = dataset_format(order.format)
    form.check(pair.labels.classes)
    choices = checked(choices)
    next_layout(layouts, choices.seed, 0, 0)  # a constraint that cannot be met is told now
    session.watch.lap("read")
    pair = Pair(pair.image, pair.labels, order.image, order.labels, identity(order, layouts))
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
        finish(session, made, pair, order)
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
