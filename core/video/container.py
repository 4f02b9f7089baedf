"""Opening a video file: what can go wrong, in words; and the decoder that is wanted."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import av
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.container import Container, InputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from core.detectors.machine import usable_cores
from core.errors import VideoError
from core.video.remote import remote_at

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    VideoPacket: TypeAlias = av.Packet[VideoStream]
else:
    VideoPacket = av.Packet

_MOST_THREADS = 8
"""Each thread delays the first picture after a seek by one more frame to decode."""
_MOST_DELAYED = 64
"""Frames that a decoder may hold, of all its threads and for reordering."""
_HARDWARE = {
    "darwin": ("videotoolbox",),
    "win32": ("d3d11va", "cuda", "qsv"),
    "linux": ("vaapi", "cuda", "qsv"),
}
"""Kinds of devices by platform, the best first."""


def open_container(path: Path, *, hardware: bool = False) -> tuple[InputContainer, VideoStream]:
    """Open a video and its first video stream.

    Args:
        path: A local video file, or where one that lies elsewhere is read; see `standing_in`.
        hardware: Decode on the graphics hardware where that works; the log says what came of it.

    Raises:
        VideoError: There is no such file, or no video in it.
        UserError: As `RemoteFile.open`.
    """
    if remote_at(path) is None:
        check_file(path)
    if hardware:
        opened = _open_on_hardware(path)
        if opened is not None:
            return opened
    container = _open(path)
    if not container.streams.video:
        kinds = ", ".join(sorted({stream.type for stream in container.streams}))
        container.close()
        only = f", only {kinds}" if kinds else ""
        raise VideoError(f"{path.name} has no video track{only}", mend="open a video file")
    stream = container.streams.video[0]
    if not stream.codec_context:
        container.close()
        raise VideoError(
            f"{path.name} holds a kind of video that cannot be decoded",
            mend="convert it to another format, such as MP4 with H.264",
        )
    # With a thread for each frame, VP8's errors are lost on the way.
    stream.thread_type = "SLICE" if stream.codec_context.name == "vp8" else "AUTO"
    stream.codec_context.thread_count = min(usable_cores(), _MOST_THREADS)
    return container, stream


def packets_of(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
    """The packets of a stream; a damaged tail ends them early, those before it stay usable."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except (av.FFmpegError, IndexError) as error:  # PyAV trips over streams that appear late
        log.warning("%s cannot be read to its end: %s", container.name, error)


def has_sparse_timestamps(container: Container) -> bool:
    """Whether frames share timestamps; the missing ones are guessed, and after a seek badly."""
    return container.format.name == "mpeg"


def drained(stream: VideoStream) -> Iterator[av.VideoFrame]:
    """What the decoder still holds at the end; an error in one frame does not cost the others."""
    for _ in range(_MOST_DELAYED):
        try:
            yield from stream.codec_context.decode(None)
        except av.EOFError:
            return
        except av.FFmpegError:
            continue


def is_stand_in(frame: av.VideoFrame, stream: VideoStream) -> bool:
    """Whether the MPEG-4 decoder made the frame up, for one that the file lacks at its start."""
    return stream.codec_context.name == "mpeg4" and frame.pict_type == PictureType.NONE


def check_file(path: Path) -> None:
    """Make sure that there is a file with something in it.

    Raises:
        VideoError: There is not.
    """
    if path.is_dir():
        raise VideoError(f"{path} is a folder, not a video", mend="open a video file inside it")
    if not path.exists():
        raise VideoError(f"There is no file {path}", mend="check the path")
    if path.stat().st_size == 0:
        raise VideoError(f"{path.name} is empty (0 bytes)", mend="copy or record it again")


def _open(path: Path, hwaccel: HWAccel | None = None) -> InputContainer:
    remote = remote_at(path)
    # A relative name such as "cam:1.mp4" would be taken for a protocol.
    source = str(path.absolute()) if remote is None else remote.open()
    try:
        return av.open(source, mode="r", hwaccel=hwaccel)
    except (av.FFmpegError, ValueError) as error:
        raise VideoError(
            f"{path.name} is not a video that can be read ({_reason(error)})",
            mend="open another file, or repair this one (a cut-off MP4 lacks its index)",
        ) from error


def _open_on_hardware(path: Path) -> tuple[InputContainer, VideoStream] | None:
    """The video with a hardware decoder that has given a picture, or None."""
    available = hwdevices_available()
    for device in _HARDWARE.get(sys.platform, ()):
        if device not in available:
            continue
        container = None
        try:
            container = _open(path, HWAccel(device, allow_software_fallback=False))
            stream = container.streams.video[0]
            next(container.decode(stream))
            container.seek(0)
        except Exception as error:  # drivers fail in ways that no library lists
            log.info("no decoding on %s for %s (%s)", device, path.name, error)
            if container is not None:
                container.close()
            continue
        log.info("decoding %s on %s", path.name, device)
        return container, stream
    log.info("decoding %s in software", path.name)
    return None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
