"""The plan of an export: every frame, label, path and name, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.assertions.findings import Findings
from core.assertions.thresholds import Thresholds
from core.detections import Detections
from core.errors import NothingToExportError
from core.export.base import (
    ExportVideo,
    Format,
    Labeled,
    LabeledFrame,
    Media,
    PictureName,
    Split,
)
from core.export.checks import check_paths, check_request, check_videos, media_of
from core.export.labels import Labeler, NamesClasses, class_names, renamed
from core.export.names import picture_names, unique_names
from core.export.request import SUFFIXES, ExportRequest
from core.export.scopes import expect_some, frames_in_scope, with_neighbours
from core.export.sizes import estimated_bytes
from core.export.split import Part, parts_of
from core.frames import FrameIndex, FrameRange
from core.prelabels import Decision, Objects, Prelabel, Source, objects_in

if TYPE_CHECKING:
    # A project remembers an `ExportRequest`, and so imports this.
    from core.project import Project, Run, Selection


@dataclass(frozen=True, eq=False)
class ExportSource:
    """What one project gives to an export, as it was at one moment; any thread may read it."""

    path: Path
    """Of the video."""
    index: FrameIndex
    width: int
    """Of the upright picture, px."""
    height: int
    run: str
    """Id of the run."""
    model: str
    detections: Detections
    class_names: tuple[str, ...]
    """Of the run, by id."""
    decisions: tuple[Decision, ...]
    findings: Findings
    """Of the run, whatever the thresholds."""
    thresholds: Thresholds
    selection: Selection | None

    @cached_property
    def shown(self) -> Findings:
        """The findings that the person sees."""
        return self.findings.within(self.thresholds)

    @cached_property
    def objects(self) -> Objects:
        """Which object each box shows."""
        return objects_in(self.findings, self.decisions)


@dataclass(frozen=True)
class ExportCounts:
    """How much an export holds."""

    frames: int
    """Those asked for, without their context."""
    context: int
    """Neighbours that come along."""
    by_source: Mapping[Source, int]
    """Prelabels; sources without any are left out."""
    by_class: Mapping[str, int]
    """Prelabels; classes without any are left out."""
    by_split: Mapping[Split, int]
    """Frames, context included; one entry for `""` where nothing is split."""


def counts_of(frames: Sequence[LabeledFrame]) -> ExportCounts:
    """How much some frames of an export hold."""
    context = sum(frame.context for frame in frames)
    return ExportCounts(
        len(frames) - context,
        context,
        Counter(box.source for frame in frames for box in frame.prelabels),
        Counter(box.class_name for frame in frames for box in frame.prelabels),
        Counter(frame.split for frame in frames),
    )


@dataclass(frozen=True, eq=False)
class ExportPlan:
    """All that is written, except pictures."""

    request: ExportRequest
    format: Format
    labeled: Labeled
    media: Media
    guarded: int = 0
    """Frames asked for that are left out: too near to a frame on the other side of the split."""

    @property
    def prelabels(self) -> int:
        """How many boxes are handed over."""
        return sum(len(frame.prelabels) for frame in self.labeled.frames)

    @cached_property
    def counts(self) -> ExportCounts:
        """How much of what is handed over."""
        return counts_of(self.labeled.frames)

    @cached_property
    def bytes(self) -> int:
        """About how large the result is; see `core.export.sizes.estimated_bytes`."""
        return estimated_bytes(self.labeled, self.request)


def source_of(
    project: Project, run: Run, detections: Detections, findings: Findings, index: FrameIndex
) -> ExportSource:
    """What a project gives to an export now.

    Args:
        project: The project; it may change and close afterwards.
        run: One of its runs.
        detections: What the run saw.
        findings: All that was found in the run, whatever the thresholds.
        index: The frames of the project's video.
    """
    return ExportSource(
        project.video.path,
        index,
        project.video.width,
        project.video.height,
        run.id,
        run.info.model,
        detections,
        run.info.class_names,
        tuple(project.decisions.values()),
        findings,
        project.thresholds,
        project.selection,
    )


def plan_export(sources: Sequence[ExportSource], request: ExportRequest) -> ExportPlan:
    """All that an export of these videos writes; the same request gives the same plan.

    Videos without a frame to export are left out.

    Args:
        sources: One for each video, in the order of the export.
        request: What is asked for.

    Raises:
        ExportError: The request does not fit: one sentence.
    """
    planner = Planner(request, sources)
    for source in sources:
        planner.add(source)
    return planner.plan()


class Planner:
    """Plans an export of which one source is known at a time, which nobody needs afterwards: those
    of a thousand videos would not fit into memory.

    Args:
        request: What is asked for.
        videos: All videos of the export, in its order.

    Raises:
        ExportError: The request does not fit: one sentence.
    """

    def __init__(self, request: ExportRequest, videos: Sequence[NamesClasses]) -> None:
        self._request = request
        self._format = check_request(request)
        check_videos([video.path for video in videos])
        self._names = renamed(videos, request.classes)
        self._asked: list[_Asked] = []
        self._in_scope = self._in_range = 0

    def add(self, source: ExportSource) -> None:
        """The next video; one of which no frame is in the scope need not be added."""
        request, count = self._request, len(source.index)
        scope = frames_in_scope(
            request.scope, source.shown, source.decisions, source.selection, count
        )
        whole = request.range or FrameRange(0, count)
        frames = [frame for frame in scope if whole.start <= frame < whole.stop][:: request.every]
        self._in_scope += len(scope)
        self._in_range += len(frames)
        near = with_neighbours(frames, request.neighbours, FrameRange(0, count))
        labels = dict(zip(near, self._labels(source, near), strict=True)) if frames else {}
        if not request.empty:
            labels = {frame: boxes for frame, boxes in labels.items() if boxes}
            frames = [frame for frame in frames if frame in labels]
        if frames:
            self._asked.append(_Asked(_video(source), frames, labels))

    def plan(self) -> ExportPlan:
        """The plan, when all videos were added.

        Raises:
            ExportError: The request does not fit: one sentence.
        """
        request, format_, asked = self._request, self._format, self._asked
        self._check_some()
        seconds = [each.video.index.timestamps() for each in asked]
        parts = parts_of([each.frames for each in asked], seconds, request.val, request.split_by)
        shares = [_share(each, its, request) for each, its in zip(asked, parts, strict=True)]
        media = media_of(request, format_)
        videos = _named([each.video for each in asked])
        frames = _frames(shares, videos, request, format_, media)
        check_paths(frames, format_)
        before = sum(len(each.frames) for each in asked)
        return ExportPlan(
            request,
            format_,
            Labeled(videos, frames, class_names(self._names), media),
            media,
            before - sum(not frame.context for frame in frames),
        )

    def _labels(self, source: ExportSource, frames: Sequence[int]) -> Iterator[Prelabels]:
        return Labeler(source, self._request.min_score, self._names)(frames)

    def _check_some(self) -> None:
        request = self._request
        if not self._in_scope:
            expect_some([], request.scope)
        if not self._in_range and request.range is not None:
            raise NothingToExportError(
                f"None of the {self._in_scope} frames lies in "
                f"{request.range.start}:{request.range.stop}",
                mend="take another range, or more frames",
            )
        if not self._asked:
            raise NothingToExportError(
                "No frame has a box to hand over",
                mend="keep frames without boxes, or a lower score",
            )


Prelabels = tuple[Prelabel, ...]


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked for of one video."""

    video: ExportVideo
    """Its name is that of its file."""
    frames: list[int]
    labels: Mapping[int, Prelabels]
    """Of these frames and their neighbours."""


