"""Commands that draw boxes into video."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import frame_range, progress, show

app = typer.Typer()

_Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")]
_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is at --out.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("render")
def render_command(
    project: _Project,
    out: Annotated[Path, typer.Option(help="An .mp4 file.")],
    range_: Annotated[
        str | None, typer.Option("--range", metavar="A:B", help="Only from frame A to before B.")
    ] = None,
    overwrite: _Overwrite = False,
    as_json: _Json = False,
) -> None:
    """Write the video with its boxes drawn in, imputed ones told apart."""
    from core.export.commands import render_project

    frames = frame_range(range_, "--range")
    with progress(as_json) as report:
        result = render_project(project, out, frames, report, overwrite=overwrite)
    show(result, as_json)


@app.command("clip")
def clip_command(
    project: _Project,
    frame: Annotated[int, typer.Option(min=0, help="One of the violation's frames.")],
    out: Annotated[Path, typer.Option(help="A .gif or .mp4 file.")],
    overwrite: _Overwrite = False,
    as_json: _Json = False,
) -> None:
    """Write a looping clip of one violation, to show to a colleague."""
    from core.export.commands import clip_of_violation

    with progress(as_json) as report:
        result = clip_of_violation(project, frame, out, report, overwrite=overwrite)
    show(result, as_json)
