"""Learnt filters: what turned photograph A into A' is done to photograph B.

Only lightness is compared and made, because a few examples do not show a filter every colour: Y of
YIQ. B keeps its own colour, I and Q. Where A is darker or flatter than B, its lightness and that of
A' are first shifted and scaled to the mean and the deviation of B's.

Source: Hertzmann et al., "Image Analogies" (SIGGRAPH 2001), section 3.4 on luminance.
"""

from __future__ import annotations

import numpy as np

from likewise.analogies.image_analogy import image_analogy
from likewise.analogies.settings import AnalogySettings
from likewise.errors import ImageError
from likewise.progress import SILENT, Progress

YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], dtype=np.float64
)
"""Rows make Y, I and Q of red, green and blue (NTSC, 1953)."""


def learnt_filter(
    a: np.ndarray,
    a_prime: np.ndarray,
    b: np.ndarray,
    settings: AnalogySettings | None = None,
    *,
    remap: bool = True,
    seed: int = 0,
    progress: Progress = SILENT,
) -> np.ndarray:
    """B', (H', W', 3) floats in [0, 1].

    Args:
        a: (H, W, 3) RGB in [0, 1].
        a_prime: (H, W, 3), the same, filtered.
        b: (H', W', 3), another photograph.
        settings: how matches are found; the default where None.
        remap: whether lightness of A and A' is brought to that of B.
        seed: of the order in which equal matches are preferred.
        progress: hears of the work.

    Raises:
        ImageError: shapes that do not go together, no pixels, or values that are no numbers.
        Interrupted: ``progress.should_stop`` became true.
    """
    for name, picture in (("a", a), ("a_prime", a_prime), ("b", b)):
        if picture.ndim != 3 or picture.shape[2] != 3:
            raise ImageError(name, f"an array of shape {picture.shape}", "RGB, (H, W, 3)")
    light, light_prime = (picture @ YIQ[0] for picture in (a, a_prime))
    target = b @ YIQ.T
    if remap:
        light, light_prime = remapped(light, light_prime, target[..., 0])
    planes = (light[..., None], light_prime[..., None], target[..., :1])
    painted = image_analogy(*planes, settings, seed=seed, progress=progress)
    target[..., :1] = painted.values
    return np.clip(target @ np.linalg.inv(YIQ).T, 0, 1)


def remapped(
    light: np.ndarray, light_prime: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lightness of A and A', each σ_B/σ_A (Y - μ_A) + μ_B; of any shape."""
    spread = light.std()
    gain = target.std() / spread if spread > 0 else 1.0
    shift = target.mean() - gain * light.mean()
    return gain * light + shift, gain * light_prime + shift
