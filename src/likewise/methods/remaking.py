"""Remaking: how a fit that is soon made anew is stopped and resumed.

Some methods learn nothing that would be worth a checkpoint. When they are stopped they leave a mark
of what was being fitted, so that a resumed run is known to be the same one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.errors import Interrupted, ModelError
from likewise.methods.base import Checkpointing
from likewise.methods.source import Source


def mark_of(source: Source, config: Any, seed: int) -> str:
    """What makes a fit that fit: a digest of its pair, its settings (a dataclass) and its seed."""
    digest = hashlib.sha256(json.dumps([asdict(config), seed], sort_keys=True).encode())
    for plane in (source.image.pixels, source.labels.ids):
        digest.update(plane.tobytes())
    return digest.hexdigest()


def interrupted(keep: Checkpointing | None, mark: str) -> Interrupted:
    """The error to raise when a fit was stopped; its ``mark`` is left where one is wanted."""
    if keep is None:
        return Interrupted("the fit was stopped")
    keep.path.parent.mkdir(parents=True, exist_ok=True)
    storage.write_json(keep.path, {"fit": mark})
    return Interrupted("the fit was stopped", keep.path)


def require_same(keep: Checkpointing | None, mark: str) -> None:
    """Make sure that what is resumed is the fit of that ``mark``.

    Raises:
        ModelError: the checkpoint is unreadable, or of another fit.
    """
    if keep is None or not keep.resume or not keep.path.exists():
        return
    kept = _kept(keep.path)
    if kept != mark:
        raise ModelError(
            keep.path,
            "a checkpoint of another image, label map, seed or setting",
            "one of this run",
            "Repeat the command that was stopped, or start anew with --overwrite.",
        )


def _kept(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["fit"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(path, f"it cannot be read ({error})", "a checkpoint of this run") from None
