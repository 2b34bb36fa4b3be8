"""SegmentationNetwork: a pretrained network that names the class of each pixel of a picture."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor

from likewise.errors import ConfigError, ModelError
from likewise.networks.preparation import Preparation

OF_MASKS = ("mask2former", "maskformer")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
AT_ONCE = 64 << 20  # bytes of scores that are enlarged together


class SegmentationNetwork:
    """SegFormer, Mask2Former and what else ``transformers`` offers for semantic segmentation.

    Make it with :meth:`load`.

    Attributes:
        names: number -> name of its classes.
    """

    def __init__(self, model: Any, preparation: Preparation, device: torch.device | str) -> None:
        self.names: dict[int, str] = {int(n): str(s) for n, s in model.config.id2label.items()}
        self._model = model.to(device).eval()
        self._prepare = preparation
        self._device = device

    @classmethod
    def load(
        cls, place: str | Path, *, download: bool = False, device: torch.device | str = "cpu"
    ) -> Self:
        """Load a network from a folder, or by its name on the Hugging Face hub.

        Only safetensors are read, and no code comes with them.

        Args:
            place: a folder that ``save_pretrained`` wrote, or a name on the hub.
            download: fetch what is not in the local cache; otherwise the network is not asked.
            device: where it runs.

        Raises:
            ConfigError: ``transformers`` is not installed.
            ModelError: nothing there, not a network for semantic segmentation, incomplete, or with
                its weights in a pickle only.
        """
        if importlib.util.find_spec("transformers") is None:
            raise ConfigError(
                "segmentation network",
                "transformers is not installed",
                "the extra 'pretrained'",
                'Install it: pip install "likewise[pretrained]".',
            )
        _require_safe_weights(Path(place))
        options = {"local_files_only": not download}
        try:
            return cls(*_loaded(str(place), options), device)
        except ModelError:
            raise
        # transformers raises these, and KeyError and RuntimeError where files do not match.
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            remedy = "" if download or Path(place).is_dir() else "It is not fetched unless asked."
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            expected = "a folder or name of a network for semantic segmentation in safetensors"
            raise ModelError(place, f"cannot be loaded ({reason})", expected, remedy) from error

    @torch.inference_mode()
    def read(self, rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
        """(H, W) number of the class that each pixel of ``rgb`` (H, W, 3) shows."""
        out = self._model(pixel_values=self._prepare(rgb).to(self._device))
        if hasattr(out, "masks_queries_logits"):
            scores = _of_masks(out.class_queries_logits, out.masks_queries_logits)
        else:
            scores = out.logits
        return _likeliest(scores.float(), rgb.shape[:2]).cpu().numpy()


def _require_safe_weights(folder: Path) -> None:
    """Make sure that weights in ``folder``, if it is one, are not in pickles alone.

    Raises:
        ModelError: there are pickles only, which could run any code when opened.
    """
    if not folder.is_dir() or any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for kind in PICKLES for path in folder.glob(kind))
    if pickles:
        found = f"its weights are a pickle ({pickles[0]}), which is never opened"
        remedy = "Where you trust it, load it with transformers and save_pretrained() it anew."
        raise ModelError(folder, found, "model.safetensors", remedy)


def _loaded(place: str, options: dict[str, Any]) -> tuple[Any, Preparation]:
    import transformers
    from transformers.image_processing_base import ImageProcessingMixin

    config = transformers.AutoConfig.from_pretrained(place, trust_remote_code=False, **options)
    if config.model_type in OF_MASKS:
        kind: Any = transformers.AutoModelForUniversalSegmentation
    elif type(config) in transformers.MODEL_FOR_SEMANTIC_SEGMENTATION_MAPPING:
        kind = transformers.AutoModelForSemanticSegmentation
    else:
        found = f"a network of type {config.model_type!r}"
        raise ModelError(place, found, "one for semantic segmentation, like segformer")
    with _quiet():
        model, told = kind.from_pretrained(
            place,
            config=config,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **options,
        )
    lacking = sorted(told["missing_keys"])
    if lacking:  # they would be random numbers
        raise ModelError(
            place,
            f"{len(lacking)} weights are missing, {lacking[0]} the first",
            "a network with its segmentation head",
            "A backbone alone reads no classes.",
        )
    settings, _ = ImageProcessingMixin.get_image_processor_dict(place, **options)
    return model, Preparation.of(settings, place)


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and warnings of ``transformers`` while a network loads."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _of_masks(classes: Tensor, masks: Tensor) -> Tensor:
    """(1, K, h, w) scores of the queries' classes (1, Q, K + 1) and masks (1, Q, h, w).

    Source: Cheng et al., "Per-pixel classification is not all you need" (2021), section 3.4.
    """
    chances = classes.softmax(-1)[..., :-1]
    return torch.einsum("bqk,bqhw->bkhw", chances, masks.sigmoid())


def _likeliest(scores: Tensor, size: tuple[int, int]) -> Tensor:
    """(H, W) int64 class of the highest of ``scores`` (1, K, h, w) enlarged to ``size``.

    A few classes at a time: 150 classes at 8 megapixels would take 5 GB.
    """
    best = torch.full(size, -torch.inf, device=scores.device)
    where = torch.zeros(size, dtype=torch.int64, device=scores.device)
    step = max(1, AT_ONCE // (4 * size[0] * size[1]))
    for first in range(0, scores.shape[1], step):
        some = F.interpolate(scores[:, first : first + step], size, mode="bilinear")[0]
        values, places = some.max(0)
        better = values > best
        best = torch.where(better, values, best)
        where = torch.where(better, places + first, where)
    return where
