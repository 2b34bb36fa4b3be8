"""Packed networks: each does on its samples what it does alone, and its weights come back."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from likewise.networks.discriminator import Discriminator
from likewise.networks.generator import Generator, GeneratorShape
from likewise.networks.packed import packed, part_of, tensors, unpack
from likewise.networks.segmenter import Segmenter

pytestmark = pytest.mark.usefixtures("one_thread")

COUNT, BATCH, CLASSES = 3, 2, 3


def generator(norm: str) -> Generator:
    sft_norm = "instance" if norm == "instance" else "pixel"
    shape = GeneratorShape(3, CLASSES, 4, 2, norm, sft_norm, norm == "instance", norm == "none")
    network = Generator(shape)
    for parameter in network.parameters():  # some start at zero, and would hide what they see
        nn.init.normal_(parameter, std=0.1)
    return network


KINDS = {
    "G of paper": lambda: generator("instance"),
    "G that repairs": lambda: generator("none"),
    "D": lambda: Discriminator(3, CLASSES, 4, norm="instance"),
    "S": lambda: Segmenter(3, CLASSES, 4),
}


def inputs(kind: str) -> list[Tensor]:
    samples = BATCH * COUNT
    image, layout = torch.randn(samples, 3, 16, 24), torch.rand(samples, CLASSES, 16, 24)
    return [image, layout, layout.flip(3)][: {"G": 3, "D": 2, "S": 1}[kind[0]]]


def answer(network: nn.Module, given: list[Tensor]) -> Tensor:
    said = network(*given)
    if isinstance(network, Generator):
        return said.image
    return said.scores[1] if isinstance(network, Discriminator) else said


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def networks(kind: str) -> list[nn.Module]:
    torch.manual_seed(0)
    return [KINDS[kind]() for _ in range(COUNT)]


def test_each_answers_as_alone_and_learns_alike(kind: str, networks: list[nn.Module]) -> None:
    whole, given = packed(networks), inputs(kind)
    together = answer(whole, given)
    weight = torch.randn_like(together)
    (together * weight).sum().backward()
    gradients = {name: p.grad for name, p in whole.named_parameters()}
    for number, network in enumerate(networks):
        said = answer(network, [x[number::COUNT] for x in given])
        torch.testing.assert_close(together[number::COUNT], said, rtol=1e-4, atol=1e-5)
        (said * weight[number::COUNT]).sum().backward()
        for name, parameter in network.named_parameters():
            theirs = gradients[name]
            if parameter.grad is None:  # a scale of D that was not looked at
                assert theirs is None
                continue
            assert theirs is not None
            mine = part_of(theirs, number, COUNT)
            largest = float(parameter.grad.abs().max())
            torch.testing.assert_close(mine, parameter.grad, rtol=1e-3, atol=1e-4 * largest + 1e-6)


def test_weights_and_power_iterations_come_back(kind: str, networks: list[nn.Module]) -> None:
    whole, given = packed(networks), inputs(kind)
    blank = [copy.deepcopy(networks[0]) for _ in networks]
    unpack(whole, blank)
    for first, second in zip(blank, networks, strict=True):
        assert all(torch.equal(a, tensors(second)[name]) for name, a in tensors(first).items())
    answer(whole, given)  # moves u and v on
    unpack(whole, blank)
    for number, network in enumerate(networks):
        answer(network, [x[number::COUNT] for x in given])
        for name, vector in network.named_buffers():
            torch.testing.assert_close(tensors(blank[number])[name], vector, rtol=1e-4, atol=1e-6)


def test_one_that_is_lost_does_not_touch_the_others(kind: str, networks: list[nn.Module]) -> None:
    given = inputs(kind)
    before = answer(packed(networks), given)
    with torch.no_grad():
        for parameter in networks[1].parameters():
            parameter.fill_(torch.nan)
    whole = packed(networks)
    after = answer(whole, given)
    assert not after[1::COUNT].isfinite().any()
    after.square().sum().backward()
    for number in (0, 2):
        assert torch.equal(after[number::COUNT], before[number::COUNT])
        for parameter in whole.parameters():
            if parameter.grad is not None:
                assert part_of(parameter.grad, number, COUNT).isfinite().all()


def test_a_copy_of_a_pack_is_one_of_its_own(kind: str, networks: list[nn.Module]) -> None:
    whole, given = packed(networks), inputs(kind)
    other = copy.deepcopy(whole)
    with torch.no_grad():
        for parameter in whole.parameters():
            parameter.zero_()
    expected = answer(networks[2], [x[2::COUNT] for x in given])
    torch.testing.assert_close(answer(other, given)[2::COUNT], expected, rtol=1e-4, atol=1e-5)
