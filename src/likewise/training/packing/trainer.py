"""PackedTrainer: several fits trained together, step by step, as one.

Not in the paper: because a picture alone keeps a large GPU waiting between small kernels. Each fit
starts from its own weights, draws from its own generators and is trained by its own losses; it ends
as it would have ended alone, but for the rounding of sums that are taken in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from likewise.progress import SILENT, Progress
from likewise.training.checkpoint import Checkpoint
from likewise.training.coherence import PixelCoherence
from likewise.training.loop import Loop, Trainer
from likewise.training.packing.episodes import PackedEpisodes
from likewise.training.packing.networks import PackedNetworks, PackedOptimisers
from likewise.training.packing.steps import PackedSteps

DEVICES = ("cpu", "cuda")  # where spectral normalisation iterates all layers at once


def likeness(trainer: Trainer) -> Hashable:
    """What fits of one pack have in common: settings, size, channels, classes, device and step.

    None stands for what fits with nothing.
    """
    coherence = trainer.steps.coherence
    if not isinstance(coherence, PixelCoherence) or trainer.device.type not in DEVICES:
        return None
    episodes = trainer.episodes
    shape = tuple(episodes.image.shape)
    return (trainer.config, shape, episodes.classes, str(trainer.device), trainer.step)


class PackedTrainer(Loop):
    """Trains the fits of several trainers together.

    Args:
        fits: trainers of one :func:`likeness`, where a checkpoint may have brought them. They draw
            for the pack from now on and are not to be trained by themselves any more; what they
            know changes when :meth:`unpack` is called.
    """

    networks: PackedNetworks
    optimisers: PackedOptimisers
    episodes: PackedEpisodes

    def __init__(self, fits: Sequence[Trainer]) -> None:
        first = fits[0]
        assert {likeness(fit) for fit in fits} == {likeness(first)} != {None}
        super().__init__(first.device)
        self.fits = list(fits)
        self.config, self.step = first.config, first.step
        self.networks = PackedNetworks([fit.networks for fit in fits])
        self.optimisers = PackedOptimisers(
            first.config, self.networks, [fit.optimisers for fit in fits], first.device
        )
        self.episodes = PackedEpisodes([fit.episodes for fit in fits])
        coherences = [fit.steps.coherence for fit in fits]
        self.steps = PackedSteps(
            self.networks,
            self.optimisers,
            self.episodes,
            [each for each in coherences if isinstance(each, PixelCoherence)],
        )

    def fit(
        self,
        progress: Progress = SILENT,
        checkpoint: Checkpoint | None = None,
        render: Callable[[Any], Any] | None = None,
    ) -> None:
        """Train to the end and :meth:`unpack`; as :meth:`StepwiseFit.fit`, which see."""
        super().fit(progress, checkpoint, render)
        self.unpack()

    def unpack(self) -> None:
        """Bring every fit's own networks, optimisers and step to where the pack stands."""
        self.networks.unpack()
        if self.step > 0:
            self.optimisers.unpack()
        for fit in self.fits:
            fit.step = self.step
