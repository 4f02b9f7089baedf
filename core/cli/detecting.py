"""Commands that detect, and that take or judge the boxes of others."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from core.cli import shared
from core.cli.options import class_names, one_of, progress, share, show
from core.detectors.base import (
    BUILT_IN,
    DEFAULT_CONFIDENCE,
    DEFAULT_IOU,
    DEFAULT_MODEL,
    Backend,
    DetectorConfig,
    Device,
    Sampling,
    model_reference,
)

app = typer.Typer()

CODE_WARNING = (
    "{} comes from outside Flickerscope; a .pt file runs code when it is loaded, so use one only "
    "if you trust where it is from (this is said once; a model in ONNX or OpenVINO form is safe)."
)


@app.command("process")
def process_command(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="A local video file.")],
    model: shared.Model = DEFAULT_MODEL,
    conf: shared.Confidence = DEFAULT_CONFIDENCE,
    classes: shared.Classes = None,
    device: shared.DeviceName = "auto",
    backend: shared.BackendName = "auto",
    iou: shared.Iou = DEFAULT_IOU,
    image_size: shared.ImageSize = None,
    every: shared.Every = 1,
    start: Annotated[int, typer.Option("--from", min=0, help="First frame to look at.")] = 0,
    stop: Annotated[
        int | None, typer.Option("--to", min=1, help="Frame before which to stop.")
    ] = None,
    detector: shared.DetectorName = BUILT_IN,
    out: Annotated[Path | None, typer.Option(help="Folder that receives the project.")] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew even if a run is unfinished.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Detect and score a video."""
    from core.headless import process_video

    if stop is not None and stop <= start:
        raise typer.BadParameter(f"{stop} is not after --from {start}.", param_hint="--to")
    sampling = Sampling(start, stop, every)
    config = detector_config(
        model, conf, classes, device, image_size, iou, backend, sampling, detector
    )
    warn_of_code(config.model)
    with progress(as_json) as report:
        result = process_video(video, config, out, report, restart=restart)
    show(result, as_json)


@app.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(metavar="VIDEO | PROJECT", help="What they are of.")],
    detections: Annotated[Path, typer.Argument(metavar="DETECTIONS", help="A file or folder.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="yolo, coco, mot or lightly; else found out.")
    ] = None,
    names: Annotated[
        str | None, typer.Option(help="Names of the classes in order, where files do not say.")
    ] = None,
    first_frame: Annotated[
        int | None, typer.Option(min=0, max=1, help="Number of the first frame; else found out.")
    ] = None,
    min_score: Annotated[float, typer.Option(help="Leave out boxes with a lower score.")] = 0.0,
    out: Annotated[Path | None, typer.Option(help="Folder that receives the project.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Use another program's detections as a run, and find its flickering."""
    from core.headless import import_into
    from core.importing.base import ImportOptions
    from core.importing.formats import FORMATS

    if format_ is not None:
        one_of("--format", format_, tuple(FORMATS))
    options = ImportOptions(class_names(names), first_frame, share(min_score, "--min-score"))
    with progress(as_json) as report:
        result = import_into(path, detections, options, format_, out, report)
    show(result, as_json)


@app.command("impute")
def impute_command(
    detections: Annotated[Path, typer.Argument(metavar="DETECTIONS", help="A text file.")],
    out: Annotated[Path, typer.Option(help="CSV file for the imputed boxes.")],
    format_: Annotated[str, typer.Option("--format", help="mot.")] = "mot",
    max_gap: Annotated[int, typer.Option(help="Longest gap, 1 to 60 frames.")] = 20,
    min_score: Annotated[
        float | None, typer.Option(help="Boxes with a lower score do not count as detections.")
    ] = None,
    min_plausibility: Annotated[
        float | None, typer.Option(help="Least plausibility of a box, 0 to 1.")
    ] = None,
    hidden: Annotated[
        bool, typer.Option(help="Impute boxes of objects that are behind others.")
    ] = True,
    width: Annotated[int | None, typer.Option(min=1, help="Of the picture, px.")] = None,
    height: Annotated[int | None, typer.Option(min=1, help="Of the picture, px.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find the boxes that any detector missed, from its boxes alone."""
    from core.impute import ImputeRequest, impute_file
    from core.tracks.linking import LONGEST_GAP

    one_of("--format", format_, ("mot",))
    if not 1 <= max_gap <= LONGEST_GAP:
        raise typer.BadParameter(
            f"{max_gap} is not between 1 and {LONGEST_GAP}.", param_hint="--max-gap"
        )
    if min_plausibility is not None:
        share(min_plausibility, "--min-plausibility")
    if (width is None) != (height is None):
        raise typer.BadParameter("give both or none.", param_hint="--width, --height")
    size = (width, height) if width is not None and height is not None else None
    least = float("-inf") if min_score is None else min_score
    request = ImputeRequest(detections, out, max_gap, least, min_plausibility, hidden, size)
    show(impute_file(request), as_json)


def detector_config(
    model: str,
    conf: float,
    classes: str | None,
    device: str,
    image_size: int | None,
    iou: float,
    backend: str,
    sampling: Sampling,
    detector: str,
) -> DetectorConfig:
    """What the options of a command say."""
    return DetectorConfig(
        model_reference(model),
        share(conf, "--conf"),
        class_names(classes),
        _device(device),
        image_size,
        share(iou, "--iou"),
        _backend(backend),
        sampling,
        detector,
    )


def warn_of_code(model: str) -> None:
    """Say once that a file may run code."""
    from core.detectors.known_models import must_be_trusted, trust

    if must_be_trusted(model):
        typer.echo(f"flickerscope: {CODE_WARNING.format(Path(model).name)}", err=True)
        trust(model)


def _device(value: str) -> Device:
    one_of("--device", value, get_args(Device))
    return value  # type: ignore[return-value]


def _backend(value: str) -> Backend:
    one_of("--backend", value, get_args(Backend))
    return value  # type: ignore[return-value]
