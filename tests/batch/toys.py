"""Work for executors that needs no picture: what the workers of tests do."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from typing import Any


def carry_out(work: Mapping[str, Any], tell: Any) -> None:
    """Say something, then do what the order says."""
    tell(begun=work["say"], process=os.getpid(), threads=os.environ["OMP_NUM_THREADS"])
    time.sleep(work.get("sleep", 0))
    if work.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    tell(row=work["say"])
