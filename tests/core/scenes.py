"""Made-up videos of boxes that move, for tests of linking and assertions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.assertions.assess import assess
from core.assertions.base import Scene
from core.assertions.findings import Findings
from core.detections import Detections, from_frames
from core.tracks.linking import link
from tests.core.making import Row, frame_of

SIZE = (640, 360)
NAMES = ("car", "person", "truck")
FPS = 25


def moving(
    frames: int,
    start: tuple[float, float] = (50, 100),
    speed: tuple[float, float] = (3, 0),
    *,
    size: tuple[float, float] = (60, 40),
    score: float = 0.9,
    class_id: int = 0,
) -> list[Row]:
    """One object's box in every frame."""
    width, height = size
    corners = [(start[0] + speed[0] * i, start[1] + speed[1] * i) for i in range(frames)]
    return [(x, y, x + width, y + height, score, class_id) for x, y in corners]


def video(*objects: Sequence[Row | None]) -> Detections:
    """A video in which each object is seen where it has a row; all are equally long."""
    return from_frames(
        [frame_of([row for row in frame if row]) for frame in zip(*objects, strict=True)]
    )


def missed(rows: Sequence[Row], *gaps: range | int) -> list[Row | None]:
    """An object that is not seen in some frames."""
    never = {i for gap in gaps for i in ([gap] if isinstance(gap, int) else gap)}
    return [None if i in never else row for i, row in enumerate(rows)]


def cut_at(detections: Detections, *frames: int) -> Detections:
    """The same, with new scenes from some frames on."""
    return replace(detections, cut=np.isin(np.arange(detections.frame_count), frames))


def findings(detections: Detections, min_score: float = 0.0) -> Findings:
    """All that is found."""
    seconds = np.arange(detections.frame_count) / FPS
    return assess(detections, NAMES, SIZE, seconds, min_score=min_score)


def scene(detections: Detections) -> Scene:
    """A scene for one assertion."""
    seconds = np.arange(detections.frame_count) / FPS
    return Scene(detections, NAMES, SIZE, seconds, link(detections))
