"""``likewise doctor``: whether this machine can do the work, told in ok and warn lines."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import typer

from likewise.cli import faults, options

Verdict = Literal["ok", "warn", "fail"]
LITTLE_MEMORY = 3.0  # GiB; the demo's bound
LITTLE_DISK = 0.5  # GiB
OLDEST_TORCH = (2, 8)


@dataclass(frozen=True)
class Finding:
    """One line of the examination."""

    verdict: Verdict
    what: str
    found: str


def doctor(as_json: options.JsonOption = False) -> None:
    """Examine this machine: versions, devices, memory, disk, and a tiny fit on each device.

    Exit code 0 if the work can be done here, 1 if not.

    Example: likewise doctor
    """
    from likewise.cli.terminal import Terminal

    terminal = Terminal(as_json=as_json)
    findings = []
    for examine in (_versions, _devices, _threads, _memory, _disk, _self_test):
        for finding in _guarded(examine):
            findings.append(finding)
            terminal.say(f"{finding.verdict:<5} {finding.what}: {finding.found}")
    terminal.summary({"findings": [asdict(finding) for finding in findings]})
    if any(finding.verdict == "fail" for finding in findings):
        raise typer.Exit(faults.FAULT)


def _guarded(examine: Callable[[], list[Finding]]) -> list[Finding]:
    """An examination that breaks is a finding, too: the others still speak."""
    try:
        return examine()
    except Exception as error:  # whatever is broken here is what we look for
        name = examine.__name__.strip("_").replace("_", " ")
        return [Finding("fail", name, faults.one_line(f"{type(error).__name__}: {error}"))]


def _versions() -> list[Finding]:
    import torch

    from likewise.version import versions

    found = versions()
    number = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    verdict: Verdict = "ok" if number >= OLDEST_TORCH else "warn"
    lines = [Finding("ok", name, version) for name, version in found.items() if name != "torch"]
    wanted = "" if verdict == "ok" else ", older than the 2.8 that likewise is tested with"
    return [*lines, Finding(verdict, "torch", found["torch"] + wanted)]


def _devices() -> list[Finding]:
    import torch

    from likewise.devices import choose_device, describe_device

    chosen = choose_device("auto")
    lines = [Finding("ok", "device", f"{chosen} ({describe_device(chosen)})")]
    for ordinal in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(ordinal)
        name = describe_device(torch.device("cuda", ordinal))
        lines.append(
            Finding("ok", f"cuda:{ordinal}", f"{name}, {_gib(free)} of {_gib(total)} free")
        )
    if chosen.type == "cpu":
        lines.append(Finding("warn", "GPU", "none found: preset full takes long, paper days"))
    return lines


def _threads() -> list[Finding]:
    import torch

    present = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    used = torch.get_num_threads()
    verdict: Verdict = "ok" if used <= (present or used) else "warn"
    return [Finding(verdict, "threads", f"{used} in use, {present} cores present")]


def _memory() -> list[Finding]:
    free = available_memory()
    if free is None:
        return [Finding("warn", "memory", f"unknown on {platform.system()}")]
    enough = free >= LITTLE_MEMORY * 2**30
    advice = "" if enough else f"; preset fast wants {LITTLE_MEMORY:.0f} GiB: work at --size 96"
    return [Finding("ok" if enough else "warn", "memory", f"{_gib(free)} free{advice}")]


def available_memory() -> int | None:
    """Bytes that a new process can have, where the system tells; container limits count."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        free = next(
            int(line.split()[1]) * 1024 for line in text.splitlines() if "Available" in line
        )
    except (OSError, StopIteration, ValueError):
        return None
    try:
        group = Path("/sys/fs/cgroup")
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = (group / "memory.current").read_text(encoding="ascii").strip()
        return free if limit == "max" else min(free, int(limit) - int(used))
    except (OSError, ValueError):
        return free


def _disk() -> list[Finding]:
    free = shutil.disk_usage(Path.cwd()).free
    verdict: Verdict = "ok" if free >= LITTLE_DISK * 2**30 else "warn"
    return [Finding(verdict, "disk", f"{_gib(free)} free in {Path.cwd()}")]


def _self_test() -> list[Finding]:
    """Fit a synthetic pair on every device, without and with networks, and render it mirrored."""
    import numpy as np
    import torch

    from likewise.devices import choose_device
    from likewise.images import Image
    from likewise.labels.label_map import LabelMap
    from likewise.methods.registry import DEFAULT_METHOD, find_method
    from likewise.methods.semia import Semia

    ids = (np.arange(48)[None, :] > 20).astype(np.int32).repeat(48, axis=0)
    pixels = np.random.default_rng(0).integers(0, 90, (48, 48, 3)) + 160 * ids[..., None]
    labels = LabelMap.from_array(ids)
    lines = []
    for kind in dict.fromkeys(("cpu", choose_device("auto").type)):
        began = time.monotonic()
        trained = Semia("smoke", device=kind, size=48)
        trained.config = replace(trained.config, iterations=2)
        for method in (find_method(DEFAULT_METHOD)("smoke", device=kind, size=48), trained):
            method.fit(Image.from_array(pixels.astype(np.uint8)), labels)
            answer = method.render(labels.with_ids(ids[:, ::-1].copy()))
            if answer.size != (48, 48):
                raise RuntimeError(f"the answer of {method.name} has size {answer.size}")
        took = time.monotonic() - began
        lines.append(Finding("ok", f"self-test on {torch.device(kind)}", f"passed in {took:.1f} s"))
    return lines


def _gib(count: float) -> str:
    return f"{count / 2**30:.1f} GiB"
