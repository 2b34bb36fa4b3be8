"""Counting: the results of a running study, counted again only when it is worth it.

Counting with intervals takes seconds of the same process that takes votes. So it is done at most
once in a while, by one thread, with fewer resamples than ``likewise study results`` draws.
"""

from __future__ import annotations

import io
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

from likewise.study.export import export
from likewise.study.results import Results, results
from likewise.study.store import Store
from likewise.study.study import Study

LIVE_SAMPLES = 200
REST = 20  # times as long as counting took, it then rests
VOTES_FILE = "votes.csv"


class Counting:
    """What the people of one study said. All methods block: call them in a thread."""

    def __init__(self, study: Study, store: Store) -> None:
        self._study = study
        self._store = store
        self._lock = threading.Lock()
        self._told: dict[str, Any] = {}
        self._again_at = 0.0

    def now(self) -> dict[str, Any]:
        """The results as JSON, with ``votes``, ``planned`` (votes of all who joined) and ``at``."""
        with self._lock:
            began = time.monotonic()
            if began >= self._again_at:
                self._told = self._count()
                took = time.monotonic() - began
                self._again_at = time.monotonic() + REST * took
            return self._told

    def votes_csv(self) -> bytes:
        """All votes as CSV."""
        return self._files()[VOTES_FILE]

    def archive(self) -> bytes:
        """All files of the results, zipped."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._files().items():
                archive.writestr(name, content)
        return packed.getvalue()

    def _files(self) -> dict[str, bytes]:
        with self._lock, tempfile.TemporaryDirectory() as folder:
            votes = list(self._store.votes())
            found = self._found(votes)
            return {p.name: p.read_bytes() for p in export(Path(folder), self._study, votes, found)}

    def _count(self) -> dict[str, Any]:
        votes = list(self._store.votes())
        found = self._found(votes)
        each = (self._study.trials_each + self._study.checks_each) * len(self._study.questions)
        return found.as_json() | {
            "votes": len(votes),
            "planned": each * found.joined,
            "at": time.strftime("%H:%M:%S"),
        }

    def _found(self, votes: list[Any]) -> Results:
        joined = self._store.participants()
        return results(self._study, votes, joined, samples=LIVE_SAMPLES)
