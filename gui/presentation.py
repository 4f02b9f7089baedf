"""A session's state in the terms of the canvas and the timeline."""

import numpy as np
from numpy.typing import NDArray

from core.assertions.imputed import ImputedBox
from core.prelabels import Verdict
from gui.canvas import BoxState, CanvasBox
from gui.session import Session
from gui.timeline import MarkState

_BOX_STATES = {
    None: BoxState.IMPUTED,
    Verdict.ACCEPTED: BoxState.ACCEPTED,
    Verdict.REJECTED: BoxState.REJECTED,
}
_MARK_STATES = {
    None: MarkState.TO_DO,
    Verdict.ACCEPTED: MarkState.ACCEPTED,
    Verdict.REJECTED: MarkState.REJECTED,
}


def canvas_boxes(session: Session, frame: int | None) -> list[CanvasBox]:
    """The boxes of a frame: the model's, then the imputed ones, focused or not."""
    if frame is None:
        return []
    imputed = [_imputed(session, box) for box in session.boxes_in(frame)]
    return _model_boxes(session, frame) + imputed


def marks(session: Session) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Frames with imputed boxes, and the state of each: to do while any of its boxes is."""
    boxes = session.boxes
    states = np.full(len(boxes), MarkState.TO_DO, np.uint8)
    for decision in session.decisions:
        row = boxes.row_of(decision.box)
        if row is not None:
            states[row] = _MARK_STATES[decision.verdict]
    frames = boxes.frames
    # To do beats accepted, accepted beats rejected: the numbers of the states.
    first = np.searchsorted(boxes.frame, frames)
    return frames, np.minimum.reduceat(states, first) if len(frames) else states


def _model_boxes(session: Session, frame: int) -> list[CanvasBox]:
    if session.run is None:
        return []
    names = session.run.info.class_names
    detections, rows = session.detections, session.detections.rows(frame)
    return [
        CanvasBox(tuple(xyxy), f"{names[class_id]} {score:.2f}", BoxState.DETECTION)
        for xyxy, class_id, score in zip(
            detections.xyxy[rows].tolist(),
            detections.class_id[rows].tolist(),
            detections.score[rows].tolist(),
            strict=True,
        )
    ]


def _imputed(session: Session, box: ImputedBox) -> CanvasBox:
    return CanvasBox(
        box.xyxy,
        f"{box.class_name} {box.plausibility:.2f}",
        _BOX_STATES[session.verdict(box)],
        focused=box == session.focused,
        key=box,
    )
