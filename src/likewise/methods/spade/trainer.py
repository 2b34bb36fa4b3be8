"""The trainer of ``spade``: G and D in turn on warped pairs, by the paper's losses.

Park et al., CVPR 2019, section 3 and appendix A: hinge loss, feature matching, perceptual loss, one
step of D for one of G. Both share one pass of G, where the published code makes two.
"""

from __future__ import annotations

import contextlib

import torch
from torch import Tensor, nn

from likewise.losses.adversarial import discriminator_loss, generator_loss
from likewise.losses.feature_matching import feature_matching_loss
from likewise.losses.perceptual import perceptual_loss
from likewise.losses.reconstruction import reconstruction_loss
from likewise.methods.spade.config import SpadeConfig
from likewise.methods.spade.draws import Draws
from likewise.networks.discriminator import Judgement
from likewise.networks.patch_discriminator import MultiScaleDiscriminator
from likewise.networks.spade_generator import SpadeGenerator, SpadeShape
from likewise.networks.vgg import VGG19Features
from likewise.training.graphs import Replayable
from likewise.training.networks import placed
from likewise.training.optimisers import adam, set_rate
from likewise.training.precision import arithmetic
from likewise.training.stepwise import StepwiseFit

PERCEPTUAL_LAYERS = {
    "relu1_1": 1 / 32,
    "relu2_1": 1 / 16,
    "relu3_1": 1 / 8,
    "relu4_1": 1 / 4,
    "relu5_1": 1.0,
}
"""Layers of VGG-19 the perceptual loss compares, and their weights, as published."""


