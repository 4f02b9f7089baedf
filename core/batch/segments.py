"""Long videos in parts: where they are cut, what is detected in each, and joining them.

A part is cut where a keyframe begins it, and looks at one more frame before it: the change of the
picture from that frame to its first one belongs to it. So what the parts hold together is, bit for
bit, what one pass would have seen; tracks, gaps and scores are found in the whole of it.

Two things are outside of that. A graphics device infers several pictures together and may choose
another order of its sums for another number of them: the last bits of scores and boxes can differ
in the batches that a seam divides. And what an H.264 decoder makes up in a damaged stretch differs
from one pass to the next.
"""

import logging
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from pathlib import Path

import numpy as np

from core.batch.joining import (
    changed,
    check_complete,
    check_same_detector,
    joined_detections,
    write_joined_embeddings,
)
from core.batch.part_file import PartFile, PartHead, asked, not_saved, write_part
from core.boxes import Boxes
from core.detections import Detections, DetectionsBuilder, empty_detections
from core.detectors.base import DetectorConfig, DetectorInfo, Notice, Preparing, Sampling
from core.detectors.stream import DetectRequest, stream_detections
from core.embeddings.store import EmbeddingWriter, load_embeddings, remove_embeddings
from core.errors import ChangedDetectorError, ProjectError
from core.frames import FrameIndex, FrameRange
from core.paths import write_text_atomically
from core.pipeline import Progress, record
from core.planning import as_before, embedded_by, means
from core.project import Project, Run
from core.project.runs import load_detections, save_detections

log = logging.getLogger(__name__)


