"""The benchmark of the patch engine runs as a process and writes what it measured."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.enlarging import question_of
from benchmarks.growth import exponent
from benchmarks.patch import bundled
from benchmarks.truth import EditKind, TruthPair
from benchmarks.truth_quality import truth
from PIL import Image as Picture
from tests import pairs, scenes

from likewise import Image

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


@pytest.mark.slow
def test_every_other_part_prints_and_writes_its_figures(tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "benchmarks.patch", "--device", "cpu", "--repeats", "1"),
        *("--only", "preview", "growth", "truth", "--preset", "smoke", "--no-trial"),
        *("--preview", "0.02", "--sizes", "0.02", "0.04", "--presets", "smoke", "--pairs", "2"),
        *("-o", str(tmp_path)),
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    found = json.loads((tmp_path / "patch-cpu.json").read_text(encoding="utf-8"))
    assert found["preview"]["costs"]["smoke"]["memory"] > 0
    first, second = found["growth"]["sizes"]
    slope = math.log(second["render"] / first["render"])
    slope /= math.log(second["megapixels"] / first["megapixels"])
    assert found["growth"]["exponents"]["render"] == pytest.approx(slope)
    assert Picture.open(tmp_path / "patch-growth-cpu.png").size[0] > 1000
    means = found["truth"]["means"]
    assert set(means) == {"all", "edited", "moved", "warped"}
    rows = found["truth"]["pairs"].values()
    for way in ("unchanged", "patch smoke"):
        ssim = sum(row[way]["ssim"] for row in rows) / 2
        assert means["all"][way]["ssim"] == pytest.approx(ssim)
    assert len(list((tmp_path / "truth").glob("*.png"))) == 2


def test_the_trial_stands_beside_the_patch_engine(capsys: pytest.CaptureFixture[str]) -> None:
    ids = scenes.house((30, 40), (10, 6), 10)
    image, labels = scenes.picture(ids), pairs.labels(ids)
    target = pairs.labels(scenes.house((30, 40), (10, 26), 10))
    asked = TruthPair("house/right", EditKind.MOVED, image, labels, target, image)
    found = truth([asked], ["smoke"], "cpu")["means"]["moved"]
    assert set(found) == {"unchanged", "trial", "patch smoke"}
    assert found["patch smoke"]["won"] in (0, 1)
    assert "beats trial" in capsys.readouterr().out


def test_the_exponent_is_the_slope_of_the_logarithms() -> None:
    sizes = [0.1, 0.3, 1.0, 8.0]
    assert exponent(sizes, [5 * size**1.07 for size in sizes]) == pytest.approx(1.07)
    assert math.isnan(exponent([1.0], [2.0]))


def test_an_enlarged_scene_keeps_its_layout_and_has_detail_to_the_pixel() -> None:
    small = bundled()
    large = question_of(small, 1.0)
    assert large.megapixels == pytest.approx(1, rel=0.01)
    assert large.image.size == large.labels.size == large.target.size
    assert large.labels.areas() == pytest.approx(small.labels.areas(), rel=0.05, abs=1e-3)
    only_enlarged = small.image.resized(large.image.size)
    rough, smooth, native = (roughness(x) for x in (large.image, only_enlarged, small.image))
    assert smooth < 0.5 * native
    assert 0.7 * native < rough < 1.3 * native


def roughness(image: Image) -> float:
    return float(np.abs(np.diff(image.to_float(), axis=1)).mean())
