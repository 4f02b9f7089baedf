"""A small reviewed project: hand-made detections that flicker, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from core.detections import Detections, empty_frame, from_frames
from core.detectors.base import DetectorConfig
from core.prelabels import Verdict
from core.project import Project, Run, new_run_id
from core.project.runs import save_detections
from tests.core.making import Row, detector_info, frame_of

COUNT = 24
CAR: Row = (40.5, 30.2, 80.8, 60.5, 0.75, 1)
LIGHT: Row = (100.0, 20.0, 112.5, 60.0, 0.5, 2)
CAR_BOX = (40.5, 30.2, 80.8, 60.5)
LIGHT_BOX = (100, 20, 112.5, 60)
CAR_MISSING = (4, 9, 15)
LIGHT_MISSING = (4, 20)
FLAGGED = [4, 9, 15, 20]
BOXES = [(4, CAR_BOX), (4, LIGHT_BOX), (9, CAR_BOX), (15, CAR_BOX), (20, LIGHT_BOX)]
"""The imputed boxes of `seen()`, in the order of the queue."""

CONFIG = DetectorConfig("paper.pt", 0.25)


def seen(
    frames: int = COUNT,
    car_missing: Sequence[int] = CAR_MISSING,
    light_missing: Sequence[int] = LIGHT_MISSING,
) -> Detections:
    """A car and a traffic light that stand still, and are missed now and then."""
    return from_frames(
        [
            frame_of(
                [row for row, gaps in ((CAR, car_missing), (LIGHT, light_missing)) if i not in gaps]
            )
            for i in range(frames)
        ]
    )


def nothing_seen(frames: int = COUNT) -> Detections:
    """A run of a detector that sees nothing."""
    return from_frames([empty_frame()] * frames)


def add_run(project: Project, detections: Detections) -> Run:
    """Put a run into a project, as if it had been detected."""
    run = Run.begin(new_run_id(), CONFIG, detector_info())
    project.add_run(run)
    save_detections(project.run_file(run.id), detections)
    return run


def on_disk(folder: Path) -> list[tuple[int, tuple[int, ...], Verdict]]:
    """The decisions that a second reader of the project finds, in their order."""
    with closing(Project.open(folder)) as project:
        return [(d.box.frame, d.box.xyxy, d.verdict) for d in project.decisions.values()]


def pixels(image: QImage) -> NDArray[np.uint8]:
    """(height, width, 3) BGR of an image."""
    image = image.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


def texts(widget: QWidget) -> list[str]:
    """What the labels below a widget say to a person who looks at it."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def job_text(status: QStatusBar) -> str:
    """What a status bar's labels say, also while a passing message covers them."""
    return " | ".join(label.text() for label in status.findChildren(QLabel))
