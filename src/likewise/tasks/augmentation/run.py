"""Run: fills a dataset with new pairs, until there are as many as wanted.

Pair ``index`` is called ``pair_00000`` and so on. Where no attempt at a pair is kept, the next
number takes its place, so the same set comes about however often the work is stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from likewise.datasets import DatasetWriter
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.progress import SILENT, Progress
from likewise.tasks.augmentation.layouts import Layouts
from likewise.tasks.augmentation.maker import Made, Maker
from likewise.tasks.augmentation.manifest import Manifest
from likewise.tasks.augmentation.pool import made

GIVEN_UP = 1.0  # pairs that fail, for each one wanted, before the set is left smaller
PATIENCE = 10  # pairs that may fail in any case


@dataclass(eq=False)
class Set:
    """A dataset that grows by new pairs.

    Args:
        writer: of the dataset.
        manifest: of the same set.
        layouts: what pairs are drawn from.
        seed: of the set.
    """

    writer: DatasetWriter
    manifest: Manifest
    layouts: Layouts
    seed: int

    def __post_init__(self) -> None:
        """Let the dataset and the manifest agree: the dataset knows which pairs are whole."""
        for entry in self.writer.entries:
            if "index" in entry.facts:
                self.manifest.records.setdefault(int(entry.facts["index"]), entry.facts)
        for index, record in list(self.manifest.records.items()):
            if record.get("accepted") and not self.writer.has(stem(index)):
                del self.manifest.records[index]

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The records of the pairs that are in the dataset, in order."""
        records = self.manifest.records
        return [records[k] for k in sorted(records) if records[k]["accepted"]]

    def fill(
        self,
        count: int,
        build: Callable[[], Maker],
        *,
        workers: int = 1,
        progress: Progress = SILENT,
        dropped: Callable[[int, Image, LabelMap], None] | None = None,
    ) -> bool:
        """Add pairs until there are ``count``.

        Args:
            count: pairs wanted.
            build: makes a maker, in each process.
            workers: processes.
            progress: told of pairs; may ask to stop.
            dropped: handed each picture and layout that was not kept, with its pair's index.

        Returns:
            Whether the work came to its end; False if it was asked to stop.

        Raises:
            InputError: the disk is full; whole pairs are kept. Or no layout meets the constraints.
        """
        done = len(self.kept)
        progress.start("pairs", count, done)
        try:
            while wave := self._missing(count):
                for one in made(build, wave, workers, lambda: progress.should_stop):
                    self._take(one, dropped)
                    kept = len(self.kept)
                    progress.advance(min(count, kept), dropped=float(self._dropped()))
                if progress.should_stop:
                    return False
        finally:
            progress.finish()
        return True

    def layout(self, record: dict[str, Any]) -> LabelMap:
        """The layout of a pair, drawn again from its record."""
        return self.layouts.draw(self.seed, record["index"], record["draw"]).labels

    def tally(self) -> dict[str, Any]:
        """How many pairs were kept and dropped, and why; JSON."""
        records = list(self.manifest.records.values())
        reasons = Counter(r["kind"] for record in records for r in record["rejected"])
        return {
            "pairs": len(self.kept),
            "rendered": len(self.kept) + self._dropped(),
            "dropped": self._dropped(),
            "given_up": len(records) - len(self.kept),
            "reasons": dict(reasons.most_common()),
            "layouts_refused": sum(record["layouts_refused"] for record in records),
        }

    def _missing(self, count: int) -> list[int]:
        """Numbers of the pairs to be made next; none once there are enough or too many fail."""
        records = self.manifest.records
        failed = sum(not record["accepted"] for record in records.values())
        if failed > PATIENCE + GIVEN_UP * count:
            return []
        return [k for k in range(count + failed) if k not in records]

    def _take(self, one: Made, dropped: Callable[[int, Image, LabelMap], None] | None) -> None:
        record = one.record(self.seed)
        if one.image is not None and one.layout is not None:
            self.writer.add(stem(one.index), one.image, one.layout.labels, facts=record)
        self.manifest.add(record)
        if dropped is not None:
            for image, layout in one.dropped:
                dropped(one.index, image, layout)

    def _dropped(self) -> int:
        return sum(len(record["rejected"]) for record in self.manifest.records.values())


def stem(index: int) -> str:
    """Name of a pair."""
    return f"pair_{index:05d}"


def spread(records: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """``count`` of the records, evenly spread, or all of fewer."""
    if len(records) <= count:
        return list(records)
    return [records[round(k * (len(records) - 1) / (count - 1))] for k in range(count)]
