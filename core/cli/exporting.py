"""Commands that hand over frames and labels."""

from pathlib import Path
from typing import Annotated, cast

import typer

from core.cli.options import one_of, progress, show

app = typer.Typer()


@app.command("export")
def export_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")],
    format_: Annotated[str, typer.Option("--format", help="coco or yolo.")],
    out: Annotated[Path, typer.Option(help="New folder for frames and labels.")],
    frames: Annotated[str, typer.Option(help="flagged, accepted, selected or all.")] = "flagged",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write frames as PNG with their prelabels."""
    from core.export import SCOPES, Scope, formats
    from core.headless import export_project

    one_of("--format", format_, tuple(formats()))
    one_of("--frames", frames, SCOPES)
    with progress(as_json) as report:
        result = export_project(project, format_, cast(Scope, frames), out, report)
    show(result, as_json)
