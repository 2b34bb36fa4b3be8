"""Snapping: borders join the classes beside them, shades are recognised, strays are named."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from scipy import ndimage

from likewise.errors import LabelError
from likewise.labels import ClassTable, LabelClass, LabelMap

GREEN, ORANGE, CYAN, BLUE = (0, 249, 0), (255, 147, 0), (0, 253, 255), (4, 51, 255)
SCALE = 5


def drawing(colours: list[tuple[int, int, int]], scale: int = SCALE) -> np.ndarray:
    """(120 * scale, 160 * scale, 3): a ground, a disc, a band over both, a slanting edge."""
    height, width = 120 * scale, 160 * scale
    y, x = np.mgrid[:height, :width] / scale
    ids = np.zeros((height, width), int)
    ids[(x - 60) ** 2 + (y - 60) ** 2 < 35**2] = 1 % len(colours)
    ids[y > 85 + 0.07 * x] = 2 % len(colours)
    ids[x > 120 + 0.2 * y] = 3 % len(colours)
    return np.array(colours, np.uint8)[ids]


def truth(colours: list[tuple[int, int, int]]) -> np.ndarray:
    return drawing(colours)[SCALE // 2 :: SCALE, SCALE // 2 :: SCALE]


def antialiased(colours: list[tuple[int, int, int]]) -> np.ndarray:
    picture = PIL.Image.fromarray(drawing(colours))
    return np.asarray(picture.resize((160, 120), PIL.Image.Resampling.BICUBIC))


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    PIL.Image.fromarray(pixels).save(path, **options)
    return path


def spots(labels: LabelMap) -> int:
    return sum(
        ndimage.label(labels.ids == number, np.ones((3, 3)))[1] for number in labels.present()
    )


@pytest.mark.parametrize(
    ("name", "options", "wrong"),
    [
        ("a.png", {}, 0.002),
        ("a.tif", {}, 0.002),
        ("a.jpg", {"quality": 90}, 0.006),
        ("a.jpg", {"quality": 50}, 0.01),
        ("a.jpg", {"quality": 20}, 0.02),
        ("a.jpg", {"quality": 8}, 0.04),
        ("a.webp", {"quality": 70}, 0.01),
    ],
)
@pytest.mark.parametrize("colours", [[GREEN, ORANGE], [CYAN, GREEN, ORANGE, BLUE]])
def test_a_person_sees_this_many_classes(
    colours: list, name: str, options: dict, wrong: float, tmp_path: Path
) -> None:
    labels = LabelMap.read(save(tmp_path / name, antialiased(colours), **options))
    assert len(labels.present()) == len(colours)
    nearest = np.linalg.norm(
        labels.classes.colours[:, None].astype(float) - np.array(colours), axis=-1
    )
    assert nearest.min(axis=1).max() <= 12
    seen = np.array(colours)[nearest.argmin(axis=1)][labels.indices(labels.classes)]
    assert (seen != truth(colours)).any(-1).mean() <= wrong
    assert labels.snapping is not None
    assert 0 < labels.snapping.moved < 0.6
    assert labels.snapping.colours > 30
    assert "moved" in labels.describe()[-1]


def test_borders_never_show_the_class_whose_colour_lies_between(tmp_path: Path) -> None:
    colours = [(0, 0, 0), (255, 255, 255), (255, 255, 255), (128, 128, 130)]
    labels = LabelMap.read(save(tmp_path / "a.png", antialiased(colours)))
    assert len(labels.present()) == 3
    between = labels.classes.by_colour((128, 128, 130)).id
    columns = np.nonzero(labels.ids == between)[1]
    assert columns.min() >= 118  # the drawing has it to the right of the slanting edge alone
    assert spots(labels) == 3


def test_a_straight_border_of_one_mixture_is_no_class(tmp_path: Path) -> None:
    pixels = antialiased([CYAN, GREEN, ORANGE, BLUE]).copy()
    pixels[:20], pixels[20], pixels[21:30] = 0, 127, 255
    pixels[2:8, 4:50] = (128, 128, 130)
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert not (labels.to_colour()[20] == (128, 128, 130)).all(-1).any()
    assert (labels.to_colour()[3, 5:49] == (128, 128, 130)).all()


def test_softened_then_enlarged_borders_are_no_class(tmp_path: Path) -> None:
    large = antialiased([GREEN, ORANGE]).repeat(3, 0).repeat(3, 1)
    labels = LabelMap.read(save(tmp_path / "a.png", large))
    assert labels.classes.names == ("green", "orange")


def test_hairlines_of_a_class_that_also_fills_areas_stay(tmp_path: Path) -> None:
    pixels = antialiased([CYAN, GREEN, ORANGE, BLUE]).copy()
    pixels[20, 5:110] = BLUE  # over sky and disc, and nowhere near the blue area
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert (labels.to_colour()[20, 5:110] == BLUE).all()


def test_class_that_a_target_lacks_does_not_creep_into_its_borders(tmp_path: Path) -> None:
    between = (128, 198, 0)
    source = LabelMap.read(save(tmp_path / "a.png", truth([GREEN, ORANGE, between])))
    target = LabelMap.read(save(tmp_path / "b.png", antialiased([GREEN, ORANGE])), like=source)
    assert len(source.present()) == 3
    assert len(target.present()) == 2


def test_a_band_painted_between_two_areas_is_a_class(tmp_path: Path) -> None:
    pixels = antialiased([(0, 0, 0), (255, 255, 255), (0, 255, 0), BLUE]).copy()
    pixels[:10], pixels[10:15], pixels[15:25] = 0, 128, 255
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert (labels.to_colour()[10:15] == 128).all()


def test_softened_hairlines_are_a_class(tmp_path: Path) -> None:
    large = np.full((800, 800, 3), 255, np.uint8)
    for step in range(6):
        for column in range(50, 750):
            row = 100 * step + 80 + column // 10
            large[row : row + 6, column] = BLUE
    pixels = np.asarray(PIL.Image.fromarray(large).resize((200, 200), PIL.Image.Resampling.BOX))
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert labels.classes.names == ("white", "blue")
    assert spots(labels) == 7


def test_close_colours_of_a_crisp_map_are_classes(tmp_path: Path) -> None:
    pixels = truth([(1, 0, 0), (2, 0, 0), (3, 0, 0), (7, 0, 0)])
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert np.array_equal(labels.to_colour(), pixels)


def test_hairline_between_two_classes_of_a_crisp_map_stays(tmp_path: Path) -> None:
    pixels = np.zeros((60, 60, 3), np.uint8)
    pixels[30:] = 255
    pixels[30] = pixels[5:15, 5:15] = (128, 128, 130)
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert np.array_equal(labels.to_colour(), pixels)


def test_no_specks(tmp_path: Path) -> None:
    colours = [CYAN, GREEN, ORANGE, BLUE]
    pixels = antialiased(colours).copy()
    pixels[30:32, 40] = BLUE  # a leftover inside the disc
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert spots(labels) == 4


def test_a_crisp_map_is_taken_at_its_word(tmp_path: Path) -> None:
    pixels = truth([CYAN, GREEN, ORANGE, BLUE]).copy()
    pixels[::7, 130:] = (5, 52, 255)  # hairlines, one step from blue, and a small eye
    pixels[60:63, 60:63] = (200, 0, 200)
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert np.array_equal(labels.to_colour()[60:63, 60:63], pixels[60:63, 60:63])
    assert len(labels.present()) == 5


def test_hairlines_stay(tmp_path: Path) -> None:
    pixels = np.full((100, 100, 3), 255, np.uint8)
    pixels[::10] = (0, 0, 0)
    pixels[:, ::10] = (255, 0, 0)
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert np.array_equal(labels.to_colour(), pixels)


@pytest.mark.parametrize("hidden", [(0, 0, 0), (255, 255, 255), BLUE])
def test_transparent_borders_take_the_class_around(hidden: tuple, tmp_path: Path) -> None:
    colours = [GREEN, ORANGE]
    border = (antialiased(colours) != truth(colours)).any(-1)
    pixels = np.dstack([antialiased(colours), np.where(border, 60, 255).astype(np.uint8)])
    pixels[border, :3] = hidden
    labels = LabelMap.read(save(tmp_path / "a.png", pixels))
    assert labels.classes.names == ("green", "orange")
    assert spots(labels) <= 3
    assert (labels.to_colour() != truth(colours)).any(-1)[~border].mean() == 0
    assert labels.snapping is not None
    assert labels.snapping.transparent == pytest.approx(border.mean())


def test_a_transparent_area_is_a_class_of_the_source_and_a_stray_of_a_target(
    tmp_path: Path,
) -> None:
    pixels = np.dstack([truth([GREEN, ORANGE]), np.full((120, 160), 255, np.uint8)])
    source = LabelMap.read(save(tmp_path / "a.png", pixels))
    pixels[20:60, 20:60] = (0, 0, 0, 0)
    path = save(tmp_path / "b.png", pixels)
    cut = LabelMap.read(path)
    assert "transparent" in cut.classes.names
    assert cut.areas()[cut.classes.by_name("transparent").id] == pytest.approx(1600 / 19200)
    assert LabelMap.read(path, like=cut) == cut
    with pytest.raises(LabelError, match="transparent"):
        LabelMap.read(path, like=source)


def test_other_shades_read_as_the_source_classes(tmp_path: Path) -> None:
    source = LabelMap.read(save(tmp_path / "a.png", antialiased([GREEN, ORANGE])))
    shades = antialiased([(49, 255, 8), (253, 144, 10)])
    target = LabelMap.read(save(tmp_path / "b.png", shades), like=source)
    assert target.classes == source.classes
    assert np.array_equal(target.ids, source.ids)
    assert target.snapping is not None
    assert {shade[:2] for shade in target.snapping.shades} >= {("#31ff08", "green")}
    assert any("#31ff08" in line for line in target.describe())


def test_same_table_whatever_the_areas(tmp_path: Path) -> None:
    source = LabelMap.read(save(tmp_path / "a.png", antialiased([CYAN, GREEN, ORANGE, BLUE])))
    swapped = antialiased([BLUE, ORANGE, CYAN, GREEN])
    target = LabelMap.read(save(tmp_path / "b.png", swapped), like=source)
    target.require_known(source)
    assert np.array_equal(target.to_colour(), LabelMap.read(tmp_path / "b.png").to_colour())


@pytest.mark.parametrize(
    ("colour", "nearest"),
    [((255, 0, 0), "orange"), ((170, 255, 0), "green"), ((128, 198, 0), "green")],
)
@pytest.mark.parametrize("side", [5, 40])
def test_stray_colour_is_refused_by_name(
    colour: tuple, nearest: str, side: int, tmp_path: Path
) -> None:
    source = LabelMap.read(save(tmp_path / "a.png", antialiased([GREEN, ORANGE])))
    pixels = antialiased([GREEN, ORANGE]).copy()
    pixels[5 : 5 + side, 5 : 5 + side] = colour
    code = "#" + bytes(colour).hex()
    area = rf"{100 * side**2 / pixels[..., 0].size:.2f} %"
    with pytest.raises(LabelError, match=rf"{code} \({area}.*{nearest}") as caught:
        LabelMap.read(save(tmp_path / "b.png", pixels), like=source)
    assert caught.value.argument == str(tmp_path / "b.png")
    assert caught.value.remedy


def test_second_shade_of_a_claimed_class_must_be_closer(tmp_path: Path) -> None:
    source = LabelMap.read(save(tmp_path / "a.png", truth([GREEN, ORANGE])))
    both = truth([GREEN, ORANGE]).copy()
    both[5:30, 5:30] = (255, 180, 80)
    with pytest.raises(LabelError, match="#ffb450"):
        LabelMap.read(save(tmp_path / "b.png", both), like=source)
    alone = truth([GREEN, (255, 180, 80)])
    assert LabelMap.read(save(tmp_path / "c.png", alone), like=source) == source


def test_shade_between_two_classes_is_refused(tmp_path: Path) -> None:
    table = ClassTable((LabelClass(0, "light", (100, 200, 100)), LabelClass(1, "x", (80, 190, 80))))
    pixels = truth([(90, 195, 90), (80, 190, 80)])
    with pytest.raises(LabelError, match="#5ac35a"):
        LabelMap.read(save(tmp_path / "a.png", pixels), classes=table)


def test_textured_stray_area_is_refused(tmp_path: Path) -> None:
    pixels = truth([GREEN, ORANGE]).copy()
    pixels[10:40, 10:40] = np.random.default_rng(0).integers(120, 256, (30, 30, 3)) * [1, 0, 1]
    with pytest.raises(LabelError, match=r"% of its pixels, around #.*no class"):
        LabelMap.read(save(tmp_path / "a.png", pixels))


def test_many_colours_are_many_classes(tmp_path: Path) -> None:
    levels = np.array([0, 60, 120, 180, 240])
    colours = np.array(np.meshgrid(levels, levels, levels)).reshape(3, -1).T.astype(np.uint8)
    ids = np.resize(np.random.default_rng(0).permutation(125), (10, 13)).repeat(12, 0).repeat(12, 1)
    labels = LabelMap.read(save(tmp_path / "a.png", colours[ids]))
    assert len(labels.present()) == 125
    assert np.array_equal(labels.to_colour(), colours[ids])
    assert len(set(labels.classes.names)) == 125


def test_one_class_is_a_map(tmp_path: Path) -> None:
    labels = LabelMap.read(save(tmp_path / "a.png", truth([GREEN])))
    assert labels.classes.names == ("green",)
    assert labels.areas() == {0: 1.0}
