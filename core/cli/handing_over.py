"""Commands that hand over to the cloud: S3, Lightly, LightlyStudio."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from core.cli import shared
from core.cli.options import one_of, progress, show
from core.project.handover import FlickeringValue

app = typer.Typer()
lightly = typer.Typer(help="Lightly: write, check, schedule, follow, and fetch what was chosen.")
app.add_typer(lightly, name="lightly")

_Values = Annotated[
    str | None,
    typer.Option(help="What a frame's flickering is: flagged (0.5 or 1), graded or tutorial."),
]


@app.command("upload")
def upload_command(
    projects: shared.Projects,
    input_: Annotated[
        str | None, typer.Option("--input", help="s3://bucket/path that receives the videos.")
    ] = None,
    lightly: Annotated[
        str | None,
        typer.Option(help="s3://bucket/path that receives predictions and metadata."),
    ] = None,
    values: _Values = None,
    endpoint: shared.Endpoint = None,
    region: shared.Region = None,
    profile: shared.Profile = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be sent; send nothing.")
    ] = False,
    as_json: shared.Json = False,
) -> None:
    """Upload videos, predictions and flickering to S3: only what is not there yet."""
    from core.cloud.commands import upload_projects

    given = {
        "input": input_, "lightly": lightly, "flickering": _value(values),
        "endpoint": endpoint, "region": region, "profile": profile,
    }  # fmt: skip
    with progress(as_json) as report:
        result = upload_projects(projects, given, report, only_plan=plan)
    show(result, as_json)


@app.command("urls")
def urls_command(
    project: shared.Project,
    to: Annotated[str, typer.Option(help="s3://bucket/path that receives the frames.")],
    out: Annotated[Path, typer.Option(help="JSON file for names and signed URLs.")],
    frames: Annotated[str, typer.Option(help="selected, accepted, flagged or all.")] = "selected",
    hours: Annotated[float, typer.Option(help="How long the URLs hold, at most 168.")] = 24.0,
    endpoint: shared.Endpoint = None,
    region: shared.Region = None,
    profile: shared.Profile = None,
    as_json: shared.Json = False,
) -> None:
    """Upload frames as PNG and write signed URLs of them, without Lightly."""
    from core.cloud.commands import frame_urls
    from core.export.scopes import SCOPES, Scope

    one_of("--frames", frames, SCOPES)
    given = {"endpoint": endpoint, "region": region, "profile": profile}
    with progress(as_json) as report:
        result = frame_urls(
            project, cast(Scope, frames), to, given, timedelta(hours=hours), out, report
        )
    show(result, as_json)


@lightly.command("write")
def write_command(
    projects: shared.Projects,
    out: Annotated[Path, typer.Option(help="New folder for .lightly and the videos.")],
    values: _Values = None,
    videos: Annotated[bool, typer.Option(help="Copy the videos, too.")] = True,
    as_json: shared.Json = False,
) -> None:
    """Write Lightly's folders: videos, predictions and metadata of every frame."""
    from core.lightly.commands import write_command

    with progress(as_json) as report:
        result = write_command(projects, out, _value(values) or "flagged", videos, report)
    show(result, as_json)


@lightly.command("validate")
def validate_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that holds .lightly.")],
    videos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="VIDEO", help="By default those in DIR/data."),
    ] = None,
    as_json: shared.Json = False,
) -> None:
    """Check Lightly's folders against the videos: the Worker skips bad names silently."""
    from core.lightly.commands import validate_command

    with progress(as_json) as report:
        faults = validate_command(folder, videos or [], report)
    if as_json:
        show({"faults": [{"path": f.path, "problem": f.problem} for f in faults]}, as_json)
    else:
        for fault in faults:
            typer.echo(f"{fault.path}: {fault.problem}")
        typer.echo(f"{len(faults)} faults" if faults else "No fault found")
    if faults:
        raise typer.Exit(1)


