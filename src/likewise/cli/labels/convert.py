"""What ``likewise labels convert`` does: read all, unite their classes, write all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from likewise.cli.labels.files import Item, Manner, items_of
from likewise.cli.terminal import StoppableProgress, Terminal
from likewise.errors import Interrupted, LabelError, OutputError
from likewise.images.writing import encode
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.conventions.coco import coco_document
from likewise.labels.conventions.cvat import LABEL_MAP, VOID, label_map_text, void_palette
from likewise.labels.conventions.label_me import label_me_document
from likewise.labels.conventions.writing import NUMBERINGS, require_holds, require_kind
from likewise.labels.conventions.yolo import polygon_lines
from likewise.labels.conversion import (
    complete_table,
    mapped,
    mapped_table,
    renumbered,
    renumbering,
    united,
)
from likewise.labels.label_map import LabelMap
from likewise.storage import prepare_folder, write_bytes, write_json

CLASS_FILE = "classes.json"
ANNOTATIONS = "annotations.json"
_FEW = 10  # files that are done before anybody asks how far it is
_SUFFIXES = {"npy": ".npy", "labelme": ".json", "yolo-seg": ".txt", "coco": ""}


@dataclass(frozen=True)
class Plan:
    """What becomes of every file's classes.

    Attributes:
        kind: of the files to write.
        tables: the class table of each item, as it was read.
        changes: old name or id -> new name or id.
        table: the classes of all items together, the changes made.
        numbers: id in ``table`` -> id in the data set that ``kind`` names; {} for one's own kinds.
    """

    kind: str
    tables: Sequence[ClassTable]
    changes: Mapping[str, str]
    table: ClassTable
    numbers: Mapping[int, int]

    def told(self, final: ClassTable) -> dict[str, LabelClass]:
        """The class in ``final`` of each class of the files that changes its name or id."""
        found: dict[str, LabelClass] = {}
        numbers = {entry.name: entry.id for entry in self.table}
        for table in self.tables:
            for old, entry in _becomes(table, self.changes).items():
                was, number = table.by_id(old), numbers.get(entry.name)
                if number is not None and self.kind in NUMBERINGS:
                    number = self.numbers.get(number)
                if number is None:  # no map shows it
                    continue
                new = final.by_id(number)
                if (was.name, was.id) != (new.name, new.id):
                    found[f"{was.name} (id {was.id})"] = new
        return found

    def apply(self, labels: LabelMap, place: int) -> LabelMap:
        """The map of item ``place`` as it is to be written."""
        whole = _complete(labels)
        new = mapped(whole, self.table, _becomes(self.tables[place], self.changes))
        if self.kind in NUMBERINGS:
            return renumbered(new, self.numbers, NUMBERINGS[self.kind].table())
        return new


def carry_out(
    files: Sequence[Path],
    kind: str,
    out: Path,
    changes: Mapping[str, str],
    manner: Manner,
    *,
    as_json: bool,
    quiet: bool,
    overwrite: bool,
) -> None:
    """Convert ``files`` to ``kind`` into the folder ``out``.

    Raises:
        LabelError: a file cannot be read, or the kind cannot hold its classes; nothing was written.
        OutputError: the folder is in use or cannot be written.
        Interrupted: the user stopped it.
    """
    require_kind(kind)
    terminal = Terminal(quiet=quiet, as_json=as_json)
    items = items_of(files, manner)
    plan = _planned(items, kind, changes)
    outputs = [out / f"{item.name}{_suffix(kind)}" for item in items]
    _require_apart(outputs, out, files)
    prepare_folder(out, overwrite=overwrite)
    documents = _write_all(items, outputs, plan, terminal)
    others = _write_names(out, plan, documents)
    _tell(terminal, plan, items, outputs if kind != "coco" else [], out, others)


def _write_all(
    items: Sequence[Item], outputs: Sequence[Path], plan: Plan, terminal: Terminal
) -> list[tuple[str, np.ndarray]]:
    """Write each item; of COCO, whose pictures share a file, return (picture, ids) instead.

    Raises:
        Interrupted: the user stopped it.
    """
    documents: list[tuple[str, np.ndarray]] = []
    progress = terminal.progress() if len(items) > _FEW else StoppableProgress(terminal)
    progress.start("convert", len(items))
    try:
        for place, (item, path) in enumerate(zip(items, outputs, strict=True)):
            if progress.should_stop:
                raise Interrupted(f"{place} of {len(items)} files are in {path.parent}")
            labels = plan.apply(item.read(), place)
            if plan.kind == "coco":
                documents.append((item.picture, labels.ids))
            else:
                _write(path, labels, plan.kind, item)
            progress.advance(place + 1)
    finally:
        progress.finish()
    return documents


def _planned(items: Sequence[Item], kind: str, changes: Mapping[str, str]) -> Plan:
    """Read every item once, for its classes, so that all errors come before the first file."""
    tables, used = [], set()
    for item in items:
        labels = _complete(item.read())
        tables.append(labels.classes)
        becomes = _becomes(labels.classes, changes)
        used |= {becomes[number].name for number in np.unique(labels.ids).tolist()}
    _require_meant(changes, tables)
    after = [_distinct(_becomes(table, changes)) for table in tables]
    table = united(after)
    shown = ClassTable(tuple(entry for entry in table if entry.name in used))
    if kind in NUMBERINGS:
        numbering = NUMBERINGS[kind]
        found = renumbering(shown, numbering.table(), numbering.title, numbering.background)
        return Plan(kind, tables, changes, table, found)
    require_holds(kind, shown)
    if kind == "voc":  # classes that no map shows need no colour of their own
        table = shown
    return Plan(kind, tables, changes, table, {})


def _becomes(table: ClassTable, changes: Mapping[str, str]) -> dict[int, LabelClass]:
    """What becomes of each class; changes of classes that this file lacks are for other files."""
    known = {*table.names, *(str(number) for number in table.ids.tolist())}
    plain = {name.casefold() for name in known}
    mine = {old: new for old, new in changes.items() if old.strip().casefold() in plain}
    return mapped_table(table, mine)


def _require_meant(changes: Mapping[str, str], tables: Sequence[ClassTable]) -> None:
    """Make sure that each change is of a class of some file."""
    everything = united(tables)
    numbers = {str(number) for table in tables for number in table.ids.tolist()}
    for old in changes:
        if old.strip() not in numbers:
            mapped_table(everything, {old: changes[old]})


def _distinct(becomes: Mapping[int, LabelClass]) -> ClassTable:
    return ClassTable(tuple({entry.name: entry for entry in becomes.values()}.values()))


def _complete(labels: LabelMap) -> LabelMap:
    """``labels`` with every ignored id in its table."""
    table = complete_table(labels)
    return LabelMap(labels.ids, table, snapping=labels.snapping, origin=labels.origin)


def _suffix(kind: str) -> str:
    return NUMBERINGS[kind].suffix if kind in NUMBERINGS else _SUFFIXES.get(kind, ".png")


def _write(path: Path, labels: LabelMap, kind: str, item: Item) -> None:
    if kind in NUMBERINGS:
        NUMBERINGS[kind].write(path, labels.ids)
    elif kind == "labelme":
        write_json(path, label_me_document(labels.ids, labels.classes, item.picture))
    elif kind == "yolo-seg":
        told = [entry for entry in labels.classes if not entry.ignored]
        lines = polygon_lines(labels.ids, told)
        write_bytes(path, "".join(f"{line}\n" for line in lines).encode())
    elif kind == "voc":
        unknown = np.isin(labels.ids, list(labels.ignore))
        ids = np.where(unknown, VOID, labels.ids).astype(np.uint8)
        write_bytes(path, encode(ids, "P", void_palette(labels.classes), None, path))
    else:
        labels.write(path, kind)


def _write_names(out: Path, plan: Plan, documents: Sequence[tuple[str, np.ndarray]]) -> list[Path]:
    """Write what names the classes, and COCO's one file; their paths."""
    if plan.kind in NUMBERINGS:
        return []
    if plan.kind == "voc":
        write_bytes(out / LABEL_MAP, label_map_text(plan.table).encode())
        return [out / LABEL_MAP]
    if plan.kind == "yolo-seg":
        told = [entry.name for entry in plan.table if not entry.ignored]
        lines = ["names:", *(f"  {n}: {json.dumps(name)}" for n, name in enumerate(told))]
        write_bytes(out / "data.yaml", "".join(f"{line}\n" for line in lines).encode())
        return [out / "data.yaml"]
    plan.table.write(out / CLASS_FILE)
    if plan.kind != "coco":
        return [out / CLASS_FILE]
    write_json(out / ANNOTATIONS, coco_document(documents, plan.table))
    return [out / ANNOTATIONS, out / CLASS_FILE]


