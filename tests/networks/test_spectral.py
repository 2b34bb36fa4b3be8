"""Spectral normalisation, a layer at a time and all at once, is torch's, gradients included."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from likewise.networks.discriminator import Discriminator
from likewise.networks.generator import Generator, GeneratorShape
from likewise.networks.spectral import at_rest, normalisers, spectrally_normalised
from likewise.networks.spectral_bank import SpectralBank
from likewise.networks.spectral_stacks import Stacks, memory_order

pytestmark = pytest.mark.usefixtures("one_thread")

FORMATS = pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])


class Chain(nn.Module):
    """Convolutions of many shapes, one of them transposed, in a row."""

    def __init__(self, normalise) -> None:
        super().__init__()
        layers = [
            nn.Conv2d(3, 8, 7, padding=3),
            nn.Conv2d(8, 2, 1),
            nn.Conv2d(2, 8, 3, padding=1, bias=False),
            nn.Conv2d(8, 16, 4, 2, 1),
            nn.ConvTranspose2d(16, 5, 4, 2, 1),
            nn.Conv2d(5, 5, 1),
            nn.Conv2d(5, 1, 1),
        ]
        self.layers = nn.ModuleList(normalise(layer) for layer in layers)
        self.spectral = SpectralBank(self)  # of torch's layers: empty

    def forward(self, x: Tensor) -> Tensor:
        with self.spectral.normalised():
            for layer in self.layers:
                x = F.leaky_relu(layer(x), 0.2)
        return x


def chains(order: torch.memory_format) -> tuple[Chain, Chain]:
    """Torch's and ours, from the same draws."""
    made = []
    for normalise in (spectral_norm, spectrally_normalised):
        torch.manual_seed(3)
        made.append(Chain(normalise).to(memory_format=order))
    return made[0], made[1]


def picture(seed: int = 0) -> Tensor:
    return torch.randn(2, 3, 12, 16, generator=torch.Generator().manual_seed(seed))


def assert_alike(mine: Iterable[Tensor | None], theirs: Iterable[Tensor | None]) -> None:
    for ours, torchs in zip(mine, theirs, strict=True):
        assert ours is not None
        assert torchs is not None
        torch.testing.assert_close(ours, torchs, rtol=1e-4, atol=1e-6)


def test_names_and_draws_are_those_of_torch() -> None:
    theirs, mine = chains(torch.contiguous_format)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    assert_alike(mine.state_dict().values(), theirs.state_dict().values())


@FORMATS
def test_a_bank_trains_as_torch_does(order: torch.memory_format) -> None:
    theirs, mine = chains(order)
    steppers = [torch.optim.SGD(net.parameters(), 0.1) for net in (theirs, mine)]
    for step in range(4):
        answers = []
        for net, stepper in zip((theirs, mine), steppers, strict=True):
            stepper.zero_grad()
            answers.append(net(picture(step)))
            answers[-1].square().mean().backward()
        assert_alike(answers[1:], answers[:1])
        assert_alike((p.grad for p in mine.parameters()), (p.grad for p in theirs.parameters()))
        for stepper in steppers:
            stepper.step()
    assert_alike(mine.state_dict().values(), theirs.state_dict().values())
    assert_alike([mine.eval()(picture(9))], [theirs.eval()(picture(9))])


@FORMATS
def test_gradients_lie_in_memory_as_their_weights(order: torch.memory_format) -> None:
    """Else they would be copied, each by a kernel of its own, and Adam could not fuse."""
    mine = chains(order)[1]
    mine(picture()).square().mean().backward()
    for parameter in mine.parameters():
        assert parameter.grad is not None
        assert parameter.grad.stride() == parameter.stride()


def test_a_layer_by_itself_is_torchs_too() -> None:
    theirs, mine = chains(torch.channels_last)
    mine.spectral = SpectralBank(nn.Module())
    for step in range(3):
        assert_alike([mine(picture(step))], [theirs(picture(step))])
    assert_alike(mine.state_dict().values(), theirs.state_dict().values())


def test_the_gradient_is_that_of_finite_differences() -> None:
    """Where the iteration has converged sigma moves as u^T dW v, so differences tell."""
    torch.manual_seed(0)
    shapes = ((2, 3, 2, 1), (4, 2, 1, 1), (2, 2, 3, 1))
    net = nn.ModuleList(spectrally_normalised(nn.Conv2d(s[1], s[0], s[2:])) for s in shapes)
    net.double()
    bank = SpectralBank(net)
    with torch.no_grad():
        for _ in range(500):
            bank.weights()
    start = copy.deepcopy([(norm._u, norm._v) for norm in bank.norms])

    def scaled(*raw: Tensor) -> tuple[Tensor, ...]:
        with torch.no_grad():
            for norm, (u, v) in zip(bank.norms, start, strict=True):
                norm._u.copy_(u)
                norm._v.copy_(v)
        for holder, weight in zip(bank.holders, raw, strict=True):
            del holder.original
            holder.original = weight
        return tuple(bank.weights())

    raw = [holder.original.detach().clone().requires_grad_() for holder in bank.holders]
    assert torch.autograd.gradcheck(scaled, raw)


