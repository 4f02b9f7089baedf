"""Projects of clips, and what is known of the frames that may be chosen from them."""

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ground_truth import LONGEST_GAP, load
from core.detections import Detections
from core.detectors.base import DetectorConfig, Sampling, model_reference
from core.errors import ProjectError
from core.headless import Report, process_video
from core.opening import Target, open_reader
from core.paths import project_stem
from core.pipeline import current_run, findings_of
from core.project import Project, is_project
from core.selection.gather import Source, source_of
from core.selection.pool import Pool, PoolVideo

Column = NDArray[np.float64]


def projects_of(
    videos: list[Path], model: str, every: int, work: Path, report: Report
) -> list[Path]:
    """A project of each video, made where it is not in `work` yet."""
    config = DetectorConfig(model_reference(model), sampling=Sampling(every=every))
    folders = []
    for video in videos:
        folder = work / f"{project_stem(video)}.flickerscope"
        if not _is_done(folder, config):
            process_video(video, config, work, report)
        folders.append(folder)
    return folders


def source(folder: Path) -> Source:
    """What a pool takes of a project."""
    with closing(Project.open(folder)) as project:
        run, detections = current_run(project)
        with open_reader(Target(project.video.path, folder)) as reader:
            found = findings_of(project, run, detections, reader.index).within(project.thresholds)
            return source_of(project, run, detections, found, float(reader.info.rate))


def recoverable_misses(folder: Path, truth: Path, kind: str = "person") -> Column:
    """(frames,) true boxes that a project's run missed, whose objects it saw before and after.

    Args:
        folder: The project.
        truth: The sequence with the true tracks; see `benchmarks.ground_truth`.
        kind: Class of the objects.
    """
    with closing(Project.open(folder)) as project:
        run, detections = current_run(project)
    file = folder.with_suffix(".det.txt")
    _write_mot(file, detections, run.info.class_names.index(kind))
    sequence = load(truth, file)
    wanted = (sequence.gap >= 1) & (sequence.gap <= LONGEST_GAP)
    return np.bincount(sequence.frame[wanted], minlength=detections.frame_count).astype(np.float64)


def synthetic(frames: int, width: int) -> Pool:
    """Frames of one long video with random unit vectors and columns."""
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(frames, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = ("objectness_least_confidence", "flickering")
    video = PoolVideo("long.mp4", Path("long.mp4"), Path("long.flickerscope"), frames, 25.0, "", "")
    return Pool(
        (video,),
        np.zeros(frames, np.int32),
        np.arange(frames),
        {name: chance.random(frames) for name in names},
        ("object",),
        np.ones((frames, 1), np.int32),
        vectors,
    )


def _is_done(folder: Path, config: DetectorConfig) -> bool:
    if not is_project(folder):
        return False
    with closing(Project.open(folder)) as project:
        try:
            run, detections = current_run(project)
        except ProjectError:
            return False
        end = config.sampling.end(project.video.frame_count)
        return run.config == config and detections.frame_count >= end


def _write_mot(path: Path, detections: Detections, class_id: int) -> None:
    of_class = detections.class_id == class_id
    xyxy = detections.xyxy[of_class].astype(np.float64)
    columns = np.column_stack(
        [
            detections.frame[of_class] + 1,
            np.full(len(xyxy), -1),
            xyxy[:, :2],
            xyxy[:, 2:] - xyxy[:, :2],
            detections.score[of_class],
        ]
    )
    np.savetxt(path, columns, delimiter=",", fmt="%.6g")
