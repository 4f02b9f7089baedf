"""Prelabels: the boxes that are ready to be handed over, each with its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.assertions.imputed import ImputedBox
    from core.detections import Detections


class Verdict(StrEnum):
    """What a person decided about an imputed box."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Source(StrEnum):
    """Where a prelabel comes from."""

    MODEL = "model"
    IMPUTED = "imputed"


@dataclass(frozen=True)
class Decision:
    """A person's verdict on one imputed box; it outlives the run that led to the box."""

    box: ImputedBox
    verdict: Verdict


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


def prelabels_of_frame(
    frame: int,
    detections: Detections,
    class_names: tuple[str, ...],
    decisions: Iterable[Decision],
) -> list[Prelabel]:
    """The model's boxes of `frame`, then those that a person accepted there."""
    rows = detections.rows(frame)
    model = [
        Prelabel(frame, tuple(xyxy), class_names[class_id], score, Source.MODEL)
        for xyxy, class_id, score in zip(
            detections.xyxy[rows].tolist(),
            detections.class_id[rows].tolist(),
            detections.score[rows].tolist(),
            strict=True,
        )
    ]
    accepted = [
        Prelabel(frame, d.box.xyxy, d.box.class_name, d.box.plausibility, Source.IMPUTED)
        for d in decisions
        if d.verdict is Verdict.ACCEPTED and d.box.frame == frame
    ]
    return model + accepted
