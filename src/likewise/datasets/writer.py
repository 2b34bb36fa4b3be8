"""DatasetWriter: fills a dataset pair by pair, so that a killed process leaves only whole pairs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from likewise.datasets.base import TRAIN, DatasetFormat, Entry
from likewise.datasets.journal import JOURNAL, Journal
from likewise.datasets.names import require_split, require_stem
from likewise.errors import LabelError, OutputError
from likewise.images import Image
from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap
from likewise.progress import SILENT, Progress
from likewise.storage import is_vacant, sweep_litter

CLASS_FILE = "classes.json"


class DatasetWriter:
    """A dataset on the disk that grows pair by pair. One process writes it at a time.

    Opening the same folder again goes on where it ended: :meth:`has` tells what is there. Of a pair
    half-written when a process was killed, nothing is left then; and until then no picture of it
    stands there without its labels, since the picture comes last.

    Args:
        folder: where it goes: new, empty, or begun by a writer of the same format, options and
            classes.
        form: the kind of dataset, from :func:`~likewise.datasets.registry.dataset_format`.
        classes: the table of every label map that will come.

    Raises:
        LabelError: the format cannot hold these classes.
        OutputError: the folder holds something else, or cannot be written.
    """

    def __init__(self, folder: Path, form: DatasetFormat, classes: ClassTable) -> None:
        form.check(classes)
        self.folder = Path(folder)
        self.form = form
        self.classes = classes
        head = {
            "format": form.name,
            "options": _as_json(asdict(form)),
            "classes": classes.to_json(),
        }
        _require_ours(self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            found = f"it cannot be made ({error.strerror})"
            raise OutputError(self.folder, found, "a folder that can be written") from error
        self._journal = Journal(self.folder, head)
        self._taken: dict[str, tuple[str, str]] = {}
        for entry in [*self._journal.begun.values()]:
            self._remove(entry)
            for path in self.form.files(entry):
                sweep_litter((self.folder / path).parent)
            self._journal.forget(entry)
        for entry in self._journal.whole.values():
            self._claim(entry)

    @property
    def entries(self) -> list[Entry]:
        """The whole pairs, by split and stem."""
        whole = self._journal.whole
        return [whole[key] for key in sorted(whole)]

    def has(self, stem: str, split: str = TRAIN) -> bool:
        """Whether the pair is there, whole."""
        return (split, stem) in self._journal.whole

    def add(
        self,
        stem: str,
        image: Image,
        labels: LabelMap,
        *,
        split: str = TRAIN,
        facts: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Write one pair; one of the same name in the same split is replaced.

        Args:
            stem: its name, without folder and suffix.
            image: the picture, (H, W); CMYK is written as RGB, every other mode and depth is kept
                as far as the format can.
            labels: its (H, W) label map, whose classes are those of the dataset. Pixels of ignored
                ids are of unknown content.
            split: which part it goes to: "train", "val", ...
            facts: what to keep with it in the journal, JSON values.

        Raises:
            OutputError: a name leads out of the folder or is taken by another pair, or the disk
                refuses.
            LabelError: sizes differ, or the map has other classes than the dataset.
            ImageError: the format cannot hold the picture.
        """
        entry = Entry(require_stem(stem), require_split(split), image.size, dict(facts or {}))
        labels.require_size(image)
        labels = self._renamed(labels)
        self._claim(entry)
        self._journal.begin(entry)
        self._remove(entry)
        for path in self.form.files(entry):
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self.form.write(self.folder, entry, image, labels)
        except Exception:
            self._remove(entry)
            self._journal.forget(entry)
            self._release(entry)
            raise
        self._journal.end(entry)
        return entry

    def finish(self, progress: Progress = SILENT) -> list[Entry]:
        """Write what speaks of the whole dataset (lists, class names, COCO's JSON), from the disk.

        More pairs may be added afterwards, and ``finish`` called again.

        Returns:
            The pairs.

        Raises:
            OutputError: the disk refuses.
            Interrupted: ``progress`` asked to stop.
        """
        self.classes.write(self.folder / CLASS_FILE)
        entries = self.entries
        self.form.index(self.folder, self.classes, entries, progress)
        return entries

    def _renamed(self, labels: LabelMap) -> LabelMap:
        """``labels`` under the dataset's table, if the two agree on every id that occurs."""
        for entry in labels.present_classes:
            mine = self.classes.by_id(entry.id) if entry.id in self.classes else None
            if mine is None or mine.name != entry.name or mine.ignored:
                raise LabelError(
                    labels.origin,
                    f"it holds {entry}",
                    "the classes of the dataset: " + ", ".join(map(str, self.classes.classes[:6])),
                    "Read it with the dataset's class table.",
                )
        unknown = [i for i in labels.ignore - self.classes.ignored if (labels.ids == i).any()]
        if unknown:
            raise LabelError(
                labels.origin,
                f"its id {unknown[0]} is ignored, and the dataset's table does not say so",
                "a table with a class for it that is marked as ignored",
                "Take the table of labels.conversion.complete_table.",
            )
        return LabelMap(labels.ids, self.classes, origin=labels.origin)

    def _claim(self, entry: Entry) -> None:
        """Take the file names of ``entry``, also on disks that do not tell capitals apart."""
        key = (entry.split, entry.stem)
        names = [path.as_posix().casefold() for path in self.form.files(entry)]
        for name in names:
            if self._taken.get(name, key) != key:
                split, stem = self._taken[name]
                raise OutputError(
                    "stem",
                    f"{entry.stem!r} in {entry.split} would write the files of {stem!r} in {split}",
                    "names that differ in more than capitals, splits or signs",
                    "Name it otherwise.",
                )
        self._taken.update(dict.fromkeys(names, key))

    def _release(self, entry: Entry) -> None:
        for path in self.form.files(entry):
            self._taken.pop(path.as_posix().casefold(), None)

    def _remove(self, entry: Entry) -> None:
        """Remove the files of ``entry``, the picture first."""
        for path in reversed(self.form.files(entry)):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                (self.folder / path).unlink()


def _require_ours(folder: Path) -> None:
    if not (folder / JOURNAL).exists() and not is_vacant(folder):
        raise OutputError(
            folder, "it is not empty", "a new or empty folder, or a dataset begun here before"
        )


def _as_json(value: Any) -> Any:
    """``value`` as it looks after a journey through JSON: tuples are lists, keys texts."""
    if isinstance(value, Mapping):
        return {str(key): _as_json(entry) for key, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_as_json(entry) for entry in value]
    return value