@lightly.command("schedule")
def schedule_command(
    projects: shared.Projects,
    samples: Annotated[
        int | None, typer.Option("--samples", "-n", help="Frames to select.")
    ] = None,
    proportion: Annotated[float | None, typer.Option(help="Or their share, 0 to 1.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Name of the dataset at Lightly.")] = None,
    diversity: Annotated[
        float, typer.Option(help="Strength of diverse objects (embeddings); 0 for none.")
    ] = 1.0,
    uncertainty: Annotated[
        float, typer.Option(help="Strength of unsure detections; 0 for none.")
    ] = 1.0,
    flickering: Annotated[float, typer.Option(help="Strength of flickering; 0 for none.")] = 1.0,
    balance: Annotated[
        str | None, typer.Option(help="Shares of classes to reach, as car=0.5,truck=0.5.")
    ] = None,
    balance_strength: Annotated[float, typer.Option(help="Strength of the balance.")] = 1.0,
    threshold: Annotated[
        float | None, typer.Option(help="Select only frames with at least this flickering.")
    ] = None,
    role_arn: Annotated[
        str | None, typer.Option(help="Role that lets Lightly read the buckets.")
    ] = None,
    external_id: Annotated[
        str | None, typer.Option(help="What Lightly says to take it on.")
    ] = None,
    keys: Annotated[
        bool, typer.Option("--keys", help="Give Lightly the AWS configuration's keys instead.")
    ] = False,
    as_json: shared.Json = False,
) -> None:
    """Schedule a selection run at Lightly over what was uploaded."""
    from core.cloud.commands import schedule_selection
    from core.cloud.selection import SelectionRequest

    request = SelectionRequest(
        samples, proportion, diversity or None, uncertainty or None, flickering or None,
        _shares(balance), balance_strength, threshold,
    )  # fmt: skip
    given = {"dataset": dataset, "role_arn": role_arn, "external_id": external_id}
    with progress(as_json) as report:
        result = schedule_selection(projects, given, request, report, keys=keys)
    show(result, as_json)


@lightly.command("status")
def status_command(
    project: shared.Project,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the run has ended.")] = False,
    artifacts: Annotated[
        Path | None, typer.Option(help="Folder for the run's report and other files.")
    ] = None,
    as_json: shared.Json = False,
) -> None:
    """Say how the selection run is doing."""
    from core.cloud.commands import run_status

    with progress(as_json) as report:
        result = run_status(project, report, wait=wait, artifacts=artifacts)
    show(result, as_json)


@lightly.command("tags")
def tags_command(project: shared.Project, as_json: shared.Json = False) -> None:
    """List the tags of the dataset."""
    from core.cloud.commands import list_tags

    show(list_tags(project), as_json)


@lightly.command("urls")
def tag_urls_command(
    project: shared.Project,
    tag: Annotated[str, typer.Option(help="Name of the tag.")],
    out: Annotated[Path, typer.Option(help="JSON file for names and signed URLs.")],
    as_json: shared.Json = False,
) -> None:
    """Write signed URLs of a tag's frames, which become the project's selection."""
    from core.cloud.commands import tag_urls

    show(tag_urls(project, tag, out), as_json)


@lightly.command("token")
def token_command(
    forget: Annotated[bool, typer.Option("--forget", help="Take it out of the keyring.")] = False,
) -> None:
    """Keep Lightly's token in the system's keyring; it is asked for and not shown."""
    from core.cloud.token import forget_token, keep_token

    if forget:
        forget_token()
        return
    keep_token(typer.prompt("Lightly's token", hide_input=True))


@lightly.command("studio")
def studio_command(
    projects: shared.Projects,
    database: Annotated[Path, typer.Option(help="LightlyStudio's database file.")],
    as_json: shared.Json = False,
) -> None:
    """Hand videos, boxes and flickering over to LightlyStudio."""
    from core.cloud.commands import studio_dataset

    with progress(as_json) as report:
        result = studio_dataset(projects, database, report)
    show(result, as_json)


def _value(value: str | None) -> FlickeringValue | None:
    if value is not None:
        one_of("--values", value, get_args(FlickeringValue))
    return value  # type: ignore[return-value]


def _shares(text: str | None) -> tuple[tuple[str, float], ...]:
    """`car=0.5,truck=0.5` as pairs."""
    pairs = []
    for part in (text or "").split(","):
        name, _, value = part.rpartition("=")
        if not part.strip():
            continue
        try:
            pairs.append((name.strip(), float(value)))
        except ValueError as error:
            raise typer.BadParameter(
                f'"{part}" is no class with a share, such as car=0.5.', param_hint="--balance"
            ) from error
    return tuple(pairs)
