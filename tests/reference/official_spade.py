"""SPADE's published generators: a state dict by the authors' names, and its forward pass, plainly.

Names and shapes are those of the checkpoints that the authors publish; the pass is written from the
paper's appendix A with PyTorch's functions alone, one image at a time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# name, channels in and out in widths, whether the size doubles before: "normal", "more", "most"
BLOCKS = (
    ("head_0", 16, 16, "none"),
    ("G_middle_0", 16, 16, "all"),
    ("G_middle_1", 16, 16, "more"),
    ("up_0", 16, 8, "all"),
    ("up_1", 8, 4, "all"),
    ("up_2", 4, 2, "all"),
    ("up_3", 2, 1, "all"),
    ("up_4", 1, 0.5, "all"),
)


def state_dict(
    channels: int,
    *,
    width: int = 2,
    hidden: int = 3,
    kind: str = "normal",
    latent: int = 0,
    cells: int = 1,
    old: bool = True,
    seed: int = 0,
) -> dict[str, Tensor]:
    """Made weights; ``old`` keeps spectral normalisation as PyTorch 1.0 did."""
    draw = torch.Generator().manual_seed(seed)
    state: dict[str, Tensor] = {}

    def conv(name: str, before: int, after: int, kernel: int, *, bias: bool = True) -> None:
        state[f"{name}.weight"] = torch.randn(after, before, kernel, kernel, generator=draw) / (
            kernel * before**0.5
        )
        if bias:
            state[f"{name}.bias"] = 0.1 * torch.randn(after, generator=draw)

    def norm(name: str, features: int) -> None:
        state[f"{name}.param_free_norm.running_mean"] = torch.randn(features, generator=draw)
        state[f"{name}.param_free_norm.running_var"] = 0.5 + torch.rand(features, generator=draw)
        state[f"{name}.param_free_norm.num_batches_tracked"] = torch.tensor(7)
        conv(f"{name}.mlp_shared.0", channels, hidden, 3)
        conv(f"{name}.mlp_gamma", hidden, features, 3)
        conv(f"{name}.mlp_beta", hidden, features, 3)

    def spectral(name: str, before: int, after: int, kernel: int, *, bias: bool = True) -> None:
        conv(name, before, after, kernel, bias=bias)
        if not old:
            return
        weight = state.pop(f"{name}.weight") * 3
        left, _, right = torch.linalg.svd(weight.flatten(1), full_matrices=False)
        state[f"{name}.weight_orig"] = weight
        state[f"{name}.weight_u"], state[f"{name}.weight_v"] = left[:, 0].clone(), right[0].clone()

    if latent:
        state["fc.weight"] = torch.randn(16 * width * cells, latent, generator=draw)
        state["fc.bias"] = torch.randn(16 * width * cells, generator=draw)
    else:
        conv("fc", channels, 16 * width, 3)
    blocks = BLOCKS if kind == "most" else BLOCKS[:-1]
    for name, before_widths, after_widths, _ in blocks:
        before, after = int(before_widths * width), int(after_widths * width)
        spectral(f"{name}.conv_0", before, min(before, after), 3)
        spectral(f"{name}.conv_1", min(before, after), after, 3)
        norm(f"{name}.norm_0", before)
        norm(f"{name}.norm_1", min(before, after))
        if before != after:
            spectral(f"{name}.conv_s", before, after, 1, bias=False)
            norm(f"{name}.norm_s", before)
    conv("conv_img", int(blocks[-1][2] * width), 3, 3)
    return state


def painted(
    state: dict[str, Tensor], layout: Tensor, kind: str = "normal", z: Tensor | None = None
) -> Tensor:
    """The picture (1, 3, H, W) of ``layout`` (1, K, H, W)."""

    def conv(name: str, x: Tensor) -> Tensor:
        if f"{name}.weight_orig" in state:
            raw, u, v = (state[f"{name}.weight_{part}"] for part in ("orig", "u", "v"))
            sigma = sum(u[o] * (raw[o].flatten() * v).sum() for o in range(len(u)))
            weight = raw / sigma
        else:
            weight = state[f"{name}.weight"]
        return F.conv2d(x, weight, state.get(f"{name}.bias"), padding=weight.shape[2] // 2)

    def shrunk(size: tuple[int, int]) -> Tensor:
        rows = [y * layout.shape[2] // size[0] for y in range(size[0])]
        columns = [x * layout.shape[3] // size[1] for x in range(size[1])]
        return layout[:, :, rows][:, :, :, columns]

    def norm(name: str, x: Tensor) -> Tensor:
        mean, variance = (
            state[f"{name}.param_free_norm.running_{part}"][:, None, None]
            for part in ("mean", "var")
        )
        read = conv(f"{name}.mlp_shared.0", shrunk((x.shape[2], x.shape[3]))).clamp(min=0)
        gamma, beta = conv(f"{name}.mlp_gamma", read), conv(f"{name}.mlp_beta", read)
        return (x - mean) / (variance + 1e-5).sqrt() * (1 + gamma) + beta

    def leaky(x: Tensor) -> Tensor:
        return torch.where(x > 0, x, 0.2 * x)

    doublings = {"normal": 5, "more": 6, "most": 7}[kind]
    cells = layout.shape[2] // 2**doublings, layout.shape[3] // 2**doublings
    if z is None:
        x = conv("fc", shrunk(cells))
    else:
        x = (state["fc.weight"] @ z[0] + state["fc.bias"]).reshape(1, -1, *cells)
    for name, before, after, when in BLOCKS if kind == "most" else BLOCKS[:-1]:
        if when == "all" or (when == "more" and kind != "normal"):
            x = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        past = x if before == after else conv(f"{name}.conv_s", norm(f"{name}.norm_s", x))
        inner = conv(f"{name}.conv_0", leaky(norm(f"{name}.norm_0", x)))
        x = past + conv(f"{name}.conv_1", leaky(norm(f"{name}.norm_1", inner)))
    return torch.tanh(conv("conv_img", leaky(x)))
