"""Find every frame of a video by demuxing it once, without decoding."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import VideoError
from core.frames import FrameIndex


def open_container(path: Path) -> tuple[InputContainer, VideoStream]:
    """Open a local video and its first video stream.

    Raises:
        VideoError: There is no such file, or no video in it.
    """
    _check_file(path)
    try:
        # A relative name such as "cam:1.mp4" would be taken for a protocol.
        container = av.open(str(path.absolute()))
    except (av.FFmpegError, ValueError) as error:
        raise VideoError(
            f"{path.name} is not a video that can be read ({_reason(error)})",
            mend="open another file, or repair this one (a cut-off MP4 lacks its index)",
        ) from error
    if not container.streams.video:
        kinds = ", ".join(sorted({stream.type for stream in container.streams}))
        container.close()
        only = f", only {kinds}" if kinds else ""
        raise VideoError(f"{path.name} has no video track{only}", mend="open a video file")
    return container, container.streams.video[0]


def build_index(path: Path) -> FrameIndex:
    """Demux the whole file into its frame index.

    Raises:
        VideoError: As for `open_container`, or when the video track has no frame.
    """
    container, stream = open_container(path)
    with container:
        time_base = Fraction(stream.time_base or 1)
        entries = _demuxed(container, stream)
        if entries is None:
            container.seek(0)
            entries = _decoded(container, stream)
    if not entries:
        raise VideoError(
            f"{path.name} has a video track without a single frame", mend="open another file"
        )
    pts = sorted(entries)
    return FrameIndex(
        np.array(pts, np.int64), np.array([entries[p] for p in pts], np.bool_), time_base
    )


def _demuxed(container: InputContainer, stream: VideoStream) -> dict[int, bool] | None:
    """pts -> is keyframe for every shown frame; None if a packet carries no pts."""
    entries: dict[int, bool] = {}
    try:
        for packet in container.demux(stream):
            if packet.size == 0 or packet.is_discard:
                continue
            if packet.pts is None:
                return None
            entries[packet.pts] = packet.is_keyframe
    except av.FFmpegError:
        # A damaged tail ends the file early; the frames before it stay usable.
        return entries
    return entries


def _decoded(container: InputContainer, stream: VideoStream) -> dict[int, bool]:
    """The same by decoding, for files whose packets do not say when they are shown."""
    entries: dict[int, bool] = {}
    try:
        for frame in container.decode(stream):
            if frame.pts is not None:
                entries[frame.pts] = frame.key_frame
    except av.FFmpegError:
        return entries
    return entries


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise VideoError(f"{path} is a folder, not a video", mend="open a video file inside it")
    if not path.exists():
        raise VideoError(f"There is no file {path}", mend="check the path")
    if path.stat().st_size == 0:
        raise VideoError(f"{path.name} is empty (0 bytes)", mend="copy or record it again")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
