"""What cannot be used now says why not; what can be used says its key."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig
from core.prelabels import Verdict
from gui.actions import SPECS
from gui.main_window import MainWindow
from tests.gui.conftest import OpenWindow

ALWAYS = {
    *("open", "open_project", "demo", "settings", "quit"),
    *("palette", "jobs", "guide", "help", "change_keys"),
}

LISTED = {"media_list", "find_video", "next_video", "previous_video", "detect_all"}


def state(window: MainWindow, name: str) -> tuple[bool, str]:
    action = window.actions_by_name[name]
    return action.isEnabled(), action.toolTip()


def test_without_a_video_only_opening_and_help_are_possible(open_window: OpenWindow) -> None:
    window = open_window()
    enabled = {name for name, action in window.actions_by_name.items() if action.isEnabled()}
    assert enabled == ALWAYS
    for name in set(window.actions_by_name) - ALWAYS:
        missing = "Open a folder of videos first" if name in LISTED else "Open a video first"
        assert state(window, name)[1].startswith(missing)


def test_every_action_has_a_word_an_icon_and_a_tip_with_its_key(window: MainWindow) -> None:
    for spec in SPECS:
        action = window.actions_by_name[spec.name]
        assert action.text() == spec.text
        assert not action.icon().isNull(), spec.name
        keys = [key.toString() for key in action.shortcuts()]
        assert len(keys) == len(spec.keys)
        assert all(keys), f"Qt does not know a key of {spec.keys}"
        if keys:
            assert action.toolTip().endswith(f" ({keys[0]})")


def test_a_video_without_a_run_offers_detection_and_says_what_the_rest_waits_for(
    open_window: OpenWindow, clip: Path
) -> None:
    window = open_window(clip)
    assert state(window, "detect") == (True, "Run the detector, or go on with it (D)")
    assert state(window, "next") == (False, "No frame flickers yet (N)")
    assert state(window, "previous") == (False, "No frame flickers yet (P)")
    assert state(window, "export") == (False, "Detect first (Ctrl+E)")
    assert state(window, "cancel") == (False, "Nothing is being detected")
    assert state(window, "undo") == (False, "Nothing to undo (Ctrl+Z)")
    assert state(window, "redo") == (False, "Nothing to redo (Ctrl+Shift+Z)")


def test_a_box_under_review_can_be_decided_and_other_frames_say_that_they_have_none(
    window: MainWindow,
) -> None:
    assert window.session is not None
    assert state(window, "accept") == (False, "No box is in focus (A)")
    window.session.go_to(9)
    assert state(window, "accept") == (True, "Accept the focused box as a prelabel (A)")
    assert state(window, "reject") == (True, "Reject the focused box (X)")
    window.session.go_to(10)
    assert state(window, "reject") == (False, "No box is in focus (X)")


def test_undo_and_redo_follow_the_decisions(window: MainWindow) -> None:
    session = window.session
    assert session is not None
    session.go_to(9)
    session.decide(Verdict.ACCEPTED)
    assert state(window, "undo") == (True, "Undo: Accept car in frame 9 (Ctrl+Z)")
    assert state(window, "redo") == (False, "Nothing to redo (Ctrl+Shift+Z)")
    session.undo()
    assert state(window, "undo") == (False, "Nothing to undo (Ctrl+Z)")
    assert state(window, "redo") == (True, "Redo: Accept car in frame 9 (Ctrl+Shift+Z)")
    session.redo()
    assert (state(window, "undo")[0], state(window, "redo")[0]) == (True, False)


def test_while_detecting_only_stopping_is_offered(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    session = window.session
    assert session is not None
    session.detect(DetectorConfig(str(tmp_path / "missing.pt")))
    assert state(window, "detect") == (False, "Detection is under way (D)")
    assert state(window, "detect_with") == (False, "Detection is under way (Shift+D)")
    assert state(window, "cancel")[0]
    qtbot.waitUntil(lambda: not session.detecting, timeout=30_000)
    assert state(window, "detect")[0]
    assert not state(window, "cancel")[0]
