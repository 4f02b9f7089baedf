"""The command that embeds frames and objects once more."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.detecting import warn_of_code
from core.cli.options import progress, show

app = typer.Typer()


@app.command("embed")
def embed_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")],
    model: Annotated[
        str | None,
        typer.Option(
            help="A model of torchvision such as resnet18, resnet18=FILE, a TorchScript file, or a "
            "YOLO model; by default the run's own detector."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what each frame looks like with another model, to select frames by it."""
    from core.embeddings.commands import embed_project

    with progress(as_json) as report:
        result = embed_project(project, model, report, warn_of_code)
    show(result, as_json)
