"""Thumbnails: what a row made, small, for the summary of a batch."""

from __future__ import annotations

from pathlib import Path

from PIL import Image as Pictures

from likewise import storage
from likewise.cli.sources import SHEET
from likewise.images import read_image

THUMBNAIL = "thumbnail.jpg"
WIDTH, HEIGHT = 480, 320  # pixels, at most
QUALITY = 82


def write_thumbnail(folder: Path) -> None:
    """Write a small copy of the contact sheet in ``folder``, or of its first picture, if any."""
    pictures = [folder / SHEET, *sorted(folder.rglob("*.png"))]
    picture = next((path for path in pictures if path.is_file()), None)
    if picture is None:
        return
    small = Pictures.fromarray(read_image(picture).to_rgb8())
    small.thumbnail((WIDTH, HEIGHT))
    with storage.atomic_path(folder / THUMBNAIL) as partial:
        small.save(partial, "JPEG", quality=QUALITY)
