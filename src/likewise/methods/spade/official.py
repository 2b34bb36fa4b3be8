"""The official format: a published ``*_net_G.pth`` read into our generator.

The file is the state dict of the authors' generator. Names are mapped to ours, and the spectral
normalisation of PyTorch's older kind (``weight_orig`` over u^T W v, its ``weight_u`` and
``weight_v`` beside it) is folded into plain weights: a checkpoint is rendered by, never trained on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Size, Tensor

from likewise.errors import ModelError
from likewise.methods.spade.releases import Release, release_of
from likewise.networks.spade_generator import SpadeGenerator, SpadeShape, upsampling_of
from likewise.networks.weights_file import named_tensor, read_weights

EXPECTED = "a generator of SPADE's authors, *_net_G.pth"
_BLOCKS = ("head_0", "G_middle_0", "G_middle_1", "up_0", "up_1", "up_2", "up_3", "up_4")
_PARTS = {
    "0": "first",
    "1": "second",
    "s": "past",
}
_INSIDE = {
    "mlp_shared.0": "hidden",
    "mlp_gamma": "scale",
    "mlp_beta": "shift",
    "param_free_norm": "statistics",
}
_ESSENTIAL = ("fc.weight", "head_0.conv_0.weight_orig", "head_0.norm_0.mlp_shared.0.weight")
_SHOWN = 4  # names in an error


def our_name(name: str) -> str | None:
    """What our generator calls the official tensor ``name``, folded; None if nothing."""
    name = re.sub(r"\.weight_orig$", ".weight", name)
    for theirs, ours in (("fc.", "start."), ("conv_img.", "to_image.")):
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    found = re.fullmatch(r"(\w+?_\d)\.(conv|norm)_([01s])\.(.+)", name)
    if found is None or found[1] not in _BLOCKS:
        return None
    rest = found[4]
    for theirs, ours in _INSIDE.items():
        rest = re.sub(rf"^{re.escape(theirs)}\.", f"{ours}.", rest)
    return f"blocks.{_BLOCKS.index(found[1])}.{found[2]}_{_PARTS[found[3]]}.{rest}"


def read_official(path: Path, *, size: int, upsampling: str) -> tuple[SpadeGenerator, Release]:
    """The generator in a published file, at rest, and the release it is of.

    Args:
        path: of the file.
        size: side in pixels of the pictures of a checkpoint that is none of the published three.
        upsampling: of such a checkpoint, "normal" or "more", which no shape tells.

    Raises:
        ModelError: the file cannot be read, carries code, or is no such generator; the names that
            are missing or too many are told.
    """
    weights = read_weights(path, EXPECTED)
    ours = {our_name(name) or name: name for name in weights}
    named = {our: _tensor(path, weights, name) for our, name in ours.items()}
    try:
        layout_channels = named["blocks.0.norm_first.hidden.weight"].shape[1]
        release = release_of(layout_channels, size, upsampling_of(named, upsampling))
        shape = SpadeShape.of(named, release.upsampling, release.size)
        with torch.device("meta"):
            generator = SpadeGenerator(shape)
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        found = f"it holds {_listed(weights)}, which tell no shape ({error})"
        raise ModelError(path, found, EXPECTED) from error
    state = generator.state_dict()
    wanted = {name: value.shape for name, value in state.items() if _is_kept(name)}
    _require_names(path, wanted, ours)
    counts = {name: torch.zeros((), dtype=torch.long) for name in state if name not in wanted}
    tensors = {
        name: named_tensor(path, {ours[name]: named[name]}, ours[name], shape).float()
        for name, shape in wanted.items()
    }
    generator.load_state_dict(counts | tensors, assign=True)
    return generator.requires_grad_(False).eval(), release


def _tensor(path: Path, weights: Mapping[str, object], name: str) -> Tensor:
    """The tensor of official ``name``, over its largest singular value where that was kept."""
    value = weights[name]
    if not isinstance(value, Tensor):
        raise ModelError(f"{path}, {name}", f"a {type(value).__name__}", "a tensor")
    if not name.endswith(".weight_orig"):
        return value
    stem = name.removesuffix("_orig")
    matrix = torch.atleast_2d(value).flatten(1)
    u = named_tensor(path, weights, f"{stem}_u", Size([matrix.shape[0]]))
    v = named_tensor(path, weights, f"{stem}_v", Size([matrix.shape[1]]))
    return value / torch.dot(u, torch.mv(matrix, v))


def _is_kept(name: str) -> bool:
    """Whether our tensor ``name`` says something; how many batches went by does not."""
    return not name.endswith("num_batches_tracked")


def _require_names(path: Path, wanted: Mapping[str, Size], ours: Mapping[str, str]) -> None:
    """Refuse a file that lacks what a generator of its shape has, or holds more."""
    missing = [_official_name(name) for name in wanted if name not in ours]
    if missing:
        expected = f"{EXPECTED}, with {', '.join(_ESSENTIAL)} and so on"
        raise ModelError(path, f"{len(missing)} tensors are missing: {_listed(missing)}", expected)
    # What batch normalisation counts besides, and the vectors that were folded in, are no matter.
    passing = (".weight_u", ".weight_v")
    odd = [
        name
        for our, name in ours.items()
        if our not in wanted and not our.endswith(passing) and ".statistics." not in our
    ]
    if odd:
        raise ModelError(path, f"tensors of another network: {_listed(odd)}", EXPECTED)


def _official_name(name: str) -> str:
    """What the authors call our tensor ``name``, its spectral normalisation folded."""
    for theirs, ours in (("fc.", "start."), ("conv_img.", "to_image.")):
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    _, block, layer, rest = name.split(".", 3)
    kind, part = layer.split("_")
    for theirs, ours in _INSIDE.items():
        rest = re.sub(rf"^{ours}\.", f"{theirs}.", rest)
    short = {ours: theirs for theirs, ours in _PARTS.items()}[part]
    if kind == "conv" and rest == "weight":
        rest = "weight_orig"
    return f"{_BLOCKS[int(block)]}.{kind}_{short}.{rest}"


def _listed(names: Mapping[str, object] | list[str]) -> str:
    shown = [str(name) for name in names][:_SHOWN]
    more = len(names) - len(shown)
    return (", ".join(shown) or "nothing") + (f" and {more} more" if more > 0 else "")
