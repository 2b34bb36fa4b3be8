"""Packs: which waiting rows go to a worker together, to be fitted with one set of kernels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from likewise.batch.ledger import Entry
from likewise.batch.tasks import TASKS


def packed(entries: Sequence[Entry], most: int) -> list[list[Entry]]:
    """``entries`` in groups of up to ``most`` that are alike, each group in their order.

    Alike are first attempts of one method, preset and settings, whose pictures have one size and
    number of classes, as their checking told. What broke once goes alone, so that it takes no
    other along.
    """
    groups: list[list[Entry]] = []
    opened: dict[str, list[Entry]] = {}
    for entry in entries:
        key = _kind(entry) if most > 1 else ""
        group = opened.get(key)
        if not key or group is None or len(group) >= most:
            group = []
            groups.append(group)
            opened[key] = group
        group.append(entry)
    return groups


def _kind(entry: Entry) -> str:
    """What entries of a pack share; "" where it goes alone."""
    row, facts = entry.row, entry.facts
    if not TASKS[row.task].packs or entry.attempts or not _is_told(facts):
        return ""
    alike = (row.method, row.preset, row.size, dict(row.settings), facts["size"], facts["classes"])
    return json.dumps(alike, sort_keys=True)


def _is_told(facts: Mapping[str, Any]) -> bool:
    return "size" in facts and "classes" in facts
