"""Files: what a row reads from an object store, and where its results go there, through fsspec."""

from __future__ import annotations

import hashlib
import posixpath
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.batch.place import RECORD
from likewise.batch.rows import Row, is_address
from likewise.errors import ConfigError, InputError, OutputError

LARGEST = 4 * 2**30  # bytes of one file
PIECE = 8 * 2**20


def read_bytes(path: str, argument: str) -> bytes:
    """What the file or address ``path`` holds.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        if not is_address(path):
            return Path(path).read_bytes()
        with _opened(path, argument).open() as handle:
            return bytes(handle.read())
    except InputError:
        raise
    except Exception as error:  # every store has errors of its own
        raise _unreadable(path, argument, error) from error


def fetched(row: Row, cache: Path) -> dict[str, str]:
    """Where each file of ``row`` lies on this machine; those of a store are copied to ``cache``.

    Files of one folder of a store lie together again, so that what belongs to a label map (its
    class table) may be found beside it when the row names it.

    Raises:
        ConfigError: one cannot be read, or is too large.
        OutputError: the cache cannot be written.
    """
    return {
        path: str(_copied(path, cache)) if is_address(path) else str(Path(path).absolute())
        for path in row.files
    }


def _copied(address: str, cache: Path) -> Path:
    folder = hashlib.sha256(posixpath.dirname(address).encode()).hexdigest()[:16]
    place = cache / folder / posixpath.basename(address)
    if place.exists():
        return place
    source = _opened(address, "MANIFEST")
    storage.prepare_folder(place.parent, overwrite=True)
    with storage.atomic_path(place) as partial, partial.open("wb") as handle:
        taken = 0
        try:
            with source.open() as stream:
                while piece := stream.read(PIECE):
                    taken += len(piece)
                    if taken > LARGEST:
                        raise ConfigError(address, "more than 4 GiB", "a picture or label map")
                    handle.write(piece)
        except InputError:
            raise
        except Exception as error:  # every store has errors of its own
            raise _unreadable(address, address, error) from error
    return place


def put(folder: Path, store: str, name: str) -> str:
    """Copy all files in ``folder`` to ``store``/``name``; the record goes last.

    Returns:
        The address of the results.

    Raises:
        OutputError: the store does not take them.
    """
    place = f"{store.rstrip('/')}/{name}"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    try:
        fsspec = _fsspec()
        system, root = fsspec.core.url_to_fs(place)
        for path in sorted(files, key=lambda path: path.name == RECORD):
            target = f"{root}/{path.relative_to(folder).as_posix()}"
            system.makedirs(posixpath.dirname(target), exist_ok=True)
            system.put_file(str(path), target)
    except InputError:
        raise
    except Exception as error:  # every store has errors of its own
        found = f"{place} cannot be written ({type(error).__name__}: {error})"
        raise OutputError("--store", found, "an address that fsspec can write") from error
    return place


def _opened(address: str, argument: str) -> Any:
    try:
        return _fsspec().open(address, "rb")
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(address, argument, error) from error


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise ConfigError(
            "MANIFEST",
            "an address, but fsspec is not installed",
            "the extra of batches",
            "Install it: pip install 'likewise[batch]'",
        ) from error
    return fsspec


def _unreadable(path: str, argument: str, error: Exception) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    found = f"{path} cannot be read ({reason or type(error).__name__})"
    return ConfigError(argument, found, "a file that can be read")
