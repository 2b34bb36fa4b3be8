"""Start: the inputs of a fit are read before torch is imported, so that a slip is told at once."""

from __future__ import annotations

from likewise.cli.choices import Choices, Manner
from likewise.cli.session import Session
from likewise.cli.sources import Files, read_pair, read_targets


def fit_and_render(command: str, files: Files, choices: Choices, manner: Manner) -> None:
    """``likewise run`` and ``demo``; ``likewise fit`` where ``files`` name no target.

    Raises:
        InputError: the inputs, the options or the place are wrong; nothing was written.
        Interrupted: the user stopped it; the message tells how to go on.
    """
    session = Session(command, files.place, manner)
    pair = read_pair(files.image, files.labels, choices, session.terminal)
    targets = read_targets(
        files.targets,
        pair.labels,
        session.terminal,
        files.photographs,
        choices.instances,
        files.target_format,
    )
    session.watch.lap("read")
    from likewise.cli.job import carry_out

    carry_out(session, files, pair, targets, choices, manner)
