"""Sketch job: what ``likewise sketch`` does once its options are read.

Sketches are read and matched here; from there on all goes as in ``likewise run``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from likewise.cli.choices import Choices, Manner
from likewise.cli.place import Place
from likewise.cli.session import Session
from likewise.cli.sources import MODEL, Files, Pair, Target, file_facts, require_apart, unique_names
from likewise.cli.terminal import Terminal
from likewise.images import Image, read_image

OWN = "source.sketch.png"


@dataclass(frozen=True)
class Asked:
    """What the command was asked for; see its options."""

    image: Path
    targets: tuple[Path, ...]
    own: Path | None
    out: Path
    by: str
    gap: float | None
    detail: int


def carry_out(asked: Asked, choices: Choices, manner: Manner) -> None:
    """Read the picture and all sketches, match them, fit, render and finish.

    Raises:
        InputError: the inputs, the options or the place are wrong; nothing was written.
        Interrupted: the user stopped it; the message tells how to go on.
    """
    session = Session("sketch", Place(asked.out, asked.out / MODEL), manner)
    picture = _picture(asked.image, session.terminal)
    from likewise.tasks.sketches import Sketch, follow_each

    own = None if asked.own is None else Sketch.read(asked.own)
    # The name "source" is taken by the files of the picture itself.
    names = unique_names([Path("source"), *asked.targets])[1:]
    drawn = {name: Sketch.read(path) for name, path in zip(names, asked.targets, strict=True)}
    edits = follow_each(picture, drawn, own, by=asked.by, gap=asked.gap, detail=asked.detail)
    for edit in edits:
        for note in edit.notes:
            session.terminal.say(f"sketch  {note}")
    session.watch.lap("read")
    from likewise.cli.job import carry_out as fit_and_render

    first = edits[0]
    sketch_path = asked.image if asked.own is None else asked.own
    pair = Pair(first.image, first.labels, asked.image, sketch_path, first.order)
    targets = [
        Target(edit.name, path, edit.layout, edit=edit)
        for edit, path in zip(edits, asked.targets, strict=True)
    ]
    files = Files(asked.image, sketch_path, asked.targets, asked.out)
    fit_and_render(session, files, pair, targets, choices, manner)


def extract(image: Path, out: Path, detail: int, manner: Manner) -> None:
    """Write the sketch of ``image`` and nothing else.

    Raises:
        InputError: the picture, ``detail`` or the place is wrong; nothing was written.
    """
    session = Session("sketch", Place(out, None), manner)
    place = session.place
    picture = _picture(image, session.terminal)
    require_apart([out / OWN], [image])
    from likewise.tasks.sketches import extracted

    drawn = extracted(picture, detail)
    session.watch.lap("extract")
    session.note(inputs={"image": file_facts(image), "detail": detail})
    if session.ends_dry():
        return
    place.survey({}, resume=False, overwrite=manner.overwrite)
    session.open("extracting", [out / OWN], fresh=True)
    with place.work():
        drawn.save(out / OWN)
        session.update("complete")
    session.terminal.say(f"wrote   {out / OWN}; draw another over it, and give it as TARGET")
    session.terminal.summary(session.summary())


def _picture(path: Path, terminal: Terminal) -> Image:
    picture = read_image(path)
    height, width = picture.size
    terminal.say(f"source  {path}: {width} x {height} pixels, {picture.mode}, {picture.depth} bits")
    return picture
