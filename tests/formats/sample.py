"""What every format writes in the tests: hostile names, all sources, gaps, an empty frame."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from core.export.base import (
    ExportVideo,
    Format,
    Labeled,
    LabeledFrame,
    Media,
    PictureName,
    Split,
)
from core.prelabels import Prelabel, Source
from core.video import VideoReader

FRAMES = 12
"""Of each video."""
CLASS_NAMES = ("car", "person, on foot", 'the "big" truck', "Fußgänger 行人", "traffic light")
CAR, PERSON, TRUCK, WALKER, LIGHT = CLASS_NAMES
CHOSEN = ((0, 1, 2, 4, 5, 7, 8), (0, 3, 9))
"""Frames of each video that become pictures."""
EMPTY = 4
"""A chosen frame of the first video without boxes."""
STEMS = (
    "clip-00-mp4",
    "with spaces and (brackets) [1]",
    "ünïcödé 写真",
    "dots.in.name.v1.2",
    "-leading-dash",
    "it's 100% & more",
    "images",
    "same place in another video",
    "n" * 200,
    "annotations",
)
"""Of the pictures, one each."""
VIDEO_FOLDER = "videos"


def videos_of(paths: Sequence[Path]) -> tuple[ExportVideo, ...]:
    """Videos to export, with names that differ where those of the files do not."""
    videos = []
    for place, path in enumerate(paths):
        with VideoReader(path) as reader:
            size, index = (reader.info.width, reader.info.height), reader.index
        name = path.stem if place == 0 else f"{path.stem}-{place + 1}"
        videos.append(ExportVideo(name, path, *size, index, f"run-{place}", "yolov8n"))
    return tuple(videos)


def sample(
    format_: Format, media: Media, videos: tuple[ExportVideo, ...], *, split: bool = False
) -> Labeled:
    """What is written.

    Args:
        format_: Decides where pictures lie.
        media: One of its media.
        videos: Two, of `FRAMES` frames each.
        split: Whether the frames are for training and validation.
    """
    stems = iter(STEMS)
    frames = []
    for place, video in enumerate(videos):
        whole = media == "video"
        chosen = range(FRAMES) if whole else CHOSEN[place]
        parts = [_split(frame) if split else "" for frame in chosen]
        for at, (frame, part) in enumerate(zip(chosen, parts, strict=True)):
            number = frame if whole else at
            stem = f"{video.name}-{frame:02}-mp4" if whole else next(stems)
            in_split = parts[:at].count(part)
            path = format_.place(PictureName(video.name, at, in_split, stem, ".png", part))
            if media != "frames":
                path = path.rpartition("/")[2]
            frames.append(LabeledFrame(place, frame, number, path, _boxes(place, frame), part))
    return Labeled(videos, tuple(frames), CLASS_NAMES, media)


def write_sample(
    format_: Format,
    media: Media,
    folder: Path,
    videos: tuple[ExportVideo, ...],
    *,
    split: bool = False,
) -> Labeled:
    """Write pictures or videos, then the labels, below `folder`; what `sample` gave."""
    labeled = sample(format_, media, videos, split=split)
    folder.mkdir(parents=True)
    if media == "frames":
        for frame in labeled.frames:
            video = videos[frame.video]
            path = folder / frame.path
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (video.width, video.height), (frame.frame * 20, 90, 90)).save(path)
    if media == "video":
        (folder / VIDEO_FOLDER).mkdir()
        for video in videos:
            shutil.copy(video.path, folder / VIDEO_FOLDER / f"{video.name}{video.path.suffix}")
    format_.write(folder, labeled)
    return labeled


def _split(frame: int) -> Split:
    return "val" if frame >= FRAMES // 2 else "train"


def _boxes(video: int, frame: int) -> tuple[Prelabel, ...]:
    if video == 0 and frame == EMPTY:
        return ()
    return tuple(
        replace(box, frame=frame)
        for box in (_first(frame) if video == 0 else _second(frame))
        if box is not None
    )


def _first(frame: int) -> list[Prelabel | None]:
    """A car that moves evenly, with one imputed box; a truck that becomes a car, with a gap;
    and boxes that belong to no track."""
    x = 3.2531 + 7.5017 * frame
    car = Prelabel(0, (x, 10.1, x + 30.7, 40.6), CAR, 0.875, Source.MODEL, 1)
    if frame == 1:
        car = replace(
            car, score=0.6125, source=Source.IMPUTED, kind="flickering", key="flickering/1/car"
        )
    y = 44.4 + frame % 3 * 1.3
    name = TRUCK if frame < 6 else CAR
    truck = Prelabel(
        0, (100.9137, y, 140.2458, y + 33.3333), name, 0.5 + frame / 100, Source.MODEL, 2
    )
    edited = Prelabel(
        0, (0.0, 0.0, 12.5, 95.9), PERSON, 0.3, Source.EDITED, -1, "appear", "appear/2/person"
    )
    drawn = Prelabel(0, (120.5, 2.5, 160.0, 18.75), WALKER, 1.0, Source.DRAWN, -1, "", "drawn/7/1")
    return [
        car,
        truck if frame not in (5, 10) else None,
        edited if frame == 2 else None,
        drawn if frame == 7 else None,
    ]


def _second(frame: int) -> list[Prelabel | None]:
    """Another object with the number of a track of the first video; two lights without tracks."""
    x = 90.0 - 3.3 * frame
    light = Prelabel(0, (5.5, 6.25, 9.75, 14.5), LIGHT, 0.25, Source.MODEL)
    return [
        Prelabel(0, (x, 30.0, x + 55.5, 71.2), WALKER, 0.99, Source.MODEL, 1),
        light,
        replace(light, xyxy=(40.5, 6.25, 44.75, 14.5)),
    ]
