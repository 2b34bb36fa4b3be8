"""Faults: the one place where exceptions become an exit code and a line on stderr."""

from __future__ import annotations

import os
import traceback
from typing import TextIO

import typer

from likewise.errors import InputError, Interrupted, LikewiseError

DONE, FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 3
DEBUG_VARIABLE = "LIKEWISE_DEBUG"

# Typer carries its own copy of click from 0.20 on; its usage error is the parent of BadParameter
# in both worlds.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]

_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate")


def report(error: BaseException, stream: TextIO) -> int:
    """Write what went wrong to ``stream`` and return the exit code that says so."""
    code, line = explain(error)
    if code == FAULT and os.environ.get(DEBUG_VARIABLE, "") not in ("", "0"):
        traceback.print_exception(error, file=stream)
    stream.write(f"{line}\n")
    return code


def explain(error: BaseException) -> tuple[int, str]:
    """The exit code for ``error`` and the single line that tells a person about it."""
    if isinstance(error, InputError):
        return BAD_INPUT, f"error: {one_line(str(error))}"
    if isinstance(error, _USAGE_ERROR):
        return BAD_INPUT, _usage_line(error)
    if isinstance(error, Interrupted):
        return INTERRUPTED, f"interrupted: {one_line(str(error))}"
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return INTERRUPTED, "interrupted: nothing was left unfinished on the disk."
    if is_out_of_memory(error):
        return FAULT, (
            "error: memory ran out; --size: work at a smaller short side, for example --size 96 "
            "(the answer keeps the target's size)."
        )
    if isinstance(error, LikewiseError):
        return FAULT, f"error: {one_line(str(error))}"
    return FAULT, (
        f"error: a fault of likewise, not yours: {type(error).__name__}: {one_line(str(error))}; "
        f"please report it with what the same command prints under {DEBUG_VARIABLE}=1."
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether Python or torch (CPU, CUDA, MPS) failed to get memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _OUT_OF_MEMORY)


def one_line(text: str) -> str:
    """``text`` on one line, with control characters (a file name may hold some) made visible."""
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in joined)


def _usage_line(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "likewise"
    found = one_line(getattr(error, "format_message", error.__str__)()).rstrip(".")
    return f"error: {command}: {found}; expected a call as {command} --help shows it."
