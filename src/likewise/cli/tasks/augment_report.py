"""Augment report: what ``likewise augment`` tells of a finished set, in words and as a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from likewise.cli.session import Session
from likewise.cli.sources import SHEET, Pair
from likewise.cli.tasks.augment_order import Order
from likewise.images import Image, read_image
from likewise.sheet import Column, contact_sheet
from likewise.tasks.augmentation.diversity import diversity
from likewise.tasks.augmentation.run import Set, spread, stem

SHOWN = 12  # pairs on the contact sheet


def finish(session: Session, made: Set, pair: Pair, order: Order) -> None:
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
    terminal.say(f"        {made.manifest.path}, {order.out / SHEET}")
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
