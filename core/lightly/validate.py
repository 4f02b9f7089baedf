"""Check a whole folder in Lightly's layout against its videos, and name each fault."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import CloudError, UserError
from core.lightly.checks import (
    Expected,
    UnreadableError,
    category_ids,
    metadata_problems,
    metadata_schema_problems,
    prediction_problems,
    read_json,
    schema_problems,
    shown,
    task_list_problems,
    value_types,
)
from core.lightly.names import (
    DATA,
    METADATA,
    PREDICTIONS,
    check_names,
    frame_stem,
    name_key,
)
from core.opening import Target, find, open_reader
from core.paths import default_project_dir
from core.project import is_project
from core.video.identity import identify

_SCHEMA = "schema.json"
_TASKS = f"{PREDICTIONS}/tasks.json"
_FRAME_FILE = re.compile(
    r"(?:.*/)?(?P<stem>[^/]+)-(?P<frame>[0-9]{1,18})-(?P<ext>[^-/.]*)\.json", re.DOTALL | re.I
)
_NAMED = 3
"""How many of the missing files are named."""

Told = Callable[[int, int], None]
Problems = Callable[[Expected, Any], Iterator[str]]


@dataclass(frozen=True)
class Fault:
    """Something that Lightly would stumble over, or pass over without a word."""

    path: str
    """Of the file or folder, relative to the folder that was checked, with `/`."""
    problem: str
    """Goes on where `path` ends; no final full stop."""

    def __str__(self) -> str:
        return f"{self.path} {self.problem}"


@dataclass(frozen=True)
class _Video:
    """What there is to know of a video here."""

    path: Path
    frame_count: int
    width: int
    """Of the upright picture, px."""
    height: int

    def stem(self, frame: int) -> str:
        """The path of a frame in the layout, without suffix."""
        return f"{DATA}/{frame_stem(self.path, frame, self.frame_count)}"


def validate(
    folder: Path,
    videos: Sequence[Path],
    *,
    on_progress: Told = lambda done, total: None,
    on_index: Callable[[float], None] = lambda share: None,
) -> list[Fault]:
    """Check a folder.

    Args:
        folder: The one that holds `.lightly`.
        videos: Videos or projects; those in `folder/data` are checked against, too.
        on_progress: Told how many of a task's files are checked, and of how many.
        on_index: Told the share of a video that is indexed.

    Raises:
        UserError: A video that was given cannot be read or handed over, or there is none.
    """
    return list(_faults(folder, videos, on_progress, on_index))


def _faults(
    folder: Path, given: Sequence[Path], on_progress: Told, on_index: Callable[[float], None]
) -> Iterator[Fault]:
    targets = [_target(path) for path in given]
    paths = {target.video.name: target for target in targets}
    inside = _videos_in(folder / DATA)
    if not targets and not inside:
        raise CloudError(
            f"There is no video to check {folder} against", mend="name the videos or projects"
        )
    check_names([target.video for target in targets] or inside)
    opened = [_opened(target, on_index) for target in targets]
    if inside:
        yield from _copy_faults([target.video for target in targets], inside)
    for path in inside:
        if path.name not in paths:
            try:
                opened.append(_opened(_target(path), on_index))
            except UserError as error:
                yield Fault(f"{DATA}/{path.name}", f"cannot be read as a video ({error.problem})")
    yield from _prediction_faults(folder, opened, on_progress)
    yield from _metadata_faults(folder, opened, on_progress)


def _target(path: Path) -> Target:
    return find(path) if is_project(path) else Target(path, default_project_dir(path))


def _videos_in(data: Path) -> list[Path]:
    if not data.is_dir():
        return []
    return sorted(p for p in data.iterdir() if p.is_file() and not p.name.startswith("."))


def _opened(target: Target, on_index: Callable[[float], None]) -> _Video:
    with open_reader(target, on_progress=on_index) as reader:
        info = reader.info
        return _Video(target.video, info.frame_count, info.width, info.height)


def _copy_faults(given: Sequence[Path], inside: Sequence[Path]) -> Iterator[Fault]:
    copies = {path.name: path for path in inside}
    for video in given:
        copy = copies.get(video.name)
        if copy is None:
            yield Fault(f"{DATA}/{video.name}", "is not there, but other videos are")
        elif not identify(copy).same_content(identify(video)):
            yield Fault(f"{DATA}/{video.name}", f"is not the same video as {video}")


def _prediction_faults(
    folder: Path, videos: Sequence[_Video], on_progress: Told
) -> Iterator[Fault]:
    named, faults = _read(folder, _TASKS, task_list_problems)
    yield from faults
    tasks = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    place = folder / PREDICTIONS
    there = {p.name for p in place.iterdir() if p.is_dir()} if place.is_dir() else set()
    for name in dict.fromkeys(tasks):
        if name not in there:
            yield Fault(_TASKS, f"names the task {shown(name)}, which has no folder")
    for name in sorted(there):
        task = f"{PREDICTIONS}/{name}"
        if name not in tasks:
            yield Fault(task, "is not named in tasks.json, so Lightly does not read it")
        schema, faults = _read(folder, f"{task}/{_SCHEMA}", schema_problems)
        yield from faults
        check = partial(prediction_problems, category_ids(schema))
        yield from _frame_faults(folder, task, videos, check, on_progress)


def _metadata_faults(folder: Path, videos: Sequence[_Video], on_progress: Told) -> Iterator[Fault]:
    schema, faults = _read(folder, f"{METADATA}/{_SCHEMA}", metadata_schema_problems)
    yield from faults
    check = partial(metadata_problems, value_types(schema))
    yield from _frame_faults(folder, METADATA, videos, check, on_progress)


def _read(
    folder: Path, path: str, problems: Callable[[Any], Iterator[str]]
) -> tuple[Any, list[Fault]]:
    """What a file holds, None if that cannot be read, and its faults."""
    if not (folder / path).is_file():
        return None, [Fault(path, "is not there")]
    try:
        document = read_json(folder / path)
    except UnreadableError as error:
        return None, [Fault(path, str(error))]
    return document, [Fault(path, problem) for problem in problems(document)]


def _frame_faults(
    folder: Path,
    place: str,
    videos: Sequence[_Video],
    problems: Problems,
    on_progress: Told,
) -> Iterator[Fault]:
    """Faults of all files of frames below a folder."""
    present = _files_below(folder / place)
    frames = {
        f"{video.stem(frame)}.json": video for video in videos for frame in range(video.frame_count)
    }
    yield from _missing(place, videos, frames.keys() - present)
    for done, file in enumerate(sorted(present), start=1):
        path = f"{place}/{file}"
        video = frames.get(file)
        if video is None:
            yield Fault(path, _misnamed(file, videos, present))
        else:
            name = f"{file.removesuffix('.json')}.png"
            expected = Expected(name, video.width, video.height)
            _, faults = _read(folder, path, partial(problems, expected))
            yield from faults
        on_progress(done, len(present))


def _files_below(folder: Path) -> set[str]:
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    return files - {_SCHEMA}


def _missing(place: str, videos: Sequence[_Video], missing: set[str]) -> Iterator[Fault]:
    for video in videos if missing else ():
        names = [f"{video.stem(frame)}.json" for frame in range(video.frame_count)]
        gone = [name for name in names if name in missing]
        if gone:
            first = ", ".join(gone[:_NAMED]) + (", …" if len(gone) > _NAMED else "")
            yield Fault(
                place,
                f"has no file for {len(gone):,} of the {video.frame_count:,} frames "
                f"of {video.path.name} ({first})",
            )


def _misnamed(file: str, videos: Sequence[_Video], present: set[str]) -> str:
    """What is wrong with a file that is no frame's."""
    found = _FRAME_FILE.fullmatch(file)
    if found is None:
        example = f"{videos[0].stem(0)}.json" if videos else f"{DATA}/video-000-mp4.json"
        return f"is the name of no frame, such as {example}"
    likely = [v for v in videos if name_key(v.path.stem) == name_key(found["stem"])]
    if not likely:
        names = ", ".join(video.path.name for video in videos)
        return f"belongs to no video that could be read ({names})"
    suffix = f".{found['ext']}".casefold()
    video = next((v for v in likely if v.path.suffix.casefold() == suffix), likely[0])
    frame = int(found["frame"])
    if frame >= video.frame_count:
        return (
            f"is of frame {frame}, but {video.path.name} has {video.frame_count} frames, "
            "counted from 0"
        )
    right = f"{video.stem(frame)}.json"
    if right in present:
        return f"is of frame {frame} of {video.path.name}, which has {right} already"
    return f"must be called {right}, as it is of frame {frame} of {video.path.name}"
