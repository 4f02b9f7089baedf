"""Commands that look after a video's files."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import progress, show

app = typer.Typer()


@app.command("proxy")
def proxy_command(
    path: Annotated[Path, typer.Argument(metavar="VIDEO | PROJECT", help="What to copy.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make the small copy of a video that lets the window scrub through it at once."""
    from core.headless import make_video_proxy

    with progress(as_json) as report:
        result = make_video_proxy(path, report)
    show(result, as_json)


@app.command("relocate")
def relocate_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")],
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="Where its video is now.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell a project where its video was moved to."""
    from core.headless import relocate_video

    show(relocate_video(project, video), as_json)
