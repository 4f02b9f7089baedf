"""What a session remembers of the cloud."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.export.request import ExportRequest
from core.project import CloudPlace, Handover, Selection
from gui.session import Session
from tests.core.refusing import refusing_writes


def test_handover_and_selection_are_kept_and_told_once(session: Session, qtbot: QtBot) -> None:
    handover = Handover(CloudPlace("s3://videos", "s3://lightly"))
    selection = Selection("initial-tag", "lightly", (2, 4))
    with qtbot.waitSignals([session.handover_changed, session.selection_changed]):
        session.set_handover(handover)
        session.set_selection(selection)
    assert (session.handover, session.selection) == (handover, selection)

    told: list[str] = []
    session.handover_changed.connect(lambda: told.append("handover"))
    session.selection_changed.connect(lambda: told.append("selection"))
    session.set_handover(handover)
    session.set_selection(selection)
    assert told == []
    session.set_selection(None)
    assert told == ["selection"]


def test_what_cannot_be_kept_is_told_and_changes_nothing(session: Session, qtbot: QtBot) -> None:
    with (
        refusing_writes(session.project.folder, "setting"),
        qtbot.waitSignal(session.failed),
    ):
        session.set_selection(Selection("initial-tag", "lightly", (2,)))
    assert session.selection is None


def test_the_person_goes_from_one_selected_frame_to_the_next(session: Session) -> None:
    session.next_selected()
    assert session.frame == 0
    session.set_selection(Selection("initial-tag", "lightly", (3, 9, 20)))
    session.next_selected()
    assert session.frame == 3
    session.go_to(10)
    session.next_selected()
    session.next_selected()
    assert session.frame == 20
    assert session.is_selected(20)
    assert not session.is_selected(21)
    session.previous_selected()
    assert session.frame == 9
    session.go_to(2)
    session.previous_selected()
    assert session.frame == 2


def test_what_was_asked_to_be_exported_is_kept(session: Session, qtbot: QtBot) -> None:
    assert session.exporting == ExportRequest()
    session.set_exporting(ExportRequest("yolo", every=2))
    assert session.exporting == ExportRequest("yolo", every=2)
    with (
        refusing_writes(session.project.folder, "setting"),
        qtbot.waitSignal(session.failed),
    ):
        session.set_exporting(ExportRequest("coco"))
    assert session.exporting.format == "yolo"
