"""What a project knows of its video and of its runs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.detectors.base import DetectorConfig, DetectorInfo
from core.errors import ProjectError
from core.video.identity import FileIdentity
from core.video.reader import VideoInfo


@dataclass(frozen=True)
class VideoRecord:
    """A video as the project knows it, enough to notice when the file is another one."""

    path: Path
    size: int
    """Bytes."""
    digest: str
    """See `core.video.identity`."""
    frame_count: int
    width: int
    height: int

    def is_content_of(self, identity: FileIdentity) -> bool:
        """Whether a file has the content of this video."""
        return (self.size, self.digest) == (identity.size, identity.digest)


@dataclass(frozen=True)
class Run:
    """One immutable pass of one detector with one configuration over the video."""

    id: str
    created: str
    """UTC, ISO 8601."""
    config: DetectorConfig
    info: DetectorInfo

    @classmethod
    def begin(cls, run_id: str, config: DetectorConfig, info: DetectorInfo) -> "Run":
        """A run that begins now."""
        return cls(run_id, datetime.now(UTC).isoformat(timespec="seconds"), config, info)


def record_of(info: VideoInfo) -> VideoRecord:
    """What a project remembers of a video.

    Raises:
        ProjectError: Its name is no text.
    """
    path = info.path.resolve()
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"The name {str(path)!r} is not valid text and cannot be stored",
            mend="rename the video",
        ) from error
    return VideoRecord(
        path, info.identity.size, info.identity.digest, info.frame_count, info.width, info.height
    )
