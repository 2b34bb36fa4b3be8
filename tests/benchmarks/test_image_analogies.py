"""The benchmark of Image Analogies, on a small picture."""

from __future__ import annotations

import sys

import pytest
from benchmarks.cases import read_case
from benchmarks.image_analogies import PRESETS, main, measured
from tests import pairs, scenes

from likewise.evaluation.cases import Case
from likewise.methods.image_analogies import ImageAnalogies

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (32, 44)
NEIGHBOURS = 12 * 4 / 3  # painted before a pixel: as many coherent places, over all levels


def case() -> Case:
    ids = scenes.house(SIZE)
    goal = pairs.labels(scenes.house(SIZE, (14, 24), 10))
    targets = {"same": pairs.labels(ids), "moved": goal}
    return Case("house", scenes.picture(ids), pairs.labels(ids), targets)


def test_what_is_compared_is_counted() -> None:
    coherent, searched = (
        {
            name: compared
            for name, compared, *_ in measured(case(), ImageAnalogies("full", settings=settings))
        }
        for settings in ({"kappa": 1000}, {"kappa": 0})
    )
    for layout in ("same", "moved"):
        assert 0 < coherent[layout] < searched[layout] < 4 / 3 * SIZE[0] * SIZE[1]
    assert coherent["same"] < NEIGHBOURS < searched["moved"]  # the search counts, too


def test_a_row_for_every_layout_and_preset(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["image_analogies", "--case", "tissue", "--short", "24", "--kappa", "1", "5"]
    monkeypatch.setattr(sys, "argv", command)
    main()
    layouts = read_case("tissue").targets
    told = capsys.readouterr().out
    assert "24 x" in told
    for preset in PRESETS:
        assert told.count(preset) == 2 * len(layouts)
