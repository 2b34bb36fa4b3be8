"""Writing the summary page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader

from likewise import storage
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.place import RESULTS, ROWS
from likewise.batch.results import told

TEMPLATE = Path(__file__).with_name("summary.html")
MOST_PICTURES = 600  # more would be slow to open; the table has them all
MOST_ERRORS = 200


def write_summary(ledger: Ledger, path: Path, title: str) -> None:
    """Write the page to ``path``: counts, times, what failed and why, and thumbnails.

    Of more than :data:`MOST_PICTURES` rows that are done it shows some, evenly chosen.

    Raises:
        OutputError: it cannot be written.
    """
    done = list(ledger.entries("done"))
    shown = evenly(done, MOST_PICTURES)
    wrong = list(ledger.entries("refused", "failed"))
    environment = Environment(loader=FileSystemLoader(TEMPLATE.parent), autoescape=True)
    page = environment.get_template(TEMPLATE.name).render(
        title=title,
        counts={state: count for state, count in ledger.counts().items() if count},
        total=sum(ledger.counts().values()),
        seconds=_seconds(done),
        pictures=[_picture(entry) for entry in shown],
        left_out=len(done) - len(shown),
        wrong=[told(entry) for entry in wrong[:MOST_ERRORS]],
        more_wrong=max(len(wrong) - MOST_ERRORS, 0),
        table=RESULTS,
    )
    storage.write_bytes(path, page.encode())


def evenly(entries: Sequence[Entry], most: int) -> list[Entry]:
    """Up to ``most`` of ``entries``, evenly spread, in their order."""
    if len(entries) <= most:
        return list(entries)
    return [entries[place * len(entries) // most] for place in range(most)]


def _seconds(done: Sequence[Entry]) -> dict[str, float]:
    took = sorted(entry.result["seconds"] for entry in done if entry.result.get("seconds"))
    if not took:
        return {}
    return {
        "median": statistics.median(took),
        "longest": took[-1],
        "hours": sum(took) / 3600,
    }


def _picture(entry: Entry) -> dict[str, Any]:
    facts = told(entry)
    place = facts["place"]
    if place.startswith(f"{ROWS}/"):
        place = quote(place)
    thumbnail = entry.result.get("thumbnail", "")
    return {**facts, "place": place, "thumbnail": f"{place}/{thumbnail}" if thumbnail else ""}
