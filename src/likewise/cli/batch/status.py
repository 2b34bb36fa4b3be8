"""Status: how far a batch is, read from its folder."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

from likewise.batch.ledger import Ledger
from likewise.batch.place import Place
from likewise.batch.results import told
from likewise.cli.batch.tally import stage_of
from likewise.cli.terminal import Terminal, spoken_seconds
from likewise.locks import is_held

SHOWN = 20


def tell_status(folder: Path, as_json: bool) -> None:
    """Tell the counts, what is being worked on, and why rows were not done.

    Raises:
        ModelError: there is no batch in ``folder``.
    """
    terminal = Terminal(as_json=as_json)
    place = Place(folder)
    with contextlib.closing(Ledger(folder, read_only=True)) as ledger:
        counts = ledger.counts()
        total = sum(counts.values())
        goes_on = is_held(folder)
        state = "goes on" if goes_on else "does not run now"
        terminal.say(f"batch   {folder}: {counts['done']} of {total} rows done; it {state}")
        terminal.say(f"        {', '.join(f'{n} {s}' for s, n in counts.items() if n)}")
        running = Counter(stage_of(place, e.row.name) for e in ledger.entries("running"))
        if goes_on and running:
            terminal.say(f"        of these, {', '.join(f'{n} {s}' for s, n in running.items())}")
        took = [e.result["seconds"] for e in ledger.entries("done") if e.result.get("seconds")]
        if took:
            mean = sum(took) / len(took)
            left = spoken_seconds(mean * (counts["waiting"] + counts["running"]))
            terminal.say(f"        {spoken_seconds(mean)} a row; about {left} of work left")
        wrong = [told(entry) for entry in ledger.entries("refused", "failed")]
    for row in wrong[:SHOWN]:
        terminal.say(f"{row['state']:<8}row {row['number']} ({row['name']}): {row['error']}")
    if len(wrong) > SHOWN:
        terminal.say(f"        and {len(wrong) - SHOWN} more, in results.parquet")
    terminal.summary({"folder": str(folder), "goes_on": goes_on, "rows": counts, "wrong": wrong})
