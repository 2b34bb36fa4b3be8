"""Abilities: options that not every method can meet, refused before any work."""

from __future__ import annotations

from likewise.errors import ConfigError


def require_traceable(method: str) -> None:
    """Refuse ``--provenance`` for a method that paints pixels of its own.

    Raises:
        ConfigError: the method cannot tell; the ones that can are named.
    """
    from likewise.methods.registry import METHODS, find_method

    if not find_method(method).traceable:
        able = [f"--method {name}" for name, kind in METHODS.items() if kind.traceable]
        raise ConfigError(
            "--provenance",
            f"method {method} paints pixels of its own, which come from nowhere in the source",
            " or ".join(able) or "no --provenance",
        )


def require_photographed(method: str) -> None:
    """Refuse ``--target-image`` for a method that works after no photograph.

    Raises:
        ConfigError: naming it.
    """
    from likewise.methods.photographs import require_use
    from likewise.methods.registry import find_method

    require_use(method, find_method(method).stand_in)
