"""The command that runs the whole job over many videos."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from core.cli import shared
from core.cli.detecting import detector_config, warn_of_code
from core.cli.exporting import chosen_extras, export_request, media
from core.cli.options import one_of, renamed_classes, show
from core.detectors.base import (
    BUILT_IN,
    DEFAULT_CONFIDENCE,
    DEFAULT_IOU,
    DEFAULT_MODEL,
    DetectorConfig,
    Sampling,
)

if TYPE_CHECKING:
    from core.batch.engines import EngineChoice

app = typer.Typer()

SOME_FAILED = 3
"""Exit code where all came to an end and some failed."""
_FRAMES_A_MINUTE = 30 * 60
"""Videos of all rates are divided alike."""
_SEGMENT = 10.0
"""Minutes: on a core about a quarter of an hour of work."""


@app.command("batch")
def batch_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Videos, folders, globs or s3://bucket/prefix."),
    ],
    out: Annotated[
        str, typer.Option(metavar="DIR", help="Folder or s3://bucket/prefix for all results.")
    ],
    model: shared.Model = DEFAULT_MODEL,
    conf: shared.Confidence = DEFAULT_CONFIDENCE,
    classes: shared.Classes = None,
    device: shared.DeviceName = "auto",
    backend: shared.BackendName = "auto",
    iou: shared.Iou = DEFAULT_IOU,
    image_size: shared.ImageSize = None,
    every: shared.Every = 1,
    detector: shared.DetectorName = BUILT_IN,
    select: Annotated[
        bool, typer.Option("--select/--no-select", help="Choose frames of each video.")
    ] = True,
    n: shared.Number = None,
    proportion: shared.Proportion = None,
    strategies: shared.Strategies = None,
    thresholds: shared.SelectThresholds = None,
    min_distance: shared.MinDistance = None,
    apart: shared.Apart = 1,
    seed: shared.Seed = 0,
    export: Annotated[
        bool, typer.Option("--export/--no-export", help="Export frames of each video.")
    ] = True,
    format_: Annotated[
        str, typer.Option("--format", help="As `flickerscope formats` lists them.")
    ] = "coco",
    scope: Annotated[
        str | None,
        typer.Option(
            help="Frames: flagged, selected or all. By default selected, flagged without a "
            "selection, and all with whole videos."
        ),
    ] = None,
    neighbours: shared.Neighbours = 0,
    min_score: shared.MinScore = 0.25,
    renamed: shared.Renamed = None,
    drop_empty: shared.DropEmpty = False,
    val: shared.Validation = 0.0,
    pictures: shared.Pictures = None,
    quality: shared.Quality = None,
    names: shared.PictureNames = None,
    crops: shared.Crops = False,
    overlays: shared.Overlays = False,
    sheet: shared.Sheet = False,
    zip_: Annotated[bool, typer.Option("--zip", help="Each export is one zip file.")] = False,
    engine: Annotated[str, typer.Option(help="local (processes here) or ray.")] = "local",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Videos at a time; by default what suits cores or cluster."),
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Of a Ray cluster; by default the one that is there.")
    ] = None,
    cpus: Annotated[
        float | None, typer.Option(min=0.0, help="Cores of each worker on a cluster.")
    ] = None,
    gpus: Annotated[
        float, typer.Option(min=0.0, help="Share of a GPU of each worker, such as 0.25.")
    ] = 0.0,
    segment: Annotated[
        float,
        typer.Option(
            min=0.0,
            metavar="MINUTES",
            help="Longer videos are worked on in parts, at 30 frames a second; 0 for never.",
        ),
    ] = _SEGMENT,
    stream: Annotated[
        bool, typer.Option("--stream", help="Read videos in S3 piece by piece; fetch none.")
    ] = False,
    keep_videos: Annotated[
        bool, typer.Option(help="Keep videos that were fetched from S3 beside results.")
    ] = True,
    endpoint: shared.Endpoint = None,
    region: shared.Region = None,
    profile: shared.Profile = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try those again that have failed before.")
    ] = False,
    as_json: shared.Json = False,
) -> None:
    """Detect, score, select and export many videos; the same command goes on where it was ended.

    Exits with 3 where some videos failed.
    """
    from core.batch.commands import process_batch
    from core.batch.engines import EngineChoice, EngineName
    from core.batch.request import BatchRequest
    from core.batch.steps import Work
    from core.cli.batch_report import print_result
    from core.cli.board import board
    from core.cloud.address import S3Way
    from core.selection.wishes import Wishes, request_of

    one_of("--engine", engine, get_args(EngineName))
    config = detector_config(
        model, conf, classes, device, image_size, iou, backend, Sampling(every=every), detector
    )
    wishes = Wishes(
        n, proportion, strategies or (), thresholds=thresholds or (), min_distance=min_distance,
        apart=apart, seed=seed,
    )  # fmt: skip
    exporting = export_request(
        format=format_,
        scope=scope,
        neighbours=neighbours,
        min_score=min_score,
        classes=renamed_classes(renamed or []),
        empty=not drop_empty,
        val=val,
        names=names,
        extras=chosen_extras(crops, overlays, sheet),
        zip=zip_,
        **media(pictures, quality),
    )
    if scope is None and exporting.scope != "all":
        exporting = replace(exporting, scope="selected" if select else "flagged")
    request = BatchRequest(
        config, request_of(wishes, [], ()) if select else None, exporting if export else None
    )
    choice = EngineChoice(cast(EngineName, engine), workers, address, cpus, gpus)
    work = Work(
        request,
        out if out.startswith("s3://") else os.path.abspath(Path(out).expanduser()),  # noqa: PTH100
        S3Way(endpoint or "", region or "", profile or ""),
        _longest(segment, choice, config),
        stream,
        keep_videos,
    )
    warn_of_code(config.model)
    try:
        with board(as_json) as shown:
            result = process_batch(sources, work, choice, shown, retry_failed=retry_failed)
    except KeyboardInterrupt:
        typer.echo(
            "flickerscope: stopped; what was done so far is saved; the same command goes on",
            err=True,
        )
        raise typer.Exit(130) from None
    if as_json:
        show({"out": work.out, **result.to_json()}, as_json)
    else:
        print_result(result, work.out)
    if result.failed or result.unreadable:
        raise typer.Exit(SOME_FAILED)


def _longest(minutes: float, choice: "EngineChoice", config: DetectorConfig) -> int | None:
    """Frames of a part, if videos are divided: not for a worker that is alone."""
    from core.batch.local import worker_count

    alone = choice.name == "local" and worker_count(choice, config) == 1
    return None if alone or not minutes else max(round(minutes * _FRAMES_A_MINUTE), 1)
