"""Episodes: who gives what to whom in each mode."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests import scenes, trainers
from torch import Tensor

from likewise.geometry.warps import one_hot, warp_image, warp_indices
from likewise.losses.patch_coherence import draw_queries
from likewise.training.config import SemiaConfig
from likewise.training.episodes import Episode, Episodes
from likewise.training.modes import Mode

pytestmark = pytest.mark.usefixtures("one_thread")

IDS = scenes.house(trainers.SIZE)
IMAGE, INDICES = scenes.image(IDS), scenes.indices(IDS)
LAYOUT = scenes.layout(IDS)
PLAIN = replace(trainers.PAPER, batch=3, ramp=0.0, zoom=1.5, shift=0.2)
ALIGNED = replace(trainers.FAST, batch=3, ramp=0.0)


def episodes(config: SemiaConfig, seed: int = 0) -> Episodes:
    made = Episodes(IMAGE, INDICES, 3, config, torch.Generator().manual_seed(seed))
    made.draw(1.0)
    return made


def built(config: SemiaConfig, mode: Mode) -> tuple[Episodes, Episode]:
    made = episodes(config)
    return made, made.build(mode)


def augmented(made: Episodes) -> tuple[Tensor, Tensor]:
    """(I_aug, P_aug) of the warps drawn."""
    grid = made.warper.grid(made.warp)
    batch = len(grid)
    image = warp_image(IMAGE.expand(batch, -1, -1, -1), grid)
    return image, one_hot(warp_indices(INDICES.expand(batch, -1, -1, -1), grid), 3)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("config", [PLAIN, ALIGNED], ids=["plain", "aligned"])
def test_shapes_and_one_hot_layouts(config: SemiaConfig, mode: Mode) -> None:
    _, episode = built(config, mode)
    for name in ("image", "truth"):
        assert getattr(episode, name).shape == (3, 3, *trainers.SIZE)
    for name in ("layout", "target", "truth_layout"):
        layout = getattr(episode, name)
        assert layout.shape == (3, 3, *trainers.SIZE)
        assert set(layout.unique().tolist()) == {0.0, 1.0}
        assert (layout.sum(dim=1) == 1).all()


def test_sampling_goes_from_the_source_to_the_augmented_pair() -> None:
    made, episode = built(replace(PLAIN, swap=0.0, noise=0.0), Mode.SAMPLING)
    image, layout = augmented(made)
    assert torch.equal(episode.image, IMAGE.expand(3, -1, -1, -1))
    assert torch.equal(episode.layout, LAYOUT.expand(3, -1, -1, -1))
    assert torch.equal(episode.truth, image)
    assert torch.equal(episode.target, layout)
    assert torch.equal(episode.truth_layout, layout)
    assert not torch.equal(episode.target, episode.layout)


def test_swapped_it_goes_back() -> None:
    made, episode = built(replace(PLAIN, swap=1.0, noise=0.0), Mode.SAMPLING)
    image, layout = augmented(made)
    assert torch.equal(episode.image, image)
    assert torch.equal(episode.layout, layout)
    assert torch.equal(episode.truth, IMAGE.expand(3, -1, -1, -1))
    assert torch.equal(episode.target, LAYOUT.expand(3, -1, -1, -1))


def test_each_picture_swaps_by_itself_with_its_probability() -> None:
    made = episodes(replace(PLAIN, swap=0.25))
    swaps = []
    for _ in range(200):
        made.draw(1.0)
        swaps.append(made.swapped.flatten().clone())
    drawn = torch.stack(swaps)
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert drawn.mean() == pytest.approx(0.25, abs=0.06)
    assert (drawn != drawn[:, :1]).any()


@pytest.mark.parametrize("swap", [0.0, 1.0])
@pytest.mark.parametrize("config", [PLAIN, ALIGNED], ids=["plain", "aligned"])
def test_reconstruction_asks_for_what_is_given(config: SemiaConfig, swap: float) -> None:
    made, episode = built(replace(config, swap=swap), Mode.RECONSTRUCTION)
    assert torch.equal(episode.target, episode.layout)
    assert torch.equal(episode.truth_layout, episode.layout)
    noise = episode.image - episode.truth
    torch.testing.assert_close(noise, made.noise, atol=1e-6, rtol=0)
    if swap == 0:
        assert torch.equal(episode.truth, IMAGE.expand(3, -1, -1, -1))


def test_editing_asks_for_an_edited_layout_and_shows_d_a_true_pair() -> None:
    made, episode = built(replace(PLAIN, batch=16), Mode.EDITING)
    real = made.build(Mode.SAMPLING)
    assert torch.equal(episode.truth, real.truth)
    assert torch.equal(episode.truth_layout, real.truth_layout)
    assert not torch.equal(episode.target, real.target)
    assert (episode.target.sum(dim=1) == 1).all()


@pytest.mark.parametrize("mode", [Mode.SAMPLING, Mode.EDITING])
def test_an_aligned_episode_gives_source_pixels_where_the_target_wants_them(mode: Mode) -> None:
    _, episode = built(replace(ALIGNED, swap=0.0, noise=0.0), mode)
    given = {tuple(p) for p in episode.image.permute(0, 2, 3, 1).flatten(0, 2).tolist()}
    source = {tuple(p) for p in IMAGE[0].permute(1, 2, 0).flatten(0, 1).tolist()}
    assert given <= source
    agree = (episode.layout == episode.target).all(dim=1).float().mean()
    plain = (episode.target == LAYOUT).all(dim=1).float().mean()
    assert agree > 0.9
    assert agree > plain


@pytest.mark.parametrize("share", [0.0, 1 / 255, 0.1])
def test_noise_keeps_to_its_share_of_the_range(share: float) -> None:
    made, episode = built(replace(PLAIN, noise=share, swap=0.0), Mode.SAMPLING)
    noise = (episode.image - IMAGE).abs()
    assert noise.max() <= 2 * share + 1e-6
    assert noise.max() >= 1.9 * share
    assert made.noise.mean().abs() <= 0.1 * share


def test_the_same_seed_draws_the_same_episodes() -> None:
    first, again, other = (episodes(ALIGNED, seed) for seed in (1, 1, 2))
    for _ in range(2):
        for mine, its in ((first, again), (first, other)):
            same = torch.equal(mine.build(Mode.EDITING).image, its.build(Mode.EDITING).image)
            assert same == (its is again)
        for made in (first, again, other):
            made.draw(0.7)


def test_building_is_a_pure_function_of_the_numbers_drawn() -> None:
    made = episodes(PLAIN)
    first, second = made.build(Mode.EDITING), made.build(Mode.EDITING)
    for name in ("image", "layout", "target", "truth", "truth_layout"):
        assert torch.equal(getattr(first, name), getattr(second, name))


def test_draws_stay_where_they_are_in_memory() -> None:
    """A captured graph reads the numbers from the places it saw."""
    made = episodes(PLAIN)

    def held() -> list[Tensor]:
        warp, edit = made.warp, made.edit
        return [
            *(warp.affine, warp.bend, edit.paste.affine, edit.paste.bend),
            *(edit.moved, edit.back, edit.kept, made.swapped, made.noise, made.queries),
        ]

    places, before = [t.data_ptr() for t in held()], [t.clone() for t in held()]
    for _ in range(4):
        made.draw(0.6)
    assert [t.data_ptr() for t in held()] == places
    unchanged = [n for n, (a, b) in enumerate(zip(before, held(), strict=True)) if a.equal(b)]
    assert not unchanged


def test_queries_are_centres_of_patches_inside_the_picture() -> None:
    made = episodes(PLAIN)
    height, width = trainers.SIZE
    reach = PLAIN.patch // 2
    for _ in range(10):
        made.draw(1.0)
        rows, columns = made.queries // width, made.queries % width
        assert made.queries.shape == (3, PLAIN.queries)
        assert rows.min() >= reach
        assert rows.max() < height - reach
        assert columns.min() >= reach
        assert columns.max() < width - reach
    probe = torch.Generator().manual_seed(0)
    assert draw_queries(probe, 2, trainers.SIZE, 5, 7, "cpu").shape == (2, 5)


def test_random_state_goes_on_where_it_was_taken() -> None:
    first, second = episodes(ALIGNED, 1), episodes(ALIGNED, 9)
    first.draw(0.3)
    second.set_random_state(first.random_state())
    for made in (first, second):
        made.draw(0.4)
    assert torch.equal(first.noise, second.noise)
    assert torch.equal(first.queries, second.queries)
    assert torch.equal(first.warp.affine, second.warp.affine)
    assert torch.equal(first.edit.moved, second.edit.moved)
