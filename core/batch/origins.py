"""What stands for a video's content, and where a project's video came from."""

import json
import logging
from hashlib import sha256
from pathlib import Path

from core.batch.finding import BATCH_FILE
from core.project import VideoRecord
from core.video.identity import FileIdentity

log = logging.getLogger(__name__)


def key_of(video: FileIdentity | VideoRecord) -> str:
    """`Item.key` of a video: copies have the same, wherever they are."""
    return sha256(f"{video.size} {video.digest}".encode()).hexdigest()[:16]


def origin_of(folder: Path, video: VideoRecord) -> str | None:
    """The address in S3 of a project's video, if a batch has made the project.

    Args:
        folder: The project's.
        video: Its video.
    """
    for above in folder.resolve().parents:
        if (above / BATCH_FILE).is_file():
            return _source(above / "outcomes" / f"{key_of(video)}.json")
    return None


def _source(outcome: Path) -> str | None:
    try:
        source = json.loads(outcome.read_text(encoding="utf-8"))["item"]["source"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.info("%s does not say where the video is: %s", outcome, error)
        return None
    return source if isinstance(source, str) and source.startswith("s3://") else None
