"""Published checkpoints: read into our generator they paint as their own plain pass does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.reference import official_spade
from torch import Tensor

from likewise.errors import ModelError
from likewise.methods.spade.official import our_name, read_official
from likewise.methods.spade.releases import published_releases, release_of

pytestmark = pytest.mark.usefixtures("one_thread")


def written(tmp_path: Path, state: object, name: str = "latest_net_G.pth") -> Path:
    torch.save(state, tmp_path / name)
    return tmp_path / name


def layout(channels: int, height: int, width: int) -> Tensor:
    draw = torch.Generator().manual_seed(4)
    ids = torch.randint(channels, (height // 8, width // 8), generator=draw)
    ids = ids.repeat_interleave(8, 0).repeat_interleave(8, 1)
    return torch.nn.functional.one_hot(ids, channels).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize("release", published_releases(), ids=lambda release: release.name)
def test_a_published_generator_paints_as_its_own_pass(tmp_path: Path, release) -> None:
    state = official_spade.state_dict(release.channels, kind=release.upsampling)
    generator, found = read_official(written(tmp_path, state), size=64, upsampling="normal")
    assert found == release
    assert generator.shape.width == 2
    assert generator.shape.hidden == 3
    seen = layout(release.channels, 64, 64)
    expected = official_spade.painted(state, seen, release.upsampling)
    torch.testing.assert_close(generator(seen), expected, rtol=1e-3, atol=1e-4)
    assert expected.std() > 0.05


@pytest.mark.parametrize("kind", ["normal", "more", "most"])
@pytest.mark.parametrize("old", [True, False], ids=["spectral", "plain"])
def test_somebodys_own_generator_is_read_too(tmp_path: Path, kind: str, old: bool) -> None:
    state = official_spade.state_dict(6, width=4, kind=kind, old=old)
    told = "normal" if kind == "most" else kind  # a block more is seen
    generator, release = read_official(written(tmp_path, state), size=96, upsampling=told)
    side = {"normal": 96, "more": 128, "most": 128}[kind]  # whole cells
    assert (release.name, release.size, release.labels[5]) == ("", (side, side), "channel 5")
    assert generator.shape.upsampling == kind
    seen = layout(6, 128, 128)
    expected = official_spade.painted(state, seen, kind)
    torch.testing.assert_close(generator(seen), expected, rtol=1e-3, atol=1e-4)


def test_a_generator_that_starts_from_z(tmp_path: Path) -> None:
    state = official_spade.state_dict(6, latent=5, cells=4)
    generator, _ = read_official(written(tmp_path, state), size=64, upsampling="normal")
    assert generator.shape.grid == (2, 2)
    z = torch.randn(1, 5, generator=torch.Generator().manual_seed(0))
    seen = layout(6, 64, 64)
    expected = official_spade.painted(state, seen, z=z)
    torch.testing.assert_close(generator(seen, z), expected, rtol=1e-3, atol=1e-4)


def test_statistics_of_the_batch_are_the_checkpoints(tmp_path: Path) -> None:
    """At rest: another picture in the batch changes nothing, and nothing is counted on."""
    state = official_spade.state_dict(6)
    generator, _ = read_official(written(tmp_path, state), size=64, upsampling="normal")
    first, second = layout(6, 64, 64), layout(6, 64, 64).roll(8, 3)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    alone = generator(first)
    torch.testing.assert_close(generator(torch.cat((first, second)))[:1], alone)
    assert all(torch.equal(before[n], value) for n, value in generator.state_dict().items())
    assert not any(p.requires_grad for p in generator.parameters())


def test_safetensors_are_read_alike(tmp_path: Path) -> None:
    state = official_spade.state_dict(6)
    save_file(state, tmp_path / "g.safetensors")
    both = [
        read_official(path, size=64, upsampling="normal")[0]
        for path in (tmp_path / "g.safetensors", written(tmp_path, state))
    ]
    seen = layout(6, 64, 64)
    torch.testing.assert_close(both[0](seen), both[1](seen))


def test_weights_of_half_precision_are_read_as_singles(tmp_path: Path) -> None:
    state = {
        k: v.half() if v.is_floating_point() else v for k, v in official_spade.state_dict(6).items()
    }
    generator, _ = read_official(written(tmp_path, state), size=64, upsampling="normal")
    assert generator(layout(6, 64, 64)).dtype == torch.float32


def test_what_batch_normalisation_counts_besides_is_no_matter(tmp_path: Path) -> None:
    state = official_spade.state_dict(6)
    kept = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    kept["up_0.norm_0.param_free_norm._running_iter"] = torch.ones(1)
    generators = [
        read_official(written(tmp_path, s), size=64, upsampling="normal")[0] for s in (state, kept)
    ]
    states = [generator.state_dict() for generator in generators]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


class Touch:
    """What a malicious file would carry: code that runs when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_checkpoint_that_carries_code_is_refused_unrun(tmp_path: Path) -> None:
    state = official_spade.state_dict(6)
    path = written(tmp_path, {**state, "fc.weight": Touch(tmp_path / "ran")})
    with pytest.raises(ModelError, match="no readable weights file"):
        read_official(path, size=64, upsampling="normal")
    assert not (tmp_path / "ran").exists()


