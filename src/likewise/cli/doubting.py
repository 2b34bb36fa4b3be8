"""Doubting: says where an answer is likely poor, as warnings, and keeps it for ``run.json``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from likewise.analogy import Analogy
from likewise.cli.sources import Target
from likewise.cli.terminal import Terminal
from likewise.doubting import Doubt, doubts
from likewise.images import Image
from likewise.labels.label_map import LabelMap

if TYPE_CHECKING:
    from likewise.doubting.reading import Check


class Doubting:
    """Doubts about the targets of one command, by the name of each.

    Args:
        targets: what is to be rendered.
        terminal: where doubts are told, when they arise.
        check: whether a judge reads the answers too.
    """

    def __init__(self, targets: Sequence[Target], terminal: Terminal, *, check: bool) -> None:
        self._targets = targets
        self._terminal = terminal
        self._check = check
        self._found: dict[str, list[Doubt]] = {target.name: [] for target in targets}

    def layouts(self, labels: LabelMap) -> None:
        """Tell the doubts about every layout, given the source's labels."""
        for target in self._targets:
            self._tell(target, doubts(labels, target.labels))

    def answer(self, analogy: Analogy, target: Target, rendered: Image) -> None:
        """Tell the doubts of a judge about one answer, if it was asked for."""
        if self._check:
            self._source = analogy.image, analogy.labels
            self._tell(target, self._judge.doubts(rendered, target.labels))

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """What was found so far, by target; an empty list where there is no doubt."""
        return {name: [doubt.to_json() for doubt in told] for name, told in self._found.items()}

    @cached_property
    def _judge(self) -> Check:
        from likewise.doubting.reading import Check  # it waits for scikit-learn

        self._terminal.say("check   a judge learns the source, to read the answers")
        return Check(*self._source)

    def _tell(self, target: Target, told: list[Doubt]) -> None:
        self._found[target.name] += told
        for doubt in told:
            self._terminal.warn(f"{target.name}: {doubt}")
