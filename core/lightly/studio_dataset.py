"""Our videos as a dataset of LightlyStudio; only a child process may import its package."""

import glob
import io
import logging
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.errors import ExportError
from core.lightly.names import FLICKERING, PRELABEL_TASK, TASK
from core.lightly.predictions import handed_over, lightly_boxes
from core.lightly.writer import LightlyVideo

if TYPE_CHECKING:
    from uuid import UUID

    from lightly_studio import VideoDataset
    from lightly_studio.models.annotation.annotation_base import AnnotationCreate

DATASET = "flickerscope"
"""Its name in LightlyStudio."""
_STRETCH = 256
"""Frames that are written together."""


@dataclass(frozen=True)
class StudioRequest:
    """What the child process is to do."""

    videos: tuple[LightlyVideo, ...]
    known: Path | None
    """The database as it is; None where there is none yet."""
    database: Path
    """The one to write; does not exist yet."""


@dataclass(frozen=True)
class StudioProgress:
    """Each frame takes two steps: it is read, and it gets its score and boxes."""

    done: int
    total: int


@dataclass(frozen=True)
class StudioFilled:
    """What the dataset has of the videos."""

    frames: int
    boxes: int


@dataclass(frozen=True)
class BoxTable:
    """The boxes of a video under one source, in columns, by frame."""

    source: str
    frame: NDArray[np.int64]
    """(n,) ascending."""
    xywh: NDArray[np.int64]
    """(n, 4) x, y, width, height in whole px of the picture as LightlyStudio shows it."""
    score: NDArray[np.float32]
    label: "list[UUID]"
    """Of each box."""


def fill(request: StudioRequest) -> Iterator[StudioProgress | StudioFilled]:
    """Write a database with all that the known one has, and our videos, their scores and boxes.

    For a child process: the package sets up logging for all of it, and draws on standard error.
    The last message is what was filled; the database is closed by then.

    Raises:
        ExportError: The known database cannot be opened, or a video not be taken as it is.
    """
    if request.known is not None:
        _copy(request.known, request.database)

    from tqdm import tqdm

    os.environ["LIGHTLY_STUDIO_ANALYTICS_ENABLED"] = "false"  # looked at while it is imported
    logging.getLogger().addHandler(logging.NullHandler())
    tqdm.set_lock(RLock())  # its own would be reported as leaked when the child is ended
    with redirect_stderr(io.StringIO()):
        from lightly_studio import VideoDataset
        from lightly_studio.database import db_manager

        db_manager.connect(db_file=str(request.database))
        try:
            filled = yield from _fill(VideoDataset.load_or_create(DATASET), request.videos)
        finally:
            db_manager.close()
    yield filled


def _copy(known: Path, database: Path) -> None:
    import duckdb

    try:
        # Fails while somebody has it open, and takes in what a crash left in its log.
        duckdb.connect(str(known)).close()
    except duckdb.Error as error:
        raise ExportError(
            f"The database {known} cannot be opened ({str(error).splitlines()[0]})",
            mend="end LightlyStudio if it runs, or choose another database",
        ) from error
    shutil.copyfile(known, database)


def _fill(
    dataset: "VideoDataset", videos: tuple[LightlyVideo, ...]
) -> Generator[StudioProgress, None, StudioFilled]:
    frames = sum(video.frame_count for video in videos)
    done = boxes = 0
    for video in videos:
        samples, size = _added(dataset, video)
        _clear(dataset, samples)
        done += len(samples)
        yield StudioProgress(done, 2 * frames)
        tables = _tables(dataset, video, size)
        for start in range(0, len(samples), _STRETCH):
            stretch = range(start, min(start + _STRETCH, len(samples)))
            dataset.frames().update_metadata(
                [(samples[i], {FLICKERING: float(video.flickering[i])}) for i in stretch]
            )
            for table in tables:
                found = _annotations(table, samples, stretch)
                _add(dataset, table.source, found, samples[start : stretch.stop])
                boxes += len(found)
            done += len(stretch)
            yield StudioProgress(done, 2 * frames)
    return StudioFilled(frames, boxes)


def _added(dataset: "VideoDataset", video: LightlyVideo) -> "tuple[list[UUID], tuple[int, int]]":
    """LightlyStudio's id of each frame, and the size in px of the pictures that it shows.

    The video is added where it is not there yet.
    """
    from lightly_studio.core.dataset_query import VideoSampleField
    from lightly_studio.core.file_outcome_report import AllInputFilesFailedError

    path = video.path.absolute()
    try:
        dataset.add_videos_from_path(
            glob.escape(str(path)),
            allowed_extensions=[path.suffix],
            embed=False,
            embed_frames=False,
        )
    except AllInputFilesFailedError as error:
        raise ExportError(
            f"LightlyStudio cannot read {path.name}", mend="convert it to MP4 with H.264"
        ) from error
    (sample,) = dataset.match(VideoSampleField.file_path_abs == path.as_posix()).to_list()
    frames = sorted(sample.inner.frames, key=lambda frame: frame.frame_number)
    if len(frames) != video.frame_count:
        raise ExportError(
            f"LightlyStudio has {len(frames)} frames of {path.name}, not {video.frame_count}",
            mend="choose a new database if the video has changed, or convert it to MP4 with H.264",
        )
    on_its_side = frames[0].rotation_deg in (90, 270)
    size = (sample.height, sample.width) if on_its_side else (sample.width, sample.height)
    return [frame.sample_id for frame in frames], size


