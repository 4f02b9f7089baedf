"""Prelabels: the boxes that are ready to be handed over, each with its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.assertions.imputed import DRAWN, MODEL, ImputedBox, Xyxy
from core.verdict import Verdict as Verdict

if TYPE_CHECKING:
    from core.detections import Detections


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
) -> list[Prelabel]:
    """The model's boxes of `frame` that nobody took out or corrected, then those of a person."""
    here = {decision.box.key: decision for decision in decisions if decision.box.frame == frame}
    settled = {key for key, d in here.items() if d.verdict is not Verdict.ACCEPTED}
    own = model_boxes(frame, detections, class_names)
    exact = detections.xyxy[detections.rows(frame)].tolist()
    model = [
        Prelabel(frame, tuple(xyxy), box.class_name, box.plausibility, Source.MODEL)
        for box, xyxy in zip(own, exact, strict=True)
        if box.key not in settled
    ]
    persons = [
        Prelabel(frame, d.xyxy, d.class_name, d.box.plausibility, _source(d))
        for d in here.values()
        if d.gives_box
    ]
    return model + persons


def _source(decision: Decision) -> Source:
    if decision.box.assertion == DRAWN:
        return Source.DRAWN
    return Source.EDITED if decision.verdict is Verdict.EDITED else Source.IMPUTED


def _rounded(xyxy: Iterable[float]) -> Xyxy:
    x0, y0, x1, y1 = (round(corner, 1) + 0.0 for corner in xyxy)
    return x0, y0, x1, y1
