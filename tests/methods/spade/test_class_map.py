"""Class maps and layouts of checkpoints: every class gets its channel, the unknown its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import pairs, scenes
from torch import Tensor

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.methods.spade.class_map import ClassMap
from likewise.methods.spade.layouts import checkpoint_layout, region_edges
from likewise.methods.spade.releases import Release, published_releases

ADE, COCO, CITY = published_releases()
TABLE = ClassTable(
    (
        LabelClass(0, "sky", (0, 0, 9)),
        LabelClass(4, "hill", (0, 9, 0)),
        LabelClass(9, "x", (9, 0, 0)),
    )
)


def mapped(entries: object, tmp_path: Path, release: Release = ADE) -> list[int]:
    file = tmp_path / "map.json"
    file.write_text(json.dumps(entries))
    return ClassMap.read(file).channels(TABLE, release)


def test_names_numbers_ids_and_dont_care(tmp_path: Path) -> None:
    assert mapped({"sky": "sky", "hill": 16, "x": None, "else": "wall"}, tmp_path) == [2, 16, 150]
    assert mapped({"0": "SKY", "4": "mount", "9": "flag"}, tmp_path) == [2, 16, 149]
    assert mapped({"sky": "sky-other", "hill": "hill", "x": None}, tmp_path, COCO)[2] == 182
    assert mapped({"sky": "sky", "hill": "terrain", "x": None}, tmp_path, CITY) == [23, 22, 0]


def test_a_name_goes_before_an_id(tmp_path: Path) -> None:
    assert mapped({"sky": "wall", "0": "flag", "hill": 1, "x": 1}, tmp_path) == [0, 1, 1]


def test_without_a_map_names_must_agree() -> None:
    agreed = TABLE.subset([0, 4])
    assert ClassMap({}).channels(agreed, ADE) == [2, 68]
    with pytest.raises(LabelError, match=r"--class-map, class 'x': the network has no class 'x'"):
        ClassMap({}).channels(TABLE, ADE)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"sky": "sky", "hill": "hill"}, r"map\.json: no class 'x' \(id 9\).*null"),
        ({"sky": "skyy", "hill": 0, "x": 0}, r"class 'sky'.*no class 'skyy', but 'sky'"),
        ({"sky": 150, "hill": 0, "x": 0}, r"no class 150; expected 0 to 149"),
        ({"sky": -1, "hill": 0, "x": 0}, r"no class -1"),
        ({"sky": ["sky"], "hill": 0, "x": 0}, r"\['sky'\]"),
        ({"sky": True, "hill": 0, "x": 0}, r"True"),
        ({"sky": "screen", "hill": 0, "x": 0}, r"'screen' is part of"),
        ([], "no object"),
    ],
)
def test_bad_maps_are_refused(entries: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=message):
        mapped(entries, tmp_path)


def test_files_that_are_no_maps_are_refused(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text('{"sky": 1, "sky": 2}')
    with pytest.raises(LabelError, match="twice"):
        ClassMap.read(tmp_path / "map.json")
    with pytest.raises(LabelError, match="cannot be read"):
        ClassMap.read(tmp_path / "nowhere.json")


def test_a_map_comes_back_from_a_model(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text('{"sky": "sky", "4": null}')
    first = ClassMap.read(tmp_path / "map.json")
    assert ClassMap.from_json(first.to_json()) == first


def test_the_worked_example_of_the_docs_maps_every_class() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "comparators" / "spade.md").read_text(encoding="utf-8")
    entries = json.loads(page.split("```json")[1].split("```")[0])
    table = ClassTable.read(root / "examples" / "temple" / "classes.json")
    names = [ADE.labels[c] for c in ClassMap(entries).channels(table, ADE)]
    assert names == ["sky", "mountain, mount", "lake", "tower", "tree"]


def edges_twin(labels: np.ndarray) -> np.ndarray:
    found = np.zeros(labels.shape, np.float32)
    for y, x in np.ndindex(labels.shape):
        for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            inside = 0 <= v < labels.shape[0] and 0 <= u < labels.shape[1]
            found[y, x] += inside and labels[v, u] != labels[y, x]
    return np.minimum(found, 1)


@pytest.mark.parametrize("size", [(9, 14), (1, 5), (5, 1), (1, 1)])
def test_edges_are_where_a_neighbour_differs(size: tuple[int, int]) -> None:
    labels = np.random.default_rng(0).integers(0, 3, size)
    found = region_edges(torch.from_numpy(labels)[None, None])[0, 0].numpy()
    np.testing.assert_array_equal(found, edges_twin(labels))


def indices() -> Tensor:
    ids = scenes.house(pairs.SIZE)
    ids[:6, :6] = scenes.IGNORED
    return scenes.indices(ids)


@pytest.mark.parametrize("release", [ADE, COCO, CITY], ids=lambda release: release.name)
def test_layouts_are_one_hot_at_the_releases_size(release: Release) -> None:
    layout = checkpoint_layout(indices(), [5, 17, 11], release)
    assert layout.shape == (1, release.channels, *release.size)
    labels = layout[:, : release.channels - release.edges]
    assert torch.equal(labels.sum(1), torch.ones(1, *release.size))
    areas = labels.mean((0, 2, 3))
    assert set(areas.nonzero().flatten().tolist()) == {5, 17, 11, release.unknown}
    assert areas[17].item() == pytest.approx(16 / 48, abs=0.01)
    assert areas[release.unknown].item() == pytest.approx(36 / (48 * 64), abs=0.005)
    if release.edges:
        assert torch.equal(layout[:, -1:], region_edges(labels.argmax(1, keepdim=True)))


def test_two_classes_may_be_one_label_and_have_no_edge_between() -> None:
    layout = checkpoint_layout(indices(), [5, 5, 5], COCO)
    outside = layout[0, -1, :, 48:]  # away from the ignored corner
    assert outside.max() == 0
    assert layout[0, 5].mean() > 0.98


def test_the_unknown_of_somebodys_own_checkpoint_is_no_channel_at_all() -> None:
    own = Release("", (32, 32), "normal", False, False, 0, ("a", "b", "c"))
    layout = checkpoint_layout(indices(), [0, -1, 2], own)
    assert layout.sum(1)[0, 0, 0] == 0
    assert layout[0, :, -1].sum() == 0