def _tables(dataset: "VideoDataset", video: LightlyVideo, size: tuple[int, int]) -> list[BoxTable]:
    """The boxes of a video by source, as Lightly's layout has them by task."""
    own = (TASK, video.detections, video.class_names)
    prelabels = handed_over(video.detections, video.class_names, video.decisions)
    found = [own] if prelabels is None else [own, (PRELABEL_TASK, *prelabels)]
    return [
        box_table(source, boxes, [_label(dataset, name) for name in names], video, size)
        for source, boxes, names in found
    ]


def box_table(
    source: str,
    detections: Detections,
    labels: "list[UUID]",
    video: LightlyVideo,
    size: tuple[int, int],
) -> BoxTable:
    """Boxes as LightlyStudio keeps them.

    Args:
        source: Its name for them.
        detections: In px of our picture.
        labels: Its id of each class.
        video: Says how large our picture is.
        size: Width and height of the picture as it shows it: pixels that are not square, as if
            they were.
    """
    scale = np.divide(size, (video.width, video.height))
    boxes, kept = lightly_boxes(detections.xyxy * np.tile(scale, 2), *size)
    low = np.rint(boxes[:, :2])
    extent = np.maximum(np.rint(boxes[:, :2] + boxes[:, 2:]) - low, 1)
    return BoxTable(
        source,
        detections.frame[kept],
        np.hstack([low, extent]).astype(np.int64),
        detections.score[kept],
        [labels[class_id] for class_id in detections.class_id[kept].tolist()],
    )


def _clear(dataset: "VideoDataset", samples: "list[UUID]") -> None:
    """Take out our boxes of these frames."""
    from lightly_studio.models.annotation.annotation_base import AnnotationBaseTable
    from lightly_studio.models.sample import SampleTable
    from lightly_studio.resolvers import annotation_resolver, collection_resolver
    from sqlmodel import col, select

    parent, session, inside = dataset.frames().collection_id, dataset.session, set(samples)
    for name in (TASK, PRELABEL_TASK):
        source = collection_resolver.get_by_name(session, name, parent)
        boxes = (
            select(AnnotationBaseTable.sample_id, AnnotationBaseTable.parent_sample_id)
            .join(SampleTable, col(SampleTable.sample_id) == col(AnnotationBaseTable.sample_id))
            .where(SampleTable.collection_id == source)
        )
        ours = [box for box, frame in session.exec(boxes) if frame in inside]
        annotation_resolver.delete_annotations_by_ids(session, ours)


def _label(dataset: "VideoDataset", name: str) -> "UUID":
    """LightlyStudio's id of a class, which is made where it is not there yet."""
    from lightly_studio.models.annotation_label import AnnotationLabelCreate
    from lightly_studio.resolvers import annotation_label_resolver as labels

    session, place = dataset.session, dataset.dataset_id
    label = labels.get_by_label_name(session, place, name) or labels.create(
        session, AnnotationLabelCreate(dataset_id=place, annotation_label_name=name)
    )
    id_: UUID = label.annotation_label_id
    return id_


def _annotations(table: BoxTable, samples: "list[UUID]", frames: range) -> "list[AnnotationCreate]":
    from lightly_studio.models.annotation.annotation_base import AnnotationCreate, AnnotationType

    rows = slice(*np.searchsorted(table.frame, [frames.start, frames.stop]))
    return [
        AnnotationCreate(
            annotation_label_id=label,
            annotation_type=AnnotationType.OBJECT_DETECTION,
            confidence=score,
            parent_sample_id=samples[frame],
            x=x,
            y=y,
            width=width,
            height=height,
        )
        for frame, label, score, (x, y, width, height) in zip(
            table.frame[rows].tolist(),
            table.label[rows],
            table.score[rows].tolist(),
            table.xywh[rows].tolist(),
            strict=True,
        )
    ]


def _add(
    dataset: "VideoDataset",
    source: str,
    boxes: "list[AnnotationCreate]",
    samples: "list[UUID]",
) -> None:
    """Add boxes; frames without any count as looked at."""
    from lightly_studio.models.collection import SampleType
    from lightly_studio.resolvers import (
        annotation_collection_coverage_resolver,
        annotation_resolver,
        collection_resolver,
    )

    # Frame by frame, `add_annotations` would take a second for each under load.
    session, parent = dataset.session, dataset.frames().collection_id
    annotation_resolver.create_many(session, parent, boxes, collection_name=source)
    place = collection_resolver.get_or_create_child_collection(
        session, parent, SampleType.ANNOTATION, source
    )
    annotation_collection_coverage_resolver.add_many(session, place, samples)
    session.commit()
