"""Long videos in parts: where they are cut, what is detected in each, and joining them.

A part is cut where a keyframe begins it, and looks at one more frame before it: the change of the
picture from that frame to its first one belongs to it. So what the parts hold together is, bit for
bit, what one pass would have seen; tracks, gaps and scores are found in the whole of it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from core.detectors.base import DetectorConfig, DetectorInfo, Notice, Preparing
from core.frames import FrameIndex, FrameRange
from core.pipeline import Progress
from core.project import Project, Run


def cut(index: FrameIndex, config: DetectorConfig, longest: int) -> tuple[FrameRange, ...]:
    """Ranges that cover what a run looks at, each beginning at a keyframe, but for the first.

    Args:
        index: The frames of the video.
        config: Its sampling says which of them are looked at.
        longest: About how many frames a range has; a stretch without keyframes may make it longer.

    Returns:
        Ascending, without gaps, from frame 0 to the end of the run; one if nothing is to be cut.
    """
    raise NotImplementedError


def detect_part(
    video: Path,
    index: FrameIndex,
    config: DetectorConfig,
    frames: FrameRange,
    file: Path,
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_told: Callable[[Preparing | Notice], None] = lambda message: None,
) -> DetectorInfo:
    """Detect in one range and keep what was seen, embeddings included, in one file.

    What an earlier attempt has left at `file`, or beside it, is gone on with.

    Raises:
        UserError: The detector or the video failed; what was seen until then is kept.
    """
    raise NotImplementedError


def join_parts(project: Project, config: DetectorConfig, run_id: str, files: Sequence[Path]) -> Run:
    """Make a run of a project from its parts, and choose it.

    Args:
        project: The video's.
        config: What was asked for.
        run_id: Of the run.
        files: What `detect_part` has written, in the order of their ranges.

    Raises:
        ChangedDetectorError: The parts were not all made with the same weights and means.
        ProjectError: A part is damaged, or the project cannot be written.
    """
    raise NotImplementedError
