"""Pyramid: the generators of all scales, and the climb from one scale to the finest.

Paper, section 3: at every scale the image below is enlarged, noise is laid on it, and the scale's
generator adds the detail that it is missing. The noise of scale n is ``amplitudes[n]`` strong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.networks import Critic, Frozen, Generator
from likewise.methods.singan.scales import Size, width_at


class Pyramid(nn.Module):
    """G of every scale, how strong the noise is there, and the anchor of the reconstruction.

    Args:
        sizes: of the scales, coarsest first, (H, W).
        channels: C of the picture.
        config: the settings.
        generator: of the first weights and of the anchor, on the CPU.
    """

    amplitudes: Tensor
    anchor: Tensor

    def __init__(
        self,
        sizes: tuple[Size, ...],
        channels: int,
        config: SinganConfig,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.sizes = sizes
        self.generators = nn.ModuleList(
            Generator(channels, width_at(k, config), generator) for k in range(len(sizes))
        )
        self.register_buffer("amplitudes", torch.ones(len(sizes)))
        self.register_buffer("anchor", torch.randn(1, 1, *sizes[0], generator=generator))

    def stages(self, below: int | None = None) -> tuple[Stage, ...]:
        """The scales ``below`` one, or all, as they are now and at rest."""
        return tuple(
            Stage(generator.frozen(), amplitude, size)  # type: ignore[operator]
            for generator, amplitude, size in zip(
                self.generators[:below], self.amplitudes, self.sizes, strict=False
            )
        )


class Networks:
    """What a fit trains: the generators and, scale by scale, the critics."""

    def __init__(
        self,
        sizes: tuple[Size, ...],
        channels: int,
        config: SinganConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.pyramid = Pyramid(sizes, channels, config, generator).to(device)
        self.critics = nn.ModuleList(
            Critic(channels, width_at(k, config), generator) for k in range(len(sizes))
        ).to(device)

    def modules(self) -> dict[str, nn.Module]:
        """Both by their names in a checkpoint."""
        return {"pyramid": self.pyramid, "critics": self.critics}

    def inherit(self, scale: int) -> None:
        """G and D of ``scale`` start as those below have become, if they are as wide."""
        for family in (self.pyramid.generators, self.critics):
            below, here = family[scale - 1].state_dict(), family[scale].state_dict()
            if scale and all(below[name].shape == here[name].shape for name in here):
                family[scale].load_state_dict(below)


@dataclass(frozen=True)
class Stage:
    """One scale at rest: its generator, the strength of its noise (0-dim), its size (H, W)."""

    generator: Frozen
    amplitude: Tensor
    size: Size


def climb(
    stages: Sequence[Stage], base: Tensor | None, noises: Iterable[Tensor | None], channels: int
) -> Tensor:
    """The image that ``stages`` make, coarsest first, from what lies below them.

    Args:
        stages: one at least, of growing sizes.
        base: the image below the first stage, any size, (B, C, h, w) in [-1, 1]; None below the
            coarsest scale, where there is none.
        noises: for each stage (B, C or 1, H, W) of standard deviation 1, or None for no noise.
        channels: C.

    Returns:
        (B, C, H, W) of the last stage's size; about in [-1, 1].
    """
    image = base
    for stage, noise in zip(stages, noises, strict=True):
        noisy, below = noisy_base(image, noise, stage.amplitude, stage.size, channels)
        image = stage.generator(noisy, below)
    assert image is not None
    return image


def noisy_base(
    image: Tensor | None, noise: Tensor | None, amplitude: Tensor, size: Size, channels: int
) -> tuple[Tensor, Tensor]:
    """What a generator is given: the image below with noise upon it, and without."""
    if image is None:
        assert noise is not None
        noisy = (amplitude * noise).expand(-1, channels, -1, -1)
        return noisy, torch.zeros_like(noisy)
    below = enlarged(image, size)
    return (below if noise is None else torch.addcmul(below, amplitude, noise)), below


def enlarged(image: Tensor, size: Size) -> Tensor:
    """``image`` (B, C, h, w) at the next scale's ``size``, bicubic."""
    if tuple(image.shape[2:]) == size:
        return image
    return F.interpolate(image, size=size, mode="bicubic", align_corners=False)
