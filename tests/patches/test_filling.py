"""Filling: where a thing has left, its backdrop goes on as it looks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from tests.reference import filling_twins

from likewise.patches.engine import Engine
from likewise.patches.filling import choosing, repeats
from likewise.patches.filling.filling import filled, holes
from likewise.patches.levels import Level
from likewise.patches.presets import patch_presets
from likewise.patches.views import IDENTITY, Views

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
    views = Views((IDENTITY,), SIZE)
    field = filled(still(), views, image, ids, torch.zeros_like(ids))
    shown = image[field[1].long(), field[2].long()]
    inner = torch.from_numpy(disc(SIZE, (44, 60), 17))
    assert (ids[field[1].long(), field[2].long()] == 0).all()
    wrong = (shown - bricks()).abs().amax(dim=2) > 1e-6
    assert wrong[inner].float().mean() < 0.02


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
    views = Views((IDENTITY,), SIZE)
    assert torch.equal(filled(still(), views, image, ids, ids), still())
    larger = torch.from_numpy(disc(SIZE, (44, 60), 25)).long()
    assert torch.equal(filled(still(), views, image, ids, larger), still())


def test_only_what_was_covered_and_its_margin_changes() -> None:
    image, ids = scene()
    moved = torch.from_numpy(disc(SIZE, (44, 90), 18)).long()
    field = filled(still(), Views((IDENTITY,), SIZE), image, ids, moved)
    changed = (field != still()).any(dim=0).numpy()
    covered = ((ids == 1) & (moved == 0)).numpy()
    near = ndimage.binary_dilation(covered, np.ones((3, 3)), 3) & (moved == 0).numpy()
    assert changed.any() and not (changed & ~near).any()


def test_a_backdrop_that_is_elsewhere_in_the_source_is_continued_too() -> None:
    """The layout shows 10 rows less at the top: all comes from 10 rows further down."""
    image, ids = scene()
    target = torch.zeros(SIZE[0] - 10, SIZE[1], dtype=torch.long)
    field = still()[:, 10:]
    answer = filled(field, Views((IDENTITY,), SIZE), image, ids, target)
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
    answer = filled(
        field, Views((IDENTITY,), size), torch.rand(*size, 3), ids, torch.zeros_like(ids)
    )
    assert torch.equal(answer, field)


def question(seed: int) -> tuple[repeats.Asked, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    source, usable = torch.rand(17, 23, generator=draw), torch.rand(17, 23, generator=draw) < 0.8
    shade = torch.rand(9, 8, generator=draw)
    rings = torch.rand(2, 9, 8, generator=draw) < 0.4
    return repeats.Asked((3, 5), shade, rings, ~rings, (6, 4)), source, usable


@pytest.mark.parametrize("seed", range(4))
def test_correlation_finds_what_comparing_every_move_finds(seed: int) -> None:
    asked, source, usable = question(seed)
    found = {tuple(move) for move in repeats.repeats(asked, source, usable).tolist()}
    for ring in asked.rings:
        errors = {}
        for down in range(-20, 21):
            for right in range(-25, 26):
                error, count = filling_twins.ring_error(
                    (down, right), asked.shade, ring, asked.corner, source, usable
                )
                if count > repeats.OVERLAP * int(ring.sum()):
                    errors[down, right] = error
        assert min(errors, key=errors.__getitem__) in found


def test_moves_lie_apart_and_are_as_many_as_asked_for() -> None:
    asked, source, usable = question(7)
    alone = repeats.Asked(asked.corner, asked.shade, asked.rings[:1], asked.holes[:1], (5,))
    moves = repeats.repeats(alone, source, usable)
    assert len(moves) == 5
    apart = (moves[:, None] - moves).abs().amax(dim=2) + 100 * torch.eye(5).long()
    assert int(apart.min()) > repeats.APART


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(1, 7), (6, 1), (3, 3)])
def test_the_choice_costs_the_least(shape: tuple[int, int], seed: int) -> None:
    """Exact along a line; on a grid, nearly."""
    rng = np.random.default_rng(seed)
    own = rng.random((*shape, 3), dtype=np.float32)
    down = rng.random((shape[0] - 1, shape[1], 3, 3), dtype=np.float32)
    right = rng.random((shape[0], shape[1] - 1, 3, 3), dtype=np.float32)
    labels = choosing._least(own, down, right)
    cost = filling_twins.cost_of(labels, own, down, right)
    best = filling_twins.least_choice(own, down, right)
    assert cost <= best * (1.001 if 1 in shape else 1.05)
