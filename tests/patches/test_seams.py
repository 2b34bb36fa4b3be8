"""Seams between pieces of one class go; borders between classes and pictures without seams stay."""

from __future__ import annotations

import torch

from likewise.patches.fields import follow
from likewise.patches.seams import without_seams


def ramp(height: int = 24, width: int = 32) -> torch.Tensor:
    """A picture that brightens gently to the right, (1, 1, H, W)."""
    return torch.linspace(-0.5, 0.5, width).expand(1, 1, height, width).contiguous()


def shifted(width_of_piece: int, by: int, size: tuple[int, int] = (24, 32)) -> torch.Tensor:
    """Moves that take the left piece from ``by`` pixels to the right."""
    moves = torch.zeros(1, 2, *size)
    moves[:, 0, :, :width_of_piece] = by
    return moves


def largest_step(picture: torch.Tensor) -> float:
    return float((picture[..., 1:] - picture[..., :-1]).abs().max())


def test_without_moves_nothing_changes() -> None:
    image, target = torch.randn(1, 3, 24, 32), torch.ones(1, 1, 24, 32)
    assert torch.equal(without_seams(image, image, torch.zeros(1, 2, 24, 32), target), image)


def test_a_step_within_a_class_is_spread() -> None:
    image, moves = ramp(), shifted(16, 10)
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, torch.ones(1, 1, 24, 32))
    assert largest_step(aligned) > 0.25
    assert largest_step(blended) < largest_step(aligned) / 2


def test_a_border_between_classes_keeps_its_step_and_conducts_nothing() -> None:
    image, moves = ramp(), shifted(16, 10)
    aligned = follow(image, moves)
    target = torch.zeros(1, 2, 24, 32)
    target[:, 0, :, :16] = 1
    target[:, 1, :, 16:] = 1
    assert torch.equal(without_seams(aligned, image, moves, target), aligned)
    moves[:, 0, :, :6] = 4  # a seam inside the left class alone
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, target)
    assert (blended - aligned)[..., :16].abs().max() > 0.02
    assert (blended - aligned)[..., 16:].abs().max() < 1e-3


def test_texture_is_not_smeared() -> None:
    """Where pieces part in the middle of strong texture there is nothing to mend."""
    image = torch.sign(torch.randn(1, 1, 24, 32, generator=torch.Generator().manual_seed(3)))
    moves = shifted(16, 7)
    aligned = follow(image, moves)
    blended = without_seams(aligned, image, moves, torch.ones(1, 1, 24, 32))
    assert (blended - aligned).abs().mean() < 0.1 * aligned.abs().mean()


def test_it_solves_the_equation_it_states() -> None:
    """Slow twin: the same system written as a dense matrix in float64."""
    from likewise.patches import seams

    generator = torch.Generator().manual_seed(5)
    height, width, reach = 7, 9, 3.0
    wanted = torch.randn(1, 1, height, width, generator=generator)
    labels = (torch.rand(height, width, generator=generator) < 0.7).float()
    target = torch.stack((labels, 1 - labels))[None]
    links = [seams._one_class(target, axis) for axis in (2, 3)]
    count = height * width
    matrix = torch.eye(count, dtype=torch.float64) / reach**2
    for y in range(height):
        for x in range(width):
            for v, u in ((y + 1, x), (y, x + 1)):
                if v < height and u < width and labels[y, x] == labels[v, u]:
                    p, q = y * width + x, v * width + u
                    matrix[p, p] += 1
                    matrix[q, q] += 1
                    matrix[p, q] -= 1
                    matrix[q, p] -= 1
    expected = torch.linalg.solve(matrix, wanted.double().flatten()).view(1, 1, height, width)
    assert torch.allclose(seams._solved(wanted, links, reach).double(), expected, atol=2e-3)
