"""Handing over to the cloud without a window, as the command line does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.cloud.address import S3Address, S3Way
from core.cloud.lightly import never
from core.errors import CloudError
from core.headless import reserved
from core.lightly.commands import opened_videos
from core.lightly.names import frames_of_names
from core.pipeline import current_run
from core.project import CloudPlace, Project, ScheduledRun, Selection, SetHandover, SetSelection

if TYPE_CHECKING:
    from core.cloud.selection import SelectionRequest
    from core.cloud.upload import UploadPlan, UploadProgress
    from core.export.scopes import Scope
    from core.headless import Report, Summary

POLL_SECONDS = 30.0

Given = Mapping[str, str | None]
"""Fields of `CloudPlace` that the command line names; None for those that it does not."""


def upload_projects(
    folders: Sequence[Path], given: Given, report: Report, *, only_plan: bool = False
) -> Summary:
    """Upload videos, predictions and metadata of projects, as far as they are not there yet.

    Args:
        folders: The projects; the first one remembers what was uploaded.
        given: Where to; what is None is what the projects remember.
        report: Told files compared and bytes sent.
        only_plan: Say what would be sent, and send nothing.

    Raises:
        UserError: See `core.errors`; what was sent until then is not sent again.
    """
    from core.cloud.hand_over import item_count, plan_hand_over
    from core.cloud.s3 import check_bucket
    from core.cloud.upload import run_upload

    with reserved(folders) as projects:
        place = _place_of(projects, given)
        for name, text in (("input", place.input), ("lightly", place.lightly)):
            check_bucket(_address(text, name), S3Way.of(place), writing=not only_plan)
        videos = opened_videos(folders, place.flickering, report)
        total = item_count(videos)
        plan = plan_hand_over(
            videos,
            place,
            projects[0].folder,
            on_progress=lambda done: report("Comparing", done, total),
            cancelled=never,
        )
        report("Comparing", total, total)
        if only_plan:
            return _planned(plan)
        result = run_upload(
            plan, on_progress=partial(_report_bytes, report), cancelled=never, paused=never
        )
        _remember(projects, place=place, uploaded=_now())
        return _planned(plan) | {
            "sent": result.sent,
            "bytes_sent": result.bytes_sent,
            "verified": result.verified,
            "seconds": round(result.seconds, 2),
        }


def schedule_selection(
    folders: Sequence[Path],
    given: Given,
    request: SelectionRequest,
    report: Report,
    *,
    keys: bool = False,
) -> Summary:
    """Schedule a selection run at Lightly over what was uploaded.

    Args:
        folders: The projects that were uploaded; each remembers the run.
        given: The dataset and how Lightly reads the buckets.
        request: What to select.
        report: Told each step.
        keys: Give Lightly the keys of the AWS configuration instead of a role.

    Raises:
        UserError: See `core.errors`; repeating it makes nothing twice.
    """
    from core.cloud.schedule import schedule

    with reserved(folders) as projects:
        place = _place_of(projects, given)
        _remember(projects, place=place)
        infos = [current_run(project)[0].info for project in projects]
        with _steps(report) as on_step:
            run = schedule(
                place,
                request,
                frame_count=sum(project.video.frame_count for project in projects),
                class_names=list(dict.fromkeys(n for info in infos for n in info.class_names)),
                keys=keys,
                on_step=on_step,
            )
        _remember(projects, run=run)
        return _summary_of(run)


def run_status(folder: Path, report: Report, *, wait: bool, artifacts: Path | None) -> Summary:
    """How the project's selection run is doing.

    Args:
        folder: The project.
        report: Told each change while waiting, and artifacts downloaded.
        wait: Return when the run has ended.
        artifacts: Folder that receives the report and whatever else the run made.

    Raises:
        UserError: See `core.errors`; the run failed, or nothing was scheduled.
    """
    from core.cloud.runs import check_done, download_artifacts, follow, refresh

    with reserved([folder]) as (project,):
        run = _run_of(project)

        if wait:
            with _steps(report) as tell:

                def on_change(changed: ScheduledRun) -> None:
                    _remember([project], run=changed)
                    tell(f"{changed.state.capitalize()} {changed.message}".strip())

                run = follow(run, every=POLL_SECONDS, on_change=on_change)
        else:
            run = refresh(run)
        _remember([project], run=run)
        check_done(run)
        summary = _summary_of(run)
        if artifacts is not None:
            files = download_artifacts(run, artifacts, partial(_report_file, report))
            summary["artifacts"] = [str(file) for file in files]
        return summary


def list_tags(folder: Path) -> Summary:
    """The tags of the project's dataset.

    Raises:
        UserError: See `core.errors`.
    """
    from core.cloud.tags import tags

    with reserved([folder]) as (project,):
        run = _run_of(project)
        return {"dataset": run.dataset, "tags": tags(run.dataset_id)}


def tag_urls(folder: Path, tag: str, out: Path) -> Summary:
    """Write signed URLs of a tag's frames, and take these frames as the project's selection.

    Raises:
        UserError: See `core.errors`.
    """
    from core.cloud.signing import write_signed
    from core.cloud.tags import tagged

    with reserved([folder]) as (project,):
        signed = tagged(_run_of(project).dataset_id, tag)
        write_signed(signed, out)
        video = project.video
        names = (item.file_name for item in signed)
        frames = frames_of_names(names, video.path, video.frame_count)
        project.apply(SetSelection(Selection(tag, "lightly", frames)))
        return {"file": str(out), "urls": len(signed), "selected_frames": len(frames)}


def frame_urls(
    folder: Path,
    scope: Scope,
    target: str,
    given: Given,
    expiry: timedelta,
    out: Path,
    report: Report,
) -> Summary:
    """Upload frames as PNG and write signed URLs of them, without Lightly.

    Args:
        folder: The project.
        scope: See `core.export.scopes.Scope`.
        target: `s3://…` that receives the frames.
        given: The way to the server.
        expiry: How long the URLs hold.
        out: The JSON file.
        report: Told frames done.

    Raises:
        UserError: See `core.errors`.
    """
    from core.cloud.frames import upload_frames
    from core.cloud.signing import write_signed
    from core.headless import frames_of_project

    with reserved([folder]) as (project,):
        place = _place_of([project], given)
        with frames_of_project(project, scope, report) as (reader, frames):
            signed = upload_frames(
                reader,
                frames,
                S3Address.parse(target),
                S3Way.of(place),
                expiry,
                on_progress=partial(report, "Uploading frames"),
            )
        write_signed(signed, out)
        return {"file": str(out), "urls": len(signed), "valid_until": _now(expiry)}


def studio_dataset(folders: Sequence[Path], database: Path, report: Report) -> Summary:
    """Hand projects over to LightlyStudio.

    Raises:
        UserError: See `core.errors`; LightlyStudio is not installed.
    """
    from core.lightly.studio import hand_over

    videos = opened_videos(folders, None, report)
    result = hand_over(videos, database, on_progress=partial(report, "Handing over"))
    return {
        "database": str(result.database),
        "dataset": result.dataset,
        "frames": result.frames,
        "boxes": result.boxes,
    }


def _place_of(projects: Sequence[Project], given: Given) -> CloudPlace:
    """What the command line says, and for the rest what the first project remembers."""
    named = {name: value for name, value in given.items() if value is not None}
    return replace(projects[0].handover.place, **named)  # type: ignore[arg-type]


def _address(text: str, option: str) -> S3Address:
    if not text:
        raise CloudError(
            f"The {option} bucket is not known yet",
            mend=f"name it with --{option} s3://bucket/path",
        )
    return S3Address.parse(text)


def _run_of(project: Project) -> ScheduledRun:
    if project.handover.run is None:
        raise CloudError(
            f"No selection was scheduled for {project.folder.name}",
            mend="run `flickerscope lightly schedule` first",
        )
    return project.handover.run


def _remember(projects: Sequence[Project], **known: object) -> None:
    for project in projects:
        project.apply(SetHandover(replace(project.handover, **known)))  # type: ignore[arg-type]


def _now(later: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + later).isoformat(timespec="seconds")


@contextmanager
def _steps(report: Report) -> Iterator[Callable[[str], None]]:
    """Shows each step as a stage that is done when the next one begins, or the block ends."""
    last: list[str] = []

    def done() -> None:
        while last:
            report(last.pop(), 1, 1)

    def step(text: str) -> None:
        done()
        report(text, 0, 1)
        last.append(text)

    yield step
    done()


def _report_bytes(report: Report, progress: UploadProgress) -> None:
    report("Uploading", progress.done_bytes, progress.total_bytes, unit="bytes")


def _report_file(report: Report, name: str, done: int, total: int) -> None:
    report(f"Fetching {name}", done, total, unit="bytes")


def _planned(plan: UploadPlan) -> Summary:
    return {
        "targets": [
            {"address": str(target.address), "files": target.files, "bytes": target.bytes}
            for target in plan.targets
        ],
        "files_to_send": len(plan.send),
        "bytes_to_send": plan.bytes_to_send,
        "unchanged": plan.unchanged,
    }


def _summary_of(run: ScheduledRun) -> Summary:
    return {
        "dataset": run.dataset,
        "dataset_id": run.dataset_id,
        "scheduled_run": run.schedule_id,
        "state": run.state,
        **({"message": run.message} if run.message else {}),
    }
