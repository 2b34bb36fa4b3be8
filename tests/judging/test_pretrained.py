"""The pretrained judge: tiny networks that truly read colours, through to a case's scores."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest
from tests import pairs, scenes
from tests.tiny_networks import write_mask2former, write_segformer

from likewise.evaluation.cases import Case
from likewise.evaluation.scoring import Scorer
from likewise.images import Image
from likewise.judging.pretrained import PretrainedJudge

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

IDS = scenes.house((64, 64), (20, 20), 20)
NUMBERS = np.array([1, 3, 4])[IDS]  # sky, grass, house
RGB = scenes.picture(IDS).pixels
MAPPING = {"sky": ["sky"], "ground": ["grass", "ground"], "house": [4]}


@pytest.fixture(scope="module", params=[write_segformer, write_mask2former])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = request.param(tmp_path_factory.mktemp("network"), RGB, NUMBERS)
    (place / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    return place


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)


def a_case() -> Case:
    moved = pairs.labels(scenes.house((64, 64), (20, 40), 20))
    return Case("house", Image.from_array(RGB), pairs.labels(IDS), {"moved": moved})


def test_it_reads_what_the_picture_shows(folder: Path) -> None:
    judge = PretrainedJudge.load(folder, folder / "mapping.json")
    case = a_case()
    scorer = Scorer(case, judges=[judge])
    ceilings = scorer.ceilings
    assert set(ceilings) == {"pretrained_accuracy", "pretrained_iou"}
    assert ceilings["pretrained_accuracy"] > 0.93  # all but borders, which are 4 pixels wide
    assert 0.85 < ceilings["pretrained_iou"] < ceilings["pretrained_accuracy"]
    found = scorer.score(case.image, "moved")
    read = judge.reader(case.image, case.labels).read(case.image)
    wanted = case.targets["moved"].ids
    assert found["pretrained_accuracy"] == pytest.approx((read == wanted).mean())
    assert found["pretrained_accuracy"] < ceilings["pretrained_accuracy"] - 0.05
    assert "accuracy" not in found


def test_classes_that_map_to_nothing_are_never_right(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps(MAPPING | {"house": []}), encoding="utf-8")
    case = a_case()
    read = PretrainedJudge.load(folder, file).reader(case.image, case.labels).read(case.image)
    assert (read[24:36, 24:36] == -1).all()
    assert (read != 2).all()
