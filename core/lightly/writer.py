"""Lightly's layout of several videos: predictions and metadata, a small JSON file a frame.

Every frame has its files, those without boxes too. All is ASCII, so that no reader can take it
for another encoding.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.detections import Detections
from core.errors import Cancelled, CloudError, ExportError
from core.lightly.copying import copy_videos, count_pieces
from core.lightly.names import (
    DATA,
    FLICKERING,
    METADATA,
    PREDICTIONS,
    PRELABEL_TASK,
    TASK,
    TASK_TYPE,
    check_names,
    frame_stem,
)
from core.lightly.predictions import handed_over, predictions_by_frame
from core.paths import new_folder
from core.prelabels import Decision
from core.project import Project, Run
from core.project.handover import FlickeringValue
from core.scoring import SCORE_CALM, SCORE_FLICKERS


@dataclass(frozen=True, eq=False)
class LightlyVideo:
    """All that is handed over of one video; nothing changes it, so any thread may use it."""

    path: Path
    frame_count: int
    width: int
    """Of the upright picture, px."""
    height: int
    detections: Detections
    """Of the first frames or of all."""
    class_names: tuple[str, ...]
    decisions: tuple[Decision, ...]
    flickering: NDArray[np.float32]
    """(frames,) 0.5 where nothing flickers, up to 1."""
    unseen: int = 0
    """Frames that the run has not looked at; they are handed over without boxes, as calm."""


@dataclass(frozen=True)
class LayoutFile:
    """A file of the layout."""

    path: str
    """Relative, with `/`, such as `.lightly/predictions/tasks.json`."""
    data: bytes


@dataclass(frozen=True)
class LayoutWritten:
    """What was written."""

    folder: Path
    files: int
    """Videos included."""
    bytes: int


@dataclass(frozen=True)
class _Task:
    """Boxes of all videos under one name."""

    name: str
    detections: tuple[Detections, ...]
    """Of each video."""
    class_names: tuple[tuple[str, ...], ...]
    """Of each video."""
    categories: tuple[str, ...]
    """Name of each category id: the classes of all videos, each once."""


def lightly_video(
    project: Project,
    run: Run,
    detections: Detections,
    findings: Findings,
    value: FlickeringValue,
) -> LightlyVideo:
    """What is handed over of a project's video.

    Args:
        project: The project.
        run: Its run.
        detections: What the run saw.
        findings: What was found in it, within the person's thresholds.
        value: What `flickering` says.
    """
    video = project.video
    return LightlyVideo(
        video.path,
        video.frame_count,
        video.width,
        video.height,
        detections,
        run.info.class_names,
        tuple(project.decisions.values()),
        _flickering(findings, value, video.frame_count),
        video.frame_count - int(findings.looked_at.sum()),
    )


def layout_files(videos: Sequence[LightlyVideo]) -> Iterator[LayoutFile]:
    """Every file of the layout but the videos themselves, which belong to `data/<video>`.

    Raises:
        CloudError: Names of videos or classes do not serve; before the first file.
    """
    check_names([video.path for video in videos])
    tasks = _tasks(videos)
    stems = [_stems(video) for video in videos]
    return chain(
        [_file(f"{PREDICTIONS}/tasks.json", [task.name for task in tasks])],
        *(_task_files(task, videos, stems) for task in tasks),
        _metadata_files(videos, stems),
    )


def layout_count(videos: Sequence[LightlyVideo]) -> int:
    """How many files `layout_files` gives."""
    frames = sum(video.frame_count for video in videos)
    tasks = len(_tasks(videos))
    return 1 + tasks * (1 + frames) + 1 + frames


def write_layout(
    videos: Sequence[LightlyVideo],
    out: Path,
    *,
    with_videos: bool,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LayoutWritten:
    """Write the layout into a new folder, as a whole or not at all.

    Args:
        videos: What to write.
        out: A folder that does not exist yet, or is empty.
        with_videos: Whether to copy the videos, too.
        on_progress: Told how much is done, of how much; a file or a MiB of a video counts as one.
        cancelled: Asked after each of them.

    Raises:
        CloudError: See `layout_files`.
        ExportError: The folder is not empty or cannot be written, or a video cannot be read.
        Cancelled: `cancelled` said so; nothing is left behind.
    """
    files = layout_files(videos)
    copied = [video.path for video in videos] if with_videos else []
    total = layout_count(videos) + sum(count_pieces(path) for path in copied)
    written, done = 0, 0
    try:
        with new_folder(out) as folder:
            for size in chain(_written(files, folder), copy_videos(copied, folder / DATA)):
                written, done = written + size, done + 1
                on_progress(done, total)
                if cancelled():
                    raise Cancelled
    except OSError as error:
        raise ExportError(
            f"The folder {out} cannot be written ({error.strerror or error})",
            mend="choose a new folder, or free some disk space",
        ) from error
    return LayoutWritten(out.resolve(), layout_count(videos) + len(copied), written)


def _flickering(
    findings: Findings, value: FlickeringValue, frame_count: int
) -> NDArray[np.float32]:
    values = np.full(frame_count, SCORE_CALM, np.float32)
    seen = values[: findings.frame_count]
    match value:
        case "flagged":
            seen[findings.flagged] = SCORE_FLICKERS
        case "graded":
            seen += (SCORE_FLICKERS - SCORE_CALM) * findings.scores
        case "tutorial":
            # Frames that the run has not looked at have 0.
            np.maximum(seen, findings.tutorial_scores, out=seen)
    return values


def _tasks(videos: Sequence[LightlyVideo]) -> list[_Task]:
    own = _task(TASK, [(video.detections, video.class_names) for video in videos], ())
    found = [handed_over(v.detections, v.class_names, v.decisions) for v in videos]
    if not any(found):
        return [own]
    tables = [new or (v.detections, v.class_names) for new, v in zip(found, videos, strict=True)]
    return [own, _task(PRELABEL_TASK, tables, own.categories)]


def _task(
    name: str,
    tables: Sequence[tuple[Detections, tuple[str, ...]]],
    first: tuple[str, ...],
) -> _Task:
    class_names = tuple(names for _, names in tables)
    categories = tuple(dict.fromkeys(chain(first, *class_names)))
    if not all(categories):
        raise CloudError(
            "A class of the detector has no name, and Lightly wants one",
            mend="import the detections again with names for all classes",
        )
    return _Task(name, tuple(boxes for boxes, _ in tables), class_names, categories)


def _stems(video: LightlyVideo) -> list[str]:
    """The path of each frame in the layout, without suffix."""
    frames = range(video.frame_count)
    return [f"{DATA}/{frame_stem(video.path, frame, video.frame_count)}" for frame in frames]


def _task_files(
    task: _Task, videos: Sequence[LightlyVideo], stems: Sequence[list[str]]
) -> Iterator[LayoutFile]:
    folder = f"{PREDICTIONS}/{task.name}"
    categories = [{"id": id_, "name": name} for id_, name in enumerate(task.categories)]
    yield _file(f"{folder}/schema.json", {"task_type": TASK_TYPE, "categories": categories})
    id_of = {name: id_ for id_, name in enumerate(task.categories)}
    for video, detections, names, own in zip(
        videos, task.detections, task.class_names, stems, strict=True
    ):
        size = video.width, video.height
        ids = [id_of[name] for name in names]
        found = predictions_by_frame(detections, ids, size, video.frame_count)
        for stem, predictions in zip(own, found, strict=True):
            document = {"file_name": f"{stem}.png", "predictions": predictions}
            yield _file(f"{folder}/{stem}.json", document)


def _metadata_files(
    videos: Sequence[LightlyVideo], stems: Sequence[list[str]]
) -> Iterator[LayoutFile]:
    schema = {
        "name": FLICKERING,
        "path": FLICKERING,
        "defaultValue": SCORE_CALM,
        "valueDataType": "NUMERIC_FLOAT",
    }
    yield _file(f"{METADATA}/schema.json", [schema])
    for video, own in zip(videos, stems, strict=True):
        values = video.flickering.astype(np.float64).round(6).tolist()
        for stem, value in zip(own, values, strict=True):
            document = {
                "file_name": f"{stem}.png",
                "type": "frame",
                "metadata": {FLICKERING: value},
            }
            yield _file(f"{METADATA}/{stem}.json", document)


def _file(path: str, document: object) -> LayoutFile:
    return LayoutFile(path, json.dumps(document).encode())


def _written(files: Iterable[LayoutFile], folder: Path) -> Iterator[int]:
    """Writes the files; the bytes of each."""
    made: set[str] = set()
    for file in files:
        parent, _, _ = file.path.rpartition("/")
        if parent not in made:
            (folder / parent).mkdir(parents=True)
            made.add(parent)
        (folder / file.path).write_bytes(file.data)
        yield len(file.data)
