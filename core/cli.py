"""The command line. Runs headless; whoever starts it may bring a window."""

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast, get_args

import typer

from core.detectors.base import (
    BUILT_IN,
    DEFAULT_CONFIDENCE,
    DEFAULT_IOU,
    DEFAULT_MODEL,
    Backend,
    Device,
)
from core.errors import UserError
from core.logs import start_logging

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """What a graphical front end adds to the command line."""

    open: Callable[[Path | None, bool], int]
    """Show the window with a video or project, or with the demo; gives the exit code."""
    display_problem: Callable[[], str | None]
    """Why no window can be shown here, or None."""
    checks: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """Further checks for `doctor`."""


app = typer.Typer(
    name="flickerscope",
    help="Find where a detector flickers in video, and hand over what it missed as prelabels.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"flickerscope {version('flickerscope')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show version.")
    ] = False,
) -> None:
    del version


@app.command("open", hidden=True)
def open_command(
    ctx: typer.Context,
    path: Annotated[Path | None, typer.Argument(metavar="VIDEO | PROJECT")] = None,
) -> None:
    """Open the window."""
    _open_window(ctx, path, demo=False)


@app.command("demo")
def demo_command(
    ctx: typer.Context,
    headless: Annotated[bool, typer.Option(help="Run without a window.")] = False,
    out: Annotated[Path | None, typer.Option(help="New folder for the results.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run the whole job on the embedded demo: detect, score, accept all, export."""
    window: Window | None = ctx.obj
    if window and not headless and not as_json and out is None and not window.display_problem():
        _open_window(ctx, None, demo=True)
        return
    from core.headless import run_demo

    with _progress(as_json) as report:
        result = run_demo(out, report)
    _print(result, as_json)


CODE_WARNING = (
    "{} comes from outside Flickerscope; a .pt file runs code when it is loaded, so use one only "
    "if you trust where it is from (this is said once; a model in ONNX or OpenVINO form is safe)."
)


@app.command("process")
def process_command(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="A local video file.")],
    model: Annotated[
        str, typer.Option(help="A .pt or .onnx file, an OpenVINO folder, or a name.")
    ] = DEFAULT_MODEL,
    conf: Annotated[
        float, typer.Option(help="Drop boxes with a lower score, 0 to 1.")
    ] = DEFAULT_CONFIDENCE,
    classes: Annotated[
        str | None, typer.Option(help="Keep only these classes, as car,truck.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    backend: Annotated[
        str, typer.Option(help="auto (the fastest here), torch, onnx, openvino or tensorrt.")
    ] = "auto",
    iou: Annotated[
        float, typer.Option(help="Of boxes that overlap by more, keep the surest, 0 to 1.")
    ] = DEFAULT_IOU,
    image_size: Annotated[
        int | None, typer.Option(min=32, help="Longer side of the network's input, px.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Look at every n-th frame.")] = 1,
    start: Annotated[int, typer.Option("--from", min=0, help="First frame to look at.")] = 0,
    stop: Annotated[
        int | None, typer.Option("--to", min=1, help="Frame before which to stop.")
    ] = None,
    detector: Annotated[
        str, typer.Option(help="Another detector than YOLO, by its installed name.")
    ] = BUILT_IN,
    out: Annotated[Path | None, typer.Option(help="Folder that receives the project.")] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew even if a run is unfinished.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Detect and score a video."""
    from core.detectors.base import DetectorConfig, Sampling, model_reference
    from core.detectors.known_models import must_be_trusted, trust
    from core.headless import process_video

    if stop is not None and stop <= start:
        raise typer.BadParameter(f"{stop} is not after --from {start}.", param_hint="--to")
    config = DetectorConfig(
        model_reference(model),
        _share(conf, "--conf"),
        _class_names(classes),
        _device(device),
        image_size,
        _share(iou, "--iou"),
        _backend(backend),
        Sampling(start, stop, every),
        detector,
    )
    if must_be_trusted(config.model):
        typer.echo(f"flickerscope: {CODE_WARNING.format(Path(config.model).name)}", err=True)
        trust(config.model)
    with _progress(as_json) as report:
        result = process_video(video, config, out, report, restart=restart)
    _print(result, as_json)


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
        _one_of("--format", format_, tuple(FORMATS))
    options = ImportOptions(_class_names(names), first_frame, _share(min_score, "--min-score"))
    with _progress(as_json) as report:
        result = import_into(path, detections, options, format_, out, report)
    _print(result, as_json)


@app.command("export")
def export_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")],
    format_: Annotated[str, typer.Option("--format", help="coco or yolo.")],
    out: Annotated[Path, typer.Option(help="New folder for frames and labels.")],
    frames: Annotated[str, typer.Option(help="flagged, accepted, selected or all.")] = "flagged",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write frames as PNG with their prelabels."""
    from core.export import FORMATS, SCOPES, Scope
    from core.headless import export_project

    _one_of("--format", format_, tuple(FORMATS))
    _one_of("--frames", frames, SCOPES)
    with _progress(as_json) as report:
        result = export_project(project, format_, cast(Scope, frames), out, report)
    _print(result, as_json)


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

    _one_of("--format", format_, ("mot",))
    if not 1 <= max_gap <= LONGEST_GAP:
        raise typer.BadParameter(
            f"{max_gap} is not between 1 and {LONGEST_GAP}.", param_hint="--max-gap"
        )
    if min_plausibility is not None:
        _share(min_plausibility, "--min-plausibility")
    if (width is None) != (height is None):
        raise typer.BadParameter("give both or none.", param_hint="--width, --height")
    size = (width, height) if width is not None and height is not None else None
    least = float("-inf") if min_score is None else min_score
    request = ImputeRequest(detections, out, max_gap, least, min_plausibility, hidden, size)
    _print(impute_file(request), as_json)


@app.command("proxy")
def proxy_command(
    path: Annotated[Path, typer.Argument(metavar="VIDEO | PROJECT", help="What to copy.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make the small copy of a video that lets the window scrub through it at once."""
    from core.headless import make_video_proxy

    with _progress(as_json) as report:
        result = make_video_proxy(path, report)
    _print(result, as_json)


@app.command("relocate")
def relocate_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")],
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="Where its video is now.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell a project where its video was moved to."""
    from core.headless import relocate_video

    _print(relocate_video(project, video), as_json)


@app.command("doctor")
def doctor_command(ctx: typer.Context) -> None:
    """Say what works here, and the mend for what does not."""
    from core.doctor import core_checks, examine

    window: Window | None = ctx.obj
    checks = {**(window.checks if window else {}), **core_checks()}
    findings = []
    for name, check in checks.items():
        finding = examine(name, check)
        findings.append(finding)
        typer.echo(f"{'ok  ' if finding.works else 'FAIL'}  {name:<9} {finding.says}")
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


def main(arguments: Sequence[str] | None = None, window: Window | None = None) -> NoReturn:
    """Run the command line and exit: 0 for success, 2 for bad usage or input, 1 for a bug."""
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments), window))


def run(arguments: list[str], window: Window | None = None) -> int:
    """As `main`, but give the exit code."""
    try:
        log_file = start_logging()
    except OSError as error:
        return _fail(_refused(error))
    try:
        code = app(_with_command(arguments), standalone_mode=False, obj=window)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        return _fail(error.format_message().strip())
    except UserError as error:
        return _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        _fail("stopped; what was done so far is saved")
        return 130
    except OSError as error:
        log.exception("the system refused")
        return _fail(_refused(error))
    except Exception as error:
        log.exception("a bug")
        _fail(f"{type(error).__name__}: {error}; this is a bug, details are in {log_file}")
        return 1


def _with_command(arguments: list[str]) -> list[str]:
    """`flickerscope PATH` means `flickerscope open PATH`."""
    commands = {command.name for command in app.registered_commands}
    known = arguments and arguments[0] in commands | {"--help", "--version"}
    return arguments if known else ["open", *arguments]


def _fail(sentence: str) -> int:
    typer.echo(f"flickerscope: {sentence}", err=True)
    return 2


def _refused(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"The system refuses {where}{error.strerror or error}; choose another path."


def _open_window(ctx: typer.Context, path: Path | None, *, demo: bool) -> None:
    window: Window | None = ctx.obj
    problem = window.display_problem() if window else "this is the headless program"
    if window is None or problem:
        raise UserError(
            f"No window can be opened here ({problem})",
            mend="use `flickerscope process VIDEO`, `flickerscope export PROJECT` or "
            "`flickerscope demo --headless`",
        )
    raise typer.Exit(window.open(path, demo))


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise typer.BadParameter(
            f'"{value}" is not one of {", ".join(allowed)}.', param_hint=option
        )


def _share(value: float, option: str) -> float:
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{value:g} is not between 0 and 1.", param_hint=option)
    return value


def _class_names(value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not names:
        raise typer.BadParameter(f'"{value}" names no class.', param_hint="--classes")
    return names


def _device(value: str) -> Device:
    _one_of("--device", value, get_args(Device))
    return value  # type: ignore[return-value]


def _backend(value: str) -> Backend:
    _one_of("--backend", value, get_args(Backend))
    return value  # type: ignore[return-value]


def _progress(quiet: bool) -> Any:
    from core.terminal import progress

    return progress(quiet)


def _print(result: Mapping[str, object], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result))
        return
    for key, value in result.items():
        if isinstance(value, dict):
            value = ", ".join(f"{count} {name}" for name, count in value.items())
        typer.echo(f"{key.replace('_', ' '):>15}  {value}")


if __name__ == "__main__":
    main()
