"""Reviewing all videos of a folder: the window goes from one to the other by itself."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QComboBox, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig
from core.prelabels import Verdict
from core.project import Project
from gui.canvas import Tool
from gui.main_window import MainWindow
from gui.review.across_list import AcrossList
from tests.conftest import MakeVideo
from tests.gui.collection_making import VIOLATIONS, Folder, go_to, make_folder, show, wait_for_video
from tests.gui.conftest import OpenWindow
from tests.gui.making import add_run, on_disk, seen, texts

ACCEPTED, REJECTED = Verdict.ACCEPTED, Verdict.REJECTED
FIRST = [("cam1", 9), ("cam10", 6), ("cam2", 15), ("cam2", 4), ("cam2", 20)]
"""Videos and frames of the violations, those with most to gain first."""


@pytest.fixture(scope="session")
def made(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return make_folder(make_video, tmp_path_factory.mktemp("videos") / "made")


@pytest.fixture
def folder(made: Folder, tmp_path: Path) -> Folder:
    """A copy of the folder, whose projects know where their videos are now."""
    root = Path(shutil.copytree(made.root, tmp_path / "clips"))
    projects = {name: root / path.name for name, path in made.projects.items()}
    for name, path in projects.items():
        with closing(Project.open(path)) as project:
            project.relocate(root / f"{name}.mp4")
    return Folder(root, projects)


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, folder: Folder) -> MainWindow:
    """The window with the folder's collection, and its first video open."""
    window = open_window()
    show(qtbot, window, folder, "cam1")
    return window


