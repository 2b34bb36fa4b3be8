"""Pairs: a folder of image/label pairs, found, checked, and read in the source's class table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from likewise.errors import ImageError, InputError
from likewise.images import Image, read_image
from likewise.labels.label_map import LabelMap
from likewise.methods.source import Source

IMAGES, LABELS = "images", "labels"
_EXPECTED = f"a folder with {IMAGES}/ and {LABELS}/, whose files pair by name"
_SHOWN = 5  # names in an error


@dataclass(frozen=True)
class PairFolder:
    """A folder ``images/NAME.*`` and ``labels/NAME.*``; hidden files and JSON are passed over.

    Attributes:
        paths: (image, labels) of each pair, in the order of their names.
        sha256: over the names and bytes of all files.
    """

    paths: tuple[tuple[Path, Path], ...]
    sha256: str

    @classmethod
    def find(cls, folder: Path) -> Self:
        """The pairs in ``folder``; no picture is read yet.

        Raises:
            InputError: there is no such folder, or no pair in it; or files lack their partner, and
                are named.
        """
        images, labels = (_by_stem(folder / name) for name in (IMAGES, LABELS))
        alone = [images[stem] for stem in sorted(images.keys() - labels.keys())]
        alone += [labels[stem] for stem in sorted(labels.keys() - images.keys())]
        if alone:
            names = ", ".join(str(path.relative_to(folder)) for path in alone[:_SHOWN])
            more = f" and {len(alone) - _SHOWN} more" if len(alone) > _SHOWN else ""
            found = f"files without a partner: {names}{more}"
            raise InputError(folder, found, _EXPECTED)
        if not images:
            raise InputError(folder, "no pair in it", _EXPECTED)
        paths = tuple((images[stem], labels[stem]) for stem in sorted(images))
        digest = hashlib.sha256()
        for path in (path for pair in paths for path in pair):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return cls(paths, digest.hexdigest())

    def read(self, source: Source) -> Iterator[tuple[Image, LabelMap]]:
        """Each pair, its labels in the class table of ``source``.

        Raises:
            ImageError: a picture cannot be read, or has another mode than that of ``source``.
            LabelError: a label map cannot be read, has another size than its picture, or a class
                that the source's table lacks.
        """
        for image_path, labels_path in self.paths:
            image = read_image(image_path)
            if (image.mode, image.channels) != (source.image.mode, source.image.channels):
                raise ImageError(image_path, f"mode {image.mode}", f"mode {source.image.mode}")
            labels = LabelMap.read(labels_path, like=source.labels)
            labels.require_size(image, labels_path)
            yield image, labels


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise InputError(folder.parent, f"no folder {folder.name}/ there", _EXPECTED)
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith(".") or path.suffix == ".json":
            continue
        if path.stem in found:
            both = f"{found[path.stem].name} and {path.name}"
            raise InputError(folder, f"two files of one name: {both}", "one file a pair")
        found[path.stem] = path
    return found
