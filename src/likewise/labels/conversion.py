"""Conversion: classes renamed, merged and renumbered, and label maps in others' numbering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.class_words import nearest_words, numbers_of
from likewise.labels.colours import colour_of_id
from likewise.labels.label_map import LabelMap
from likewise.labels.telling import listed, shown

_HIGHEST = 2**31 - 1


def united(tables: Iterable[ClassTable]) -> ClassTable:
    """One table for maps of several: classes of one name are one, ids stay where they are free.

    The first table that has a class gives its id, colour and whether it is ignored.
    """
    classes: dict[str, LabelClass] = {}
    taken: set[int] = set()
    for table in tables:
        for entry in table:
            if entry.name in classes:
                continue
            free = entry.id
            if free in taken:
                free = next(number for number in range(len(taken) + 1) if number not in taken)
            classes[entry.name] = replace(entry, id=free)
            taken.add(free)
    return ClassTable(tuple(sorted(classes.values(), key=lambda entry: entry.id)))


def complete_table(labels: LabelMap) -> ClassTable:
    """The table of ``labels`` with every ignored id in it, marked: what whoever writes it needs."""
    marked = [replace(c, ignored=c.id in labels.ignore) for c in labels.classes]
    names = {entry.name for entry in marked}
    for number in sorted(labels.ignore):
        if number not in labels.classes:
            name = "unknown" if "unknown" not in names else f"unknown {number}"
            names.add(name)
            marked.append(LabelClass(number, name, colour_of_id(number), ignored=True))
    return ClassTable(tuple(marked))


def mapped_table(table: ClassTable, changes: Mapping[str, str]) -> dict[int, LabelClass]:
    """What becomes of each id of ``table``.

    Args:
        table: the classes.
        changes: name or id of a class -> its new name, or its new id where that is a whole number.
            Two classes of one new name, and a class that takes the name of another, are merged.

    Raises:
        LabelError: there is no such class, or two of different names would share an id.
    """
    new: dict[int, LabelClass] = {entry.id: entry for entry in table}
    for word, wanted in changes.items():
        entry = _found(table, word)
        new[entry.id] = _changed(entry, wanted)
    merged: dict[str, LabelClass] = {}
    # A class that keeps its name stands for those that take it.
    for old in sorted(new, key=lambda number: new[number].name != table.by_id(number).name):
        merged.setdefault(new[old].name, new[old])
    result = {old: merged[entry.name] for old, entry in new.items()}
    owner: dict[int, str] = {}
    for entry in result.values():
        if owner.setdefault(entry.id, entry.name) != entry.name:
            found = f"{owner[entry.id]!r} and {entry.name!r} would both have id {entry.id}"
            raise LabelError("--map", found, "an id of its own for each class")
    return result


def mapped(labels: LabelMap, table: ClassTable, becomes: Mapping[int, LabelClass]) -> LabelMap:
    """``labels``, each id replaced as ``becomes`` says, under ``table``.

    Classes are found in ``table`` by name. Ids of unknown content that have no class stay.
    """
    numbers = {entry.name: entry.id for entry in table}
    ids = labels.ids.copy()
    for old in np.unique(labels.ids).tolist():
        entry = becomes.get(old)
        if entry is not None:
            ids[labels.ids == old] = numbers[entry.name]
    ignore = frozenset(i for i in labels.ignore if i not in becomes)
    ignore |= {numbers[becomes[i].name] for i in labels.ignore if i in becomes}
    return LabelMap(ids, table, ignore, labels.snapping, labels.origin)


def renumbering(
    classes: ClassTable, target: ClassTable, title: str, background: str | None = None
) -> dict[int, int]:
    """The id in ``target`` of each class, found by name (capitals do not count, one of several
    names suffices); unknown content takes its unknown, or ``background``.

    Raises:
        LabelError: ``target`` lacks a class; the message names it and what to do.
    """
    names = {entry.id: entry.name for entry in target if entry.id >= 0}
    unknown = next((entry.id for entry in target if entry.ignored), None)
    if unknown is None and background is not None:
        unknown = target.by_name(background).id
    found: dict[int, int] = {}
    for entry in classes:
        if entry.ignored and unknown is not None:
            found[entry.id] = unknown
            continue
        try:
            numbers = numbers_of(entry.name, names, title)
        except LabelError:
            numbers = []
        if len(numbers) != 1:
            raise LabelError(
                "classes",
                f"{title} has no class {entry.name!r}{nearest_words(entry.name, names.values())}",
                f"one of {listed(names.values(), 12)}",
                f'Say which is meant, as in --map "{entry.name}=CLASS".',
            )
        found[entry.id] = numbers[0]
    return found


def renumbered(labels: LabelMap, numbers: Mapping[int, int], target: ClassTable) -> LabelMap:
    """``labels`` in the ids of ``target``, by what :func:`renumbering` found."""
    ids = labels.ids.copy()
    for old in np.unique(labels.ids).tolist():
        ids[labels.ids == old] = numbers[old]
    return LabelMap(ids, target, origin=labels.origin)


def _found(table: ClassTable, word: str) -> LabelClass:
    plain = word.strip()
    if plain in table.names:
        return table.by_name(plain)
    if plain.lstrip("-").isdecimal() and len(plain) < 12 and int(plain) in table:
        return table.by_id(int(plain))
    fits = [entry for entry in table if entry.name.casefold() == plain.casefold()]
    if len(fits) == 1:
        return fits[0]
    near = nearest_words(plain, table.names)
    known = ", ".join(table.names[:12])
    raise LabelError("--map", f"no class {word!r}{near}", f"one of {known}, or an id")


def _changed(entry: LabelClass, wanted: str) -> LabelClass:
    plain = wanted.strip()
    if plain.isdecimal():
        if len(plain) > 10 or int(plain) > _HIGHEST:
            raise LabelError("--map", f"the id {shown(plain)}", f"ids up to {_HIGHEST}")
        return replace(entry, id=int(plain))
    if not plain:
        raise LabelError("--map", f"nothing after {entry.name}=", "a name or an id")
    return replace(entry, name=plain)