def without(*names: str) -> dict[str, Tensor]:
    state = official_spade.state_dict(6)
    for name in names:
        del state[name]
    return state


WRONG = {
    "another network": ({"features.0.weight": torch.zeros(3, 3)}, r"features\.0\.weight"),
    "empty": ({}, "it holds nothing"),
    "no dict": ([torch.zeros(3)], "a list"),
    "its discriminator": (
        {f"discriminator_0.model{n}.0.weight": torch.zeros(4, 4, 4, 4) for n in range(5)},
        r"discriminator_0.*and 1 more",
    ),
    "a block missing": (
        without(*[k for k in official_spade.state_dict(6) if k.startswith("up_2.")]),
        r"tensors are missing: up_2\.norm_0.*expected .*fc\.weight, head_0\.conv_0\.weight_orig",
    ),
    "a tensor missing": (without("up_1.conv_1.bias"), r"1 tensors are missing: up_1\.conv_1\.bias"),
    "no vector": (without("up_1.conv_1.weight_u"), r"pth, up_1\.conv_1\.weight_u: no tensor"),
    "another shape": (
        {**official_spade.state_dict(6), "up_1.conv_1.bias": torch.zeros(5)},
        r"up_1\.conv_1\.bias: shape \(5,\).*shape \(8,\)",
    ),
    "not finite": (
        {**official_spade.state_dict(6), "conv_img.bias": torch.full((3,), torch.nan)},
        r"conv_img\.bias: values that are not finite",
    ),
    "a word": (
        {**official_spade.state_dict(6), "conv_img.bias": "word"},
        r"pth, conv_img\.bias: a str",
    ),
    "a block more": (
        {**official_spade.state_dict(6), "up_9.conv_0.bias": torch.zeros(2)},
        r"tensors of another network: up_9\.conv_0\.bias",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_files_are_refused_with_what_is_wrong(case: str, tmp_path: Path) -> None:
    state, message = WRONG[case]
    with pytest.raises(ModelError, match=message):
        read_official(written(tmp_path, state), size=64, upsampling="normal")


def test_files_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "g.pth").write_bytes(b"no weights")
    for path in (tmp_path / "g.pth", tmp_path / "nowhere.pth", tmp_path):
        with pytest.raises(ModelError):
            read_official(path, size=64, upsampling="normal")


def test_names_have_ours() -> None:
    assert our_name("fc.weight") == "start.weight"
    assert our_name("conv_img.bias") == "to_image.bias"
    assert our_name("head_0.conv_0.weight_orig") == "blocks.0.conv_first.weight"
    assert our_name("up_3.norm_s.mlp_shared.0.weight") == "blocks.6.norm_past.hidden.weight"
    assert our_name("G_middle_1.norm_1.mlp_gamma.bias") == "blocks.2.norm_second.scale.bias"
    running = "up_4.norm_0.param_free_norm.running_var"
    assert our_name(running) == "blocks.7.norm_first.statistics.running_var"
    assert our_name("layer4.0.conv1.weight") is None


def test_the_published_releases_are_those_of_the_documentation() -> None:
    told = {
        release.name: (
            len(release.labels),
            release.dont_care,
            release.edges,
            release.channels,
            release.size,
            release.upsampling,
            release.first_id,
        )
        for release in published_releases()
    }
    assert told == {
        "ADE20K": (150, True, False, 151, (256, 256), "normal", 1),
        "COCO-Stuff": (182, True, True, 184, (256, 256), "normal", 0),
        "Cityscapes": (35, False, True, 36, (256, 512), "more", 0),
    }
    ade, coco, city = published_releases()
    assert (ade.labels[0], ade.labels[2], ade.labels[149]) == ("wall", "sky", "flag")
    assert (coco.labels[0], coco.labels[156], coco.labels[181]) == ("person", "sky-other", "wood")
    assert (city.labels[7], city.labels[23], city.labels[33]) == ("road", "sky", "bicycle")
    assert (ade.unknown, coco.unknown, city.unknown) == (150, 182, 0)
    assert all(len(set(release.labels)) == len(release.labels) for release in (ade, coco, city))
    assert release_of(9, 64, "more").unknown == -1
