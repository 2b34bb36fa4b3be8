"""Memory: the peak that a piece of work needs, told by the system or by the GPU's allocator.

Memory that was freed once is not always given back, and a later peak would hide in it: measure in
a process of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


class Peak:
    """Bytes at the peak of the work since this was made.

    On CUDA what tensors took in all; on a CPU what the process grew by.

    Args:
        device: where the work is done.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = 0
        if device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(device)
        elif device.type == "cpu":
            self._before = self._resident_after_reset()

    def bytes(self) -> int:
        """The peak until now; 0 where it cannot be measured (MPS, Windows)."""
        if self._device.type == "cuda":
            return int(torch.cuda.max_memory_allocated(self._device))
        if self._device.type != "cpu":
            return 0
        return max(0, (_status("VmHWM") or _largest_ever()) - self._before)

    def _resident_after_reset(self) -> int:
        try:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the peak
        except OSError:
            return _largest_ever()
        return _status("VmRSS")


def _status(name: str) -> int:
    """Bytes that Linux says of this process; 0 where it says nothing."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(found[0]) * 1024 if found else 0


def _largest_ever() -> int:
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
