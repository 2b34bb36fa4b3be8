"""Training: one scale after another, coarsest first, each on top of those at rest below it.

Paper, section 3.1: a scale that is as wide as the one below starts from its weights.
"""

from __future__ import annotations

from torch import Tensor

from likewise.methods.frame import resized_image
from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.noise import NoiseSource
from likewise.methods.singan.pyramid import Networks
from likewise.methods.singan.scales import Size, scale_sizes, width_at
from likewise.methods.singan.steps import Optimisers, ScaleSteps
from likewise.training.graphs import Replayable
from likewise.training.optimisers import set_rate
from likewise.training.stepwise import StepwiseFit

TIMED_SECONDS = 0.3  # spent on timing an iteration of a scale
QUICK_WORK = 3e8  # multiplications of one convolution, pixels x width^2, that a CPU soon times


class Training(StepwiseFit):
    """Fits the pyramid to one picture.

    Args:
        image: source image (1, C, H, W) in [-1, 1], full size, on the device to train on.
        config: the settings.
        seed: of weights, anchor and noise.
    """

    networks: Networks
    optimisers: Optimisers
    episodes: NoiseSource

    def __init__(self, image: Tensor, config: SinganConfig, seed: int) -> None:
        super().__init__(image.device)
        self.config = config
        height, width = image.shape[2:]
        self.sizes = scale_sizes((height, width), config)
        self.reals = [resized_image(image, size).clamp(-1, 1) for size in self.sizes]
        self.networks = Networks(self.sizes, image.shape[1], config, seed, self.device)
        self.optimisers = Optimisers(self.networks, config, self.device)
        self.episodes = NoiseSource(self.device, seed)
        self._scale = -1  # the one that ``_iteration`` is of
        self._iteration: Replayable

    @property
    def total_steps(self) -> int:
        """Iterations of all scales."""
        return len(self.sizes) * self.config.iterations

    def advance(self) -> dict[str, Tensor]:
        """The next iteration, of the scale whose turn it is; its losses."""
        scale, iteration = divmod(self.step, self.config.iterations)
        if scale != self._scale:
            self._begin(scale, fresh=iteration == 0)
        falls = iteration >= self.config.decay_from * self.config.iterations
        rate = self.config.rate * (self.config.decay if falls else 1)
        for optimiser in (self.optimisers.g[scale], self.optimisers.d[scale]):
            set_rate(optimiser, rate)
        self.episodes.draw()
        losses = self._iteration()
        self.step += 1
        return losses

    def _begin(self, scale: int, *, fresh: bool) -> None:
        """Turn to ``scale``; unless ``fresh``, its weights come from a checkpoint."""
        if fresh:
            self.networks.inherit(scale)
        real = self.reals[scale]
        steps = ScaleSteps(self.networks, self.optimisers, self.episodes, real, scale, self.config)
        if fresh:
            steps.set_amplitude()
        steps.prepare()
        self._iteration = Replayable(steps.iteration, self.device)
        self._scale = scale

    def estimated_seconds(self) -> float:
        """About how long the whole fit takes here, from iterations of two scales.

        Between them, and beyond on a CPU, where the finest would take long to time, time grows
        with the work of a convolution.
        """
        works = [_work(size, width_at(k, self.config)) for k, size in enumerate(self.sizes)]
        quick = [k for k, work in enumerate(works) if work <= QUICK_WORK]
        last = max(quick, default=0) if self.device.type == "cpu" else len(works) - 1
        first_seconds, last_seconds = self.seconds(0), self.seconds(last)
        slope = max(0.0, last_seconds - first_seconds) / max(1, works[last] - works[0])
        if not last:
            slope = first_seconds / works[0]
        each = [first_seconds + slope * (work - works[0]) for work in works]
        return sum(each) * self.config.iterations

    def seconds(self, scale: int) -> float:
        """About how long an iteration of ``scale`` takes here; for plans and benchmarks."""
        self._begin(scale, fresh=False)
        self.episodes.draw()
        return self.seconds_of(self._iteration, spend=TIMED_SECONDS)


def _work(size: Size, width: int) -> int:
    return size[0] * size[1] * width * width
