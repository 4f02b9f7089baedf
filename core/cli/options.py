"""What the commands share: checking options, progress, printing."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import zip_longest
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from core.frames import FrameRange
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


def frame_range(value: str | None, option: str) -> "FrameRange | None":
    """Frames from one to before another, as `100:250`."""
    from core.frames import FrameRange

    if value is None:
        return None
    found = re.fullmatch(r"(\d+):(\d+)", value)
    if found is None or int(found[1]) >= int(found[2]):
        raise typer.BadParameter(
            f'"{value}" is no range of frames, such as 100:250.', param_hint=option
        )
    return FrameRange(int(found[1]), int(found[2]))


def renamed_classes(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of names, each as `old=new`."""
    pairs = []
    for value in values:
        old, equals, new = value.partition("=")
        if not (old.strip() and equals):
            raise typer.BadParameter(
                f'"{value}" renames no class, as truck=car does.', param_hint="--class"
            )
        pairs.append((old.strip(), new.strip()))
    return tuple(pairs)


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
