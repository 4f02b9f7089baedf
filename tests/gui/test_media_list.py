"""The media list: what a row says and shows, search, order, keys, and a thousand rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from core.collection.collection import Collection, Member
from core.collection.overview import Overview
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.video.reader import VideoInfo
from gui.collection.library import Found, Library
from gui.collection.order import ListOrder
from gui.collection.panel import MediaPanel
from gui.collection.row import Mark, row_of
from gui.session import Session
from gui.theme import DARK, LIGHT, Theme
from gui.timeline.cividis import table
from tests.gui.collecting import found_in, make_projects
from tests.gui.making import pixels, texts

MEMBER = Member("north/cam3", Path("/p/cam3.flickerscope"), Path("/v/north/cam3.mp4"))


def overview(states: tuple[int, ...] = (0, 0, 1), **changes: object) -> Overview:
    """Of a video of 1,200 frames in 48 s."""
    count = len(states)
    rows = np.arange(count)
    made = Overview(
        *("stamp", 1200, 48.0, 1920, 1080, "yolov8n", 1200, True, count, 12.34),
        *(np.linspace(0, 1, 100).astype(np.float16), ("flickering",), ("car",)),
        *(rows, rows + 1, np.zeros(count, np.int8), np.zeros(count, np.int16), rows),
        *(np.ones(count, np.float32), np.ones(count), np.array(states, np.uint8)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


# What a row says


def test_a_row_says_what_is_to_do_how_long_and_how_much_it_flickers() -> None:
    row = row_of(MEMBER, overview(), "", looking=False)
    assert (row.name, row.mark, row.state) == ("north/cam3", Mark.TO_DO, "2 of 3 to do")
    assert (row.length, row.flickering) == ("0:48 · 1\u202f200 frames", "12.3 per 1\u202f000")
    assert "1920 × 1080, yolov8n" in row.told
    assert "about 12.3 missed boxes in 1,000 frames" in row.told


def test_a_row_says_when_nothing_is_left() -> None:
    assert row_of(MEMBER, overview((1, 2, 3)), "", looking=False).mark is Mark.DONE
    assert row_of(MEMBER, overview((1, 2, 3)), "", looking=False).state == "3 reviewed"
    calm = row_of(MEMBER, overview(()), "", looking=False)
    assert (calm.mark, calm.state) == (Mark.NONE, "No violation")


def test_a_row_says_how_much_was_seen_of_a_run_that_was_stopped() -> None:
    row = row_of(MEMBER, overview(complete=False, seen=480), "", looking=False)
    assert row.length.endswith("40\u202f% seen")


def test_a_row_says_how_far_detection_is() -> None:
    new = row_of(MEMBER, None, "", looking=True, detecting=0.43)
    assert (new.state, new.length) == ("", "Detecting 43\u202f%")
    assert new.told == "north/cam3\nDetecting 43\u202f%"
    known = row_of(MEMBER, overview(complete=False, seen=480), "", looking=False, detecting=0.43)
    assert (known.mark, known.state) == (Mark.NONE, "Detecting 43\u202f%")
    assert known.length.endswith("40\u202f% seen")


def test_a_row_of_which_nothing_is_known_says_why() -> None:
    assert row_of(MEMBER, None, "", looking=True).length == "Looking into it…"
    assert row_of(MEMBER, None, "", looking=False).length == "Not detected yet"
    damaged = row_of(MEMBER, None, "The project cam3 is damaged", looking=False)
    assert (damaged.mark, damaged.length) == (Mark.PROBLEM, "Cannot be read")
    assert damaged.told == "north/cam3\nThe project cam3 is damaged."


def test_a_missing_video_is_marked_beside_what_is_known() -> None:
    row = row_of(MEMBER, overview(), "The video /v is not there any more", looking=False)
    assert (row.mark, row.state) == (Mark.PROBLEM, "2 of 3 to do")
    assert row.told.endswith("The video /v is not there any more.")


# The panel


@pytest.fixture
def library(qapp: object) -> Iterator[Library]:
    made = Library()
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot, library: Library) -> MediaPanel:
    made = MediaPanel(library, LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


def many(count: int) -> Found:
    """A collection of as many videos, all with an overview; nothing of it is on disk."""
    members = tuple(
        Member(f"cam{n}", Path(f"/p/cam{n}.flickerscope"), Path(f"/v/cam{n}.mp4"))
        for n in range(count)
    )
    known = {m.folder: overview(flickering=float(n)) for n, m in enumerate(members)}
    return Found(Collection(Path("/p"), members), (), known)


def shown(panel: MediaPanel) -> list[str]:
    model = panel.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_lists_by_flickering_and_counts(panel: MediaPanel, library: Library) -> None:
    library.show(many(1000))
    assert shown(panel)[:3] == ["cam999", "cam998", "cam997"]
    assert panel.counts == "1\u202f000 in all · 1\u202f000 to review"


def test_search_filters_and_says_when_nothing_is_found(
    qtbot: QtBot, panel: MediaPanel, library: Library
) -> None:
    library.show(many(100))
    qtbot.keyClicks(panel.search, "9 CAM")
    assert len(shown(panel)) == 19
    assert panel.counts.startswith("19 of 100 videos")
    qtbot.keyClicks(panel.search, "x")
    assert not panel.list.isVisible()
    assert "No video is called like “9 CAMx”." in texts(panel)
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(shown(panel)) == 100
    assert panel.list.isVisible()


def test_letters_typed_in_the_list_search(
    qtbot: QtBot, panel: MediaPanel, library: Library
) -> None:
    library.show(many(100))
    panel.activateWindow()
    panel.list.setFocus()
    qtbot.waitUntil(panel.list.hasFocus)
    QTest.keyClick(panel.list, "m")
    assert panel.search.hasFocus()
    QTest.keyClick(panel.search, "7")
    assert panel.search.text() == "m7"
    assert len(shown(panel)) == 11


def test_keys_move_and_choose(qtbot: QtBot, panel: MediaPanel, library: Library) -> None:
    library.show(many(10))
    opened: list[str] = []
    panel.open_requested.connect(lambda member: opened.append(member.name))
    QTest.keyClick(panel.search, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert opened == ["cam8"]
    panel.search.setText("cam3")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert opened == ["cam8", "cam3"]


def test_a_click_opens(panel: MediaPanel, library: Library, qtbot: QtBot) -> None:
    library.show(many(10))
    with qtbot.waitSignal(panel.open_requested) as asked:
        centre = panel.list.visualRect(panel.list.model().index(2, 0)).center()
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert asked.args is not None
    assert asked.args[0].name == "cam7"


def test_is_sorted_by_what_is_chosen_and_turned_round(
    panel: MediaPanel, library: Library, qtbot: QtBot
) -> None:
    library.show(many(10))
    combo, button = panel.findChild(QComboBox), panel.findChild(QToolButton, "direction")
    combo.setCurrentIndex(combo.findData("name"))
    combo.activated.emit(combo.currentIndex())
    assert shown(panel)[0] == "cam0"
    assert button.toolTip() == "From A to Z; click to turn it round"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shown(panel)[0] == "cam9"
    assert library.order == ListOrder("", "name", True)


def test_another_order_keeps_the_open_video_in_mind(
    panel: MediaPanel,
    library: Library,
    tmp_path: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    root = make_projects(tmp_path / "many", clip_facts[0])
    library.show(found_in(root))
    session = Session(Project.open(root / "c so-so.flickerscope"), *clip_facts)
    library.follow(session)
    assert panel.list.currentIndex().data() == "c so-so"
    library.set_order(ListOrder(sorted_by="name", descending=False))
    assert panel.list.currentIndex().data() == "c so-so"
    session.close()


def test_all_reviewed_is_said(
    qtbot: QtBot,
    panel: MediaPanel,
    library: Library,
    tmp_path: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    root = make_projects(tmp_path / "many", clip_facts[0], {"one": (4,), "two": ()})
    library.show(found_in(root))
    qtbot.waitUntil(lambda: not library.left)
    qtbot.waitUntil(lambda: panel.counts == "2 in all · 1 to review")
    session = Session(Project.open(root / "one.flickerscope"), *clip_facts)
    library.follow(session)
    session.focus(session.queue.boxes_of(0)[0])
    session.decide(Verdict.ACCEPTED)
    qtbot.waitUntil(lambda: panel.counts == "2 in all · all reviewed")
    library.follow(None)
    session.close()


# What it shows


def colours(panel: MediaPanel, row: int) -> set[str]:
    rect = panel.list.visualRect(panel.list.model().index(row, 0))
    found = pixels(panel.list.viewport().grab(rect).toImage()).reshape(-1, 3)
    return {QColor(int(r), int(g), int(b)).name() for b, g, r in np.unique(found, axis=0)}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_row_shows_scores_state_and_what_is_open(
    panel: MediaPanel, library: Library, theme: Theme
) -> None:
    panel.set_theme(theme)
    found = many(2)
    known = dict(found.overviews)
    known[found.collection.members[0].folder] = overview((1, 1))
    library.show(replace(found, overviews=known))
    first, second = colours(panel, 0), colours(panel, 1)
    brightest = QColor(*table()[255].tolist()).name()
    assert brightest in first
    assert theme.accepted_text in first
    assert theme.imputed_text in second
    assert theme.accent_text not in first


def test_a_video_that_was_not_looked_at_is_hatched(panel: MediaPanel, library: Library) -> None:
    found = many(1)
    library.show(replace(found, overviews={}))
    assert LIGHT.well_line in colours(panel, 0)


def test_those_who_hear_the_list_are_told_everything(panel: MediaPanel, library: Library) -> None:
    library.show(many(1))
    heard = QAccessible.queryAccessibleInterface(panel.list)
    assert heard.text(QAccessible.Text.Name) == "Videos of the folder"
    index = panel.list.model().index(0, 0)
    assert "2 of 3 to do" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_only_rows_that_are_seen_are_painted_and_looked_into_first(
    qtbot: QtBot, panel: MediaPanel, library: Library
) -> None:
    library.show(many(1000))
    rows = panel.list.seen_rows()
    assert rows.start == 0
    assert 5 < len(rows) < 20
    panel.list.scrollTo(panel.list.model().index(500, 0))
    assert 500 in panel.list.seen_rows()
    assert len(panel.list.seen_rows()) < 20


def test_a_thousand_rows_scroll_smoothly(panel: MediaPanel, library: Library) -> None:
    library.show(many(1000))
    panel.list.viewport().repaint()
    bar = panel.list.verticalScrollBar()
    took = []
    for at in range(0, bar.maximum(), bar.maximum() // 100):
        bar.setValue(at)
        began = time.thread_time()
        panel.list.viewport().repaint()
        took.append(time.thread_time() - began)
    assert np.median(took) < 0.016, "a frame of a display of 60 Hz"


def test_the_middle_of_a_long_name_gives_way(
    panel: MediaPanel, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ends of a path tell cameras apart; nothing is painted over the state."""
    said: list[str] = []
    paint: Callable[..., None] = QPainter.drawText
    member = replace(MEMBER, name="north/" + "very long name " * 9 + "cam3")
    library.show(Found(Collection(Path("/p"), (member,)), (), {member.folder: overview()}))

    def note(self: QPainter, *args: object) -> None:
        said.append(str(args[-1]))
        paint(self, *args)

    monkeypatch.setattr(QPainter, "drawText", note)
    panel.list.viewport().repaint()
    name = next(text for text in said if "…" in text)
    assert name.startswith("north/")
    assert name.endswith("cam3")
