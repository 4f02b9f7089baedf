"""Labels of made-up videos, for tests that need more than the sample."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.export.base import ExportVideo, Format, Labeled, LabeledFrame, Media, PictureName
from core.frames import FrameIndex
from core.prelabels import Prelabel, Source

WIDTH, HEIGHT, RATE = 320, 200, 25

Boxes = Mapping[int, Sequence[Prelabel]]
"""Of one video, by frame."""


def box(
    xyxy: tuple[float, float, float, float] = (10, 20, 60, 80),
    class_name: str = "car",
    *,
    track: int = -1,
    score: float = 0.5,
    source: Source = Source.MODEL,
    kind: str = "",
) -> Prelabel:
    """A prelabel; its frame is left to `labels`."""
    return Prelabel(0, xyxy, class_name, score, source, track, kind)


def labels(
    format_: Format,
    *videos: Boxes,
    frames: int = 20,
    media: Media = "video",
    class_names: tuple[str, ...] = ("car", "person"),
) -> Labeled:
    """What a format gets.

    Args:
        format_: Which.
        videos: Boxes; for media other than `video`, frames without an entry are not exported.
        frames: How many each video has.
        media: What goes with the labels.
        class_names: Classes by id.
    """
    made = tuple(_video(at, frames) for at in range(len(videos)))
    found = [
        _frame(format_, made[at], at, frame, number, media, boxes.get(frame, ()))
        for at, boxes in enumerate(videos)
        for number, frame in enumerate(range(frames) if media == "video" else sorted(boxes))
    ]
    return Labeled(made, tuple(found), class_names, media)


def _video(at: int, frames: int) -> ExportVideo:
    index = FrameIndex(np.arange(frames), np.ones(frames, np.bool_), Fraction(1, RATE))
    return ExportVideo(
        f"clip-{at}", Path(f"clip-{at}.mp4"), WIDTH, HEIGHT, index, f"run-{at}", "yolo"
    )


def _frame(
    format_: Format,
    video: ExportVideo,
    at: int,
    frame: int,
    number: int,
    media: Media,
    boxes: Sequence[Prelabel],
) -> LabeledFrame:
    name = PictureName(video.name, number, number, f"{video.name}-{frame:02}", ".png", "")
    path = format_.place(name)
    path = path if media == "frames" else path.rpartition("/")[2]
    return LabeledFrame(at, frame, number, path, tuple(boxes))
