"""What is opened ahead: in which order, how much of it is kept, and who follows its job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.errors import UserError
from core.frames import FrameIndex
from core.opening import Target
from core.video.reader import VideoInfo
from gui.jobs import IsCancelled, Report, Work
from gui.look_ahead import LookAhead
from gui.opening import Opened
from gui.review.trail import Step, Trail

PATHS = [Path(name) for name in "abcdef"]


class Opening:
    """Opens paths as long as it is let, and notes which."""

    def __init__(self, facts: tuple[VideoInfo, FrameIndex]) -> None:
        self._facts = facts
        self.begun: list[Path] = []
        self.changed: set[Path] = set()
        self.broken: set[Path] = set()
        self.may_end = Event()
        self.may_end.set()

    def work(self, path: Path) -> Work[Opened]:
        def open_(report: Report, cancelled: IsCancelled) -> Opened:
            self.begun.append(path)
            while not self.may_end.wait(0.01) and not cancelled():
                pass
            if path in self.broken:
                raise UserError("it is broken", mend="leave it")
            return Opened(path, Target(path, path), *self._facts)

        return open_

    def still_so(self, opened: Opened) -> bool:
        return opened.asked_for not in self.changed


@pytest.fixture
def opening(clip_facts: tuple[VideoInfo, FrameIndex]) -> Opening:
    return Opening(clip_facts)


@pytest.fixture
def ahead(qapp: QApplication, opening: Opening) -> Iterator[LookAhead]:
    made = LookAhead(opening.work, opening.still_so)
    yield made
    opening.may_end.set()
    made.close()


def test_what_is_wanted_first_is_opened_first_and_few_are_kept(
    qtbot: QtBot, ahead: LookAhead, opening: Opening
) -> None:
    ahead.want(PATHS[:3])
    qtbot.waitUntil(lambda: ahead.kept == tuple(PATHS[:3]))
    assert opening.begun == PATHS[:3]
    ahead.want([PATHS[0], *PATHS[3:5]])
    qtbot.waitUntil(lambda: PATHS[4] in ahead.kept)
    # What is still wanted stays; the one that nobody wants any more goes first.
    assert set(ahead.kept) == {PATHS[0], PATHS[2], PATHS[3], PATHS[4]}
    taken = ahead.take(PATHS[0])
    assert taken is not None
    assert taken.asked_for == PATHS[0]
    assert ahead.take(PATHS[0]) is None


def test_newer_wishes_take_the_place_of_older_ones(
    qtbot: QtBot, ahead: LookAhead, opening: Opening
) -> None:
    opening.may_end.clear()
    ahead.want(PATHS[:2])
    qtbot.waitUntil(lambda: opening.begun == PATHS[:1])
    ahead.want([PATHS[3]])
    opening.may_end.set()
    qtbot.waitUntil(lambda: PATHS[3] in ahead.kept)
    assert opening.begun == [PATHS[0], PATHS[3]]


def test_what_has_changed_or_cannot_be_opened_is_not_given(
    qtbot: QtBot, ahead: LookAhead, opening: Opening
) -> None:
    opening.broken.add(PATHS[0])
    ahead.want(PATHS[:2])
    qtbot.waitUntil(lambda: ahead.kept == (PATHS[1],))
    opening.changed.add(PATHS[1])
    assert ahead.take(PATHS[0]) is None
    assert ahead.take(PATHS[1]) is None
    # It is not tried over and over.
    ahead.want(PATHS[:1])
    qtbot.wait(50)
    assert opening.begun == PATHS[:2]


def test_a_job_that_is_handed_over_is_followed_by_somebody_else(
    qtbot: QtBot, ahead: LookAhead, opening: Opening
) -> None:
    opening.may_end.clear()
    ahead.want(PATHS[:1])
    assert ahead.hand_over(PATHS[1]) is None
    job = ahead.hand_over(PATHS[0])
    assert job is not None
    with qtbot.waitSignal(job.finished):
        opening.may_end.set()
    assert ahead.kept == ()
    job.deleteLater()


def test_the_trail_says_whose_turn_it_is() -> None:
    one, other = Step(PATHS[0], "one"), Step(PATHS[1], "other")
    trail = Trail()
    assert trail.undo is None
    assert trail.redo is None
    for step in (one, other, one):
        trail.decided(step)
    trail.undone(one)
    assert (trail.undo, trail.redo) == (other, one)
    trail.undone(other)
    assert (trail.undo, trail.redo) == (one, other)
    trail.redone(other)
    assert (trail.undo, trail.redo) == (other, one)
    trail.decided(one)
    assert (trail.undo, trail.redo) == (one, None)
    trail.forget(PATHS[0])
    assert trail.undo == other


def test_what_an_earlier_sitting_decided_can_be_redone_where_it_was_undone() -> None:
    old = Step(PATHS[2], "old")
    trail = Trail()
    trail.decided(Step(PATHS[0], "new"))
    trail.undone(old)
    assert trail.redo == old
    assert trail.undo is not None
    trail.redone(old)
    assert (trail.undo, trail.redo) == (old, None)
