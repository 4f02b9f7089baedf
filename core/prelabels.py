"""Prelabels: the boxes that are ready to be handed over, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.assertions.imputed import DRAWN, MODEL, ImputedBox, Xyxy
from core.verdict import Verdict as Verdict

if TYPE_CHECKING:
    from core.assertions.findings import Findings
    from core.detections import Detections
    from core.tracks.pairs import Rows


class Source(StrEnum):
    """Where a prelabel comes from."""

    MODEL = "model"
    IMPUTED = "imputed"
    EDITED = "edited"
    """The model's or an imputed one, corrected by a person."""
    DRAWN = "drawn"
    """A person's own."""


@dataclass(frozen=True)
class Correction:
    """What a person made of a box."""

    xyxy: Xyxy
    """Pixels of the upright picture, origin top left, in steps of 0.1."""
    class_name: str


@dataclass(frozen=True)
class Decision:
    """A person's verdict on one box; it outlives the run that led to the box."""

    box: ImputedBox
    verdict: Verdict
    correction: Correction | None = None
    """Exactly for `Verdict.EDITED`."""

    @property
    def xyxy(self) -> Xyxy:
        """Where the box is after all."""
        return self.correction.xyxy if self.correction else self.box.xyxy

    @property
    def class_name(self) -> str:
        """What it shows after all."""
        return self.correction.class_name if self.correction else self.box.class_name

    @property
    def gives_box(self) -> bool:
        """Whether the box is handed over; a confirmed doubt is a decision, but no box."""
        if self.verdict is Verdict.ACCEPTED:
            return not self.box.doubted and self.box.assertion != MODEL
        return self.verdict is Verdict.EDITED


@dataclass(frozen=True)
class Prelabel:
    """One box to hand over."""

    frame: int
    xyxy: tuple[float, float, float, float]
    """Pixels of the upright picture, origin top left."""
    class_name: str
    score: float
    """The model's confidence, or an imputed box's plausibility; 0..1."""
    source: Source
    track: int = -1
    """The object that it shows, or -1 where nobody knows."""
    kind: str = ""
    """The assertion that asked for the box, such as `flickering`; empty for none."""
    key: str = ""
    """`ImputedBox.key` of what a person decided about; empty for the model's own."""


@dataclass(frozen=True, eq=False)
class Objects:
    """Which object each box of a run shows."""

    of: Rows
    """(n,) track of each detection."""
    imputed: Mapping[str, int]
    """Track by the key of an imputed box; those that somebody decided about."""


def objects_in(findings: Findings, decisions: Iterable[Decision]) -> Objects:
    """Which object each detection shows, and each box that was decided about.

    Args:
        findings: Of the run, whatever the thresholds: a box may be hidden by them later on.
        decisions: A person's.
    """
    boxes = findings.imputed
    found: dict[str, int] = {}
    for decision in decisions:
        row = boxes.row_of(decision.box) if decision.box.assertion not in (MODEL, DRAWN) else None
        evidence = boxes[row].evidence if row is not None else None
        if evidence is not None:
            found[decision.box.key] = evidence.track
    return Objects(findings.tracks.of, found)


def model_boxes(
    frame: int, detections: Detections, class_names: tuple[str, ...]
) -> list[ImputedBox]:
    """The detector's own boxes of a frame in the form in which a person decides about them."""
    rows = detections.rows(frame)
    return [
        ImputedBox(frame, _rounded(xyxy), class_names[class_id], score, MODEL)
        for xyxy, class_id, score in zip(
            detections.xyxy[rows].tolist(),
            detections.class_id[rows].tolist(),
            detections.score[rows].tolist(),
            strict=True,
        )
    ]


def prelabels_of_frame(
    frame: int,
    detections: Detections,
    class_names: tuple[str, ...],
    decisions: Iterable[Decision],
    objects: Objects | None = None,
) -> list[Prelabel]:
    """The model's boxes of `frame` that nobody took out or corrected, then those of a person.

    Args:
        frame: Which.
        detections: The run's boxes.
        class_names: Classes by id.
        decisions: A person's; those about other frames are passed over.
        objects: Which object each box shows; without it no prelabel has a track.
    """
    here = {decision.box.key: decision for decision in decisions if decision.box.frame == frame}
    settled = {key for key, d in here.items() if d.verdict is not Verdict.ACCEPTED}
    own = model_boxes(frame, detections, class_names)
    rows = detections.rows(frame)
    exact = detections.xyxy[rows].tolist()
    tracks = objects.of[rows].tolist() if objects is not None else [-1] * len(own)
    model = [
        Prelabel(frame, tuple(xyxy), box.class_name, box.plausibility, Source.MODEL, track)
        for box, xyxy, track in zip(own, exact, tracks, strict=True)
        if box.key not in settled
    ]
    known = {box.key: track for box, track in zip(own, tracks, strict=True)}
    known |= objects.imputed if objects is not None else {}
    return model + [_persons(d, known) for d in here.values() if d.gives_box]


def _persons(decision: Decision, tracks: Mapping[str, int]) -> Prelabel:
    box = decision.box
    return Prelabel(
        box.frame,
        decision.xyxy,
        decision.class_name,
        box.plausibility,
        _source(decision),
        tracks.get(box.key, -1),
        "" if box.assertion in (MODEL, DRAWN) else box.assertion,
        box.key,
    )


def _source(decision: Decision) -> Source:
    if decision.box.assertion == DRAWN:
        return Source.DRAWN
    return Source.EDITED if decision.verdict is Verdict.EDITED else Source.IMPUTED


def _rounded(xyxy: Iterable[float]) -> Xyxy:
    x0, y0, x1, y1 = (round(corner, 1) + 0.0 for corner in xyxy)
    return x0, y0, x1, y1
