"""Editing: the edited source that enters the pyramid, and the composition of what leaves it.

Paper, section 4, editing; the composition by a dilated, softened mask is that of the authors' code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from likewise.geometry.pasting import edited_source

SOFTNESS = 4  # margins to one standard deviation of the mask's rim: 20 and 5 pixels in the code


@dataclass(frozen=True)
class Edit:
    """The source pasted into a layout.

    Attributes:
        image: (1, C, H, W), the edited source.
        moved: (H, W), where it is not the source at the same place.
    """

    image: Tensor
    moved: NDArray[np.bool_]

    @classmethod
    def of(cls, image: Tensor, labels: Tensor, target: Tensor) -> Edit:
        """The edit of ``image`` (1, C, Hs, Ws) that gives it another layout.

        Args:
            image: the source.
            labels: its class indices (1, 1, Hs, Ws), -1 where unknown.
            target: those of the layout, (1, 1, H, W), -1 where anything will do.
        """
        from_, to = (indices[0, 0].cpu().numpy() for indices in (labels, target))
        places = np.indices(from_.shape).transpose(1, 2, 0)
        origin = edited_source(places, from_, to)
        rows, columns = torch.from_numpy(origin).to(image.device).unbind(-1)
        moved = np.ones(to.shape, dtype=bool)
        if from_.shape == to.shape:
            moved = (origin != places).any(axis=-1)
        return cls(image[:, :, rows, columns], moved)

    def mask(self, margin: float) -> Tensor:
        """How far each pixel may change, (1, 1, H, W) in [0, 1]: all within ``margin`` of an edit.

        ``margin`` is in long sides; where it is 1, and where nothing stayed, all may change.
        """
        reach = margin * max(self.moved.shape)
        if margin >= 1 or self.moved.all():
            near = np.ones(self.moved.shape)
        elif not self.moved.any():
            near = np.zeros(self.moved.shape)
        else:
            near = ndimage.distance_transform_edt(~self.moved) <= reach
            near = ndimage.gaussian_filter(near.astype(float), reach / SOFTNESS)
        return torch.from_numpy(near)[None, None].float().to(self.image.device)
