"""Sketches: lines are read, shapes found and matched, and the answer's edges lie on the lines."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from tests.tasks.drawings import SIZE, areas, outlined, painted

from likewise import Analogy
from likewise.errors import ConfigError, ImageError
from likewise.images import Image
from likewise.tasks.sketches import Sketch, extracted, follow, follow_each
from likewise.tasks.sketches.matching import match
from likewise.tasks.sketches.relations import features
from likewise.tasks.sketches.shapes import open_share, shapes

MOVED = (30, 66, 74, 112)


def sketch(ids: np.ndarray, name: str = "drawn.png") -> Sketch:
    return Sketch.from_image(Image.from_array(outlined(ids)), name)


def same_parts(found: np.ndarray, wanted: np.ndarray) -> float:
    """Share of pixels that agree when each found part is named by what it mostly covers."""
    names = [np.bincount(wanted[found == number]).argmax() for number in range(found.max() + 1)]
    assert len(set(names)) == len(names), "two parts cover one"
    return float((np.array(names)[found] == wanted).mean())


def test_shapes_are_what_lines_enclose_with_borders_along_their_middle() -> None:
    found = shapes(sketch(areas()).ink)
    assert found.max() == 2
    assert same_parts(found, areas()) > 0.99


def test_a_gap_closes_and_a_handle_stays_part_of_its_shape() -> None:
    ids = areas()
    ids[20:26, 66:110] = 2  # a long arm, as narrow as a door
    pixels = outlined(ids)
    pixels[34:39, 40:43] = 255  # a gap in the roof
    ink = Sketch.from_image(Image.from_array(pixels)).ink
    found = shapes(ink, gap=5)
    assert found[23, 105] != found[10, 10]
    assert found[45, 50] != found[10, 10], "the gap let the house run out"
    assert shapes(ink, gap=0)[45, 50] == shapes(ink, gap=0)[10, 10]


def test_lines_that_end_in_the_open_bound_nothing_and_are_told() -> None:
    pixels = outlined(areas())
    pixels[76:78, 20:100] = 30
    drawing = Sketch.from_image(Image.from_array(pixels))
    assert shapes(drawing.ink).max() == 2
    assert open_share(drawing.ink, shapes(drawing.ink)) > 0.15
    edit = follow(painted(areas()), drawing, sketch(areas()))
    assert any("enclose nothing" in note for note in edit.notes)


def test_shapes_are_matched_by_place_form_and_neighbours() -> None:
    own, drawn = areas(), areas(MOVED, horizon=50)
    edit = follow(painted(own), sketch(drawn), sketch(own))
    # The classes of the layout lie where the drawing has what they are in the source.
    for number in range(3):
        name = np.bincount(edit.labels.ids[own == number]).argmax()
        assert (edit.layout.ids[drawn == number] == name).mean() > 0.97


def test_one_shape_serves_two_of_its_kind() -> None:
    own = areas()
    two = areas((40, 12, 70, 40))
    two[40:70, 80:110] = 2
    edit = follow(painted(own), sketch(two), sketch(own))
    house = np.bincount(edit.labels.ids[own == 2]).argmax()
    assert (edit.layout.ids[two == 2] == house).mean() > 0.97


def test_a_dab_of_colour_decides() -> None:
    own, drawn = outlined(areas()), outlined(areas(MOVED))
    own[10:18, 10:18] = (40, 90, 220)  # the sky
    drawn[45:53, 85:93] = (40, 90, 220)  # the house shall be of sky
    first, second = (Sketch.from_image(Image.from_array(p), "s") for p in (own, drawn))
    edit = follow(painted(areas()), second, first)
    assert edit.layout.ids[50, 90] == edit.labels.ids[5, 60]
    with pytest.raises(ImageError, match=r"#[0-9a-f]{6} at 8[0-9],4[0-9] has no partner"):
        follow(painted(areas()), second, sketch(areas()))


def test_dabs_of_one_colour_make_one_class_of_two_shapes() -> None:
    own = outlined(areas())
    for rows in (slice(10, 18), slice(80, 88)):
        own[rows, 10:18] = (40, 90, 220)
    edit = follow(painted(areas()), sketch(areas()), Sketch.from_image(Image.from_array(own)))
    assert len(edit.labels.present()) == 2


def test_the_answer_has_its_edges_on_the_lines() -> None:
    own, drawn = areas(), areas(MOVED, horizon=50)
    edit = follow(painted(own), sketch(drawn), sketch(own))
    answer = edit.render(Analogy("patch", "smoke", device="cpu"))
    assert edit.measured(answer)["edge_f"] > 0.9
    assert edit.measured(painted(own))["edge_f"] < 0.6
    red = answer.pixels[..., 0].astype(int) - answer.pixels[..., 2]
    inside = ndimage.binary_erosion(drawn == 2, iterations=4)
    assert (red[inside] > 60).mean() > 0.95


def test_lines_that_enclose_nothing_become_bands_and_it_is_said() -> None:
    pixels = np.full((*SIZE, 3), 255, dtype=np.uint8)
    pixels[56:58, 10:118] = 30
    drawing = Sketch.from_image(Image.from_array(pixels), "open.png")
    edit = follow(painted(areas()), drawing, sketch(areas()))
    assert "line" in edit.layout.classes.names
    assert "open.png" in edit.notes[0]
    assert (edit.layout.ids[56:58, 10:118] == 0).all()
    with pytest.raises(ImageError, match="enclose no shape"):
        follow(painted(areas()), drawing, sketch(areas()), by="shapes")


def test_an_extracted_sketch_shows_the_outlines_and_reads_as_one() -> None:
    drawing = extracted(painted(areas()), detail=3)
    assert drawing.size == SIZE
    found = shapes(Sketch.from_image(drawing).ink)
    assert same_parts(found, areas()) > 0.97
    edit = follow(painted(areas()), sketch(areas(MOVED)), detail=3)
    assert edit.order["detail"] == 3
    assert np.array_equal(extracted(painted(areas()), 3).pixels, drawing.pixels)


def test_a_sketch_is_read_on_dark_paper_under_shade_and_at_another_size() -> None:
    lines = outlined(areas())
    wanted = Sketch.from_image(Image.from_array(lines)).ink
    shade = np.linspace(0.7, 1, SIZE[1])[None, :, None]
    assert np.array_equal(Sketch.from_image(Image.from_array(255 - lines)).ink, wanted)
    shaded = Sketch.from_image(Image.from_array((lines * shade).astype(np.uint8)))
    assert np.array_equal(shaded.ink, wanted)
    double = Image.from_array(lines.repeat(2, 0).repeat(2, 1))
    edit = follow(painted(areas()), sketch(areas(MOVED)), Sketch.from_image(double))
    assert same_parts(np.unique(edit.labels.ids, return_inverse=True)[1], areas()) > 0.97


def test_the_layout_has_the_targets_size() -> None:
    large = Sketch.from_image(Image.from_array(outlined(areas(MOVED)).repeat(2, 0)))
    assert follow(painted(areas()), large, sketch(areas())).layout.size == (192, 128)


def hatched() -> Sketch:
    ink = np.zeros((240, 240), dtype=bool)
    ink[::24] = ink[:, ::24] = True
    return Sketch(ink, origin="hatched.png")


@pytest.mark.parametrize(
    ("target", "asked", "error", "words"),
    [
        (areas(), {"by": "colour"}, ConfigError, "auto, shapes, lines"),
        (areas(), {"gap": 99}, ConfigError, "0 to 19 pixels"),
        (areas(), {"sketch": None, "detail": 1}, ConfigError, "2 to 60"),
        (areas(), {"sketch": Sketch(np.eye(50, 128) > 0)}, ImageError, "128 x 96"),
        (None, {}, ImageError, "encloses 1?[0-9]{2} shapes"),
    ],
)
def test_bad_input_is_told(
    target: np.ndarray | None, asked: dict[str, object], error: type, words: str
) -> None:
    drawn = hatched() if target is None else sketch(target)
    with pytest.raises(error, match=words):
        follow(painted(areas()), drawn, **({"sketch": sketch(areas())} | asked))  # type: ignore


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.full((64, 80), 255, np.uint8), "no line is in it"),
        (np.full((64, 80), 128, np.uint8), "no line is in it"),
        (painted(areas()).pixels, "photograph"),
        (np.random.default_rng(0).integers(0, 256, (64, 80)).astype(np.uint8), "photograph"),
    ],
)
def test_what_is_no_sketch_is_told(pixels: np.ndarray, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        Sketch.from_image(Image.from_array(pixels))


def test_several_drawings_share_the_labels_of_the_source() -> None:
    drawn = {"a": sketch(areas(MOVED)), "b": sketch(areas())}
    one, other = follow_each(painted(areas()), drawn, sketch(areas()))
    assert one.labels is other.labels
    assert (one.name, other.name) == ("a", "b")
    assert set(one.beside) == {"source.sketch.png", "source.layout.png"}
    assert not other.beside


def test_a_drawing_matches_itself() -> None:
    found = features(shapes(sketch(areas()).ink))
    assert match(found, found).source.tolist() == [0, 1, 2]