class SpadeNetworks:
    """G and D of one fit; weights are drawn on the CPU from ``seed`` alone."""

    def __init__(
        self, config: SpadeConfig, channels: int, classes: int, seed: int, device: torch.device
    ) -> None:
        shape = SpadeShape(
            image_channels=channels,
            layout_channels=classes,
            width=config.width,
            hidden=config.hidden,
            upsampling=config.upsampling,
            batch=config.norm == "batch",
            spectral=True,
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            g = SpadeGenerator(shape)
            d = MultiScaleDiscriminator(
                channels + classes, config.d_width, config.d_layers, config.d_scales
            )
        self.g, self.d = placed(g, device), placed(d, device)

    def modules(self) -> dict[str, nn.Module]:
        """Both by their names in a checkpoint."""
        return {"g": self.g, "d": self.d}


class SpadeOptimisers:
    """Adam for G and for D, each with its own step size (TTUR)."""

    def __init__(self, config: SpadeConfig, networks: SpadeNetworks, device: torch.device) -> None:
        self.config = config
        self.g = adam(networks.g, config.g_rate, config.beta2, device)
        self.d = adam(networks.d, config.d_rate, config.beta2, device)

    def named(self) -> dict[str, torch.optim.Optimizer]:
        """Both by their names in a checkpoint."""
        return {"g": self.g, "d": self.d}

    def schedule(self, progress: float) -> None:
        """Set step sizes for ``progress`` 0 to 1: constant at first, then falling to nothing."""
        rest = max(1e-9, 1 - self.config.decay_from)
        share = min(1.0, (1 - progress) / rest)
        set_rate(self.g, self.config.g_rate * share)
        set_rate(self.d, self.config.d_rate * share)


class SpadeTrainer(StepwiseFit):
    """Fits G to a stack of pairs.

    Args:
        images: (N, C, H, W) in [-1, 1], at working size, on the device to train on.
        indices: class indices (N, 1, H, W), -1 where ignored.
        classes: number of classes K.
        config: the settings.
        seed: of weights and draws.
        features: VGG-19 with the layers of ``PERCEPTUAL_LAYERS``, on the same device; None leaves
            the perceptual loss out.
    """

    networks: SpadeNetworks
    optimisers: SpadeOptimisers
    episodes: Draws

    def __init__(
        self,
        images: Tensor,
        indices: Tensor,
        classes: int,
        config: SpadeConfig,
        seed: int,
        features: VGG19Features | None = None,
    ) -> None:
        super().__init__(images.device)
        self.config, self.features = config, features
        self.networks = SpadeNetworks(config, images.shape[1], classes, seed, self.device)
        self.optimisers = SpadeOptimisers(config, self.networks, self.device)
        generator = torch.Generator().manual_seed(seed)
        self.episodes = Draws(images, indices, classes, config, generator)
        self._replayable = Replayable(self.run, self.device)

    @property
    def total_steps(self) -> int:
        """Steps of the whole fit."""
        return self.config.iterations

    def advance(self) -> dict[str, Tensor]:
        """A step of D and one of G on newly drawn pairs; their losses."""
        self.optimisers.schedule(self.step / self.total_steps)
        self.episodes.draw()
        losses = self._replayable()
        self.step += 1
        return losses

    def seconds_per_step(self) -> float:
        """About how long a step takes here."""
        self.episodes.draw()
        return self.seconds_of(self._replayable)

    def run(self) -> dict[str, Tensor]:
        """One step of D and one of G on the pairs last drawn, as pure device work."""
        truth, layout = self.episodes.build()
        with self._arithmetic():
            painted = self.networks.g(layout)
        # What is ignored has no class to learn: there both see the truth, and no loss arises.
        known = layout.sum(1, keepdim=True) > 0
        painted = torch.where(known, painted.float(), truth)
        losses = self._train_d(truth, painted.detach(), layout) | self._train_g(
            truth, painted, layout
        )
        return {name: loss.detach() for name, loss in losses.items()}

    def _train_d(self, truth: Tensor, painted: Tensor, layout: Tensor) -> dict[str, Tensor]:
        self.optimisers.d.zero_grad()
        real, fake = self._judged(truth, painted, layout)
        loss = discriminator_loss(real.scores, fake.scores, kind="hinge")
        loss.backward()
        self.optimisers.d.step()
        return {"D": loss}

    def _train_g(self, truth: Tensor, painted: Tensor, layout: Tensor) -> dict[str, Tensor]:
        self.optimisers.g.zero_grad()
        losses = self.losses(truth, painted, layout)
        torch.stack(list(losses.values())).sum().backward()
        self.optimisers.g.step()
        return losses

    def losses(self, truth: Tensor, painted: Tensor, layout: Tensor) -> dict[str, Tensor]:
        """The weighted losses of G; D lets gradients through, but learns nothing."""
        config = self.config
        self.networks.d.requires_grad_(False)
        real, fake = self._judged(truth, painted, layout)
        self.networks.d.requires_grad_(True)
        # The paper sums over layers what our loss averages.
        layers = config.feature_matching * config.d_layers
        losses = {
            "adversarial": generator_loss(fake.scores, kind="hinge"),
            "feature_matching": layers * feature_matching_loss(fake.features, real.features),
        }
        if self.features is not None:
            losses["perceptual"] = config.perceptual * self._perceptual(truth, painted)
        if config.pixels:
            losses["pixels"] = config.pixels * reconstruction_loss(painted, truth)
        return losses

    def _perceptual(self, truth: Tensor, painted: Tensor) -> Tensor:
        assert self.features is not None
        with self._arithmetic():
            seen = self.features(painted)
            with torch.no_grad():
                wanted = self.features(truth)
        weights = PERCEPTUAL_LAYERS
        return perceptual_loss(
            [seen[name] for name in weights],
            [wanted[name] for name in weights],
            [*weights.values()],
        )

    def _judged(
        self, truth: Tensor, painted: Tensor, layout: Tensor
    ) -> tuple[Judgement, Judgement]:
        """D's opinion of the true and the painted pictures, from one pass over both."""
        with self._arithmetic():
            both = self.networks.d(torch.cat((truth, painted)), torch.cat((layout, layout)))
        scores = [s.chunk(2) for s in both.scores]
        features = [f.chunk(2) for f in both.features]
        return (
            Judgement([s[0] for s in scores], [f[0] for f in features]),
            Judgement([s[1] for s in scores], [f[1] for f in features]),
        )

    def _arithmetic(self) -> contextlib.AbstractContextManager[object]:
        return arithmetic(self.device, self.config.bfloat16)
