"""Several small projects with real videos, runs and embeddings, side by side."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.detections import empty_detections, empty_frame, from_frames
from core.detectors.base import DetectorConfig
from core.embeddings.store import EmbeddingWriter
from core.opening import keep_index
from core.project import Project, Run, new_run_id
from core.project.runs import save_detections
from core.video import VideoReader
from tests.core.making import detector_info, flickering_frames

FRAMES = 12


def project_with(video: Path, missing: Sequence[int], *, width: int = 4) -> Path:
    """A project beside a video of 12 frames, with a run in which a car is missed now and then."""
    folder = video.with_suffix(".flickerscope")
    with VideoReader(video) as reader, closing(Project.create(folder, reader.info)) as project:
        keep_index(folder, reader.info.identity, reader.index)
        add_run(project, missing, width=width)
    return folder


def add_run(project: Project, missing: Sequence[int], *, width: int = 4) -> Run:
    """One more run, which is the chosen one then."""
    run = Run.begin(new_run_id(), DetectorConfig("paper.pt"), detector_info())
    project.add_run(run)
    frames = flickering_frames(FRAMES, missing)
    vectors = np.random.default_rng(len(missing)).normal(size=(FRAMES, width))
    writer = EmbeddingWriter(project.run_file(run.id), empty_detections(), "net backbone")
    writer.extend([replace(empty_frame(), embedding=vector) for vector in vectors])
    writer.flush()
    save_detections(project.run_file(run.id), from_frames(frames))
    return run
