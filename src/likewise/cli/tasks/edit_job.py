"""Edit job: what ``likewise remove``, ``face`` and ``retarget`` do once their options are read.

The layout is drawn by the task; from there on all goes as in ``likewise run``.
"""

from __future__ import annotations

from collections.abc import Callable

from likewise.cli.choices import Choices, Manner
from likewise.cli.place import Place
from likewise.cli.session import Session
from likewise.cli.sources import MODEL, Files, Pair, Target, read_pair
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.edit import Edit


def carry_out(
    command: str,
    files: Files,
    draw: Callable[[Image, LabelMap], Edit],
    choices: Choices,
    manner: Manner,
) -> None:
    """Read the pair, have its edit drawn, fit, render and finish.

    Raises:
        InputError: the inputs, the options or the place are wrong; nothing was written.
        Interrupted: the user stopped it; the message tells how to go on.
    """
    session = Session(command, Place(files.out, files.out / MODEL), manner)
    pair = read_pair(files.image, files.labels, choices, session.terminal)
    edit = draw(pair.image, pair.labels)
    for note in edit.notes:
        session.terminal.say(f"layout  {note}")
    session.watch.lap("read")
    from likewise.cli.job import carry_out

    pair = Pair(edit.image, edit.labels, pair.image_path, pair.labels_path, edit.order)
    target = Target(edit.name, files.labels, edit.layout, edit=edit)
    carry_out(session, files, pair, [target], choices, manner)
