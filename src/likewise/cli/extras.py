"""Extras: packages that only some commands need."""

from __future__ import annotations

from importlib.util import find_spec

from likewise.errors import ConfigError


def require_packages(command: str, *packages: str, extra: str = "web") -> None:
    """Refuse to go on without packages of an extra.

    Raises:
        ConfigError: one of them is missing.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise ConfigError(
            command,
            f"{' and '.join(missing)} not installed",
            f"the extra packages of likewise {command}",
            f'Install them: pip install "likewise[{extra}]"',
        )
