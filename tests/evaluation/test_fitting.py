"""Fitting: news in order, errors in one line, and the memory of this work alone."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import pairs
from tests.evaluation.comparisons import write_case

from likewise.errors import LabelError
from likewise.evaluation.fitting import Job, answer
from likewise.evaluation.memory import Peak
from likewise.labels.label_map import LabelMap
from likewise.methods import registry
from likewise.methods.answer import Answer
from likewise.methods.patch import Patch
from likewise.methods.source import Source


class Refusing(Patch):
    """A method that will not have this picture."""

    name = "refusing"

    def _fit(self, *arguments, **more) -> None:
        raise LabelError("image", "it is too small", "a larger one")


class Broken(Patch):
    """A method that breaks where the house was moved."""

    name = "broken"

    def _render(self, source: Source, target: LabelMap) -> Answer:
        if target.size == pairs.SIZE and not np.array_equal(target.ids, source.labels.ids):
            raise ZeroDivisionError("by zero")
        return super()._render(source, target)


def news_of(method: str, case: Path, monkeypatch) -> list[dict]:
    for kind in (Refusing, Broken):
        monkeypatch.setitem(registry.METHODS, kind.name, kind)
    heard: list[dict] = []
    job = Job(str(case), method, "smoke", 0, "cpu", None, str(case.parent))
    answer(job, lambda **news: heard.append(news))
    return heard


def test_answers_are_told_as_they_come(tmp_path: Path, monkeypatch, one_thread) -> None:
    heard = news_of("patch", write_case(tmp_path / "one"), monkeypatch)
    facts = [next(iter(news)) for news in heard if "share" not in news]
    assert facts == ["fitted", "rendered", "memory", "rendered", "memory"]
    assert all(Path(news["file"]).exists() for news in heard if "rendered" in news)


def test_a_typed_error_is_one_line_and_ends_the_job(tmp_path, monkeypatch, capsys) -> None:
    heard = news_of("refusing", write_case(tmp_path / "one"), monkeypatch)
    line = "image: it is too small; expected a larger one."
    assert heard == [{"failed": line, "target": None}]
    assert capsys.readouterr().err == ""


def test_a_layout_that_breaks_does_not_stop_the_others(tmp_path, monkeypatch, capsys) -> None:
    heard = news_of("broken", write_case(tmp_path / "one"), monkeypatch)
    assert {"failed": "ZeroDivisionError: by zero", "target": "moved"} in heard
    assert [news["rendered"] for news in heard if "rendered" in news] == ["still"]
    assert "Traceback" in capsys.readouterr().err


def test_an_unreadable_case_is_an_error(tmp_path: Path, monkeypatch) -> None:
    (heard,) = news_of("patch", tmp_path / "absent", monkeypatch)
    assert heard["target"] is None
    assert "absent" in heard["failed"]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux alone forgets a peak")
def test_peak_is_of_the_work_since() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        before, held, after = pool.submit(peaks_around_a_block).result()
    assert before < 8 * 2**20
    assert 40 * 2**20 < held < 64 * 2**20
    assert after > 40 * 2**20


def peaks_around_a_block() -> tuple[int, int, int]:
    """Bytes before, while and after 48 MiB are held; in a process whose heap has no room for it."""
    largest = np.ones(96 * 2**20 // 8)  # touched, and given back
    del largest
    peak = Peak(torch.device("cpu"))
    before = peak.bytes()
    block = np.ones(48 * 2**20 // 8)
    held = peak.bytes()
    del block
    return before, held, peak.bytes()


def test_a_device_that_tells_no_memory_has_none() -> None:
    assert Peak(torch.device("meta")).bytes() == 0
