"""Choosing frames without a window, as the command line does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.collection.named import named_projects
from core.errors import SelectionError
from core.headless import Report, Summary, opened_reader, reserved
from core.paths import check_new, new_folder
from core.pipeline import run_of
from core.selection.bal import joined_rounds
from core.selection.columns import COLUMNS
from core.selection.engine import select
from core.selection.frame_lists import NamedVideo
from core.selection.gather import joined
from core.selection.keeping import Choice, keep_across
from core.selection.metadata import with_metadata
from core.selection.naming import told_apart
from core.selection.part import MOST_FRAMES, MOST_OBJECTS, thinned, thinned_note
from core.selection.part_store import part_in
from core.selection.result import Selected, means, write_selection
from core.selection.wishes import Wishes, frames_named, request_of

if TYPE_CHECKING:
    from core.project import Round
    from core.selection.part import Part
    from core.selection.pool import Pool


@dataclass(frozen=True)
class _Named:
    """The videos, before any frame of them was read."""

    videos: tuple[NamedVideo, ...]
    names: tuple[str, ...]
    """What each is called in lists."""
    class_names: tuple[str, ...]
    """Of all detectors together."""


def select_frames(
    paths: Sequence[Path],
    wishes: Wishes,
    out: Path,
    report: Report,
    *,
    metadata: Path | None = None,
    with_report: bool = False,
) -> Summary:
    """Choose frames over all of some projects together; each remembers its own.

    Of thousands of projects never more than one is open.

    Args:
        paths: The projects, or folders that hold them; see `core.collection.named`.
        wishes: What a person typed.
        out: New folder for the lists of frames and the report.
        report: Told how far it is.
        metadata: Numbers of frames; see `core.selection.metadata`.
        with_report: Write the report, too.

    Raises:
        UserError: See `core.errors`; nothing has changed.
    """
    with _writing(out):
        check_new(out.resolve())
    given = named_projects(paths)
    named = _looked_at(given.folders, report)
    if metadata is None:
        # What cannot be asked for is refused before anything is read.
        request = request_of(wishes, named.videos, named.class_names)
    pool, rounds = _gathered(named, wishes, report)
    pool = replace(pool, notes=(*given.notices, *pool.notes))
    if metadata is not None:
        pool = with_metadata(pool, metadata)
        own = {column.name for column in COLUMNS}
        further = [name for name in pool.columns if name not in own]
        request = request_of(wishes, named.videos, named.class_names, further)
    report("Choosing", 0, 1)
    picks = select(pool, request, rounds=rounds)
    report("Choosing", 1, 1)
    selected = Selected(pool, picks, request)
    with _writing(out), new_folder(out) as folder:
        write_selection(selected, folder)
        if with_report:
            _write_report(selected, folder, report)
        choice = Choice(pool, picks, request, out.resolve().name)
        keep_across(choice, range(len(pool.videos)), partial(report, "Keeping"), in_place=False)
    return _summary(selected, out)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SelectionError(
            f"The folder {out} cannot be written ({error.strerror or error})",
            mend="choose a new folder with --out, or free some disk space",
        ) from error


def _looked_at(folders: Sequence[Path], report: Report) -> _Named:
    """What is to be known before frames are read; projects that cannot be used are refused."""
    _check_once(folders, "{} is there twice", "give each project once")
    videos = []
    class_names: dict[str, None] = {}
    for done, folder in enumerate(folders, 1):
        with reserved([folder]) as [project]:
            record, run = project.video, run_of(project)
        videos.append(NamedVideo(record.path, folder, record.frame_count))
        class_names |= dict.fromkeys(run.info.class_names)
        report("Opening", done, len(folders))
    paths = [video.path for video in videos]
    _check_once(
        paths, "The video {} is there twice", "give each video once: two projects are about it"
    )
    return _Named(tuple(videos), tuple(told_apart(paths)), tuple(class_names))


def _check_once(paths: Sequence[Path], problem: str, mend: str) -> None:
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise SelectionError(problem.format(path), mend=mend)
        seen.add(path.resolve())


def _gathered(named: _Named, wishes: Wishes, report: Report) -> tuple[Pool, tuple[Round, ...]]:
    """The candidates of all videos, and the rounds of labeling that are over."""
    parts: list[Part] = []
    step = 1
    for done, name in enumerate(named.names, 1):
        part = _part(named, done - 1, report).every(step)
        parts.append(replace(part, video=replace(part.video, name=name)))
        # Now and not in the end: a thousand videos whole would be more than memory holds.
        parts, more = thinned(parts, MOST_FRAMES)
        step *= more
        report("Reading", done, len(named.names))
    if step > 1:
        for video, frames in frames_named(wishes, named.videos).items():
            whole = _part(named, video, report)
            parts[video] = replace(whole.every(step, frames), video=parts[video].video)
    pool = joined(parts, most_objects=MOST_OBJECTS)
    if step > 1:
        pool = replace(pool, notes=(thinned_note(step), *pool.notes))
    return pool, joined_rounds([part.rounds for part in parts])


def _part(named: _Named, video: int, report: Report) -> Part:
    with reserved([named.videos[video].project]) as [project]:
        return part_in(project, partial(opened_reader, report=report))


def _write_report(selected: Selected, folder: Path, report: Report) -> None:
    from core.selection.layout2d import plane
    from core.selection.report.writing import write_report

    pool = selected.pool
    report("Arranging", 0, 1)
    places = None if pool.embeddings is None else plane(pool.embeddings)
    report("Arranging", 1, 1)
    tell = partial(report, "Writing the report")
    write_report(pool, selected.picks, selected.request, folder, plane=places, on_progress=tell)


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
