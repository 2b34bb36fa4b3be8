"""Worker: what it tells while it works."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.studio.studios import SIZE, picture, stripes

from likewise.analogy import Analogy
from likewise.images import read_image
from likewise.labels.label_map import LabelMap
from likewise.studio import worker
from likewise.training import stepwise


@pytest.mark.parametrize("method", ["semia", "spade"])
def test_glimpses_show_the_layout_and_change_nothing(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "GLIMPSE_EVERY", 0.0)
    monkeypatch.setattr(stepwise, "REPORT_EVERY", 0.0)
    source = picture(), LabelMap.from_array(stripes())
    target = LabelMap.from_array(np.flipud(stripes()))
    telling = worker.Telling(tmp_path, target)
    watched = Analogy(method, "smoke", device="cpu").fit(*source, progress=telling)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    shares = [line["share"] for line in told if "share" in line]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(worker.FIT_SHARE)
    assert [line["glimpse"] for line in told if "glimpse" in line][:1] == [1]
    assert read_image(tmp_path / worker.GLIMPSE).size == SIZE
    alone = Analogy(method, "smoke", device="cpu").fit(*source)
    assert watched.render(target) == alone.render(target)


def test_a_pause_grows_with_what_glimpses_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    telling = worker.Telling(tmp_path, LabelMap.from_array(stripes()))
    looked = []

    def render(target: LabelMap) -> object:
        looked.append(now[0])
        now[0] += 5  # seconds that a glimpse takes
        return picture()

    for _ in range(100):
        telling.look(render)
        now[0] += 1
    gaps = np.diff(looked)
    assert looked[0] >= worker.GLIMPSE_EVERY
    assert (gaps >= 25).all(), gaps  # at most a fifth of the time


def test_faults_are_told_in_a_sentence() -> None:
    assert "Memory ran out" in worker._fault(MemoryError())
    assert "fault of likewise" in worker._fault(ValueError("x"))
