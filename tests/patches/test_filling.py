"""Filling: where a thing has left, its backdrop goes on as it looks."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from scipy import ndimage
from tests.reference import filling_twins

from likewise.patches.engine import Engine
from likewise.patches.filling import choosing, messages, repeats
from likewise.patches.filling.filling import filled
from likewise.patches.filling.holes import holes
from likewise.patches.levels import Level
from likewise.patches.presets import patch_presets

SIZE = (96, 120)


def bricks(size: tuple[int, int] = SIZE) -> torch.Tensor:
    """A wall (H, W, 3): rows of 8, every other one shifted, with joints of 2 pixels."""
    y, x = np.mgrid[: size[0], : size[1]]
    joint = (y % 8 < 2) | ((x + 10 * (y // 8 % 2)) % 20 < 2)
    shade = np.where(joint, 0.9, 0.3)
    return torch.from_numpy(np.stack((shade, shade * 0.8, shade * 0.7), 2)).float()


def disc(size: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    inside: np.ndarray = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 <= radius**2
    return inside


def scene(radius: float = 18) -> tuple[torch.Tensor, torch.Tensor]:
    """The wall with a red disc before it, and its labels: wall 0, disc 1."""
    ids = torch.from_numpy(disc(SIZE, (44, 60), radius)).long()
    image = torch.where(ids[..., None] == 1, torch.tensor([0.8, 0.1, 0.1]), bricks())
    return image, ids


def still() -> torch.Tensor:
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in SIZE), indexing="ij")
    return torch.stack((torch.zeros_like(rows), rows, columns)).int()


def test_bricks_run_on_where_a_thing_has_left() -> None:
    image, ids = scene()
    field = filled(still(), image, ids, torch.zeros_like(ids))
    shown = image[field[1].long(), field[2].long()]
    inner = torch.from_numpy(disc(SIZE, (44, 60), 17))
    assert (ids[field[1].long(), field[2].long()] == 0).all()
    wrong = (shown - bricks()).abs().amax(dim=2) > 1e-6
    assert wrong[inner].float().mean() < 0.02


def test_bricks_run_on_where_a_mast_from_edge_to_edge_has_left() -> None:
    ids = torch.zeros(SIZE).long()
    ids[:, 52:66] = 1
    image = torch.where(ids[..., None] == 1, torch.tensor([0.8, 0.1, 0.1]), bricks())
    field = filled(still(), image, ids, torch.zeros_like(ids))
    assert (ids[field[1].long(), field[2].long()] == 0).all()
    wrong = (image[field[1].long(), field[2].long()] - bricks()).abs().amax(dim=2) > 1e-6
    assert wrong.float().mean() < 0.01
    # While the layout has a mast, one from edge to edge may be what the ground ends at.
    kept = ids.clone()
    kept[:, :100] = 0
    kept[:, 100:114] = 1
    assert not list(holes(still().numpy(), ids.numpy(), kept.numpy()))


def test_the_engine_paints_them_so_and_without_filling_does_not() -> None:
    image, ids = scene()
    gone = torch.zeros_like(ids)
    errors = []
    for fill in (True, False):
        config = patch_presets("cpu")["fast"]
        config = type(config)(**{**config.__dict__, "fill": fill})
        painting = Engine.of(Level(image, ids), 2, config, 0).render(gone)
        errors.append(float((painting.colours - bricks()).square().mean()))
    assert errors[0] < 0.1 * errors[1]


def test_nothing_is_touched_where_nothing_has_left() -> None:
    image, ids = scene()
    assert torch.equal(filled(still(), image, ids, ids), still())
    larger = torch.from_numpy(disc(SIZE, (44, 60), 25)).long()
    assert torch.equal(filled(still(), image, ids, larger), still())


def test_only_what_was_covered_and_its_margin_changes() -> None:
    image, ids = scene()
    moved = torch.from_numpy(disc(SIZE, (44, 90), 18)).long()
    field = filled(still(), image, ids, moved)
    changed = (field != still()).any(dim=0).numpy()
    covered = ((ids == 1) & (moved == 0)).numpy()
    near = ndimage.binary_dilation(covered, np.ones((3, 3)), 3) & (moved == 0).numpy()
    assert changed.any() and not (changed & ~near).any()


def test_a_backdrop_that_is_elsewhere_in_the_source_is_continued_too() -> None:
    """The layout shows 10 rows less at the top: all comes from 10 rows further down."""
    image, ids = scene()
    target = torch.zeros(SIZE[0] - 10, SIZE[1], dtype=torch.long)
    field = still()[:, 10:]
    answer = filled(field, image, ids, target)
    shown = image[answer[1].long(), answer[2].long()]
    assert ((shown - bricks()[10:]).abs().amax(dim=2) > 1e-6).float().mean() < 0.02


def test_a_backdrop_in_pieces_is_left_to_the_search() -> None:
    _, ids = scene()
    torn = still()
    torn[1] = torch.randint(0, SIZE[0], SIZE, generator=torch.Generator().manual_seed(0))
    found = holes(torn.numpy(), ids.numpy(), torch.zeros_like(ids).numpy())
    assert not list(found)


def test_without_material_the_field_stays() -> None:
    """Every pixel of the wall is within the margin of the disc."""
    size = (20, 20)
    ids = torch.ones(size, dtype=torch.long)
    ids[:2] = ids[:, :2] = 0
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in size), indexing="ij")
    field = torch.stack((torch.zeros_like(rows), rows, columns)).int()
    answer = filled(field, torch.rand(*size, 3), ids, torch.zeros_like(ids))
    assert torch.equal(answer, field)


def question(seed: int) -> tuple[repeats.Asked, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    source, usable = draw.random((17, 23), dtype=np.float32), draw.random((17, 23)) < 0.8
    shade, ring = draw.random((13, 12), dtype=np.float32), draw.random((13, 12)) < 0.6
    sectors = draw.integers(0, 2, ring.shape)
    return repeats.Asked((3, 5), shade, sectors, ring, ~ring), source, usable


@pytest.mark.parametrize("seed", range(3))
def test_the_best_move_of_ring_and_sectors_is_found(seed: int) -> None:
    asked, source, usable = question(seed)
    found = {tuple(move) for move in repeats.repeats(asked, source, usable).tolist()}
    for part in (asked.sectors == 0, asked.sectors == 1, asked.sectors >= 0):
        ring, hole, errors = part & asked.ring, part & asked.hole, {}
        assert ring.sum() >= repeats.FEWEST
        for move in product(range(-20, 21), range(-25, 26)):
            error, count = filling_twins.ring_error(move, asked, ring, source, usable)
            _, filling = filling_twins.ring_error(move, asked, hole, source, usable)
            if count > repeats.OVERLAP * ring.sum() and filling > repeats.COVER * hole.sum():
                errors[move] = error
        assert min(errors, key=errors.__getitem__) in found


def test_a_ring_of_too_few_pixels_asks_for_nothing() -> None:
    asked, source, usable = question(0)
    few = asked.ring & (np.cumsum(asked.ring).reshape(asked.ring.shape) < repeats.FEWEST)
    alone = repeats.Asked(asked.corner, asked.shade, asked.sectors, few, asked.hole)
    assert repeats.repeats(alone, source, usable).shape == (0, 2)


@pytest.mark.parametrize("count", [1, 9, 40])
def test_moves_are_the_least_that_lie_apart(count: int) -> None:
    costs = np.random.default_rng(count).random((2, 11, 13), dtype=np.float32)
    costs[0, :, 4:9] = np.inf
    found = np.full((2, count, 2), -1)
    repeats._choose(found, costs.copy(), np.array([count, count]))
    for part, places in zip(costs, found.tolist(), strict=True):
        taken = [tuple(place) for place in places if place[0] >= 0]
        assert taken == filling_twins.least_apart(part, count, repeats.APART)


def test_cells_pay_for_what_is_missing_frays_or_differs() -> None:
    draw = np.random.default_rng(0)
    ids = draw.integers(0, 2, (14, 15))
    problem = choosing.Problem(
        4,
        (-2, 3),
        draw.integers(0, 4, (12, 8)).astype(np.uint8),
        draw.random((12, 8, 3), dtype=np.float32),
        draw.integers(0, 2, (12, 8)),
        draw.random((14, 15, 3), dtype=np.float32),
        ids,
        ids == 0,
    )
    moves = draw.integers(-6, 7, (5, 2))
    cells = np.pad(np.arange(6).reshape(3, 2), ((0, 1), (0, 1)), constant_values=-1)
    own = np.zeros((5, 6), np.float32)
    planes = (problem.roles, problem.colours, problem.wanted)
    source = (problem.image, problem.ids, problem.usable)
    choosing._pay(own, cells, 4, np.array(problem.corner), moves, *planes, *source)
    for costs, move in zip(own, moves, strict=True):
        twin = filling_twins.paid(problem, move)
        np.testing.assert_allclose(costs.reshape(3, 2), twin, rtol=1e-5, atol=1e-6)


def test_where_cells_meet_they_pay_for_what_their_moves_show_there() -> None:
    """The second cell lies to the right of the first, the third below it."""
    shown = np.random.default_rng(0).random((3, 5, 5, 2, 4), dtype=np.float32)
    near = np.array([[-1, 2, -1, 1], [-1, -1, 0, -1], [0, -1, -1, -1]])
    apart = np.zeros((2, 3, 4, 4), np.float32)
    messages._meet(apart, shown, near, np.float32(5 * messages.JUMP))
    turned = shown.swapaxes(1, 2)
    down = filling_twins.meeting(turned[0], turned[2], messages.JUMP)
    right = filling_twins.meeting(shown[0], shown[1], messages.JUMP)
    np.testing.assert_allclose(apart[0, 0], down, rtol=1e-5)
    np.testing.assert_allclose(apart[1, 0], right, rtol=1e-5)
    assert not apart[:, 1:].any()


@pytest.mark.parametrize("seed", range(4))
def test_a_message_is_the_least_over_all_moves(seed: int) -> None:
    rng, jump = np.random.default_rng(seed), np.float32(0.1)
    apart = rng.random((20, 20), dtype=np.float32)
    apart = (jump + apart + apart.T) * (1 - np.eye(20, dtype=np.float32))
    costs, said = rng.random(20, dtype=np.float32), np.empty(20, np.float32)
    messages._tell(said, costs, apart, jump)
    np.testing.assert_allclose(said, (costs[:, None] + apart).min(axis=0) - costs.min(), rtol=1e-5)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(1, 7), (6, 1), (3, 3)])
def test_the_choice_costs_the_least(shape: tuple[int, int], seed: int) -> None:
    """Exact along a line; on a grid, nearly."""
    rng = np.random.default_rng(seed)
    own = 4 * rng.random((*shape, 3), dtype=np.float32)
    shown = rng.random((*shape, 4, 4, 2, 3), dtype=np.float32)
    cells = np.full((shape[0] + 1, shape[1] + 1), -1)
    cells[:-1, :-1] = np.arange(own[..., 0].size).reshape(shape)
    labels = messages.least(own.reshape(-1, 3), shown.reshape(-1, 4, 4, 2, 3), cells)
    down, right = np.zeros((2, *shape, 3, 3))
    for y, x in np.ndindex(shape):
        if y + 1 < shape[0]:
            turned = (shown[y, x].swapaxes(0, 1), shown[y + 1, x].swapaxes(0, 1))
            down[y, x] = filling_twins.meeting(*turned, messages.JUMP)
        if x + 1 < shape[1]:
            right[y, x] = filling_twins.meeting(shown[y, x], shown[y, x + 1], messages.JUMP)
    cost = filling_twins.cost_of(labels.reshape(shape), own, down, right)
    best = filling_twins.least_choice(own, down, right)
    assert cost <= best * (1.0001 if 1 in shape else 1.02)
