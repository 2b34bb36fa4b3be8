"""The tree of typed errors: everything Likewise raises on purpose derives from LikewiseError.

A user's mistake is an :class:`InputError`. It names the argument, what was found there, what was
expected and what to do about it, so that a command can print one clear line and exit with 2.
"""

from __future__ import annotations


class LikewiseError(Exception):
    """Root of every error that Likewise raises on purpose."""


class InputError(LikewiseError, ValueError):
    """Something the caller handed in cannot be used.

    Args:
        argument: the argument, option or file at fault, as the caller knows it.
        found: what was there.
        expected: what would have been accepted.
        remedy: what to do about it; may be empty where ``expected`` says it all.
    """

    def __init__(self, argument: object, found: str, expected: str, remedy: str = "") -> None:
        self.argument = str(argument)
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(self.argument, found, expected, remedy)

    def __str__(self) -> str:
        line = f"{self.argument}: {self.found}; expected {self.expected}."
        return f"{line} {self.remedy}" if self.remedy else line


class ImageError(InputError):
    """An image cannot be read, is of an unsupported kind, or does not fit its partner."""


class LabelError(InputError):
    """A label map cannot be read, names unknown classes, or does not fit its image."""


class ConfigError(InputError):
    """An unknown method or preset, or a setting outside its range."""


class OutputError(InputError):
    """An output place cannot be written, is not empty, or is full."""


class ModelError(InputError):
    """A saved model or checkpoint cannot be read, or belongs to other inputs."""


class NotFittedError(LikewiseError, RuntimeError):
    """``render`` or ``save`` was called before ``fit``."""


class Interrupted(LikewiseError):  # noqa: N818 - a request that was honoured, not a fault
    """Work was stopped by the user; ``checkpoint`` says where it can be resumed from."""

    def __init__(self, message: str, checkpoint: object | None = None) -> None:
        self.checkpoint = checkpoint
        super().__init__(message)
