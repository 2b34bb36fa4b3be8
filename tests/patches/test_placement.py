"""Placement: every target pixel finds a view and a pixel of it, and whole objects stay whole."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes
from torch import Tensor

from likewise.patches.placing.fitting import Pieces, fitted, slid
from likewise.patches.placing.likeness import box_mean, shares, unlikeness
from likewise.patches.placing.place import QUICK, THOROUGH, PlacementEffort, cell_size, place
from likewise.patches.placing.proposals import ViewRange
from likewise.patches.views import IDENTITY, AnyView, View, Views

EFFORTS = pytest.mark.parametrize("effort", [THOROUGH, QUICK], ids=["thorough", "quick"])
SIZE = (96, 128)
MIRRORED = View(mirrored=True)


def boat(at: tuple[float, float], scale: float = 1.0, mirrored: bool = False) -> np.ndarray:
    """(H, W) ids: a hull with a sail on one side before sea and sky, the hull's left end ``at``."""
    y, x = (axis.astype(float) for axis in np.mgrid[: SIZE[0], : SIZE[1]])
    y, x = (y - at[0]) / scale, (x - at[1]) / scale
    if mirrored:
        x = 48 - x
    ids = np.where(np.mgrid[: SIZE[0], : SIZE[1]][0] < 60, 0, 1)
    ids[(y > -32) & (y < 0) & (x > 10) & (x < 10 + (y + 32) * 0.7)] = 3
    ids[(y >= 0) & (y < 14) & (x > y * 0.5) & (x < 48 - y * 1.2)] = 2
    return ids


def seen(target: Tensor, source: Tensor, classes: int, effort: PlacementEffort) -> Tensor:
    views, field = place(target, source, classes, effort=effort)
    check(views, field, target, source)
    return Views(tuple(views), (source.shape[2], source.shape[3])).gather(source, field)


def check(views: list[View], field: Tensor, target: Tensor, source: Tensor) -> None:
    """The contract: the identity first, no unused view, every place inside its view."""
    assert views[0] == IDENTITY
    assert len(set(views)) == len(views)
    assert field.dtype == torch.int32
    assert field.shape == (3, *target.shape[2:])
    assert set(field[0].flatten().tolist()) | {0} == set(range(len(views)))
    sizes = torch.tensor([view.size((source.shape[2], source.shape[3])) for view in views])
    for axis in (0, 1):
        assert (field[1 + axis] >= 0).all()
        assert (field[1 + axis] < sizes[field[0].long(), axis]).all()


def scale_of(view: AnyView, at: tuple[int, int], source_size: tuple[int, int] = SIZE) -> float:
    """Pixels of the target to a source pixel along a row, around place ``at`` of ``view``."""
    rows, columns = torch.tensor([at[0], at[0]]), torch.tensor([at[1] - 4, at[1] + 4])
    _, x = view.to_source(rows, columns, source_size)
    return 8 / float((x[1] - x[0]).abs())


@EFFORTS
@pytest.mark.parametrize(
    ("ids", "classes"),
    [
        (boat((50, 20)), 4),
        (scenes.blots((48, 61), 8, 0), 8),
        (np.zeros((40, 48), np.int64), 1),
        (scenes.stripes((33, 90), 6), 6),
        (scenes.blots((136, 200), 60, 1), 60),
        (np.where(scenes.blots((64, 64), 4, 1) == 3, scenes.IGNORED, scenes.house((64, 64))), 3),
    ],
    ids=["boat", "eight", "one", "stripes", "sixty", "ignored"],
)
def test_the_same_layout_is_left_alone(
    ids: np.ndarray, classes: int, effort: PlacementEffort
) -> None:
    views, field = place(scenes.indices(ids), scenes.indices(ids), classes, effort=effort)
    assert views == [IDENTITY]
    rows, columns = np.mgrid[: ids.shape[0], : ids.shape[1]]
    np.testing.assert_array_equal(field[1], rows)
    np.testing.assert_array_equal(field[2], columns)


@EFFORTS
def test_a_mirrored_layout_takes_the_mirrored_source(effort: PlacementEffort) -> None:
    ids = boat((50, 20))
    views, field = place(scenes.indices(ids[:, ::-1].copy()), scenes.indices(ids), 4, effort=effort)
    assert MIRRORED in views
    image = scenes.image(ids)
    gathered = Views(tuple(views), SIZE).gather(image, field)
    alike = (gathered == image.flip(3)).all(dim=1).float()
    objects = torch.from_numpy(ids[:, ::-1].copy() >= 2)
    assert alike[0][objects].mean() > 0.95
    assert alike.mean() > 0.6


