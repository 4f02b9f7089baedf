"""The contact sheet: pictures of what is chosen, in order, with reasons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.selection.pool import Picks, Pool
from core.selection.request import FrameId, SelectRequest
from gui.selection.comparing import compare_classes, compare_column
from gui.selection.pictures import SIZE, Film, Pictures
from gui.selection.preview import Chosen
from gui.selection.results import Results
from gui.selection.sheet_model import REASON_ROLE, WHERE_ROLE, SheetModel
from gui.session import Session
from gui.theme import DARK
from tests.gui.conftest import running_threads
from tests.gui.selection_making import fake, pool_for

REQUEST = SelectRequest(n=4, proportion=None)


@pytest.fixture
def pool(session: Session) -> Pool:
    return pool_for(session)


def picked(pool: Pool) -> Picks:
    """Four frames that flicker, the last one first."""
    picks = fake()(pool).select(REQUEST, (), lambda: False)
    order = np.array([3, 0, 1, 2])
    return Picks(picks.rows[order], 1, picks.reasons, len(pool))


@pytest.fixture
def model(qapp: QApplication, pool: Pool) -> SheetModel:
    made = SheetModel()
    made.show_picks(pool, picked(pool))
    return made


def column(model: SheetModel, role: int) -> list[object]:
    return [model.index(row).data(role) for row in range(model.rowCount())]


def frames(model: SheetModel) -> list[int]:
    found = [where for where in column(model, WHERE_ROLE) if isinstance(where, FrameId)]
    return [where.frame for where in found]


def test_frames_come_in_order_of_choice_or_of_time(model: SheetModel) -> None:
    assert frames(model) == [20, 4, 9, 15]
    model.sort_by("time")
    assert frames(model) == [4, 9, 15, 20]
    assert [model.row_of(FrameId(0, frame)) for frame in (4, 20, 5)] == [0, 3, None]


def test_each_says_where_it_is_and_why(model: SheetModel) -> None:
    assert column(model, Qt.ItemDataRole.DisplayRole)[1] == "4 \u00b7 0:00"
    assert column(model, REASON_ROLE)[:2] == ["included by you", "Flickering 75\u202f%"]
    tip = model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines() == [
        "Frame 4, choice 2",
        "Flickering: 0.9 \u00b7 75\u202f% of the choice",
        "Different frames: 0.5 \u00b7 25\u202f% of the choice",
    ]


def test_a_picture_is_wanted_until_it_is_there(qtbot: QtBot, model: SheetModel) -> None:
    with qtbot.waitSignal(model.wanted) as wanted:
        assert model.index(0).data(Qt.ItemDataRole.DecorationRole) is None
    assert wanted.args == [FrameId(0, 20)]
    model.set_picture(FrameId(0, 20), QImage(8, 8, QImage.Format.Format_RGB32))
    with qtbot.assertNotEmitted(model.wanted):
        assert model.index(0).data(Qt.ItemDataRole.DecorationRole) is not None
    assert not model.index(9).data(WHERE_ROLE)
    assert model.rowCount(QModelIndex()) == 4


@pytest.fixture
def results(qtbot: QtBot, pool: Pool) -> Results:
    shown = Results()
    qtbot.addWidget(shown)
    shown.set_theme(DARK)
    shown.resize(392, 500)
    shown.show()
    shown.show_chosen(Chosen(pool, REQUEST, picked(pool)))
    return shown


def test_click_goes_double_click_opens_delete_excludes(qtbot: QtBot, results: Results) -> None:
    sheet = results.sheet
    at = sheet.visualRect(sheet.model().index(1, 0)).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with qtbot.waitSignal(sheet.frame_chosen) as gone:
        QTest.mouseClick(sheet.viewport(), left, none, at)
    assert gone.args == [FrameId(0, 4)]
    with qtbot.waitSignal(sheet.frame_opened) as opened:
        QTest.mouseDClick(sheet.viewport(), left, none, at)
    assert opened.args == [FrameId(0, 4)]
    with qtbot.waitSignal(sheet.frame_chosen) as gone:
        QTest.keyClick(sheet, Qt.Key.Key_Left)
    assert gone.args == [FrameId(0, 20)]
    with qtbot.waitSignal(sheet.frames_excluded) as excluded:
        QTest.keyClick(sheet, Qt.Key.Key_Delete)
    assert excluded.args == [[FrameId(0, 20)]]


def test_pictures_lie_side_by_side(results: Results) -> None:
    sheet = results.sheet
    first, second, third = (sheet.visualRect(sheet.model().index(row, 0)) for row in range(3))
    assert first.top() == second.top() < third.top()
    assert second.right() <= sheet.viewport().width()
    blank = sheet.grab().toImage()
    red = QImage(64, 36, QImage.Format.Format_RGB32)
    red.fill(0xD55E00)
    results.show_picture(FrameId(0, 20), red)
    painted = sheet.grab().toImage()
    at = first.center()
    assert painted.pixelColor(at).name() == "#d55e00" != blank.pixelColor(at).name()


def test_the_diagrams_say_their_numbers(results: Results) -> None:
    results.setCurrentIndex(1)
    shown = results.histograms._shown
    said = {one.accessibleName(): one.accessibleDescription() for one in shown}
    assert list(said) == ["Flickering", "Least confidence", "Boxes", "Classes"]
    assert said["Flickering"] == "mean 0.192 \u2192 0.9"
    assert said["Classes"] == "car: 57\u202f% \u2192 67\u202f%\nbus: 43\u202f% \u2192 33\u202f%"


def test_shares_add_up_and_numbers_that_nobody_knows_do_not_count(pool: Pool) -> None:
    rows = np.array([4, 9, 15, 20])
    found = compare_column(pool, "flickering", rows)
    assert found.all.sum() == pytest.approx(1)
    assert found.chosen.tolist()[-1] == 1
    speed = compare_column(pool, "speed", rows)
    assert speed.means == (pytest.approx(47.5), pytest.approx(47.5))
    assert len(compare_column(pool, "boxes", rows).all) == 2
    assert compare_classes(pool, rows).labels == ("car", "bus")


@pytest.fixture
def pictures(qapp: QApplication) -> Iterator[Pictures]:
    made = Pictures(None)
    yield made
    made.stop()


def test_without_a_small_copy_pictures_are_decoded(
    qtbot: QtBot, session: Session, pictures: Pictures
) -> None:
    found: dict[int, QImage] = {}
    pictures.ready.connect(lambda project, frame, image: found.update({frame: image}))
    film = Film(session.info.path, session.project.folder, session.index)
    for frame in (9, 3, 17):
        pictures.want(film, frame)
    qtbot.waitUntil(lambda: set(found) == {3, 9, 17})
    assert all(SIZE.width() in (image.width(), SIZE.width()) for image in found.values())
    assert found[3] != found[9]
    pictures.stop()
    assert not running_threads()
