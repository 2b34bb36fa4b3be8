"""Idle work: what a worker does in ``benchmarks.batch``: as little as a row of a batch can be."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from likewise.batch.place import RECORD
from likewise.storage import write_json


def carry_out(work: Mapping[str, Any], tell: Any) -> None:
    """Find every row good; have each leave a folder with its record."""
    for job in work["rows"]:
        began = time.perf_counter()
        if work["kind"] == "check":
            tell(row=job["number"], facts={})
            continue
        folder = Path(job["folder"])
        folder.mkdir()
        write_json(folder / RECORD, {"row": job["row"], "result": {}})
        tell(row=job["row"]["number"], done={"seconds": time.perf_counter() - began})
