"""A session's state in the terms of the canvas and the timeline."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.assertions.imputed import DRAWN, ImputedBox, Xyxy, name_of
from core.prelabels import Decision, Verdict, model_boxes
from gui.canvas import BoxState, CanvasBox
from gui.session import Session
from gui.timeline import Lanes

_STATES = {
    Verdict.ACCEPTED: BoxState.ACCEPTED,
    Verdict.REJECTED: BoxState.REJECTED,
    Verdict.EDITED: BoxState.EDITED,
}
_LONG_LIFE = 0.5
"""Seconds that a track without violations must be seen to get a lane."""


def canvas_boxes(session: Session, frame: int | None) -> list[CanvasBox]:
    """The boxes of a frame: the model's, then those to review, then the person's own."""
    if frame is None:
        return []
    asked = [_asked(session, box) for box in session.boxes_in(frame)]
    return [*_model_boxes(session, frame), *asked, *_drawn(session, frame)]


def ghosts(session: Session, frame: int) -> list[Xyxy]:
    """What the detector saw in a frame, without what a person took out."""
    return [
        box.xyxy
        for box in canvas_boxes(session, frame)
        if box.state not in (BoxState.REJECTED, BoxState.IMPUTED, BoxState.DOUBTED)
    ]


def lanes(session: Session) -> tuple[Lanes, NDArray[np.int64]]:
    """A lane for each track that violates something or lives long, by first appearance.

    Returns:
        The lanes, and the track of each.
    """
    found = session.findings
    if found is None:
        nothing = np.empty(0, np.int64)
        return Lanes((), nothing.astype(np.int32), nothing, nothing), nothing
    seen = found.tracks
    wanted = np.zeros(len(seen.class_id), np.bool_)
    lived = np.bincount(seen.track, seen.stop - seen.start, minlength=len(wanted))
    wanted |= lived >= _LONG_LIFE * float(session.info.rate)
    violated = found.violations.track
    wanted[violated[violated >= 0]] = True
    tracks = np.flatnonzero(wanted)
    place = np.cumsum(wanted) - 1
    kept = wanted[seen.track]
    labels = tuple(f"{_class_of(found, track)} #{track}" for track in tracks.tolist())
    lane = place[seen.track[kept]].astype(np.int32)
    return Lanes(labels, lane, seen.start[kept], seen.stop[kept]), tracks


def _class_of(found: Findings, track: int) -> str:
    return name_of(found.class_names, int(found.tracks.class_id[track]))


def _model_boxes(session: Session, frame: int) -> Iterator[CanvasBox]:
    if session.run is None:
        return
    detections = session.detections
    boxes = model_boxes(frame, detections, session.run.info.class_names)
    for box, track in zip(boxes, _tracks(session, detections.rows(frame)), strict=True):
        decision = session.decision(box)
        state = _STATES[decision.verdict] if decision else BoxState.DETECTION
        yield _shown(session, box, decision, state, track)


def _tracks(session: Session, rows: slice) -> Sequence[str]:
    if session.findings is None:
        return [""] * (rows.stop - rows.start)
    return [f" #{track}" for track in session.findings.tracks.of[rows].tolist()]


def _asked(session: Session, box: ImputedBox) -> CanvasBox:
    decision = session.decision(box)
    waiting = BoxState.DOUBTED if box.doubted else BoxState.IMPUTED
    state = _STATES[decision.verdict] if decision else waiting
    why = box.evidence
    track = f" #{why.track}" if why is not None and why.track >= 0 else ""
    return _shown(session, box, decision, state, track)


def _drawn(session: Session, frame: int) -> Iterator[CanvasBox]:
    for decision in session.project.decisions.values():
        if decision.box.frame == frame and decision.box.assertion == DRAWN:
            yield _shown(session, decision.box, decision, BoxState.DRAWN, "")


def _shown(
    session: Session, box: ImputedBox, decision: Decision | None, state: BoxState, track: str
) -> CanvasBox:
    score = "" if box.assertion == DRAWN else f" {box.plausibility:.2f}"
    return CanvasBox(
        decision.xyxy if decision else box.xyxy,
        f"{decision.class_name if decision else box.class_name}{score}{track}",
        state,
        focused=box == session.focused,
        key=box,
    )
