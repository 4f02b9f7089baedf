"""Make the proxy of a whole video, without detecting anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import DamagedFrameError, VideoError
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.video.proxy import ProxyWriter, open_writer
from core.video.reader import VideoReader

_REPORT_EVERY = 25
"""Frames between two reports."""


@dataclass(frozen=True)
class ProxyRequest:
    """Which video to make a proxy of, and where."""

    video: Path
    index: FrameIndex
    place: ProxyPlace


def make_proxy(request: ProxyRequest) -> Iterator[int]:
    """Write what is missing of a proxy.

    Yields:
        Frames done, those that were there before included; now and then, and at the end.

    Raises:
        VideoError: The video cannot be read, or the proxy cannot be written.
    """
    with (
        VideoReader(request.video, request.index) as reader,
        open_writer(request.place, reader.info) as writer,
    ):
        done = 0
        _check(writer, request.place)
        for stretch in _missing(writer, len(reader)):
            done = stretch.start
            try:
                for decoded in reader.decode(stretch):
                    writer.add(decoded)
                    done = decoded.index + 1
                    if done % _REPORT_EVERY == 0:
                        _check(writer, request.place)
                        yield done
            except DamagedFrameError:
                continue
        _check(writer, request.place)
        yield len(reader)


def _missing(writer: ProxyWriter, frame_count: int) -> Iterator[FrameRange]:
    """The stretches of frames without a picture, one after the other."""
    start = 0
    while start < frame_count:
        if writer.holds(start):
            start += 1
            continue
        stop = start + 1
        while stop < frame_count and not writer.holds(stop):
            stop += 1
        yield FrameRange(start, stop)
        start = stop


def _check(writer: ProxyWriter, place: ProxyPlace) -> None:
    if not writer.writing:
        raise VideoError(
            f"The small copy for scrubbing cannot be written in {place.folder} (the limit of "
            f"{place.limit / 2**30:g} GiB is reached, the disk is full, or it is being written)",
            mend="raise the limit in the settings, or free some disk space",
        )
