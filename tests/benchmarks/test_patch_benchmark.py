"""The benchmark of the patch engine runs as a process and writes what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_speed_is_measured_and_written(tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "benchmarks.patch", "--case", "temple", "--device", "cpu"),
        *("--no-trial", "--only", "speed", "--repeats", "1", "-o", str(tmp_path)),
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "patch fast" in ran.stdout
    found = json.loads((tmp_path / "patch-cpu.json").read_text(encoding="utf-8"))
    assert found["speed"]["case"] == "temple"
    assert found["speed"]["costs"]["fast"]["render"] > 0
