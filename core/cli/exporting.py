"""Commands that hand over frames and labels, and say in which formats."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from core.cli import shared
from core.cli.options import frame_range, one_of, progress, renamed_classes, show

if TYPE_CHECKING:
    from core.export.request import ExportRequest
    from core.headless import Summary

app = typer.Typer()

_MOST_LISTED = 20
"""Videos; more would push the rest out of sight."""

_PICTURES = ("png", "jpeg", "video", "none")


@app.command("export")
def export_command(
    projects: Annotated[
        list[Path],
        typer.Argument(
            metavar="PROJECT...",
            help="One or several .flickerscope folders, or folders that hold some, such as the "
            "results of a batch.",
        ),
    ],
    format_: Annotated[
        str, typer.Option("--format", help="coco, yolo, ...; `flickerscope formats` lists them.")
    ],
    out: Annotated[Path, typer.Option(help="New folder for frames and labels, or zip file.")],
    scope: Annotated[
        str | None,
        typer.Option(
            help="Frames: flagged, accepted, selected or all. By default flagged, and all with "
            "whole videos."
        ),
    ] = None,
    frames: Annotated[str | None, typer.Option("--frames", hidden=True)] = None,
    range_: Annotated[
        str | None,
        typer.Option("--range", metavar="A:B", help="Of these, only from A to before B."),
    ] = None,
    every: Annotated[int, typer.Option(help="Of these, only every n-th.")] = 1,
    neighbours: shared.Neighbours = 0,
    min_score: shared.MinScore = 0.25,
    classes: shared.Renamed = None,
    drop_empty: shared.DropEmpty = False,
    val: shared.Validation = 0.0,
    split_by: Annotated[
        str,
        typer.Option(help="For validation: the end of each video (time), or whole ones (video)."),
    ] = "time",
    pictures: shared.Pictures = None,
    quality: shared.Quality = None,
    names: shared.PictureNames = None,
    crops: shared.Crops = False,
    overlays: shared.Overlays = False,
    sheet: shared.Sheet = False,
    zip_: Annotated[
        bool, typer.Option("--zip", help="Write one file, --out, which ends in .zip.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier export at --out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write frames with their prelabels, of one or several projects."""
    from core.headless import export_projects

    request = export_request(
        format=format_,
        scope=scope or frames,
        range=frame_range(range_, "--range"),
        every=every,
        neighbours=neighbours,
        min_score=min_score,
        classes=renamed_classes(classes or []),
        empty=not drop_empty,
        val=val,
        split_by=split_by,
        names=names,
        extras=chosen_extras(crops, overlays, sheet),
        zip=zip_,
        **media(pictures, quality),
    )
    with progress(as_json) as report:
        result = export_projects(projects, request, out, report, overwrite=overwrite)
    show(result if as_json else _for_people(result), as_json)


@app.command("formats")
def formats_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the formats that `flickerscope export` writes."""
    from rich.console import Console
    from rich.table import Table

    from core.export.checks import said_media
    from core.export.registry import formats

    found = list(formats().values())
    if as_json:
        rows = [
            {"name": f.name, "title": f.title, "with": f.media, "about": f.about} for f in found
        ]
        show({"formats": rows}, as_json)
        return
    table = Table("--format", "what it is, what goes with it, who reads it", box=None)
    for each in found:
        table.add_row(each.name, f"{each.title}; with {said_media(each)}\n{each.about}".rstrip())
    Console(markup=False, highlight=False).print(table)


def _for_people(result: "Summary") -> dict[str, object]:
    """Without what is empty; of classes and videos, which may be many, only how many there are."""
    shown = {name: value for name, value in result.items() if value not in (0, {})}
    shown["classes"] = len(cast(list[str], result["classes"]))
    videos = cast(list[str], result["videos"])
    return shown | {"videos": videos if len(videos) <= _MOST_LISTED else len(videos)}


def export_request(**given: Any) -> "ExportRequest":
    """What is asked for; what nobody said is as usual."""
    from core.export.checks import check_request, media_of
    from core.export.request import ExportRequest

    request = ExportRequest(**{name: value for name, value in given.items() if value is not None})
    format_ = check_request(request)
    if given["scope"] is None and media_of(request, format_) == "video":
        # An annotator sees all of a video: one that is labeled in places looks unlabeled elsewhere.
        return replace(request, scope="all")
    return request


def chosen_extras(crops: bool, overlays: bool, sheet: bool) -> tuple[str, ...]:
    """`ExportRequest.extras`."""
    extras = {"crops": crops, "overlays": overlays, "sheet": sheet}
    return tuple(name for name, wanted in extras.items() if wanted)


def media(pictures: str | None, quality: int | None) -> dict[str, Any]:
    """Parts of an `ExportRequest`."""
    if pictures is not None:
        one_of("--pictures", pictures, _PICTURES)
    if quality is not None and pictures != "jpeg":
        raise typer.BadParameter("It is that of JPEG: add --pictures jpeg.", param_hint="--quality")
    if pictures in ("png", "jpeg"):
        return {"media": "frames", "picture": pictures, "quality": quality}
    return {"media": cast(Any, pictures)}
