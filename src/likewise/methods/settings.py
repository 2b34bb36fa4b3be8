"""Settings: fields of a method's configuration that a caller sets by name, checked.

A configuration is a frozen dataclass whose fields carry metadata: ``help``; for numbers perhaps
``range``, the least and the largest value, and ``odd``; for words perhaps ``choices``; for lists
perhaps ``length``. Numbers without a range are not negative. A field with the name of a file keeps
that file's hash, and cannot be set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import Field, fields, replace
from typing import Any, get_args, get_origin, get_type_hints

from likewise.errors import ConfigError
from likewise.methods.files import FILES, option_of

WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}


def with_settings(config: Any, settings: Mapping[str, Any], method: str) -> Any:
    """``config`` with the fields in ``settings`` replaced.

    Args:
        config: a frozen dataclass.
        settings: field -> value, of the field's type or as text: ``"3"``, ``"true"``, ``"4,2,1"``.
        method: whose configuration it is, for the error.

    Raises:
        ConfigError: no such field, or a value of another type or out of range.
    """
    known = {field.name: field for field in fields(config)}
    kinds = get_type_hints(type(config))
    unknown = [name for name in settings if name not in known]
    if unknown:
        told = "; ".join(f"{name} ({_help(field)})" for name, field in known.items())
        raise ConfigError("--set", f"method {method} has no setting {unknown[0]!r}", told)
    read = {name: _read(known[name], kinds[name], value) for name, value in settings.items()}
    return replace(config, **read)


def expected(field: Field[Any], kind: Any) -> str:
    """What a value of ``field`` may be, in words."""
    if field.name in FILES:
        return f"the file, by {option_of(field.name)} FILE"
    choices = ", ".join(field.metadata.get("choices", ()))
    if get_origin(kind) is tuple:
        shown = ",".join(str(part) for part in field.default)  # type: ignore[union-attr]
        count = f"{field.metadata['length']} " if "length" in field.metadata else ""
        return f"a list of {count}{choices or _odd(field) + 'numbers'}, as in {shown}"
    if choices:
        return f"one of {choices}"
    if kind not in (int, float):
        return KINDS[kind]
    least, most = _limits(field)
    name = f"an odd{KINDS[kind].removeprefix('a')}" if _odd(field) else KINDS[kind]
    if math.isinf(most):
        return f"{name}, {least:g} or more"
    return f"{name} from {least:g} to {most:g}"


def _read(field: Field[Any], kind: Any, value: Any) -> Any:
    wanted = expected(field, kind)
    refused = ConfigError(f"--set {field.name}", repr(value), f"{wanted}: {_help(field)}")
    if field.name in FILES:
        raise ConfigError(f"--set {field.name}", "it is told by a file", wanted)
    try:
        read = _typed(kind, value)
    except ValueError:
        raise refused from None
    parts = read if isinstance(read, tuple) else (read,)
    if not parts or not all(_allowed(field, part) for part in parts):
        raise refused
    if isinstance(read, tuple) and field.metadata.get("length", len(read)) != len(read):
        raise refused
    return read


def _typed(kind: Any, value: Any) -> Any:
    """``value`` as one of ``kind``; ValueError where it is none."""
    if get_origin(kind) is tuple:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, (list, tuple)):
            raise ValueError
        return tuple(_typed(get_args(kind)[0], part) for part in parts)
    if isinstance(value, str):
        text = value.strip()
        if kind is bool:
            if text.lower() not in WORDS:
                raise ValueError
            return WORDS[text.lower()]
        return kind(text)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError
    return value


def _allowed(field: Field[Any], value: Any) -> bool:
    if isinstance(value, str):
        return value in field.metadata.get("choices", (value,))
    least, most = _limits(field)
    even = bool(_odd(field)) and value % 2 == 0
    return math.isfinite(value) and least <= value <= most and not even


def _odd(field: Field[Any]) -> str:
    return "odd " if field.metadata.get("odd") else ""


def _limits(field: Field[Any]) -> tuple[float, float]:
    least, most = field.metadata.get("range", (0, math.inf))
    return least, most


def _help(field: Field[Any]) -> str:
    return str(field.metadata.get("help", ""))
