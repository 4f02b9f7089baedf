"""Opening a video file: what can go wrong, in words; and the decoder that is wanted."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import av
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import VideoError

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    VideoPacket: TypeAlias = av.Packet[VideoStream]
else:
    VideoPacket = av.Packet

_MOST_THREADS = 8
"""Each thread delays the first picture after a seek by one more frame to decode."""
_HARDWARE = {
    "darwin": ("videotoolbox",),
    "win32": ("d3d11va", "cuda", "qsv"),
    "linux": ("vaapi", "cuda", "qsv"),
}
"""Kinds of devices by platform, the best first."""


def open_container(path: Path, *, hardware: bool = False) -> tuple[InputContainer, VideoStream]:
    """Open a local video and its first video stream.

    Args:
        path: A local video file.
        hardware: Decode on the graphics hardware where that works; the log says what came of it.

    Raises:
        VideoError: There is no such file, or no video in it.
    """
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
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = min(os.cpu_count() or 1, _MOST_THREADS)
    return container, stream


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
    try:
        # A relative name such as "cam:1.mp4" would be taken for a protocol.
        return av.open(str(path.absolute()), hwaccel=hwaccel)
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
