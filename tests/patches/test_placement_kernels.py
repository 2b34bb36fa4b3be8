"""What placement has compiled answers as slow loops do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes
from tests.reference import placement_twins as twins

from likewise.patches.placing.fitting import SLIDE_GAIN, Pieces, fitted, slid
from likewise.patches.placing.matching import nearest
from likewise.patches.placing.sighting import SAMPLES, improved, scores, seen_shares
from likewise.patches.placing.sweeps import Labelling, settled
from likewise.patches.views import IDENTITY, View

MIRRORED = View(mirrored=True)


def jumble(seed: int) -> Pieces:
    """Pieces of three views that lie anyhow, some of them beyond the edges."""
    drawn = np.random.default_rng(seed)
    target, source = scenes.blots((17, 20), 4, seed), scenes.blots((16, 19), 4, seed + 1)
    target[3:7, 5:9] = source[9:12, 2:7] = scenes.IGNORED
    parts = np.array([drawn.integers(0, 3, 9), *drawn.integers(-5, 6, (2, 9))])
    return Pieces.of(
        torch.from_numpy(drawn.integers(0, 9, (6, 7))),
        torch.from_numpy(drawn.integers(0, 9, (6, 7))),
        tuple(torch.from_numpy(part) for part in parts),
        (IDENTITY, MIRRORED, View(0.6)),
        scenes.indices(target),
        scenes.indices(source),
        3,
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("reach", [1, 2])
def test_pixels_choose_as_in_a_loop(seed: int, reach: int) -> None:
    pieces = jumble(seed)
    np.testing.assert_array_equal(fitted(pieces, reach), twins.fitted(pieces, reach))


@pytest.mark.parametrize("seed", range(4))
def test_a_slide_puts_pixels_right(seed: int) -> None:
    pieces = jumble(seed)
    before, after = twins.faults(pieces), twins.faults(slid(pieces))
    moved = (slid(pieces).parts != pieces.parts).any(axis=0)
    assert moved.any()
    assert (after[moved] < before[moved] - SLIDE_GAIN).all()
    assert (slid(pieces).parts[0] == pieces.parts[0]).all()


def placements(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Placements (12, 4) and class positions of target and source."""
    drawn = np.random.default_rng(seed)
    table = np.stack(
        [drawn.uniform(0.4, 2.5, 12), drawn.integers(0, 2, 12), *drawn.integers(-9, 10, (2, 12))],
        axis=1,
    )
    target, source = scenes.blots((26, 33), 4, seed), scenes.blots((24, 30), 4, seed + 1)
    target[3:9, 5:12] = source[10:14, 2:9] = -1
    return table, target.astype(np.int32), source.astype(np.int32)


@pytest.mark.parametrize("seed", range(3))
def test_scores_agree_with_a_loop(seed: int) -> None:
    table, target, source = placements(seed)
    grid = np.arange(1, 24, 2), np.arange(0, 33, 3)
    found = scores(table, *grid, 2, target, source)
    expected = [twins.score(row, *grid, 2, target, source) for row in table]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert len(set(expected)) > 6


def test_changes_are_kept_where_they_raise_the_score() -> None:
    table, target, source = placements(0)
    grid = np.arange(1, 24, 2), np.arange(0, 33, 3)
    rows, columns = (np.tile(axis, (len(table), 1)) for axis in grid)
    changes = np.array([(1, 3, 0), (1, 0, -2), (1.1, 0, 0), (0.8, 1, 1)] * 2)
    bounds, classes = np.tile([0.5, 2.0], (len(table), 1)), np.full(len(table), 2)
    best, found = improved(table, bounds, changes, rows, columns, classes, target, source)
    before = scores(table, *grid, 2, target, source)
    np.testing.assert_array_equal(found, scores(best, *grid, 2, target, source))
    changed = (best != table).any(axis=1)
    assert changed.any() and (found[changed] > before[changed]).all()
    assert ((best[changed, 0] >= 0.5) & (best[changed, 0] <= 2)).all()
    assert (best[:, 2:] == best[:, 2:].round()).all()


def test_what_cells_see_agrees_with_a_loop() -> None:
    table, _, source = placements(1)
    found, cell = seen_shares(table, (4, 5), 6, 4, source), 6
    assert found.shape == (12, 6, 4, 5)
    expected = np.zeros_like(found)
    steps = (np.arange(SAMPLES) + 0.5) * cell / SAMPLES - 0.5
    for p, i, j in np.ndindex(12, 4, 5):
        for y in i * cell + steps:
            for x in j * cell + steps:
                expected[p, twins.seen(table[p], source, y, x) + 2, i, j] += 1 / SAMPLES**2
    np.testing.assert_array_equal(found, expected)


def test_the_nearest_is_the_first_of_the_nearest() -> None:
    drawn = torch.Generator().manual_seed(0)
    queries, keys = (torch.randint(-3, 4, (n, 2), generator=drawn).float() for n in (40, 70))
    unlike = torch.randint(0, 5, (40, 70), generator=drawn).float()
    costs = (queries[:, None] - keys).square().sum(2) + unlike
    assert torch.equal(nearest(queries, keys, unlike), costs.argmin(dim=1))


@pytest.mark.parametrize("grid", [(6, 9), (1, 7)])
def test_cells_settle_as_in_a_loop(grid: tuple[int, int]) -> None:
    drawn = torch.Generator().manual_seed(grid[0])
    cells, source = grid[0] * grid[1], (5, 8)
    labelling = Labelling(
        torch.randint(0, 2, grid, generator=drawn),
        source,
        torch.rand(cells, 40, generator=drawn),
        torch.rand(3, cells, generator=drawn),
    )
    down, right = (torch.randint(-1, 2, grid, generator=drawn) for _ in range(2))
    moved, laid = labelling.of_moves(down, right), torch.randint(0, 3, grid, generator=drawn)
    start = torch.where(torch.rand(grid, generator=drawn) < 0.7, moved, laid)
    ours = settled(start, labelling, (4, 2, 1)).numpy()
    np.testing.assert_array_equal(ours, twins.settled(start.numpy(), labelling, (4, 2, 1)))
    assert (ours != start.numpy()).any()
