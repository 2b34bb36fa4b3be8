"""Patch kernels, compiled and on tensors, beside their twins."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest
import torch
from tests.reference import kernel_twins as twins
from torch import Tensor

from likewise.patches.guidance import WINDOWS, Guide
from likewise.patches.kernels import compiled, kernels_for, tensors
from likewise.patches.material import NEVER, Canvas, Material, with_margin

CLASSES = 3
GUIDE = Guide(borders=0.4, row=0.3, column=0.2)
WEIGHT = 0.3
SIZES = ((11, 14), (8, 17))  # of the two views
KINDS = [(1, 1), (2, 2), (3, 3), (4, 1), (3, 2), (1, 3)]  # channels, radius
LOOKS = [  # channels, radius; jump, reach, trials, seed
    (1, 1, (4, 9, 3, 0)),
    (2, 2, (2, 4, 2, 7)),
    (3, 3, (1, 1, 4, 2**32 - 1)),
    (4, 1, (3, 40, 1, 123456789)),
    (3, 2, (1, 8, 3, 2**31)),
    (3, 1, (30, 6, 0, 1)),
]


@dataclass(frozen=True)
class Scene:
    """A canvas, a material of two views, a field between them; all of it for the twins as well."""

    canvas: Canvas
    material: Material
    field: Tensor
    target: twins.Plane
    views: list[twins.Plane]


def scene(
    channels: int,
    radius: int,
    device: str = "cpu",
    size: tuple[int, int] = (12, 15),
    sizes: tuple[tuple[int, int], ...] = SIZES,
) -> Scene:
    """Random colours, labels in blocks, some unknown on both sides, and a random field."""
    rng = np.random.default_rng(channels * 10 + radius)
    canvas, target = _canvas(rng, size, channels, radius, device)
    views = [_plane(rng, view, channels) for view in sizes]
    material = Material.of(
        [_on(v.colours, device).float() for v in views],
        [_on(v.ids, device) for v in views],
        CLASSES,
        radius,
        GUIDE,
    )
    extra = [rng.uniform(0, 0.3, view) for view in sizes]
    flat = [with_margin(_on(e, device)[..., None], radius).flatten() for e in extra]
    for view, plane in zip(views, extra, strict=True):
        view.penalty[:] += plane
    field = _field(rng, views, size)
    material = material.with_penalty(torch.cat(flat))
    return Scene(canvas, material, _on(field, device).int(), target, views)


def _plane(rng: np.random.Generator, size: tuple[int, int], channels: int) -> twins.Plane:
    colours = rng.uniform(0, 1, (*size, channels)).astype(np.float32)
    blocks = rng.integers(-1, CLASSES, (size[0] // 3 + 1, size[1] // 3 + 1))
    ids = blocks.repeat(3, 0).repeat(3, 1)[: size[0], : size[1]]
    return twins.Plane(colours, ids, _guide(ids), np.where(ids < 0, NEVER, 0.0))


def _canvas(
    rng: np.random.Generator, size: tuple[int, int], channels: int, radius: int, device: str
) -> tuple[Canvas, twins.Plane]:
    plane = _plane(rng, size, channels)
    canvas = Canvas.of(_on(plane.ids, device), channels, CLASSES, radius, GUIDE)
    return canvas.painted(_on(plane.colours, device).float()), plane


def _guide(ids: np.ndarray) -> np.ndarray:
    return twins.guidance(ids, CLASSES, (GUIDE.borders, GUIDE.row, GUIDE.column), WINDOWS)


def _field(rng: np.random.Generator, views: list[twins.Plane], size: tuple[int, int]) -> np.ndarray:
    """Random known places: costs near ``NEVER`` have too few digits to be compared."""
    known = [
        (number, row, column)
        for number, view in enumerate(views)
        for row, column in np.argwhere(view.ids >= 0).tolist()
    ]
    picks = rng.integers(0, len(known), size)
    return np.array(known)[picks].transpose(2, 0, 1)


def _on(array: np.ndarray, device: str) -> Tensor:
    return torch.from_numpy(array.copy()).to(device)


@pytest.mark.parametrize(("channels", "radius"), KINDS)
def test_evaluate_agrees_with_the_twin(
    channels: int, radius: int, kernels: tuple[ModuleType, str]
) -> None:
    module, device = kernels
    s = scene(channels, radius, device)
    costs = module.evaluate(s.field, s.canvas, s.material, WEIGHT)
    expected = twins.evaluate(s.field.cpu().numpy(), s.target, s.views, radius, WEIGHT)
    assert costs.dtype == torch.float32
    np.testing.assert_allclose(costs.cpu(), expected, atol=1e-5, rtol=1e-5)


def test_unknown_source_pixels_cost_more_than_any_other(kernels: tuple[ModuleType, str]) -> None:
    module, device = kernels
    s = scene(3, 2, device)
    row, column = np.argwhere(s.views[1].ids < 0)[0].tolist()
    field = torch.tensor([1, row, column], device=device, dtype=torch.int32)
    field = field[:, None, None].expand_as(s.field).contiguous()
    assert module.evaluate(field, s.canvas, s.material, WEIGHT).min() >= NEVER


@pytest.mark.parametrize(("channels", "radius", "look"), LOOKS)
def test_sweep_agrees_with_the_twin(
    channels: int, radius: int, look: tuple[int, int, int, int], kernels: tuple[ModuleType, str]
) -> None:
    """Costs agree everywhere; fields do, but where two places cost the same."""
    module, device = kernels
    s = scene(channels, radius, device)
    before = module.evaluate(s.field, s.canvas, s.material, WEIGHT)
    kept = s.field.clone(), before.clone()
    found, paid = module.sweep(s.field, before, s.canvas, s.material, WEIGHT, *look)
    field = s.field.cpu().numpy()
    start = twins.evaluate(field, s.target, s.views, radius, WEIGHT)
    best, least = twins.sweep(field, start, s.target, s.views, radius, WEIGHT, *look)
    assert (found.dtype, paid.dtype) == (torch.int32, torch.float32)
    np.testing.assert_allclose(paid.cpu(), least, atol=1e-5)
    assert (found.cpu().numpy() == best).all(axis=0).mean() > 0.99
    truth = twins.evaluate(found.cpu().numpy(), s.target, s.views, radius, WEIGHT)
    np.testing.assert_allclose(paid.cpu(), truth, atol=1e-5)
    assert (paid <= before).all()
    assert ((paid < before).float().mean() > 0.2) == (look[0] < 14 or look[2] > 0)
    assert torch.equal(s.field, kept[0])
    assert torch.equal(before, kept[1])


def test_what_none_can_beat_stays(kernels: tuple[ModuleType, str]) -> None:
    """A cost below any fixes a pixel; its neighbours still learn from it."""
    module, device = kernels
    s = scene(3, 1, device)
    costs = module.evaluate(s.field, s.canvas, s.material, WEIGHT)
    fixed = torch.zeros_like(costs, dtype=torch.bool)
    fixed[4:9, 3:10] = True
    costs = torch.where(fixed, -1.0, costs)
    found, paid = module.sweep(s.field, costs, s.canvas, s.material, WEIGHT, 2, 8, 3, 5)
    assert torch.equal(found[:, fixed], s.field[:, fixed])
    assert (paid[fixed] == -1).all()
    assert (found != s.field).any()


@pytest.mark.parametrize(("channels", "radius"), KINDS)
def test_vote_agrees_with_the_twin(
    channels: int, radius: int, kernels: tuple[ModuleType, str]
) -> None:
    module, device = kernels
    s = scene(channels, radius, device)
    weights = np.random.default_rng(5).uniform(0.01, 1, s.field.shape[1:]).astype(np.float32)
    colours = module.vote(s.field, _on(weights, device), s.material)
    expected = twins.vote(s.field.cpu().numpy(), weights, s.views, radius)
    np.testing.assert_allclose(colours.cpu(), expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (5, 1), (4, 4)])
def test_pictures_smaller_than_a_patch(
    size: tuple[int, int], kernels: tuple[ModuleType, str]
) -> None:
    """Target and views alike: patches of 7 x 7 see little but repeated borders."""
    module, device = kernels
    s = scene(2, 3, device, size=size, sizes=((3, 4), (2, 5)))
    field = s.field.cpu().numpy()
    costs = module.evaluate(s.field, s.canvas, s.material, WEIGHT)
    expected = twins.evaluate(field, s.target, s.views, 3, WEIGHT)
    np.testing.assert_allclose(costs.cpu(), expected, atol=1e-5, rtol=1e-5)
    look = (1, 4, 3, 11)
    _, paid = module.sweep(s.field, costs, s.canvas, s.material, WEIGHT, *look)
    _, least = twins.sweep(field, expected, s.target, s.views, 3, WEIGHT, *look)
    np.testing.assert_allclose(paid.cpu(), least, atol=1e-5)
    weights = torch.ones(size, device=device)
    colours = module.vote(s.field, weights, s.material)
    np.testing.assert_allclose(
        colours.cpu(), twins.vote(field, np.ones(size), s.views, 3), atol=1e-5
    )


def _enlargement(
    s: Scene, size: tuple[int, int], radius: int, device: str
) -> tuple[tuple[float, float], np.ndarray, list[np.ndarray], tuple[Tensor, Tensor, Tensor]]:
    """Factors, labels wanted and offered for the twin, and the same for the kernels."""
    rng = np.random.default_rng(radius)
    factors = (size[0] / s.field.shape[1], size[1] / s.field.shape[2])
    blocks = rng.integers(-1, CLASSES, (size[0] // 4 + 1, size[1] // 4 + 1))
    wanted = blocks.repeat(4, 0).repeat(4, 1)[: size[0], : size[1]]
    offered, table, start = [], [], 0
    for view in s.views:
        height, width = (round(n * f) for n, f in zip(view.ids.shape, factors, strict=True))
        rows = (np.arange(height) / factors[0]).astype(int)
        columns = (np.arange(width) / factors[1]).astype(int)
        offered.append(view.ids[rows][:, columns])
        table.append((start, height, width))
        start += (height + 2 * radius) * (width + 2 * radius)
    framed = [with_margin(_on(ids, device)[..., None], radius).int() for ids in (wanted, *offered)]
    flat = torch.cat([ids.flatten() for ids in framed[1:]])
    return factors, wanted, offered, (framed[0][..., 0], flat, torch.tensor(table).int())


@pytest.mark.parametrize("radius", [1, 2])
@pytest.mark.parametrize("size", [(29, 34), (24, 30), (12, 15), (40, 17)])
def test_enlarge_agrees_with_the_twin(
    size: tuple[int, int], radius: int, kernels: tuple[ModuleType, str]
) -> None:
    module, device = kernels
    s = scene(1, 1, device)
    factors, wanted, offered, arguments = _enlargement(s, size, radius, device)
    large = module.enlarge(s.field, factors, *arguments, radius)
    expected = twins.enlarge(s.field.cpu().numpy(), factors, wanted, offered, radius)
    assert large.dtype == torch.int32
    np.testing.assert_array_equal(large.cpu(), expected)


def test_an_enlarged_border_follows_the_labels(kernels: tuple[ModuleType, str]) -> None:
    """Two halves, told apart on a coarse grid that misses their border by a pixel."""
    module, device = kernels
    rows, columns = torch.meshgrid(torch.arange(6), torch.arange(8), indexing="ij")
    field = torch.stack((torch.zeros_like(rows), rows, columns)).int()
    field[2, :, :4] = (field[2, :, :4] - 4).clamp_min(0)  # the left half comes from further left
    ids = torch.zeros(24, 32, dtype=torch.int32)
    ids[:, 17:] = 1
    framed = with_margin(ids[..., None], 2).int()
    table = torch.tensor([[0, 24, 32]], dtype=torch.int32)
    large = module.enlarge(
        field.to(device),
        (4.0, 4.0),
        framed[..., 0].to(device),
        framed.flatten().to(device),
        table,
        2,
    )
    view, row, column = large.cpu().long()
    assert (view == 0).all()
    assert torch.equal(ids[row, column], ids)


@pytest.mark.parametrize("budget", [1, 30_000])
def test_tensors_answer_alike_in_bands_of_any_height(
    budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = scene(3, 2)
    _, _, _, arguments = _enlargement(s, (29, 34), 2, "cpu")

    def answers() -> list[Tensor]:
        costs = tensors.evaluate(s.field, s.canvas, s.material, WEIGHT)
        found = tensors.sweep(s.field, costs, s.canvas, s.material, WEIGHT, 2, 8, 3, 5)
        large = tensors.enlarge(s.field, (29 / 12, 34 / 15), *arguments, 2)
        return [costs, *found, large]

    assert len(tensors._bands(s.canvas, s.material)) == 1
    whole = answers()
    monkeypatch.setattr(tensors, "BUDGET", budget)
    assert len(tensors._bands(s.canvas, s.material)) > 1
    for one, other in zip(whole, answers(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


def test_compiled_answers_are_the_same_bytes_on_any_number_of_threads(one_thread: None) -> None:
    s = scene(3, 2)
    _, _, _, arguments = _enlargement(s, (29, 34), 2, "cpu")
    weights = torch.rand(s.field.shape[1:], generator=torch.Generator().manual_seed(0))

    def answers() -> list[Tensor]:
        costs = compiled.evaluate(s.field, s.canvas, s.material, WEIGHT)
        found = compiled.sweep(s.field, costs, s.canvas, s.material, WEIGHT, 1, 8, 3, 5)
        voted = compiled.vote(found[0], weights, s.material)
        return [costs, *found, voted, compiled.enlarge(s.field, (29 / 12, 34 / 15), *arguments, 2)]

    alone = answers()
    torch.set_num_threads(2)  # the fixture puts back what it was
    for _ in range(3):
        assert all(map(torch.equal, alone, answers()))


def test_compiled_kernels_leave_the_threads_of_torch_alone() -> None:
    """Numba starts threads when it first can, and on a shared OpenMP tells torch to use as many."""
    program = (
        "import torch; torch.set_num_threads(1)\n"
        "from likewise.patches.kernels import compiled\n"
        "field = torch.zeros(3, 1, 1, dtype=torch.int32)\n"
        "offered = torch.zeros(9, dtype=torch.int32)\n"
        "table = torch.tensor([[0, 1, 1]], dtype=torch.int32)\n"
        "compiled.enlarge(field, (1.0, 1.0), offered.view(3, 3), offered, table, 1)\n"
        "print(torch.get_num_threads())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["1"], done.stderr


def test_each_device_has_its_kernels() -> None:
    assert kernels_for(torch.device("cpu")) is compiled
    assert kernels_for(torch.device("mps")) is tensors
