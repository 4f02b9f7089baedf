"""The export dialog: what it asks for, what it shows before, and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.errors import Cancelled
from core.export.manifest import MANIFEST
from core.export.plan import plan_export
from core.export.registry import formats
from core.export.request import ExportRequest
from core.export.writing import write_export
from core.frames import FrameRange
from core.prelabels import Verdict
from core.project import Selection
from gui.canvas import BoxState, CanvasWidget
from gui.dialogs import export_fields
from gui.dialogs.export import ExportDialog
from gui.dialogs.export_legend import Legend
from gui.dialogs.fold import Fold
from gui.exporting import facts_of, source_in
from gui.session import Session
from gui.theme import apply_theme
from tests.gui.making import CAR_BOX, COUNT, FLAGGED, texts
from tests.gui.modal import answer_next

OpenDialog = Callable[..., ExportDialog]
W = TypeVar("W", bound=QWidget)

FULL = ExportRequest(
    "yolo", "all", FrameRange(2, 20), every=2, neighbours=1, min_score=0.4,
    classes=(("traffic light", ""), ("car", "auto")), empty=False, val=0.2, media="none",
    picture="jpeg", quality=80, names="{video}_{seconds}", extras=("crops", "sheet"), zip=True,
)  # fmt: skip
"""Unlike the usual one in everything that the dialog asks for."""


@pytest.fixture
def open_dialog(
    qapp: QApplication, qtbot: QtBot, session: Session, tmp_path: Path
) -> Iterator[OpenDialog]:
    """Opens the dialog of the reviewed project."""
    apply_theme(qapp, "light")
    opened: list[ExportDialog] = []

    def open_(request: ExportRequest | None = None, folder: Path | None = None) -> ExportDialog:
        place = folder or tmp_path / "new"
        opened.append(ExportDialog(facts_of(session), request or ExportRequest(), place))
        opened[-1].show()
        return opened[-1]

    yield open_
    for dialog in opened:
        dialog.reject()
        dialog.deleteLater()


def named(dialog: ExportDialog, kind: type[W], name: str) -> W:
    (found,) = [one for one in dialog.findChildren(kind) if one.accessibleName() == name]
    return found


def checked(dialog: ExportDialog, word: str) -> QCheckBox:
    (found,) = [one for one in dialog.findChildren(QCheckBox) if one.text() == word]
    return found


def deed(dialog: ExportDialog) -> QPushButton:
    """The button that exports."""
    (found,) = [one for one in dialog.findChildren(QPushButton) if one.isDefault()]
    return found


def wait_for_deed(qtbot: QtBot, dialog: ExportDialog, text: str) -> None:
    qtbot.waitUntil(lambda: deed(dialog).text() == text)


def choose(combo: QComboBox, data: object) -> None:
    combo.setCurrentIndex(combo.findData(data))


def shows(dialog: ExportDialog, text: str) -> bool:
    return any(text in said for said in texts(dialog))


def states(dialog: ExportDialog) -> list[BoxState]:
    """Of the boxes in the picture."""
    canvas = dialog.findChild(CanvasWidget)
    assert isinstance(canvas, CanvasWidget)
    return [box.state for box in canvas._boxes]


def test_the_first_frame_is_shown_with_its_labels_as_they_are_written(
    qtbot: QtBot, session: Session, open_dialog: OpenDialog
) -> None:
    session.go_to(9)
    session.decide(Verdict.ACCEPTED)
    session.go_to(4)
    session.decide(Verdict.ACCEPTED)
    x0, y0, x1, y1 = CAR_BOX
    session.correct(session.boxes_in(4)[0], xyxy=(x0 + 2, y0, x1 + 2, y1))
    session.draw((5.0, 5.0, 20.0, 20.0), "car")
    dialog = open_dialog()
    wait_for_deed(qtbot, dialog, "Export 4 frames")
    qtbot.waitUntil(lambda: bool(states(dialog)))
    assert BoxState.IMPUTED not in states(dialog)
    assert {BoxState.EDITED, BoxState.DRAWN} <= set(states(dialog))
    assert shows(dialog, "1 of 4 · frame 4 · 0:00.160")
    assert shows(dialog, "4 frames · ")
    assert shows(dialog, "free on this disk")
    legend = dialog.findChild(Legend)
    assert isinstance(legend, Legend)
    assert "3 by the model" in legend.accessibleName()
    assert "1 corrected" in legend.accessibleName()


def test_keys_step_through_the_frames_that_are_exported(
    qtbot: QtBot, open_dialog: OpenDialog
) -> None:
    dialog = open_dialog()
    wait_for_deed(qtbot, dialog, "Export 4 frames")
    back = named(dialog, QToolButton, "Frame before")
    forward = named(dialog, QToolButton, "Next frame")
    assert not back.isEnabled()
    qtbot.waitUntil(dialog.isActiveWindow)
    for at, frame in enumerate(FLAGGED[1:], start=2):
        QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda at=at, frame=frame: shows(dialog, f"{at} of 4 · frame {frame} "))
    assert not forward.isEnabled()
    back.click()
    assert shows(dialog, "3 of 4 · frame 15 ")
    # The frame stays where what is exported grows.
    choose(named(dialog, QComboBox, "Frames"), "all")
    qtbot.waitUntil(lambda: shows(dialog, "16 of 24 · frame 15 "))


def test_the_button_says_what_it_does(qtbot: QtBot, open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    wait_for_deed(qtbot, dialog, "Export 4 frames")
    choose(named(dialog, QComboBox, "Frames"), "all")
    wait_for_deed(qtbot, dialog, f"Export {COUNT} frames")
    named(dialog, QComboBox, "Pictures").setCurrentText("None")
    wait_for_deed(qtbot, dialog, f"Export labels of {COUNT} frames")


def test_what_is_usual_with_a_format_follows_it_and_a_choice_stays(
    open_dialog: OpenDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = formats()
    of_videos = replace(
        known["yolo"], name="tracks", title="Tracks", media=("video", "frames"),
        about="Trackers read `gt.txt`. It keeps no score.",
    )  # fmt: skip
    monkeypatch.setattr(export_fields, "formats", lambda: {**known, "tracks": of_videos})
    dialog = open_dialog(ExportRequest(picture="jpeg"))
    format_, pictures = (named(dialog, QComboBox, name) for name in ("Format", "Pictures"))
    choose(format_, "tracks")
    assert (pictures.currentText(), dialog.request().media) == ("The whole video", None)
    assert shows(dialog, "Trackers read gt.txt.")
    assert not shows(dialog, "It keeps no score.")
    none = pictures.model().index(3, 0)
    assert not none.flags() & Qt.ItemFlag.ItemIsEnabled
    assert none.data(Qt.ItemDataRole.ToolTipRole) == "Tracks does not go with this"
    choose(format_, "coco")
    assert (pictures.currentText(), dialog.request().picture) == ("JPEG", "jpeg")
    pictures.setCurrentText("None")
    choose(format_, "yolo")
    assert (pictures.currentText(), dialog.request().media) == ("None", "none")
    choose(format_, "tracks")
    assert pictures.currentText() == "The whole video"


def test_scopes_say_how_many_frames_they_have_and_why_they_have_none(
    qtbot: QtBot, session: Session, open_dialog: OpenDialog
) -> None:
    session.set_selection(Selection("initial-tag", "lightly", (2, 20)))
    scopes = named(open_dialog(), QComboBox, "Frames")
    words = [scopes.itemText(at).replace("\u202f", " ") for at in range(scopes.count())]
    assert words == [
        "Flagged frames · 4",
        "Frames with accepted boxes · 0",
        "Selected frames · 2",
        "All frames · 24",
    ]
    accepted = scopes.model().index(1, 0)
    assert not accepted.flags() & Qt.ItemFlag.ItemIsEnabled
    assert accepted.data(Qt.ItemDataRole.ToolTipRole) == "No box is accepted yet"


def test_an_empty_scope_that_was_asked_for_before_gives_way(open_dialog: OpenDialog) -> None:
    assert open_dialog(ExportRequest(scope="selected")).request().scope == "flagged"


def test_the_dialog_gives_back_the_request_that_it_was_given(open_dialog: OpenDialog) -> None:
    for request in (ExportRequest(), FULL):
        assert open_dialog(request).request() == request


def test_classes_of_another_run_are_forgotten(qtbot: QtBot, open_dialog: OpenDialog) -> None:
    dialog = open_dialog(ExportRequest(classes=(("unicorn", "horse"), ("car", "auto"))))
    assert dialog.request().classes == (("car", "auto"),)
    wait_for_deed(qtbot, dialog, "Export 4 frames")


def test_more_is_folded_until_something_in_it_is_unusual(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    fold = dialog.findChild(Fold)
    assert isinstance(fold, Fold)
    table = named(dialog, QTableWidget, "Classes")
    assert not table.isVisible()
    fold.click()
    assert table.isVisible()
    assert named(
        open_dialog(replace(ExportRequest(), every=3)), QTableWidget, "Classes"
    ).isVisible()


def test_the_fold_says_what_is_unusual_in_it(open_dialog: OpenDialog) -> None:
    dialog = open_dialog(FULL)
    fold = dialog.findChild(Fold)
    assert isinstance(fold, Fold)
    fold.click()
    assert shows(
        dialog,
        "frames 2 to 19 · 1 frame in 2 · ± 1 neighbours · only frames with boxes · "
        "2 classes changed · 20 % for validation · own names · crops · contact sheet · zip",
    )


def test_classes_are_renamed_and_left_out(qtbot: QtBot, open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    wait_for_deed(qtbot, dialog, "Export 4 frames")
    table = named(dialog, QTableWidget, "Classes")
    shown = [[table.item(row, column).text() for column in range(3)] for row in range(2)]
    assert shown == [["traffic light", "22", "traffic light"], ["car", "21", "car"]]
    table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    table.item(1, 2).setText("auto")
    assert dialog.request().classes == (("traffic light", ""), ("car", "auto"))
    qtbot.waitUntil(lambda: shows(dialog, "4 frames · 1 box"))
    table.item(1, 2).setText("  ")
    assert table.item(1, 2).text() == "car"


def test_the_name_of_the_first_picture_is_an_example(qtbot: QtBot, open_dialog: OpenDialog) -> None:
    dialog = open_dialog(replace(ExportRequest(), scope="all", picture="jpeg", every=5))
    names = named(dialog, QLineEdit, "Names of the pictures")
    names.setText("street {frame}")
    qtbot.waitUntil(lambda: shows(dialog, "street 00.jpg"))
    names.setText("street")
    qtbot.waitUntil(lambda: not deed(dialog).isEnabled())
    assert "street" in deed(dialog).toolTip()
    assert shows(dialog, deed(dialog).toolTip())


def test_where_no_frame_is_left_the_dialog_says_so(qtbot: QtBot, open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    named(dialog, QSpinBox, "First frame").setValue(21)
    qtbot.waitUntil(lambda: not deed(dialog).isEnabled())
    assert deed(dialog).text() == "Export"
    assert "None of the 4 frames lies in 21:24" in deed(dialog).toolTip()
    checked(dialog, "One zip file").setChecked(True)
    named(dialog, QSpinBox, "First frame").setValue(10)
    wait_for_deed(qtbot, dialog, "Export 2 frames")
    assert deed(dialog).isEnabled()


def test_a_folder_that_holds_something_is_refused_until_another_is_named(
    open_dialog: OpenDialog, tmp_path: Path
) -> None:
    full, empty = tmp_path / "full", tmp_path / "empty"
    full.mkdir()
    (full / "precious.txt").write_text("precious")
    empty.mkdir()
    dialog = open_dialog(folder=full)
    export, folder = deed(dialog), named(dialog, QLineEdit, "Write to")
    assert not export.isEnabled()
    assert f"{full} is no export of this program and is left as it is" in export.toolTip()
    assert shows(dialog, export.toolTip())
    for text, allowed in (
        (str(empty), True),
        ("", False),
        ("   ", False),
        (str(full / "precious.txt"), False),
        (str(tmp_path / "new"), True),
    ):
        folder.setText(text)
        assert export.isEnabled() is allowed, text
        assert bool(export.toolTip()) is not allowed, text
        assert folder.property("invalid") is not allowed, text


@pytest.mark.parametrize(("answer", "result"), [("Replace", 1), ("Cancel", 0)])
def test_an_earlier_export_is_replaced_only_after_asking(
    open_dialog: OpenDialog, tmp_path: Path, answer: str, result: int
) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    (earlier / MANIFEST).write_text(json.dumps({}))
    dialog = open_dialog(folder=earlier)
    assert shows(dialog, "An earlier export is there; you are asked before it is replaced.")

    def reply(box: QMessageBox) -> None:
        next(one for one in box.buttons() if one.text().replace("&", "") == answer).click()

    answer_next(QMessageBox, reply)
    deed(dialog).click()
    assert dialog.result() == result
    assert dialog.overwrite is bool(result)
    assert dialog.isVisible() is not bool(result)


def test_a_zip_file_is_named_as_one(open_dialog: OpenDialog, tmp_path: Path) -> None:
    dialog = open_dialog()
    zipped = checked(dialog, "One zip file")
    zipped.setChecked(True)
    assert dialog.place() == tmp_path / "new.zip"
    assert deed(dialog).isEnabled()
    named(dialog, QLineEdit, "Write to").setText(str(tmp_path / "old"))
    assert not deed(dialog).isEnabled()
    assert "old is no name of a zip file" in deed(dialog).toolTip()
    zipped.setChecked(False)
    assert dialog.place() == tmp_path / "old"
    assert open_dialog(ExportRequest(zip=True)).place() == tmp_path / "new.zip"


def test_an_export_that_was_stopped_is_gone_on_with(
    qtbot: QtBot, session: Session, open_dialog: OpenDialog, tmp_path: Path
) -> None:
    plan = plan_export((source_in(session),), ExportRequest())
    steps = count(1)
    with pytest.raises(Cancelled):
        write_export(plan, tmp_path / "new", cancelled=lambda: next(steps) > 2)
    dialog = open_dialog()
    said = re.compile(r"Goes on with an export that was stopped: [1-4] of 4 pictures are there\.")
    qtbot.waitUntil(lambda: any(said.fullmatch(text) for text in texts(dialog)))
    choose(named(dialog, QComboBox, "Frames"), "all")
    qtbot.waitUntil(lambda: shows(dialog, "5 imputed boxes are still to do and stay out."))


def test_the_dialog_fits_a_small_screen(open_dialog: OpenDialog) -> None:
    dialog = open_dialog(FULL)
    assert dialog.width() <= 1280
    assert dialog.height() <= 800 - 40
    assert dialog.minimumSizeHint().height() < 600
