"""Seams between pieces of one class go; borders between classes and pictures without seams stay."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.reference import poisson_twins

from likewise.patches.blending import seams
from likewise.patches.blending.seams import (
    blend,
    class_ids,
    field_without_seams,
    missing_steps,
    without_seams,
)
from likewise.patches.fields import follow


def ramp(height: int = 24, width: int = 32) -> torch.Tensor:
    """A picture that brightens gently to the right, (1, 1, H, W)."""
    return torch.linspace(-0.5, 0.5, width).expand(1, 1, height, width).contiguous()


def shifted(width_of_piece: int, by: int, size: tuple[int, int] = (24, 32)) -> torch.Tensor:
    """Moves that take the left piece from ``by`` pixels to the right."""
    moves = torch.zeros(1, 2, *size)
    moves[:, 0, :, :width_of_piece] = by
    return moves


def halves(height: int = 24, width: int = 32) -> torch.Tensor:
    """One-hot layout of a left and a right class."""
    target = torch.zeros(1, 2, height, width)
    target[:, 0, :, : width // 2] = 1
    target[:, 1, :, width // 2 :] = 1
    return target


def largest_step(picture: torch.Tensor) -> float:
    return float((picture[..., 1:] - picture[..., :-1]).abs().max())


def mosaic(
    size: tuple[int, int] = (17, 23), cell: int = 5, reach: int = 3
) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
    """Two views (1, 3, Hv, Wv), a field of pieces from both (3, H, W), and classes (H, W).

    Some pieces lie partly outside their view.
    """
    generator = torch.Generator().manual_seed(4)
    views = [0.4 * torch.randn(1, 3, *view, generator=generator) for view in ((17, 23), (14, 19))]
    height, width = size
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    cells = (rows // cell) * (width // cell + 1) + columns // cell
    count = int(cells.max()) + 1
    moves = torch.randint(-reach, reach + 1, (2, count), generator=generator)[:, cells]
    view = torch.randint(0, 2, (count,), generator=generator)[cells]
    ids = (columns > width // 2).long() - (rows < 3).long()
    return views, torch.stack((view, rows + moves[0], columns + moves[1])).int(), ids


def gathered(views: list[torch.Tensor], field: torch.Tensor) -> torch.Tensor:
    """(1, C, H, W): what ``field`` takes from ``views``; edges repeat."""
    taken = []
    for view in views:
        row = field[1].long().clamp(0, view.shape[2] - 1)
        column = field[2].long().clamp(0, view.shape[3] - 1)
        taken.append(view[:, :, row, column])
    return torch.where(field[0] == 0, taken[0], taken[1])


def test_without_moves_nothing_changes() -> None:
    image, target = torch.randn(1, 3, 24, 32), torch.ones(1, 1, 24, 32)
    assert torch.equal(without_seams(image, image, torch.zeros(1, 2, 24, 32), target), image)


def test_without_seams_there_is_nothing_to_solve(monkeypatch) -> None:
    def never(*_: object) -> torch.Tensor:
        raise AssertionError

    monkeypatch.setattr(seams, "solve", never)
    image = torch.randn(1, 3, 24, 32)
    moves = torch.full((1, 2, 24, 32), 3.0)
    aligned = follow(image, moves)
    assert torch.equal(without_seams(aligned, image, moves, torch.ones(1, 1, 24, 32)), aligned)


def test_a_step_within_a_class_is_spread() -> None:
    image, moves = ramp(), shifted(16, 8)
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, torch.ones(1, 1, 24, 32))
    assert largest_step(aligned) > 0.2
    assert largest_step(blended) < largest_step(aligned) / 2


def test_a_border_between_classes_keeps_its_step_and_conducts_nothing() -> None:
    image, moves, target = ramp(), shifted(16, 10), halves()
    aligned = follow(image, moves)
    assert torch.equal(without_seams(aligned, image, moves, target), aligned)
    moves[:, 0, :, :6] = 4  # a seam inside the left class alone
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, target)
    assert (blended - aligned)[..., :16].abs().max() > 0.02
    assert torch.equal(blended[..., 16:], aligned[..., 16:])


def test_texture_is_not_smeared() -> None:
    """Where pieces part in the middle of strong texture there is nothing to mend."""
    image = torch.sign(torch.randn(1, 1, 24, 32, generator=torch.Generator().manual_seed(3)))
    moves = shifted(16, 7)
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, torch.ones(1, 1, 24, 32))
    assert (blended - aligned).abs().mean() < 0.1 * aligned.abs().mean()


def test_the_mean_colour_of_a_class_stays() -> None:
    views, field, ids = mosaic((40, 56), cell=9)
    picture = gathered(views, field)
    blended = field_without_seams(picture, views, field, ids)
    assert not torch.equal(blended, picture)
    for number in ids.unique():
        drift = (blended - picture)[..., ids == number].mean(dim=-1)
        assert drift.abs().max() < 2e-3


def test_missing_steps_agree_with_a_slow_twin() -> None:
    """Pieces of two views, three classes, places outside the views."""
    views, field, ids = mosaic()
    picture = gathered(views, field)[0]
    expected = poisson_twins.missing_steps(
        picture.double().numpy(),
        [view[0].double().numpy() for view in views],
        field.numpy(),
        ids.numpy(),
        seams.FAINT,
    )
    found = missing_steps(picture, [view[0] for view in views], field, ids)
    width = ids.shape[1]
    assert len(expected) == len(found.here) > 50
    for here, beyond, missing in zip(found.here, found.beyond, found.missing.T, strict=True):
        pair = tuple(tuple(int(v) for v in divmod(int(p), width)) for p in (here, beyond))
        assert np.allclose(missing, expected[pair], atol=1e-5)


def test_blending_solves_the_equation_it_states() -> None:
    views, field, ids = mosaic((40, 56), cell=9)
    picture = gathered(views, field)[0]
    found = missing_steps(picture, [view[0] for view in views], field, ids)
    wanted = torch.zeros_like(picture).flatten(1)
    wanted.index_add_(1, found.here, -found.missing).index_add_(1, found.beyond, found.missing)
    expected = poisson_twins.poisson(wanted.view_as(picture).numpy(), ids.numpy(), 4.0)
    assert np.abs(expected).max() > 0.1
    assert np.allclose((blend(picture, found, ids) - picture).numpy(), expected, atol=2e-3)


def test_moves_and_fields_say_the_same() -> None:
    generator = torch.Generator().manual_seed(8)
    image = 0.3 * torch.randn(2, 3, 26, 31, generator=generator)
    cells = torch.randint(-4, 5, (2, 2, 4, 4), generator=generator).float()
    moves = torch.nn.functional.interpolate(cells, size=(24, 32), mode="nearest")
    target = halves().expand(2, -1, -1, -1)
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, target)
    rows, columns = torch.meshgrid(torch.arange(24), torch.arange(32), indexing="ij")
    for k in range(2):
        x, y = moves[k].long()
        field = torch.stack((torch.zeros_like(x), rows + y, columns + x))
        alone = field_without_seams(
            aligned[k : k + 1], [image[k : k + 1]], field, class_ids(target)[k]
        )
        assert torch.equal(alone[0], blended[k])


@pytest.mark.parametrize("wide", [False, True])
def test_a_small_seam_in_a_wide_picture_changes_what_is_near(wide: bool) -> None:
    """Only what can change visibly is solved; that must not show."""
    height, width = (12, 400) if wide else (400, 12)
    image = ramp(height, width) if wide else ramp(width, height).transpose(2, 3).contiguous()
    moves = torch.zeros(1, 2, height, width)
    moves[0, 0 if wide else 1, : 200 if not wide else None, : 200 if wide else None] = 60
    aligned, target = follow(image, moves), torch.ones(1, 1, height, width)
    changed = (without_seams(aligned, image, moves, target) - aligned).abs()[0, 0]
    profile = changed.amax(dim=0 if wide else 1)
    assert profile[195:205].max() > 0.03
    assert torch.equal(profile[:150], torch.zeros(150))
    found = missing_steps(
        aligned[0],
        [image[0]],
        torch.stack(
            (
                torch.zeros(height, width),
                torch.arange(height)[:, None] + moves[0, 1],
                torch.arange(width) + moves[0, 0],
            )
        ).int(),
        torch.zeros(height, width).long(),
    )
    wanted = torch.zeros(1, height * width)
    wanted.index_add_(1, found.here, -found.missing).index_add_(1, found.beyond, found.missing)
    whole = poisson_twins.poisson(
        wanted.view(1, height, width).numpy(), np.zeros((height, width)), 1.2
    )
    assert np.abs(np.abs(whole[0]) - changed.numpy()).max() < 1 / 255


def test_sixty_classes_are_as_cheap_as_one() -> None:
    """Classes are numbers here: nothing is held once for each of them."""
    ids = torch.randint(0, 60, (6, 8)).repeat_interleave(4, 0).repeat_interleave(4, 1)
    image, moves = ramp(), shifted(13, 8)
    aligned = follow(image, moves)
    target = torch.nn.functional.one_hot(ids, 60).permute(2, 0, 1)[None].float()
    blended = without_seams(aligned, image, moves, target)
    concerned = (ids[:, 12] == ids[:, 13]).nonzero()[:, 0]
    assert (blended - aligned)[0, 0, concerned, 12].abs().min() > 0.02


def test_pixels_without_a_class_are_one_more_class() -> None:
    layout = torch.zeros(1, 2, 4, 5)
    layout[:, 1, :2] = 1
    assert class_ids(layout).tolist() == [[[1] * 5] * 2 + [[-1] * 5] * 2]


def test_the_input_is_left_alone() -> None:
    image, moves = ramp(), shifted(16, 8)
    aligned = follow(image, moves)
    before = aligned.clone()
    without_seams(aligned, image, moves, torch.ones(1, 1, 24, 32))
    assert torch.equal(aligned, before)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_gpu_it_is_the_same() -> None:
    views, field, ids = mosaic((40, 56), cell=9)
    picture = gathered(views, field)
    here = field_without_seams(picture, views, field, ids)
    there = field_without_seams(
        picture.cuda(), [view.cuda() for view in views], field.cuda(), ids.cuda()
    )
    assert torch.allclose(here, there.cpu(), atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 1)], ids=str)
def test_pictures_of_a_pixel_or_a_line(size: tuple[int, int]) -> None:
    image = 0.2 * torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(1))
    rows, columns = torch.meshgrid(*(torch.arange(side) for side in size), indexing="ij")
    field = torch.stack((rows * 0, rows.flip(0), columns.flip(1))).int()
    picture = image.flip(2, 3)
    blended = field_without_seams(picture, [image], field, torch.zeros(size, dtype=torch.long))
    assert blended.shape == picture.shape
    assert bool(blended.isfinite().all())
    assert torch.allclose(blended.mean(dim=(2, 3)), picture.mean(dim=(2, 3)), atol=1e-4)
