"""Steps: one iteration of one scale, as pure device work that can be captured and replayed.

Paper, section 3.1, and its code. An iteration draws as many pictures as D takes steps, in one go:
the scales below are at rest and G does not change meanwhile. D then steps once on each beside the
real picture; G steps on the last of them and on the reconstruction of the anchor.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.losses.wasserstein import critic_loss, generator_loss, gradient_penalty
from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.networks import MOMENTUM
from likewise.methods.singan.noise import NoiseSource
from likewise.methods.singan.pyramid import Networks, climb, noisy_base
from likewise.training.optimisers import adam

Adam = torch.optim.Adam
BOTH = 1 - (1 - MOMENTUM) ** 2  # share of two pictures in the running statistics


class Optimisers:
    """Adam for G and D of every scale."""

    def __init__(self, networks: Networks, config: SinganConfig, device: torch.device) -> None:
        def optimiser(module: torch.nn.Module) -> Adam:
            return adam(module, config.rate, config.beta2, device, beta1=config.beta1)

        self.g = [optimiser(module) for module in networks.pyramid.generators]
        self.d = [optimiser(module) for module in networks.critics]

    def named(self) -> dict[str, torch.optim.Optimizer]:
        """Every optimiser by its name in a checkpoint."""
        return {f"{kind}{k}": a for kind in "gd" for k, a in enumerate(getattr(self, kind))}


class ScaleSteps:
    """The iterations of scale number ``scale``.

    Args:
        networks: what is trained; the scales below are not changed.
        optimisers: of all scales.
        source: draws the noise; it makes room here.
        real: the source image at this scale, (1, C, H, W) in [-1, 1].
        scale: 0 the coarsest.
        config: the settings.
    """

    def __init__(
        self,
        networks: Networks,
        optimisers: Optimisers,
        source: NoiseSource,
        real: Tensor,
        scale: int,
        config: SinganConfig,
    ) -> None:
        pyramid = networks.pyramid
        self.config, self.real, self.source = config, real, source
        self.channels = real.shape[1]
        self.g, self.d = pyramid.generators[scale], networks.critics[scale]
        self.g_optimiser, self.d_optimiser = optimisers.g[scale], optimisers.d[scale]
        self.below = pyramid.stages(scale)
        self.size = pyramid.sizes[scale]
        self.amplitude = pyramid.amplitudes[scale]
        self.kept = pyramid.anchor, *[None] * scale  # the anchor's noises: none but at the bottom
        source.prepare(pyramid.sizes[: scale + 1], self.channels, config.d_steps)

    def set_amplitude(self) -> None:
        """Noise in proportion to what the scales below miss (the RMSE of the anchor's image)."""
        if self.below:
            missed = (self._inputs(self.kept)[1] - self.real).square().mean().sqrt()
            self.amplitude.copy_(self.config.noise * missed)

    def prepare(self) -> None:
        """Look up what stays the same in every iteration."""
        self.anchored = self._inputs(self.kept)

    def iteration(self) -> dict[str, Tensor]:
        """One iteration on the noise last drawn; its last losses, 0-dim, by name."""
        noisy, base = self._inputs(self.source.noises)
        with torch.no_grad():
            fakes = self.g(noisy, base)
        for fake, share in zip(fakes.split(1), self.source.shares, strict=True):
            critic = self._train_d(fake, share)
        for left in reversed(range(self.config.g_steps)):
            # Statistics follow once an iteration: it is enough, and takes as long as an activation.
            adversarial, missed = self._train_g(noisy[-1:], base[-1:], 0.0 if left else BOTH)
        losses = {"D": critic, "G": adversarial, "reconstruction": missed}
        return {name: loss.detach() for name, loss in losses.items()}

    def _inputs(self, noises: list[Tensor] | tuple[Tensor | None, ...]) -> tuple[Tensor, Tensor]:
        """What G of this scale is given: (B, C, H, W) with noise, and without."""
        with torch.no_grad():
            image = climb(self.below, None, noises[:-1], self.channels) if self.below else None
            return noisy_base(image, noises[-1], self.amplitude, self.size, self.channels)

    def _train_d(self, fake: Tensor, share: Tensor) -> Tensor:
        self.d_optimiser.zero_grad()
        scores = self.d(torch.cat((self.real, fake)))
        between = torch.lerp(fake, self.real, share)
        loss = critic_loss(scores[0], scores[1])
        loss = loss + self.config.penalty * gradient_penalty(self.d, between)
        loss.backward()
        self.d_optimiser.step()
        return loss

    def _train_g(self, noisy: Tensor, base: Tensor, follow: float) -> tuple[Tensor, Tensor]:
        self.g_optimiser.zero_grad()
        inputs = zip((noisy, base), self.anchored, strict=True)
        made = self.g(*[torch.cat(both) for both in inputs], follow=follow)
        self.d.requires_grad_(False)  # it lets gradients through, but learns nothing
        adversarial = generator_loss(self.d(made[:1]))
        self.d.requires_grad_(True)
        missed = F.mse_loss(made[1:], self.real)
        (adversarial + self.config.reconstruction * missed).backward()
        self.g_optimiser.step()
        return adversarial, missed