def test_every_value_has_one_place_in_the_stacks() -> None:
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 4, 1), nn.Conv2d(2, 6, 3), nn.ConvTranspose2d(5, 2, 4)]
    raw = [layer.weight.detach().to(memory_format=torch.channels_last) for layer in layers]
    stacks = Stacks(raw, [memory_order(weight) for weight in raw], [0, 0, 1])
    padded = stacks.flattened(raw).index_select(0, stacks.places)
    matrices = [matrix for stack in stacks.split for matrix in stack.of(padded)]
    expected = [raw[0].flatten(1), raw[1].flatten(1), raw[2].movedim(1, 0).flatten(1)]
    for matrix, weight, columns in zip(matrices, expected, stacks.columns, strict=True):
        height, width = weight.shape
        assert torch.equal(matrix[:height, :width], weight[:, columns])
        assert matrix.count_nonzero() == weight.count_nonzero()
    back = padded.index_select(0, stacks.origins)[stacks.sizes[0] :]
    assert torch.equal(back, stacks.flattened(raw)[stacks.sizes[0] :])


def test_a_pass_iterates_once_however_often_a_layer_is_used() -> None:
    torch.manual_seed(0)
    d = Discriminator(3, 2, 4, norm="instance")
    norm = d.project.parametrizations.weight[0]
    matrix, v = norm.matrix(d.project.parametrizations.weight.original), norm._v.clone()
    d(torch.randn(1, 3, 16, 16), torch.rand(1, 2, 16, 16))
    torch.testing.assert_close(norm._u, F.normalize(matrix @ v, dim=0))


def test_a_bank_follows_its_network() -> None:
    """Into a copy, and to another order in memory; nothing of a pass stays behind."""
    net = Generator(GeneratorShape(3, 2, 4, 2, "instance", "instance", True, False))
    layouts = torch.rand(2, 1, 2, 8, 8).round()
    net(torch.rand(1, 3, 8, 8), *layouts)
    twin = copy.deepcopy(net).to(memory_format=torch.channels_last)
    for one in (net, twin):
        one(torch.rand(1, 3, 8, 8), *layouts)
        assert [n for n, _ in normalisers(one) if n.ready is not None] == []
    assert not {id(n) for n in net.spectral.norms} & {id(n) for n in twin.spectral.norms}
    assert {id(n) for n in twin.spectral.norms} == {id(n) for n, _ in normalisers(twin)}


def test_a_model_saved_with_torchs_normalisation_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they all were before there were banks."""

    def made() -> Generator:
        return Generator(GeneratorShape(3, 2, 4, 2, "instance", "instance", True, False)).eval()

    mine = made()
    monkeypatch.setattr("likewise.networks.blocks.spectrally_normalised", spectral_norm)
    theirs = made()
    assert normalisers(theirs) == []
    mine.load_state_dict(theirs.state_dict())
    shown = (torch.rand(1, 3, 8, 8), *torch.rand(2, 1, 2, 8, 8).round())
    with torch.inference_mode():
        assert_alike([mine(*shown).image], [theirs(*shown).image])


def test_nothing_iterates_at_rest() -> None:
    net = Generator(GeneratorShape(3, 2, 4, 1, "instance", "instance", True, False)).eval()
    before = copy.deepcopy(net.state_dict())
    with torch.inference_mode():
        net(torch.rand(1, 3, 8, 8), *torch.rand(2, 1, 2, 8, 8).round())
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_a_copy_at_rest_answers_the_same_from_plain_weights() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        spectrally_normalised(nn.Conv2d(3, 6, 3)),
        spectrally_normalised(nn.ConvTranspose2d(6, 2, 4)),
    ).eval()
    copied = at_rest(network)
    x = torch.rand(1, 3, 9, 11)
    torch.testing.assert_close(copied(x), network(x))
    assert list(copied.state_dict()) == ["0.bias", "0.weight", "1.bias", "1.weight"]
    assert type(copied[0]) is nn.Conv2d
    with torch.no_grad():
        copied[0].weight.zero_()
    network.train()(x)  # the original goes on as it was
    assert len(normalisers(network)) == 2
    assert float(network[0].weight.detach().abs().max()) > 0
