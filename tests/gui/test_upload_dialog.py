"""The upload dialog says what is missing, plans, and lets nothing else be sent."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.cloud.address import S3Address, S3Way
from core.cloud.upload import Item, TargetPlan, UploadPlan
from core.errors import Cancelled, CloudError
from core.project import CloudPlace
from gui.dialogs.upload import UploadDialog, UploadFacts
from gui.jobs import IsCancelled, Report, Work
from gui.text import THIN_SPACE
from tests.gui.making import texts

PLACE = CloudPlace("s3://my-videos/drives", "s3://my-lightly/drives")
VIDEOS, LIGHTLY = S3Address("my-videos", "drives"), S3Address("my-lightly", "drives")
PLAN = UploadPlan(
    S3Way(),
    (Item(VIDEOS.below("data/a.mp4"), b"x"),),
    1490,
    212 << 20,
    3 << 20,
    (TargetPlan(VIDEOS, 1, 210 << 20), TargetPlan(LIGHTLY, 1503, 2 << 20)),
)
NOTHING = UploadPlan(S3Way(), (), 1504, 0, 212 << 20, (TargetPlan(VIDEOS, 0, 0),))

Open = Callable[..., UploadDialog]


def giving(plan: UploadPlan) -> Callable[[CloudPlace], Work[UploadPlan]]:
    return lambda place: lambda report, cancelled: plan


@pytest.fixture
def open_dialog(qtbot: QtBot) -> Open:
    def open_(
        place: CloudPlace = PLACE,
        prepare: Callable[[CloudPlace], Work[UploadPlan]] | None = None,
        unseen: int = 0,
    ) -> UploadDialog:
        facts = UploadFacts("highway.mp4", 1204, unseen)
        dialog = UploadDialog(place, facts, prepare or giving(PLAN))
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return open_


def field(dialog: UploadDialog, name: str) -> QLineEdit:
    return next(e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == name)


def button(dialog: UploadDialog, word: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text().replace("&", "") == word)


def test_what_is_missing_is_said_before_anything_is_looked_at(open_dialog: Open) -> None:
    dialog = open_dialog(CloudPlace())
    go = button(dialog, "Check and plan")
    missing = "Still missing: the input bucket, Lightly's bucket."
    assert not go.isEnabled()
    assert go.toolTip() == missing
    assert missing in texts(dialog)
    field(dialog, "Input bucket").setText("s3://my-videos/drives")
    assert "Still missing: Lightly's bucket." in texts(dialog)
    assert "The video: s3://my-videos/drives/data/highway.mp4" in texts(dialog)
    field(dialog, "Lightly bucket").setText("s3://my-lightly")
    assert go.isEnabled()
    assert "Nothing is sent before you have seen the plan." in texts(dialog)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("Input bucket", "my-videos", "Write it as s3://bucket or s3://bucket/path"),
        ("Lightly bucket", "s3://My_Bucket", "Write it as s3://bucket or s3://bucket/path"),
        ("Server", "ftp://x", "Write it as https://server or https://server:port"),
    ],
)
def test_a_wrong_address_is_marked_as_it_is_typed(
    open_dialog: Open, name: str, text: str, problem: str
) -> None:
    dialog = open_dialog()
    edit = field(dialog, name)
    before = edit.text()
    edit.setText(text)
    assert edit.property("invalid")
    assert problem in texts(dialog)
    assert button(dialog, "Check and plan").toolTip() == f"{name}: {problem}"
    assert not button(dialog, "Check and plan").isEnabled()
    edit.setText(before)
    assert not edit.property("invalid")
    assert button(dialog, "Check and plan").isEnabled()


def test_the_plan_is_shown_before_it_can_be_uploaded(qtbot: QtBot, open_dialog: Open) -> None:
    asked: list[CloudPlace] = []

    def prepare(place: CloudPlace) -> Work[UploadPlan]:
        asked.append(place)
        return giving(PLAN)(place)

    dialog = open_dialog(prepare=prepare)
    field(dialog, "Region").setText("eu-central-1")
    field(dialog, "Profile").setText(" research ")
    value = dialog.findChild(QComboBox)
    assert isinstance(value, QComboBox)
    value.setCurrentIndex(1)
    button(dialog, "Check and plan").click()
    qtbot.waitUntil(lambda: dialog.plan is PLAN)
    assert asked == [
        CloudPlace(
            PLACE.input,
            PLACE.lightly,
            region="eu-central-1",
            profile="research",
            flickering="graded",
        )
    ]
    shown = [text.replace(THIN_SPACE, " ") for text in texts(dialog)]
    at = shown.index("s3://my-videos/drives")
    assert shown[at : at + 3] == ["s3://my-videos/drives", "1 file", "210 MiB"]
    assert shown[at + 3 : at + 6] == ["s3://my-lightly/drives", "1 503 files", "2 MiB"]
    assert shown[at + 6 : at + 9] == ["There already, unchanged", "1 490 files", "3 MiB"]
    with qtbot.waitSignal(dialog.accepted):
        button(dialog, "Upload").click()


def test_a_field_that_is_changed_takes_the_plan_back(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog()
    button(dialog, "Check and plan").click()
    qtbot.waitUntil(lambda: dialog.plan is not None)
    field(dialog, "Region").setText("eu-west-1")
    assert dialog.plan is None
    assert "There already, unchanged" not in texts(dialog)
    assert button(dialog, "Check and plan").isEnabled()


def test_where_all_is_there_it_is_verified(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog(prepare=giving(NOTHING))
    button(dialog, "Check and plan").click()
    qtbot.waitUntil(lambda: dialog.plan is not None)
    assert "All of it is there already, unchanged." in texts(dialog)
    assert button(dialog, "Verify").isEnabled()


def test_frames_that_nobody_looked_at_are_named(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog(unseen=300)
    said = (
        "300 frames were not looked at yet: they go up without boxes, as calm. "
        "Detect (D) goes on with them."
    )
    assert said in texts(dialog)
    button(dialog, "Check and plan").click()
    qtbot.waitUntil(lambda: dialog.plan is not None)
    assert said in texts(dialog)


def test_a_plan_that_fails_says_why_and_can_be_tried_again(qtbot: QtBot, open_dialog: Open) -> None:
    def fail(report: Report, cancelled: IsCancelled) -> UploadPlan:
        raise CloudError("There is no bucket my-videos", mend="make it")

    dialog = open_dialog(prepare=lambda place: fail)
    button(dialog, "Check and plan").click()
    qtbot.waitUntil(lambda: "There is no bucket my-videos: make it." in texts(dialog))
    qtbot.waitUntil(button(dialog, "Check and plan").isEnabled)


def test_planning_can_be_stopped_and_the_fields_are_there_again(
    qtbot: QtBot, open_dialog: Open
) -> None:
    begun = Event()

    def wait(report: Report, cancelled: IsCancelled) -> UploadPlan:
        report((300, 2411))
        begun.set()
        while not cancelled():
            pass
        raise Cancelled

    dialog = open_dialog(prepare=lambda place: wait)
    button(dialog, "Check and plan").click()
    qtbot.waitUntil(begun.is_set)
    assert not field(dialog, "Region").isEnabled()
    button(dialog, "Stop").click()
    qtbot.waitUntil(field(dialog, "Region").isEnabled)
    assert dialog.isVisible()
    assert button(dialog, "Check and plan").isEnabled()
    button(dialog, "Cancel").click()
    assert not dialog.isVisible()
