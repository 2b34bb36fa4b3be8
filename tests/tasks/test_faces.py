"""Faces: parts go where they are told, with the skin close to them; all else stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from likewise import Analogy, LabelMap, read_image
from likewise.errors import ConfigError, LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.tasks.faces.editing import edit_face
from likewise.tasks.faces.moves import Move
from likewise.tasks.faces.parts import ORDERS, mask_of, named

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "astronaut"


@pytest.fixture(scope="module")
def portrait() -> tuple[Image, LabelMap]:
    return read_image(FOLDER / "image.png"), LabelMap.read(FOLDER / "face" / "labels.png")


def middle(mask: np.ndarray) -> np.ndarray:
    """(row, column)."""
    return np.array([axis.mean() for axis in np.nonzero(mask)])


@pytest.mark.parametrize(
    ("word", "names", "by"),
    [
        ("brows:raise=3", ("l_brow",), (-3, 0)),
        ("mouth:lower=4", ("mouth", "u_lip", "l_lip"), (4, 0)),
        ("nose:left=2", ("nose",), (0, -2)),
        ("eyes:apart=4", ("l_eye",), (0, -4)),
        ("eyes:apart=4", ("r_eye",), (0, 4)),
    ],
)
def test_parts_go_where_they_are_told(
    portrait: tuple[Image, LabelMap], word: str, names: tuple[str, ...], by: tuple[int, int]
) -> None:
    edit = edit_face(*portrait, [word])
    went = middle(mask_of(edit.shown, names)) - middle(mask_of(portrait[1], names))
    np.testing.assert_allclose(went, by, atol=0.5)


def test_scales_are_met(portrait: tuple[Image, LabelMap]) -> None:
    before = mask_of(portrait[1], ("mouth",)).sum()
    after = mask_of(edit_face(*portrait, ["mouth:scale=1.2"]).shown, ("mouth",)).sum()
    assert after / before == pytest.approx(1.44, rel=0.08)


def test_the_picture_follows_and_the_rest_stays(portrait: tuple[Image, LabelMap]) -> None:
    """The mouth is found where it went, lips and teeth, and nothing else moved a bit."""
    image, labels = portrait
    edit = edit_face(image, labels, ["mouth:lower=4"])
    answer = edit.render(Analogy(device="cpu"))
    mouth = mask_of(labels, ("mouth", "u_lip", "l_lip"))
    rows, columns = np.nonzero(mouth)
    apart = np.abs(answer.to_float()[rows + 4, columns] - image.to_float()[rows, columns])
    assert apart.mean() < 0.04
    stayed = np.abs(answer.to_float()[rows, columns] - image.to_float()[rows, columns])
    assert stayed.mean() > 2 * apart.mean()
    changed = (answer.pixels != image.pixels).any(axis=2)
    # The whole mouth with 4 pixels below it, the skin that goes along, and the margin.
    assert not changed[: rows.min() - 16].any()
    assert not changed[:, : columns.min() - 16].any()
    assert changed.mean() < 0.05
    for part in ("l_eye", "r_eye", "hair", "neck"):
        assert not changed[mask_of(labels, (part,))].any()


def test_a_method_without_provenance_can_do_it_too(portrait: tuple[Image, LabelMap]) -> None:
    image, labels = portrait
    edit = edit_face(image, labels, ["mouth:scale=0.9"])
    answer = edit.finished(edit.image)  # what a perfect reconstruction would be
    assert np.abs(answer.to_float() - image.to_float()).max() < 0.02


def test_a_lowered_hairline_covers_the_forehead_but_no_brow(
    portrait: tuple[Image, LabelMap],
) -> None:
    edit = edit_face(*portrait, ["hairline:lower=5"])
    hair, forehead = (mask_of(portrait[1], (name,)) for name in ("hair", "skin"))
    now = mask_of(edit.shown, ("hair",))
    assert (now & forehead).sum() > 300
    assert not (now & mask_of(portrait[1], ("l_brow", "r_brow"))).any()
    raised = mask_of(edit_face(*portrait, ["hairline:raise=5"]).shown, ("hair",))
    assert not (raised & ~hair).any()
    assert raised.sum() < hair.sum() - 300


def test_bare_ids_need_an_order(portrait: tuple[Image, LabelMap]) -> None:
    labels = portrait[1]
    bare = LabelMap.from_array(labels.ids)
    with pytest.raises(LabelError, match="--order celebamask or --order face-parsing"):
        edit_face(portrait[0], bare, ["eyes:scale=1.1"])
    assert set(named(bare, "celebamask").present_classes.names) == set(labels.present_classes.names)
    assert "brow" in named(bare, "face-parsing").classes.by_id(2).name
    assert sorted(ORDERS["celebamask"]) == sorted(ORDERS["face-parsing"])
    beyond = LabelMap.from_array(np.array([[0, 1], [1, 40]]))
    with pytest.raises(LabelError, match="id 40"):
        named(beyond, "celebamask")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("brows:raise=3", Move("brows", (0, -3))),
        ("mouth:lower=2.5%", Move("mouth", (0, 0.025), in_pixels=False)),
        ("eyes:widen=1.2", Move("eyes", scale=(1.2, 1.0))),
        ("nose:scale=80%", Move("nose", scale=(0.8, 0.8))),
    ],
)
def test_words_are_read(word: str, expected: Move) -> None:
    assert Move.parse(word) == expected


@pytest.mark.parametrize(
    ("word", "error", "told"),
    [
        ("chin:raise=3", ConfigError, "brows, l_brow"),
        ("eyes:roll=3", ConfigError, "raise, lower"),
        ("eyes", ConfigError, "PART:ACTION=AMOUNT"),
        ("eyes:scale=9", ConfigError, "0.5 to 2"),
        ("nose:apart=3", ConfigError, "pair"),
        ("hairline:scale=1.2", ConfigError, "raise or to lower"),
        ("eyes:raise=200", ConfigError, "quarter"),
    ],
)
def test_bad_words_are_told(
    portrait: tuple[Image, LabelMap], word: str, error: type, told: str
) -> None:
    with pytest.raises(error, match=told):
        edit_face(*portrait, [word])


def test_a_part_that_is_not_there_is_told() -> None:
    table = ClassTable((LabelClass(0, "skin", (1, 2, 3)), LabelClass(1, "l_eye", (9, 9, 9))))
    ids = np.zeros((60, 60), int)
    ids[20:24, 10:20] = 1
    image = Image.from_array(np.full((60, 60, 3), 99, np.uint8))
    with pytest.raises(LabelError, match="'eyes' does not occur whole"):
        edit_face(image, LabelMap.from_array(ids, table), ["eyes:raise=2"])
    with pytest.raises(LabelError, match="no hair"):
        edit_face(image, LabelMap.from_array(ids, table), ["hairline:raise=2"])
    with pytest.raises(ConfigError, match="nothing to do"):
        edit_face(image, LabelMap.from_array(ids, table), [])
