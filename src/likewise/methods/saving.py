"""Saving: how a fitted method lies in a folder, as JSON and safetensors, never as a pickle."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError

from likewise.errors import ModelError
from likewise.images import Image
from likewise.labels.label_map import ClassTable, LabelMap
from likewise.labels.snapping import SnapReport
from likewise.methods.source import Source

MODEL_FILE = "model.safetensors"
CONFIG_FILE = "config.json"
FORMAT = 1
EXTRAS = ("palette", "icc")  # bytes that an image may carry besides its pixels
# What reading a model that is not whole, or not consistent, may raise on the way.
DAMAGE = (
    OSError,
    SafetensorError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    RuntimeError,
    AssertionError,
)


def read_description(folder: Path) -> dict[str, Any]:
    """The parsed ``config.json`` of a saved model.

    Raises:
        ModelError: the folder holds no model, or one of a newer format.
    """
    path = Path(folder) / CONFIG_FILE
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        known = description["format"] <= FORMAT and "method" in description
    except FileNotFoundError as error:
        raise ModelError(
            folder, f"no {CONFIG_FILE} is there", "a folder written by likewise fit"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            path, f"it cannot be read ({first_line(error)})", "a config.json of likewise fit"
        ) from error
    if not known:
        raise ModelError(
            path,
            f"format {description['format']}",
            f"format {FORMAT} or older",
            "Update likewise to read it.",
        )
    return description


def source_tensors(source: Source) -> dict[str, torch.Tensor]:
    """The source pair itself, which every method needs again to render."""
    pixels = np.ascontiguousarray(source.image.pixels)
    tensors = {
        "source.image": torch.from_numpy(pixels.copy()),
        "source.labels": torch.from_numpy(source.labels.ids.astype(np.int32)),
    }
    for name in EXTRAS:
        extra = getattr(source.image, name)
        if extra is not None:
            tensors[f"source.{name}"] = torch.frombuffer(bytearray(extra), dtype=torch.uint8)
    return tensors


def read_source(description: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Source:
    """The source pair that :func:`source_tensors` wrote; one of DAMAGE where it is not whole."""
    extras = {name: tensors.get(f"source.{name}") for name in EXTRAS}
    image = Image(
        pixels=tensors["source.image"].numpy(),
        mode=description["image_mode"],
        **{name: None if v is None else v.numpy().tobytes() for name, v in extras.items()},
    )
    labels = LabelMap.from_array(
        tensors["source.labels"].numpy(),
        classes=ClassTable.from_json(description["classes"]),
        ignore=description["ignore"],
    )
    snapping = description.get("snapping")  # targets are read by how the source was
    if snapping is not None:
        shades = tuple(tuple(shade) for shade in snapping["shades"])
        labels = replace(labels, snapping=SnapReport(**snapping | {"shades": shades}))
    return Source(image, labels)


def frozen(value: Any) -> Any:
    """JSON knows no tuples: what was one becomes one again."""
    return tuple(value) if isinstance(value, list) else value


def first_line(error: BaseException) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error) or type(error).__name__).splitlines()[0]