@EFFORTS
@pytest.mark.parametrize("scale", [0.5, 0.7, 1.5])
def test_an_object_of_another_size_is_taken_whole(scale: float, effort: PlacementEffort) -> None:
    source, target = boat((50, 20)), boat((56, 40), scale)
    views, field = place(scenes.indices(target), scenes.indices(source), 4, effort=effort)
    inside = torch.from_numpy(target >= 2)
    counts = torch.bincount(field[0][inside].long(), minlength=len(views))
    assert counts.max() > 0.7 * inside.sum()
    assert abs(np.log2(scale_of(views[int(counts.argmax())], (50, 60)) / scale)) < 0.11
    assert not views[int(counts.argmax())].mirrored


@EFFORTS
def test_a_moved_object_moves_by_whole_pixels(effort: PlacementEffort) -> None:
    source, target = boat((50, 20)), boat((53, 57))
    _, field = place(scenes.indices(target), scenes.indices(source), 4, effort=effort)
    rows, columns = np.nonzero(target >= 2)
    taken = field[:, rows, columns].numpy()
    followed = (taken[0] == 0) & (taken[1] == rows - 3) & (taken[2] == columns - 37)
    assert followed.mean() > 0.9


@EFFORTS
def test_two_objects_choose_for_themselves(effort: PlacementEffort) -> None:
    source = boat((50, 40))
    target = np.where(boat((50, 4)) >= 2, boat((50, 4)), boat((56, 80), 0.6, mirrored=True))
    views, field = place(scenes.indices(target), scenes.indices(source), 4, effort=effort)
    left = field[0][:, :56][torch.from_numpy(target[:, :56] >= 2)].long().mode().values
    right = field[0][:, 78:][torch.from_numpy(target[:, 78:] >= 2)].long().mode().values
    assert views[int(left)] == IDENTITY
    assert views[int(right)].mirrored
    assert abs(np.log2(scale_of(views[int(right)], (56, 90)) / 0.6)) < 0.15


def test_views_that_are_not_offered_are_not_used() -> None:
    source, target = boat((50, 20)), boat((56, 40), 0.5, mirrored=True)
    pair = scenes.indices(target), scenes.indices(source)
    none = ViewRange(1, 1, mirrored=False, bent=False)
    assert place(*pair, 4, views=none)[0] == [IDENTITY]
    smaller = place(*pair, 4, views=ViewRange(mirrored=False, bent=False))[0]
    assert not any(view.mirrored for view in smaller)
    bounded = place(*pair, 4, views=ViewRange(0.8, 1.25, bent=False))[0]
    assert all(0.8 <= view.scale <= 1.25 for view in bounded)


@EFFORTS
@pytest.mark.parametrize(
    ("target_size", "source_size", "classes"),
    [
        ((16, 16), (16, 16), 3),
        ((120, 90), (16, 16), 3),
        ((24, 40), (160, 200), 3),
        ((40, 200), (100, 60), 4),
        ((61, 83), (47, 59), 20),
    ],
)
def test_any_size_shows_the_wanted_classes(
    target_size: tuple[int, int],
    source_size: tuple[int, int],
    classes: int,
    effort: PlacementEffort,
) -> None:
    source = scenes.indices(scenes.blots(source_size, classes, 0))
    target = scenes.indices(scenes.blots(target_size, classes, 1))
    assert (seen(target, source, classes, effort) == target).float().mean() > 0.9


@EFFORTS
def test_one_class_of_another_size(effort: PlacementEffort) -> None:
    source, target = torch.zeros(1, 1, 40, 50).long(), torch.zeros(1, 1, 90, 61).long()
    assert not seen(target, source, 1, effort).any()


@EFFORTS
def test_what_the_source_does_not_know_is_not_taken(effort: PlacementEffort) -> None:
    source = scenes.house(SIZE, at=(30, 20), side=24)
    source[20:60, 60:100] = scenes.IGNORED
    target = scenes.house(SIZE, at=(30, 70), side=24)
    found = seen(scenes.indices(target), scenes.indices(source), 3, effort)
    assert (found >= 0).float().mean() > 0.999
    assert (found == scenes.indices(target)).float().mean() > 0.99


@EFFORTS
def test_where_the_target_is_unknown_any_pixel_will_do(effort: PlacementEffort) -> None:
    ids = boat((50, 20))
    unknown = ids.copy()
    unknown[10:40, 90:120] = scenes.IGNORED
    views, field = place(scenes.indices(unknown), scenes.indices(ids), 4, effort=effort)
    assert views == [IDENTITY]
    assert torch.equal(field[1], torch.arange(96).int()[:, None].expand(SIZE))
    nothing = torch.full((1, 1, 32, 40), -1)
    check(*place(nothing, scenes.indices(ids), 4), nothing, scenes.indices(ids))


def test_the_answer_is_the_same_again() -> None:
    pair = scenes.indices(boat((56, 40), 0.6)), scenes.indices(boat((50, 20)))
    first, second = place(*pair, 4), place(*pair, 4)
    assert first[0] == second[0]
    assert torch.equal(first[1], second[1])


