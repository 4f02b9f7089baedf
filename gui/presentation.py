"""A session's state in the terms of the canvas and the timeline."""

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import ImputedBox
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
    states: dict[int, MarkState] = {}
    for box in session.boxes:
        state = _MARK_STATES[session.verdict(box)]
        # To do beats accepted, accepted beats rejected: the numbers of the states.
        states[box.frame] = min(state, states.get(box.frame, state))
    frames = np.fromiter(states, np.int64, len(states))
    return frames, np.fromiter(states.values(), np.uint8, len(states))


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
