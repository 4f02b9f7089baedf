"""The plan of an export: every frame, label, path and name, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.assertions.findings import Findings
from core.assertions.thresholds import Thresholds
from core.detections import Detections
from core.export.base import Format, Labeled, Media, Split
from core.export.request import ExportRequest
from core.frames import FrameIndex
from core.prelabels import Decision, Objects, Source, objects_in

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


@dataclass(frozen=True, eq=False)
class ExportPlan:
    """All that is written, except pictures."""

    request: ExportRequest
    format: Format
    labeled: Labeled
    media: Media

    @property
    def prelabels(self) -> int:
        """How many boxes are handed over."""
        return sum(len(frame.prelabels) for frame in self.labeled.frames)

    @cached_property
    def counts(self) -> ExportCounts:
        """How much of what is handed over."""
        frames = self.labeled.frames
        context = sum(frame.context for frame in frames)
        return ExportCounts(
            len(frames) - context,
            context,
            Counter(box.source for frame in frames for box in frame.prelabels),
            Counter(box.class_name for frame in frames for box in frame.prelabels),
            Counter(frame.split for frame in frames),
        )

    @cached_property
    def bytes(self) -> int:
        """Estimate of what is written, in bytes; no picture is looked at."""
        raise NotImplementedError


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

    Args:
        sources: One for each video, in the order of the export.
        request: What is asked for.

    Raises:
        ExportError: Nothing is left to export, or the request does not fit: one sentence.
    """
    raise NotImplementedError
