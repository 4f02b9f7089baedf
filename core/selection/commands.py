"""Choosing frames without a window, as the command line does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import SelectionError
from core.headless import Report, Summary, opened_reader, reserved
from core.lightly.names import name_key
from core.opening import Target
from core.paths import new_folder
from core.pipeline import current_run, findings_of
from core.project import Project
from core.selection.bal import joined_rounds
from core.selection.columns import COLUMNS
from core.selection.engine import select
from core.selection.frame_lists import NamedVideo
from core.selection.gather import Source, pool_of, source_of
from core.selection.keeping import Choice, changes_of
from core.selection.metadata import with_metadata
from core.selection.request import SelectRequest
from core.selection.result import Selected, means, write_selection
from core.selection.wishes import Wishes, request_of

if TYPE_CHECKING:
    from core.selection.pool import Pool


@dataclass(frozen=True, eq=False)
class _Opened:
    """What is known of one project."""

    source: Source
    seconds: NDArray[np.float64]
    """(frames,) when each frame shows."""


def select_frames(
    folders: Sequence[Path],
    wishes: Wishes,
    out: Path,
    report: Report,
    *,
    metadata: Path | None = None,
    with_report: bool = False,
) -> Summary:
    """Choose frames over all of some projects together; each remembers its own.

    Args:
        folders: The projects.
        wishes: What a person typed.
        out: New folder for the lists of frames and the report.
        report: Told how far it is.
        metadata: Numbers of frames; see `core.selection.metadata`.
        with_report: Write the report, too.

    Raises:
        UserError: See `core.errors`; nothing has changed.
    """
    _check_folders(folders)
    with reserved(folders) as projects:
        _check_names(projects)
        opened, pool, request = _asked(projects, wishes, metadata, report)
        report("Choosing", 0, 1)
        rounds = joined_rounds([project.selecting.rounds for project in projects])
        picks = select(pool, request, rounds=rounds)
        report("Choosing", 1, 1)
        selected = Selected(pool, picks, request, [each.seconds for each in opened])
        try:
            with new_folder(out) as folder:
                write_selection(selected, folder)
                if with_report:
                    _write_report(selected, folder, report)
                choice = Choice(pool, picks, request, out.resolve().name)
                for number, project in enumerate(projects):
                    for change in changes_of(choice, number, project.selecting):
                        project.apply(change)
        except OSError as error:
            raise SelectionError(
                f"The folder {out} cannot be written ({error.strerror or error})",
                mend="choose a new folder with --out, or free some disk space",
            ) from error
    return _summary(selected, out)


def _asked(
    projects: Sequence[Project], wishes: Wishes, metadata: Path | None, report: Report
) -> tuple[list[_Opened], Pool, SelectRequest]:
    """All that is known of the projects, and the request; a bad one is refused first of all."""
    videos = [NamedVideo(each.video.path, each.folder, each.video.frame_count) for each in projects]
    runs = [current_run(project)[0] for project in projects]
    names = tuple(dict.fromkeys(name for run in runs for name in run.info.class_names))
    if metadata is None:
        request = request_of(wishes, videos, names)
    opened = [_opened(project, report) for project in projects]
    pool = pool_of([each.source for each in opened])
    if metadata is not None:
        pool = with_metadata(pool, metadata)
        own = {column.name for column in COLUMNS}
        further = [name for name in pool.columns if name not in own]
        request = request_of(wishes, videos, names, further)
    return opened, pool, request


def _opened(project: Project, report: Report) -> _Opened:
    project.check_video()
    run, detections = current_run(project)
    with opened_reader(Target(project.video.path, project.folder), report) as reader:
        found = findings_of(project, run, detections, reader.index).within(project.thresholds)
        rate = float(reader.info.rate)
        source = source_of(project, run, detections, found, rate)
        return _Opened(source, reader.index.timestamps())


def _write_report(selected: Selected, folder: Path, report: Report) -> None:
    from core.selection.layout2d import plane
    from core.selection.report.writing import write_report

    pool = selected.pool
    report("Arranging", 0, 1)
    places = None if pool.embeddings is None else plane(pool.embeddings)
    report("Arranging", 1, 1)
    tell = partial(report, "Writing the report")
    write_report(pool, selected.picks, selected.request, folder, plane=places, on_progress=tell)


def _check_folders(folders: Sequence[Path]) -> None:
    seen: set[Path] = set()
    for folder in folders:
        if folder.resolve() in seen:
            raise SelectionError(f"{folder} is there twice", mend="give each project once")
        seen.add(folder.resolve())


def _check_names(projects: Sequence[Project]) -> None:
    """Frames are known by the names of their videos."""
    known: dict[str, Path] = {}
    for project in projects:
        video = project.video.path
        key = name_key(video.name)
        if key in known:
            raise SelectionError(
                f"{known[key]} and {video} would have the same names of frames",
                mend="give each video once, or rename one of the two",
            )
        known[key] = video


def _summary(selected: Selected, out: Path) -> Summary:
    pool, picks, request = selected.pool, selected.picks, selected.request
    return {
        "projects": [str(video.project) for video in pool.videos],
        "frames": len(picks.rows),
        "asked": request.n if request.n is not None else f"{request.proportion:g} of them",
        "candidates": picks.candidates,
        "out": str(out),
        "stopped": picks.stopped,
        "notes": list(picks.notes),
        "means": means(pool, picks),
    }