def cut(index: FrameIndex, config: DetectorConfig, longest: int) -> tuple[FrameRange, ...]:
    """Ranges that cover what a run looks at, each beginning at a keyframe, but for the first.

    Args:
        index: The frames of the video.
        config: Its sampling says which of them are looked at.
        longest: About how many frames a range has; a stretch without keyframes may make it longer.
            Those before the first one that is looked at do not count: nobody decodes them.

    Returns:
        Ascending, without gaps, from frame 0 to the end of the run; one if nothing is to be cut.
        None is shorter than a quarter of `longest`.
    """
    stop = config.sampling.end(len(index))
    first = at = min(config.sampling.start, stop)
    parts, cuts = ceil((stop - first) / longest), [0]
    keyframes = np.flatnonzero(index.keyframes[:stop])
    share = (stop - first) / max(parts, 1)
    while parts > 1 and (place := round((at - first) / share) + 1) < parts:
        # As near as possible to the ends of equal shares, and nothing tiny before or behind.
        there = keyframes[(keyframes >= at + share / 2) & (keyframes <= stop - share / 2)]
        if not len(there):
            break
        at = int(there[np.abs(there - (first + place * share)).argmin()])
        cuts.append(at)
    return tuple(FrameRange(*ends) for ends in zip(cuts, [*cuts[1:], stop], strict=True))


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

    What an earlier attempt has left at `file`, or beside it, is gone on with, unless it was made
    with other weights, libraries or means.

    Raises:
        UserError: The detector or the video failed; what was seen until then is kept.
    """
    if file.exists():
        try:
            head = PartFile(file).head
        except ProjectError as error:
            log.warning("%s It is detected once more.", error)
        else:
            if (head.frames, head.asked) == (frames, asked(config)):
                return head.info
    attempt = partial(_Attempt, video, index, config, frames, file)
    try:
        return attempt().finish(on_progress, on_told)
    except ChangedDetectorError as error:
        log.warning("%s The part begins anew.", error)
        _remove_begun(file)
        return attempt().finish(on_progress, on_told)


def join_parts(project: Project, config: DetectorConfig, run_id: str, files: Sequence[Path]) -> Run:
    """Make a run of a project from its parts, and choose it.

    Doing it again gives the same, wherever it was interrupted.

    Args:
        project: The video's.
        config: What was asked for.
        run_id: Of the run.
        files: What `detect_part` has written, in the order of their ranges.

    Raises:
        ChangedDetectorError: The parts were not all made with the same weights and means.
        ProjectError: A part is damaged, or the project cannot be written.
    """
    parts = [PartFile(file) for file in files]
    heads = [part.head for part in parts]
    check_complete(heads, config, project.video.frame_count)
    known = next((run for run in project.runs if run.id == run_id), None)
    run = known or Run.begin(run_id, config, heads[0].info)
    check_same_detector(run.info, heads)
    detections = joined_detections(parts)
    run_file = project.run_file(run_id)
    write_joined_embeddings(run_file, parts, detections, embedded_by(config))
    save_detections(run_file, detections)
    project.choose(run)
    return run


class _Attempt:
    """Detects in one range, from where another attempt may have stopped."""

    def __init__(
        self, video: Path, index: FrameIndex, config: DetectorConfig, frames: FrameRange, file: Path
    ) -> None:
        self._config, self._frames, self._file = config, frames, file
        self._begun, self._start = _begun(file, frames, config)
        """What it was begun with, and what was seen so far; frame 0 is the first of the range."""
        done = self._start.frame_count
        self._looked_at = _looked_at(config.sampling, frames)
        self._request = DetectRequest(
            video,
            index,
            as_before(config, self._begun),
            FrameRange(frames.start + done, frames.stop),
            before=_boxes_before(self._start, self._looked_at),
        )

    def finish(
        self,
        on_progress: Callable[[Progress], None],
        on_told: Callable[[Preparing | Notice], None],
    ) -> DetectorInfo:
        """Do what is left, and write the part."""
        run_file = _run_file(self._file)
        builder = DetectionsBuilder(self._start)
        writer = EmbeddingWriter(run_file, self._start, embedded_by(self._config))
        if len(self._request.frames) or self._begun is None:
            record(
                stream_detections(self._request),
                builder,
                self._looked_at,
                on_ready=self._begin,
                on_progress=lambda progress, _: on_progress(progress),
                on_told=on_told,
                on_frames=writer.extend,
                checkpoint=writer.save,
            )
        if self._begun is None:
            raise RuntimeError("the stream of detections never said that it was ready")
        detections = builder.snapshot()
        head = PartHead(self._frames, asked(self._config), self._begun)
        write_part(self._file, head, detections, load_embeddings(run_file, detections))
        _remove_begun(self._file)
        return self._begun

    def _begin(self, info: DetectorInfo) -> None:
        if self._begun is None:
            self._begun = info
            head = PartHead(self._frames, asked(self._config), info)
            try:
                write_text_atomically(_head_file(self._file), head.to_text())
            except OSError as error:
                raise not_saved(self._file, error) from error
        elif means(self._begun) != means(info):
            raise changed(self._frames, info)


def _begun(
    file: Path, frames: FrameRange, config: DetectorConfig
) -> tuple[DetectorInfo | None, Detections]:
    """What an attempt that was ended has left of this very part."""
    try:
        head = PartHead.from_text(_head_file(file).read_text(encoding="utf-8"))
        if (head.frames, head.asked) == (frames, asked(config)):
            return head.info, load_detections(_run_file(file))
    except (OSError, ValueError, TypeError, KeyError, ProjectError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("what was begun of %s cannot be gone on with (%s)", file, error)
    _remove_begun(file)
    return None, empty_detections()


def _remove_begun(file: Path) -> None:
    try:
        # First what says that there is something.
        _head_file(file).unlink(missing_ok=True)
        _run_file(file).unlink(missing_ok=True)
        remove_embeddings(_run_file(file))
    except OSError as error:
        raise not_saved(file, error) from error


def _run_file(file: Path) -> Path:
    """Where a part that is being made is kept, in the form of a run."""
    return file.with_suffix(".begun.npz")


def _head_file(file: Path) -> Path:
    return file.with_suffix(".begun.json")


def _looked_at(sampling: Sampling, frames: FrameRange) -> range:
    """The frames of a range that are looked at, counted from its first one."""
    looked_at = sampling.frames(frames.stop)
    looked_at = looked_at[bisect_left(looked_at, frames.start) :]
    return range(looked_at.start - frames.start, looked_at.stop - frames.start, looked_at.step)


def _boxes_before(seen: Detections, looked_at: range) -> Boxes | None:
    """The boxes in the last frame of a part that was looked at so far."""
    done = looked_at[: bisect_left(looked_at, seen.frame_count)]
    return seen.xyxy[seen.rows(done[-1])] if done else None