@pytest.fixture
def reviewing(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The same while all videos are reviewed, with the first violation under review."""
    qtbot.mouseClick(button(window, "All videos"), Qt.MouseButton.LeftButton)
    press(window, Qt.Key.Key_S)
    wait_for_review(qtbot, window, FIRST[0])
    return window


def button(window: MainWindow, word: str) -> QToolButton:
    assert window.workspace is not None
    (found,) = [b for b in window.workspace.review.findChildren(QToolButton) if b.text() == word]
    return found


def press(window: MainWindow, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    QTest.keyClick(window.windowHandle(), key, held)


def list_of(window: MainWindow) -> AcrossList:
    assert window.workspace is not None
    (found,) = window.workspace.review.findChildren(AcrossList)
    return found


def table_of(window: MainWindow) -> QTableView:
    (table,) = list_of(window).findChildren(QTableView)
    return table


def rows(window: MainWindow) -> list[tuple[str, ...]]:
    model = table_of(window).model()
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def selected(window: MainWindow) -> list[int]:
    return [index.row() for index in table_of(window).selectionModel().selectedRows()]


def places(window: MainWindow) -> list[tuple[str, int]]:
    return [(name, int(frame)) for name, frame, *_ in rows(window)]


def under_review(window: MainWindow) -> tuple[str, int] | None:
    """Video and frame of the box under review."""
    session = window.session
    assert session is not None
    box = session.focused
    return (session.project.folder.stem, box.frame) if box is not None else None


def wait_for_review(qtbot: QtBot, window: MainWindow, place: tuple[str, int]) -> None:
    """Wait until a violation is under review and its frame is seen."""

    def there() -> bool:
        workspace = window.workspace
        return (
            workspace is not None
            and under_review(window) == place
            and workspace.shown_frame == place[1]
        )

    qtbot.waitUntil(there)


def wait_until_ahead(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Wait until a project is opened ahead."""
    qtbot.waitUntil(lambda: path in window.jobs.opener.ahead.kept)


def verdicts(folder: Folder, name: str) -> list[tuple[int, Verdict]]:
    return [(frame, verdict) for frame, _, verdict in on_disk(folder.projects[name])]


# What is shown


def test_only_a_window_with_a_collection_can_review_all_videos(
    qtbot: QtBot, open_window: OpenWindow, folder: Folder
) -> None:
    window = open_window()
    go_to(qtbot, window, folder, "cam1")
    assert not button(window, "All videos").isVisible()
    show(qtbot, window, folder, "cam2")
    assert button(window, "All videos").isVisible()
    assert button(window, "This video").isChecked()
    window.browsing.library.show(None)
    assert not button(window, "All videos").isVisible()


def test_the_list_has_the_violations_of_all_videos_and_most_to_gain_comes_first(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    assert places(reviewing) == FIRST
    assert [row[2] for row in rows(reviewing)] == ["car"] * 4 + ["traffic light"]
    gains = [float(row[3]) for row in rows(reviewing)]
    assert gains == sorted(gains, reverse=True)
    assert f"0 of {VIOLATIONS} done · 3 videos" in texts(reviewing.workspace.review)
    qtbot.waitUntil(lambda: selected(reviewing) == [0])
    QAbstractItemModelTester(table_of(reviewing).model())


def test_back_to_one_video_everything_is_as_it_was(qtbot: QtBot, reviewing: MainWindow) -> None:
    qtbot.mouseClick(button(reviewing, "This video"), Qt.MouseButton.LeftButton)
    assert "0 of 1 done" in texts(reviewing.workspace.review)
    assert not list_of(reviewing).isVisible()
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    qtbot.wait(50)
    assert "All 1 reviewed: export (Ctrl+E)" in texts(reviewing.workspace.review)
    assert under_review(reviewing) == ("cam1", 9)


def test_a_click_on_a_head_sorts_by_it(qtbot: QtBot, reviewing: MainWindow) -> None:
    header = table_of(reviewing).horizontalHeader()
    header.sectionClicked.emit(0)
    assert places(reviewing) == [
        ("cam1", 9), ("cam2", 4), ("cam2", 15), ("cam2", 20), ("cam10", 6),
    ]  # fmt: skip
    header.sectionClicked.emit(0)
    assert places(reviewing)[0] == ("cam10", 6)
    header.sectionClicked.emit(3)
    assert places(reviewing) == FIRST


def test_the_filters_are_about_all_videos(reviewing: MainWindow) -> None:
    fields = {c.accessibleName(): c for c in list_of(reviewing).findChildren(QComboBox)}
    offered = fields["Class"]
    assert [offered.itemText(at) for at in range(offered.count())] == [
        "Class", "car", "traffic light",
    ]  # fmt: skip
    offered.setCurrentIndex(2)
    offered.activated.emit(2)
    assert places(reviewing) == [("cam2", 20)]
    fields["State"].setCurrentText("accepted")
    fields["State"].activated.emit(3)
    assert rows(reviewing) == []
    said = "No violation is like this. Choose other states, kinds or classes above."
    assert said in texts(list_of(reviewing))


def test_a_row_of_another_video_opens_it_and_is_put_under_review(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    table = table_of(reviewing)
    place = table.visualRect(table.model().index(4, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for_review(qtbot, reviewing, ("cam2", 20))
    qtbot.waitUntil(lambda: selected(reviewing) == [4])
    assert button(reviewing, "All videos").isChecked()


# Going on


def test_a_decision_leads_to_the_next_violation_wherever_it_is(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    press(reviewing, Qt.Key.Key_A)
    assert under_review(reviewing) == ("cam1", 10)
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    wait_for_review(qtbot, reviewing, FIRST[1])
    assert verdicts(folder, "cam1") == [(frame, ACCEPTED) for frame in (9, 10, 11)]
    assert f"1 of {VIOLATIONS} done · 3 videos" in texts(reviewing.workspace.review)
    assert rows(reviewing)[0][4] == "accepted"
    press(reviewing, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    for place in FIRST[2:]:
        wait_for_review(qtbot, reviewing, place)
        press(reviewing, Qt.Key.Key_A)
    assert verdicts(folder, "cam10") == [(6, REJECTED), (7, REJECTED)]
    assert verdicts(folder, "cam2") == [(15, ACCEPTED), (4, ACCEPTED), (20, ACCEPTED)]
    qtbot.waitUntil(lambda: "5 of 5 done · 3 videos" in texts(reviewing.workspace.review))
    # Nothing is left, so nothing is left behind.
    assert under_review(reviewing) == FIRST[-1]


def test_skipping_goes_round_all_videos(qtbot: QtBot, reviewing: MainWindow) -> None:
    for place in [*FIRST[1:], FIRST[0]]:
        press(reviewing, Qt.Key.Key_S)
        wait_for_review(qtbot, reviewing, place)


def test_the_order_is_the_one_before_the_decision(qtbot: QtBot, reviewing: MainWindow) -> None:
    fields = {c.accessibleName(): c for c in list_of(reviewing).findChildren(QComboBox)}
    fields["State"].setCurrentText("to do")
    fields["State"].activated.emit(1)
    press(reviewing, Qt.Key.Key_S)
    wait_for_review(qtbot, reviewing, FIRST[1])
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    # What is decided leaves the list, and throws nobody back to its top.
    wait_for_review(qtbot, reviewing, FIRST[2])
    assert places(reviewing) == [FIRST[0], *FIRST[2:]]


def test_a_key_that_comes_before_the_video_is_there_decides_nothing_about_the_one_before(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    press(reviewing, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: under_review(reviewing) not in (None, FIRST[0]))
    assert {verdict for _, verdict in verdicts(folder, "cam1")} == {ACCEPTED}


def test_the_video_of_the_next_violation_is_opened_ahead(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    wait_until_ahead(qtbot, reviewing, folder.projects["cam10"])
    wait_until_ahead(qtbot, reviewing, folder.projects["cam2"])
    with qtbot.assertNotEmitted(reviewing.jobs.opener.began):
        press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        wait_for_review(qtbot, reviewing, FIRST[1])
        # The one that was left is still at hand.
        press(reviewing, Qt.Key.Key_Z)
        wait_for_review(qtbot, reviewing, FIRST[0])


def test_what_has_changed_since_it_was_opened_ahead_is_opened_anew(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    wait_until_ahead(qtbot, reviewing, folder.projects["cam10"])
    with closing(Project.open(folder.projects["cam10"])) as project:
        run = add_run(project, seen(car_missing=(17, 18), light_missing=()))
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    # What was to be reviewed there is gone: the queue goes on with what comes first in it.
    wait_for_review(qtbot, reviewing, ("cam10", 17))
    assert reviewing.session.run == run
    assert ("cam10", 6) not in places(reviewing)


def test_an_edit_that_is_under_way_is_kept(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    press(reviewing, Qt.Key.Key_E)
    canvas = reviewing.workspace.canvas
    assert canvas.tool() is Tool.EDIT
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    table = table_of(reviewing)
    place = table.visualRect(table.model().index(1, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for_review(qtbot, reviewing, FIRST[1])
    assert verdicts(folder, "cam1") == [(9, Verdict.EDITED)]


# Taking back


def test_undo_right_after_the_window_went_on_goes_back_and_takes_back(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    wait_for_review(qtbot, reviewing, FIRST[1])
    undo = reviewing.actions_by_name["undo"]
    assert undo.isEnabled()
    assert "Undo: Accept 3 boxes in frames 9 to 11, in cam1" in undo.toolTip()
    press(reviewing, Qt.Key.Key_Z)
    wait_for_review(qtbot, reviewing, FIRST[0])
    assert verdicts(folder, "cam1") == []
    assert f"0 of {VIOLATIONS} done · 3 videos" in texts(reviewing.workspace.review)
    press(reviewing, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    assert len(verdicts(folder, "cam1")) == 3


def test_undo_and_redo_go_through_the_videos_in_the_order_of_the_decisions(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    for place in FIRST[1:3]:
        press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        wait_for_review(qtbot, reviewing, place)
    for place in (FIRST[1], FIRST[0]):
        press(reviewing, Qt.Key.Key_Z)
        wait_for_review(qtbot, reviewing, place)
    assert verdicts(folder, "cam1") == verdicts(folder, "cam10") == []
    shift = Qt.KeyboardModifier.ShiftModifier
    press(reviewing, Qt.Key.Key_Z, shift)
    assert len(verdicts(folder, "cam1")) == 3
    assert "Redo: Accept 2 boxes in frames 6 to 7, in cam10" in (
        reviewing.actions_by_name["redo"].toolTip()
    )
    press(reviewing, Qt.Key.Key_Z, shift)
    wait_for_review(qtbot, reviewing, FIRST[1])
    qtbot.waitUntil(lambda: len(verdicts(folder, "cam10")) == 2)


def test_in_review_of_one_video_undo_stays_in_it(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    wait_for_review(qtbot, reviewing, FIRST[1])
    qtbot.mouseClick(button(reviewing, "This video"), Qt.MouseButton.LeftButton)
    press(reviewing, Qt.Key.Key_Z)
    qtbot.wait(50)
    assert under_review(reviewing) == FIRST[1]
    assert len(verdicts(folder, "cam1")) == 3


# Where the window cannot go


def test_while_the_open_video_is_detected_the_review_stays_there_and_says_so(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder, tmp_path: Path
) -> None:
    go_to(qtbot, reviewing, folder, "cam2")
    reviewing.session.focus(reviewing.session.boxes[0])
    weights = tmp_path / "slow.pt"
    weights.write_bytes(b"it takes a while until anybody notices what this is")
    reviewing.session.detect(DetectorConfig(str(weights)))
    assert reviewing.session.detecting
    said = "Detection goes on in cam2.mp4: the review stays there meanwhile."
    press(reviewing, Qt.Key.Key_A)
    assert under_review(reviewing) == ("cam2", 20)
    assert reviewing.banner.sentence == ""
    press(reviewing, Qt.Key.Key_A)
    # The next one of all videos is in another one; the next one here is this.
    assert under_review(reviewing) == ("cam2", 15)
    assert reviewing.banner.sentence == said
    reviewing.banner.hide()
    press(reviewing, Qt.Key.Key_A)
    assert reviewing.session.detecting
    assert reviewing.banner.sentence == ""  # said once
    assert under_review(reviewing) == ("cam2", 15)
    table_of(reviewing).selectRow(1)
    assert reviewing.banner.sentence == said
    (go,) = [b for b in reviewing.banner.findChildren(QPushButton) if b.text() == "Stop and go on"]
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    wait_for_review(qtbot, reviewing, FIRST[1])


def test_a_video_that_is_gone_is_said_and_left_out(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    reviewing.jobs.opener.ahead.close()
    (folder.root / "cam10.mp4").unlink()
    press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: "cam10.mp4" in reviewing.banner.sentence)
    qtbot.waitUntil(lambda: under_review(reviewing) is not None)
    assert under_review(reviewing)[0] == "cam1"
    assert {name for name, _ in places(reviewing)} == {"cam1", "cam2"}
    press(reviewing, Qt.Key.Key_S)
    wait_for_review(qtbot, reviewing, FIRST[2])


def test_a_project_that_is_open_elsewhere_is_said_and_left_out(
    qtbot: QtBot, reviewing: MainWindow, folder: Folder
) -> None:
    wait_until_ahead(qtbot, reviewing, folder.projects["cam10"])
    with closing(Project.open(folder.projects["cam10"])) as project:
        project.reserve()
        press(reviewing, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda: "is open in another window" in reviewing.banner.sentence)
    assert under_review(reviewing)[0] == "cam1"
    press(reviewing, Qt.Key.Key_S)
    wait_for_review(qtbot, reviewing, FIRST[2])


def test_a_video_of_elsewhere_ends_the_review_of_all(
    qtbot: QtBot, reviewing: MainWindow, made: Folder
) -> None:
    reviewing.open_path(made.projects["cam2"])
    wait_for_video(qtbot, reviewing, made, "cam2")
    assert not button(reviewing, "All videos").isVisible()
    press(reviewing, Qt.Key.Key_S)
    assert reviewing.session.project.folder == made.projects["cam2"]
    assert under_review(reviewing) is not None


def test_a_folder_that_is_opened_is_reviewed_as_it_is_looked_through(
    qtbot: QtBot, open_window: OpenWindow, folder: Folder
) -> None:
    window = open_window()
    window.open_path(folder.root)
    qtbot.waitUntil(lambda: window.session is not None)
    qtbot.mouseClick(button(window, "All videos"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: places(window) == FIRST, timeout=60_000)
    # Another program, such as a batch, has detected one of them anew.
    with closing(Project.open(folder.projects["cam10"])) as project:
        add_run(project, seen(car_missing=(), light_missing=(3,)))
    window.browsing.library.look_again(folder.projects["cam10"])
    qtbot.waitUntil(lambda: ("cam10", 3) in places(window), timeout=60_000)
    assert {("cam10", 3)} ^ set(FIRST) ^ set(places(window)) == {("cam10", 6)}
