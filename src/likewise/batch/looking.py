"""Looking: stages whose workers only look at rows and write nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from likewise.batch.executors.base import Executor
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import Place
from likewise.batch.stage import Stage


class Looking(Stage):
    """Has every row of ``units`` looked at; a stage's name is the kind of look.

    Args:
        ledger, executor, onlooker: as of any stage.
        place: of the batch; its cache takes what comes from stores.
        device: where rows will be computed.
        units: rows of each order.
    """

    def __init__(
        self,
        ledger: Ledger,
        executor: Executor,
        onlooker: Onlooker,
        place: Place,
        device: str,
        units: Iterable[list[Entry]],
    ) -> None:
        super().__init__(ledger, executor, onlooker)
        self._place = place
        self._device = device
        self.units: deque[list[Entry]] = deque(units)
        self.total = sum(map(len, self.units))

    def has_more(self) -> bool:
        """Whether rows wait to be looked at."""
        return bool(self.units)

    def next_unit(self) -> Sequence[Entry]:
        """The next rows."""
        return self.units.popleft() if self.units else ()

    def work_of(self, unit: Sequence[Entry]) -> dict[str, Any]:
        """Look at these."""
        rows = [entry.row.to_json() for entry in unit]
        cache = str(self._place.cache)
        return {"kind": self.name, "rows": rows, "cache": cache, "device": self._device}
