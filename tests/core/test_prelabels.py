"""Prelabels: the model's boxes and the accepted imputed ones."""

import numpy as np

from core.assertions.imputed import DRAWN, ImputedBox
from core.detections import empty_detections, from_frames
from core.prelabels import (
    Correction,
    Decision,
    Objects,
    Prelabel,
    Source,
    Verdict,
    model_boxes,
    prelabels_of_frame,
)
from tests.core.making import NAMES, box, flickering_frames, frame_of


def test_the_models_boxes_come_first_then_the_accepted_ones() -> None:
    frames = [frame_of([]), frame_of([(1.5, 2.25, 10, 20, 0.75, 2), (3, 4, 5, 6, 0.5, 0)])]
    decisions = [Decision(box(1, (7, 8, 9, 10)), Verdict.ACCEPTED)]
    assert prelabels_of_frame(1, from_frames(frames), NAMES, decisions) == [
        Prelabel(1, (1.5, 2.25, 10, 20), "traffic light", 0.75, Source.MODEL),
        Prelabel(1, (3, 4, 5, 6), "person", 0.5, Source.MODEL),
        Prelabel(
            1, (7, 8, 9, 10), "car", 0.875, Source.IMPUTED,
            kind="tutorial", key="tutorial/1/7,8,9,10/car",
        ),
    ]  # fmt: skip


def test_rejected_boxes_and_those_of_other_frames_are_left_out() -> None:
    decisions = [Decision(box(2), Verdict.REJECTED), Decision(box(3), Verdict.ACCEPTED)]
    assert prelabels_of_frame(2, empty_detections(5), NAMES, decisions) == []


def test_a_frame_that_the_run_has_not_reached_has_the_accepted_boxes_alone() -> None:
    decisions = [Decision(box(9), Verdict.ACCEPTED)]
    detections = from_frames(flickering_frames(3, [1]))
    (only,) = prelabels_of_frame(9, detections, NAMES, decisions)
    assert only.source is Source.IMPUTED


def test_what_a_person_corrected_drew_or_took_out_is_handed_over_so() -> None:
    detections = from_frames([frame_of([(1, 2, 10, 20, 0.75, 1), (3, 4, 5.04, 6, 0.5, 0)])])
    taken_out, corrected = model_boxes(0, detections, NAMES)
    missed = box(0)
    drawn = ImputedBox(0, (50, 50, 60, 60), "car", 1.0, DRAWN)
    doubt = ImputedBox(0, (3, 4, 5, 6), "person", 0.5, "appear", doubted=True)
    decisions = [
        Decision(taken_out, Verdict.REJECTED),
        Decision(corrected, Verdict.EDITED, Correction((3, 4, 6, 7), "car")),
        Decision(missed, Verdict.EDITED, Correction((9, 9, 12, 12), "person")),
        Decision(drawn, Verdict.ACCEPTED),
        Decision(doubt, Verdict.ACCEPTED),
    ]
    assert prelabels_of_frame(0, detections, NAMES, decisions) == [
        Prelabel(0, (3, 4, 6, 7), "car", 0.5, Source.EDITED, key=corrected.key),
        Prelabel(
            0, (9, 9, 12, 12), "person", 0.875, Source.EDITED, kind="tutorial", key=missed.key
        ),
        Prelabel(0, (50, 50, 60, 60), "car", 1.0, Source.DRAWN, key=drawn.key),
    ]


def test_prelabels_know_their_objects() -> None:
    detections = from_frames([frame_of([(1, 2, 10, 20, 0.75, 1), (3, 4, 5, 6, 0.5, 0)])])
    corrected = model_boxes(0, detections, NAMES)[1]
    missed = box(0)
    decisions = [
        Decision(corrected, Verdict.EDITED, Correction((3, 4, 6, 7), "car")),
        Decision(missed, Verdict.ACCEPTED),
        Decision(ImputedBox(0, (50, 50, 60, 60), "car", 1.0, DRAWN), Verdict.ACCEPTED),
    ]
    objects = Objects(np.array([4, 7]), {missed.key: 9})
    found = prelabels_of_frame(0, detections, NAMES, decisions, objects)
    assert [(each.source, each.track) for each in found] == [
        (Source.MODEL, 4), (Source.EDITED, 7), (Source.IMPUTED, 9), (Source.DRAWN, -1),
    ]  # fmt: skip