def _require_apart(outputs: Sequence[Path], out: Path, files: Sequence[Path]) -> None:
    names = (CLASS_FILE, LABEL_MAP, "data.yaml", ANNOTATIONS)
    given = {path.resolve() for path in files}
    for path in [*outputs, *(out / name for name in names)]:
        if path.resolve() in given:
            expected = "another folder than that of the inputs"
            raise OutputError("-o", f"{path} is one of the inputs", expected)
    reserved = {name.casefold() for name in names}
    clash = next((path for path in outputs if path.name.casefold() in reserved), None)
    if clash is not None:
        raise LabelError(clash.name, "a label file of this name", "another name")


def _tell(
    terminal: Terminal,
    plan: Plan,
    items: Sequence[Item],
    outputs: Sequence[Path],
    out: Path,
    others: Sequence[Path],
) -> None:
    for item, path in zip(items, outputs, strict=False):
        terminal.say(f"{item.source} -> {path}")
    if not outputs:
        for item in items:
            terminal.say(f"{item.source} -> {others[0]}, {item.picture}")
    table = NUMBERINGS[plan.kind].table() if plan.kind in NUMBERINGS else plan.table
    for old, new in plan.told(table).items():
        terminal.say(f"  {old} is {new.name} (id {new.id})")
    for path in others:
        terminal.say(f"classes in {path}")
    made = [str(path) for path in outputs] or [str(others[0])] * len(items)
    terminal.summary(
        {
            "to": plan.kind,
            "folder": str(out),
            "files": [
                {"source": item.source, "output": path}
                for item, path in zip(items, made, strict=True)
            ],
            "classes": table.to_json(),
            "others": [str(path) for path in others],
        }
    )