@dataclass(frozen=True)
class _Chosen:
    """A frame, and why it is there."""

    frame: int
    prelabels: tuple[Prelabel, ...]
    split: Split
    context: bool


def _share(asked: _Asked, parts: Sequence[Part], request: ExportRequest) -> list[_Chosen]:
    """The frames of one video that are handed over, each with neighbours of its own part."""
    chosen = set(asked.frames)
    return [
        _Chosen(frame, asked.labels[frame], part.split, frame not in chosen)
        for part in parts
        for frame in with_neighbours(asked.frames, request.neighbours, part.frames)
        if frame in asked.labels
    ]


def _video(source: ExportSource) -> ExportVideo:
    return ExportVideo(
        source.path.stem, source.path, source.width, source.height, source.index, source.run,
        source.model,
    )  # fmt: skip


def _named(videos: Sequence[ExportVideo]) -> tuple[ExportVideo, ...]:
    names = unique_names(video.name for video in videos)
    return tuple(replace(video, name=name) for video, name in zip(videos, names, strict=True))


def _frames(
    shares: Sequence[Sequence[_Chosen]],
    videos: Sequence[ExportVideo],
    request: ExportRequest,
    format_: Format,
    media: Media,
) -> tuple[LabeledFrame, ...]:
    named = picture_names(
        request.names,
        [(video.path, video.name, video.index) for video in videos],
        [[each.frame for each in share] for share in shares],
    )
    suffix = SUFFIXES[request.picture]
    # Labels alone are for what usually goes with the format.
    of_video = media == "video" or (media == "none" and format_.media[0] == "video")
    frames: list[LabeledFrame] = []
    for at, (video, share, stems) in enumerate(zip(videos, shares, named, strict=True)):
        in_split: Counter[Split] = Counter()
        for number, (each, stem) in enumerate(zip(share, stems, strict=True)):
            name = PictureName(video.name, number, in_split[each.split], stem, suffix, each.split)
            in_split[each.split] += 1
            frames.append(
                LabeledFrame(
                    at,
                    each.frame,
                    each.frame if of_video else number,
                    format_.place(name) if media == "frames" else f"{stem}{suffix}",
                    each.prelabels,
                    each.split,
                    each.context,
                )
            )
    return tuple(frames)
