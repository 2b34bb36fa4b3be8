"""Archive: provenance as an .npz file, read without trusting it.

Every array's header is checked before its data is unpacked, so that a small file cannot fill the
memory; objects, which would have to be unpickled, are refused with all other types.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from likewise.errors import InputError
from likewise.images import MAX_PIXELS
from likewise.storage import atomic_path

FORMAT = 1
EXPECTED = "an .npz file of likewise --provenance"

Parts = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]


def write_archive(
    path: Path, x: np.ndarray, y: np.ndarray, exact: np.ndarray, source_size: tuple[int, int]
) -> None:
    """Write ``path`` atomically: the arrays, ``source_size`` (2,) int64 and ``format``."""
    with atomic_path(path) as partial, partial.open("wb") as file:
        np.savez_compressed(
            file,
            x=x,
            y=y,
            exact=exact,
            source_size=np.array(source_size, dtype=np.int64),
            format=np.int64(FORMAT),
        )


def read_archive(path: Path) -> Parts:
    """x, y, exact and source_size as they are in ``path``, of the right types and one shape.

    Raises:
        InputError: the file is missing, damaged, something else, or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _parts(archive, path)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(path, "there is no such file", EXPECTED, "Check the path.") from None
    except Exception as reason:  # damage shows as BadZipFile, zlib.error, KeyError, ValueError, ...
        first_line = (str(reason).splitlines() or [""])[0].rstrip(".")
        found = f"it cannot be read ({first_line or type(reason).__name__})"
        raise InputError(path, found, EXPECTED, "Render it again.") from None


def _parts(archive: zipfile.ZipFile, path: Path) -> Parts:
    version = int(_array(archive, "format", "int64", 0))
    if version != FORMAT:
        remedy = "Update likewise to read it."
        raise InputError(path, f"format {version}", f"format {FORMAT}", remedy)
    height, width = _array(archive, "source_size", "int64", 1).tolist()
    if height * width > MAX_PIXELS:
        raise ValueError(f"a source of {width} x {height} pixels")
    x = _array(archive, "x", "float32", 2)
    y = _array(archive, "y", "float32", 2)
    exact = _array(archive, "exact", "bool", 2)
    return x, y, exact, (height, width)


def _array(archive: zipfile.ZipFile, name: str, dtype: str, dimensions: int) -> np.ndarray:
    """The array ``name``; any exception where it is not of this type and number of dimensions."""
    with archive.open(f"{name}.npy") as member:
        if npy.read_magic(member) != (1, 0):
            raise ValueError(f"{name} is not of .npy version 1.0")
        shape, by_columns, found = npy.read_array_header_1_0(member)
        count = int(np.prod(shape, dtype=np.float64))
        if found != np.dtype(dtype) or len(shape) != dimensions or by_columns:
            raise ValueError(f"{name} is {found} of shape {shape}")
        if not 0 < count <= MAX_PIXELS:
            raise ValueError(f"{name} has {count} pixels, not 1 to {MAX_PIXELS}")
        data = member.read(count * found.itemsize + 1)  # at the end of data the sum is checked
    if len(data) != count * found.itemsize:
        raise ValueError(f"{name} has {len(data)} bytes of data")
    return np.frombuffer(data, found).reshape(shape)
