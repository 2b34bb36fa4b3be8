"""``likewise methods``: the methods, their presets, and what each preset sets."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from likewise.cli import options


def methods(as_json: options.JsonOption = False) -> None:
    """List the methods with their presets, and the settings these have on this machine.

    Example: likewise methods
    """
    from likewise.cli.terminal import Terminal
    from likewise.devices import choose_device
    from likewise.methods.files import option_of
    from likewise.methods.registry import DEFAULT_METHOD, METHODS

    device = choose_device("auto").type
    if as_json:
        listed = {
            name: {
                "summary": method.summary,
                "default": name == DEFAULT_METHOD,
                "traceable": method.traceable,
                "stand_in": method.stand_in,
                "files": {option_of(file): use for file, use in method.uses.items()},
                "device": device,
                "presets": {key: asdict(config) for key, config in method.presets(device).items()},
            }
            for name, method in METHODS.items()
        }
        Terminal(as_json=True).summary(listed)
        return
    for name, method in METHODS.items():
        default = " (default)" if name == DEFAULT_METHOD else ""
        print(f"{name}{default}: {method.summary}")
        print(_origin_line(method.traceable))
        if method.stand_in:
            print(f"works after a photograph of the layout: --target-image, else {method.stand_in}")
        for file, use in method.uses.items():
            print(f"takes {option_of(file)}: {use}")
        print(f"settings on {device}:")
        _print_presets(dict(method.presets(device)))


def _origin_line(traceable: bool) -> str:
    if traceable:
        return "pixels are the source's: --provenance tells from where"
    return "pixels are painted: no --provenance"


def _print_presets(presets: dict[str, Any]) -> None:
    """A table: a row for each setting with its meaning and unit, a column for each preset."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("setting")
    for name in presets:
        table.add_column(name, max_width=14)
    table.add_column("meaning", ratio=1)
    for field in fields(next(iter(presets.values()))):
        values = [_shown(getattr(config, field.name)) for config in presets.values()]
        table.add_row(field.name, *values, str(field.metadata.get("help", "")))
    Console(highlight=False, markup=False).print(table)


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return " ".join(_counted([str(entry) for entry in value]))
    return f"{value:.4g}" if isinstance(value, float) else str(value) or "-"


def _counted(words: list[str]) -> list[str]:
    """Repeated neighbours told once with their number: D G×10 D."""
    runs: list[tuple[str, int]] = []
    for word in words:
        if runs and runs[-1][0] == word:
            runs[-1] = (word, runs[-1][1] + 1)
        else:
            runs.append((word, 1))
    return [word if count == 1 else f"{word}×{count}" for word, count in runs]