@pytest.mark.parametrize("target", [(16, 16), (320, 480), (2000, 3000)])
@pytest.mark.parametrize("source", [(16, 16), (320, 480), (2000, 3000)])
def test_pairs_of_cells_are_bounded(target: tuple[int, int], source: tuple[int, int]) -> None:
    cell = cell_size(target, source, 3000)
    counts = [(height / cell) * (width / cell) for height, width in (target, source)]
    assert counts[0] * counts[1] <= 3000**2
    assert max(counts) <= 8 * 3000


def test_shares_agree_with_a_loop() -> None:
    ids = scenes.blots((13, 17), 4, 0)
    ids[2:7, 3:9] = scenes.IGNORED
    found = shares(scenes.indices(ids), 4, 5)
    assert found.shape == (1, 4, 3, 4)
    for k, row, column in np.ndindex(4, 3, 4):
        here = ids[5 * row : 5 * row + 5, 5 * column : 5 * column + 5]
        assert found[0, k, row, column] == pytest.approx((here == k).mean())


@pytest.mark.parametrize("window", [1, 3, 7, 31])
def test_box_means_agree_with_a_loop(window: int) -> None:
    field = torch.rand(2, 9, 12, generator=torch.Generator().manual_seed(0))
    found, reach = box_mean(field, window), window // 2
    for row, column in np.ndindex(9, 12):
        rows = slice(max(0, row - reach), row + reach + 1)
        columns = slice(max(0, column - reach), column + reach + 1)
        expected = field[:, rows, columns].mean(dim=(1, 2))
        torch.testing.assert_close(found[:, row, column], expected)


def test_a_cell_is_not_unlike_itself_and_unlike_the_unknown() -> None:
    ids = scenes.house((24, 32))
    ids[:8, :8] = scenes.IGNORED
    cells = shares(scenes.indices(ids), 3, 4)
    unlike = unlikeness(cells, cells).view(6, 8, 6, 8)
    places = torch.arange(6)[:, None], torch.arange(8)
    assert (unlike[(*places, *places)] < 1e-3).all()
    assert not unlike[:2, :2].any()  # any cell will do there
    assert (unlike[2:, 2:, :2, :2] >= 50).all()


def test_pieces_slide_to_where_their_labels_are_right() -> None:
    source, target = boat((50, 20)), boat((53, 22))
    pieces = Pieces.of(
        torch.zeros(12, 16, dtype=torch.long),
        torch.zeros(12, 16, dtype=torch.long),
        (torch.tensor([0]), torch.tensor([0]), torch.tensor([0])),
        (IDENTITY,),
        scenes.indices(np.where(target >= 2, target, scenes.IGNORED)),
        scenes.indices(source),
        8,
    )
    moved = slid(pieces)
    assert moved.parts.tolist() == [[0], [-3], [-2]]
    field = fitted(moved, 1)
    assert (field[1, 60, 40], field[2, 60, 40]) == (57, 38)


def statue(at: tuple[int, int], radius: int, size: tuple[int, int] = (120, 140)) -> np.ndarray:
    """(H, W) ids: a head on a body that reaches the ground, before one wall."""
    y, x = np.mgrid[: size[0], : size[1]]
    ids = np.zeros(size, dtype=np.int64)
    ids[(y - at[0]) ** 2 + (x - at[1]) ** 2 < radius**2] = 1
    ids[(y > at[0] + 0.7 * radius) & (np.abs(x - at[1]) < 1.4 * radius)] = 2
    return ids


def test_a_wall_stays_where_it_stands_when_what_stands_before_it_shrinks() -> None:
    """Its cells would rather come from where they lie to the statue as they should."""
    source, target = statue((50, 70), 26), statue((85, 90), 18)
    _, field = place(scenes.indices(target), scenes.indices(source), 3)
    rows, columns = np.nonzero((source == 0) & (target == 0))
    taken = field[:, rows, columns].numpy()
    still = (taken[0] == 0) & (taken[1] == rows) & (taken[2] == columns)
    assert still.mean() > 0.9


def test_a_thing_that_shrinks_where_it_stands_is_taken_whole() -> None:
    """What the source has at that place fills it too, but with the middle of the large thing."""
    from benchmarks.cases import ROOT, read_case

    case = read_case("temple", ROOT / "examples")
    table = case.labels.present_classes
    tower = next(number for number, one in enumerate(table) if one.name == "tower")
    target, source = (
        torch.from_numpy(layout.resized((128, 192)).indices(table)).long()[None, None]
        for layout in (case.targets["two_towers"], case.labels)
    )
    views, field = place(target, source, len(table))
    left = target[0, 0] == tower
    left[:, 92:] = False  # the right tower
    taken = torch.bincount(field[0][left].long(), minlength=len(views))
    assert 0.7 < scale_of(views[int(taken.argmax())], (80, 50), (128, 192)) < 0.9
    assert float(taken.max() / taken.sum()) > 0.7
