"""Checkpoints of a pack: one of each fit, as it would have written alone.

So a fit that was stopped in a pack can go on alone, or in another pack.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from likewise.training.checkpoint import Checkpoint, Resumable
from likewise.training.packing.trainer import PackedTrainer


class PackedCheckpoint(Checkpoint):
    """The checkpoints of the fits of a pack, written together as often as the most frequent.

    Args:
        fits: theirs, in the order of the pack; None where a fit keeps nothing.
    """

    def __init__(self, fits: Sequence[Checkpoint | None]) -> None:
        self.fits = list(fits)
        kept = [fit for fit in fits if fit is not None]
        super().__init__(kept[0].path, kept[0].mark, min(fit.every for fit in kept))

    def write(self, trainer: Resumable) -> None:
        """Write the state of every fit of ``trainer``. Raises OutputError where the disk refuses.

        A process killed between two files leaves fits at different steps; each can be resumed.
        """
        assert isinstance(trainer, PackedTrainer)
        trainer.unpack()
        for fit, checkpoint in zip(trainer.fits, self.fits, strict=True):
            if checkpoint is not None:
                checkpoint.write(fit)
        self._last = time.monotonic()

    def read(self, trainer: Resumable) -> bool:
        """Not offered: each fit reads its own, before the pack is made of them."""
        raise AssertionError("fits are brought to their checkpoints before they are packed")
