"""Which frames are handed over."""

import numpy as np
import pytest

from core.assertions.assess import assess
from core.detections import from_frames
from core.errors import ExportError
from core.export import SCOPES, Scope, expect_some, frames_in_scope
from core.prelabels import Decision, Verdict
from core.project import Selection
from tests.core.making import NAMES, Row, box, frame_of

CAR: Row = (40, 30, 80, 60, 0.8, 1)
DECISIONS = [
    Decision(box(9), Verdict.ACCEPTED),
    Decision(box(8), Verdict.REJECTED),
    Decision(box(0), Verdict.ACCEPTED),
]
CHOSEN = Selection("initial-tag", "lightly", (2, 7))


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("flagged", [0, 1, 9]),
        ("accepted", [0, 9]),
        ("selected", [2, 7]),
        ("all", list(range(10))),
    ],
)
def test_a_scope_has_its_frames(scope: Scope, expected: list[int]) -> None:
    frames = [frame_of([CAR]), frame_of([]), frame_of([CAR])]
    findings = assess(from_frames(frames), NAMES, (200, 200), np.arange(3.0))
    assert frames_in_scope("flagged", findings, [], None, 10) == [1]
    assert frames_in_scope(scope, findings, DECISIONS, CHOSEN, 10) == expected


def test_without_a_run_decisions_or_choice_only_all_frames_are_left() -> None:
    counts = {scope: len(frames_in_scope(scope, None, [], None, 3)) for scope in SCOPES}
    assert counts == {"flagged": 0, "accepted": 0, "selected": 0, "all": 3}
    assert frames_in_scope("flagged", None, DECISIONS, None, 10) == [0, 9]


@pytest.mark.parametrize("scope", SCOPES)
def test_an_empty_scope_is_a_sentence_of_its_own(scope: Scope) -> None:
    with pytest.raises(ExportError, match=r"no frame|No frame|No box"):
        expect_some([], scope)
    assert expect_some([3], scope) == [3]
