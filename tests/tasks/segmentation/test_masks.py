"""Masks: files of other programs are read, overlaps and gaps resolved by the stated rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from tests.tasks.scenes import HORIZON, scene, scene_labels

from likewise.errors import ConfigError, LabelError
from likewise.tasks.segmentation.layering import layered
from likewise.tasks.segmentation.mask_files import Mask, read_masks
from likewise.tasks.segmentation.masks import segment_by_masks

SIZE = (64, 96)


def box(top: int, bottom: int, left: int = 0, right: int = 96) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[top:bottom, left:right] = True
    return mask


def entry(mask: np.ndarray, **more: Any) -> dict[str, Any]:
    """As SAM writes one, with plain run lengths."""
    flat = mask.ravel(order="F").astype(np.int8)
    ends = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *ends, flat.size]).tolist()
    counts = [0, *runs] if flat[0] else runs
    return {"segmentation": {"size": list(mask.shape), "counts": counts}, **more}


def laid(*masks: Mask, fill: bool = False) -> np.ndarray:
    return layered(masks, scene(), fill=fill, origin="masks").numbers


def test_a_smaller_mask_lies_on_a_larger_one() -> None:
    large, small = Mask.of(box(0, 64)), Mask.of(box(20, 40, 30, 50))
    for order in ((large, small), (small, large)):
        seen = layered(order, scene(), fill=False, origin="masks")
        shown = [seen.masks[k] is small for k in (seen.numbers[30, 40], seen.numbers[5, 5])]
        assert shown == [True, False]


def test_of_two_alike_the_surer_one_stays() -> None:
    poor, good = Mask.of(box(0, 40), quality=0.7), Mask.of(box(0, 39), quality=0.9)
    seen = layered([poor, good], scene(), fill=False, origin="masks")
    assert seen.masks == (good,)
    assert any("nearly the same as another" in note for note in seen.notes)


def test_gaps_are_background_or_filled_and_told() -> None:
    masks = [Mask.of(box(0, 20), "sky"), Mask.of(box(50, 64), "ground")]
    seen = layered(masks, scene(), fill=False, origin="masks")
    assert any("46.9 % of the pixels are in no mask" in note for note in seen.notes)
    (labels,) = segment_by_masks([scene()], [seen])
    assert labels.classes.names == ("background", "sky", "ground")
    assert (labels.ids[20:50] == 0).all()
    filled = laid(*masks, fill=True)
    assert (filled[:35] == 0).all() and (filled[36:] == 1).all()


def test_names_are_classes_in_every_picture() -> None:
    first = layered(
        [Mask.of(box(0, 40), "sky"), Mask.of(box(40, 64), "ground")],
        scene(),
        fill=False,
        origin="a",
    )
    second = layered([Mask.of(box(0, 64), "ground")], scene(), fill=False, origin="b")
    one, two = segment_by_masks([scene(), scene()], [first, second])
    assert one.classes == two.classes
    assert one.classes.names == ("sky", "ground")
    assert [two.classes.by_id(i).name for i in two.present()] == ["ground"]


def test_masks_without_names_are_grouped_by_their_looks() -> None:
    """Six strips of three materials: the sky's, the ground's, the house."""
    ids = scene_labels().ids
    masks = [Mask.of((ids == 0) & box(0, 64, 48 * k, 48 * k + 48)) for k in (0, 1)]
    masks += [Mask.of((ids == 1) & box(0, 64, 32 * k, 32 * k + 32)) for k in (0, 1, 2)]
    masks += [Mask.of(ids == 2)]
    seen = layered(masks, scene(), fill=False, origin="masks")
    (apart,) = segment_by_masks([scene()], [seen])
    assert len(apart.present()) == 6
    (labels,) = segment_by_masks([scene()], [seen], classes=3)
    assert len(labels.present()) == 3
    for number in (0, 1, 2):
        assert len(np.unique(labels.ids[ids == number])) == 1
    with pytest.raises(ConfigError, match="without names in several pictures"):
        segment_by_masks([scene(), scene()], [seen, seen])


def test_sam_json_is_read(tmp_path: Path) -> None:
    said = [
        entry(box(0, HORIZON), predicted_iou=0.98, area=HORIZON * 96),
        entry(box(HORIZON, 64), predicted_iou=0.9),
        # The 16 x 16 square at the upper left, compressed by COCO's own code.
        {"segmentation": {"size": [64, 96], "counts": compressed(box(0, 16, 0, 16))}, "name": "x"},
    ]
    for data in (said, {"image": {}, "annotations": said}):
        (tmp_path / "masks.json").write_text(json.dumps(data))
        first, second, third = read_masks([tmp_path / "masks.json"])
        assert np.array_equal(first.pixels, box(0, HORIZON)) and first.quality == 0.98
        assert np.array_equal(second.pixels, box(HORIZON, 64)) and second.name is None
        assert np.array_equal(third.pixels, box(0, 16, 0, 16)) and third.name == "x"


def compressed(mask: np.ndarray) -> str:
    """Run lengths as COCO packs them, written plainly: five bits a sign, lowest first."""
    counts = entry(mask)["segmentation"]["counts"]
    text = ""
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits = value & 31
            value >>= 5
            more = value != (-1 if bits & 16 else 0)
            text += chr(48 + bits + (32 if more else 0))
    return text


def test_arrays_and_folders_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", sky=box(0, 40), stack=np.stack([box(0, 9), box(40, 64)]))
    names = [mask.name for mask in read_masks([tmp_path / "a.npz"])]
    assert names == ["sky", None, None]
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, mask in (("house", box(20, 40, 30, 50)), ("0003", box(0, 20))):
        PIL.Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f"{name}.png")
    (folder / "metadata.csv").write_text("id,area")
    read = read_masks([folder])
    assert [mask.name for mask in read] == [None, "house"]
    assert read[1].area == 400


def write_pickled(path: Path) -> None:
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("m.json", b"{", "no JSON"),
        ("m.json", b"[]", "no masks in it"),
        ("m.json", b'{"a": 1}', "no list of masks"),
        ("m.json", b'[{"segmentation": [[1, 2, 3, 4]]}]', "Polygons"),
        ("m.json", b'[{"segmentation": {"size": [4, 4], "counts": [3, 4]}}]', "run lengths of 7"),
        ("m.json", b'[{"segmentation": {"size": [4, 4], "counts": "`"}}]', "damaged"),
        ("m.json", b'[{"segmentation": {"size": [4, 4], "counts": " "}}]', "damaged"),
        (
            "m.json",
            b'[{"segmentation": {"size": [4, 4], "counts": [20, -4]}}]',
            "whole numbers from 0 on",
        ),
        ("m.json", b'[{"segmentation": {"size": [4, -4], "counts": "a"}}]', "with their size"),
        ("m.npz", b"PK\x03\x04 cut short", "cannot be read"),
        ("m.txt", b"", "the suffix .txt"),
        ("m.npy", None, "cannot be read"),
    ],
)
def test_damaged_files(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    if content is None:
        write_pickled(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LabelError, match=told):
        read_masks([tmp_path / name])


def test_masks_that_do_not_fit() -> None:
    with pytest.raises(LabelError, match="2 empty masks"):
        laid(Mask.of(box(0, 0)), Mask.of(box(0, 0)))
    with pytest.raises(LabelError, match="a mask of 10 x 20 pixels"):
        laid(Mask.of(np.ones((20, 10), bool)))


def test_hundreds_of_specks_become_the_classes_asked_for() -> None:
    rng = np.random.default_rng(0)
    specks = []
    for _ in range(300):
        top, left = rng.integers(0, 62), rng.integers(0, 94)
        specks.append(Mask.of(box(top, top + 2, left, left + 2)))
    seen = layered(specks, scene(), fill=False, origin="masks")
    (labels,) = segment_by_masks([scene()], [seen], classes=4)
    assert len(labels.present()) == 5  # and the background
