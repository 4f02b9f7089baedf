"""What the commands share: checking options, progress, printing."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import zip_longest
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from core.headless import Report


def one_of(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse what is not allowed."""
    if value not in allowed:
        raise typer.BadParameter(
            f'"{value}" is not one of {", ".join(allowed)}.', param_hint=option
        )


def share(value: float, option: str) -> float:
    """A number from 0 to 1."""
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{value:g} is not between 0 and 1.", param_hint=option)
    return value


def class_names(value: str | None) -> tuple[str, ...] | None:
    """Names parted by commas."""
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not names:
        raise typer.BadParameter(f'"{value}" names no class.', param_hint="--classes")
    return names


def progress(quiet: bool) -> "AbstractContextManager[Report]":
    """Bars on standard error, none for a caller that reads JSON."""
    from core.terminal import progress as bars

    return bars(quiet)


def show(result: Mapping[str, object], as_json: bool) -> None:
    """Print a result, as one JSON object or a line for each value."""
    if as_json:
        typer.echo(json.dumps(result))
        return
    for key, value in result.items():
        lines = value if isinstance(value, list) else [value]
        for title, line in zip_longest([key.replace("_", " ")], lines, fillvalue=""):
            typer.echo(f"{title:>15}  {_said(line)}")


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        parts = ((name.removesuffix("s") if n == 1 else name, n) for name, n in value.items())
        return ", ".join(str(n) if isinstance(n, str) else f"{n:,} {name}" for name, n in parts)
    return f"{value:,}" if isinstance(value, int) else str(value)
