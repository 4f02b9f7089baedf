"""The dialog that schedules a selection: what is missing is said, and only then nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from core.cloud.selection import SelectionRequest
from core.project import CloudPlace
from gui.cloud.typed_token import TypedToken
from gui.dialogs.schedule import ScheduleDialog, ScheduleFacts, dataset_name
from gui.dialogs.token import Source
from gui.theme import apply_theme

ROLE = "arn:aws:iam::123456789012:role/lightly"
PLACE = CloudPlace("s3://videos/in", "s3://videos/out", role_arn=ROLE, external_id="0123456789")
FACTS = ScheduleFacts(PLACE, "clip", uploaded=True, frames=240, class_names=("car", "bus"))
TOKEN = "a-token-of-lightly"


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    apply_theme(qapp, "light")


def shown(
    qtbot: QtBot,
    facts: ScheduleFacts = FACTS,
    request: SelectionRequest | None = None,
    source: Source | None = "environment",
) -> ScheduleDialog:
    dialog = ScheduleDialog(facts, request or SelectionRequest())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.token.show_source(source)
    return dialog


def field(dialog: ScheduleDialog, name: str) -> QLineEdit:
    return next(e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == name)


def button(dialog: ScheduleDialog, text: str) -> QAbstractButton:
    return next(b for b in dialog.findChildren(QAbstractButton) if b.text() == text)


def why_not(dialog: ScheduleDialog) -> str:
    """Why nothing can be scheduled, empty if it can; the same in sight and as a tooltip."""
    go = button(dialog, "Schedule")
    assert go.isEnabled() is not bool(go.toolTip())
    if go.toolTip():
        texts = [w.text() for w in dialog.findChildren(QLabel) if w.isVisibleTo(dialog)]
        assert go.toolTip() in texts
    return go.toolTip()


def test_a_place_that_is_known_needs_nothing_but_the_button(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    assert why_not(dialog) == ""
    assert dialog.choice().place == replace(PLACE, dataset="clip")
    assert dialog.choice().request == SelectionRequest(n_samples=24)
    assert (dialog.choice().keys, dialog.choice().token) == (False, None)


def test_nothing_is_scheduled_before_something_was_uploaded(qtbot: QtBot) -> None:
    dialog = shown(qtbot, replace(FACTS, uploaded=False))
    assert why_not(dialog).startswith("Upload first")
    with qtbot.waitSignal(dialog.upload_requested):
        button(dialog, "Upload…").click()
    assert not dialog.isVisible()


def test_a_token_is_asked_for_where_there_is_none_and_never_shown(qtbot: QtBot) -> None:
    dialog = shown(qtbot, source=None)
    assert why_not(dialog) == "Lightly's token is missing."
    edit = field(dialog, "Lightly's token")
    assert edit.echoMode() is QLineEdit.EchoMode.Password
    edit.setText(TOKEN)
    assert why_not(dialog) == ""
    assert dialog.choice().token == TypedToken(TOKEN, keep=True)
    button(dialog, "Keep it in the system's keyring").click()
    assert dialog.choice().token == TypedToken(TOKEN, keep=False)
    assert TOKEN not in repr(dialog.choice())


def test_a_known_token_is_named_by_its_place_and_can_be_changed(qtbot: QtBot) -> None:
    dialog = ScheduleDialog(FACTS, SelectionRequest())
    qtbot.addWidget(dialog)
    dialog.show()
    assert why_not(dialog) == "The token is still looked for."
    dialog.token.show_source("keyring")
    edit = field(dialog, "Lightly's token")
    assert not edit.isVisible()
    assert "Taken from the system's keyring" in [w.text() for w in dialog.findChildren(QLabel)]
    button(dialog, "Change…").click()
    assert edit.isVisible()
    assert why_not(dialog) == "Lightly's token is missing."


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Dataset", "", "Still missing: Dataset."),
        ("Dataset", "-x", "Write 3 or more of a-z, 0-9, space, - and _, a letter or digit first"),
        ("Role ARN", "", "Still missing: Role ARN."),
        ("Role ARN", "lightly", "Write it as arn:aws:iam::<account of 12 digits>:role/<name>"),
        ("External id", "short", "Write 10 or more of a-z, A-Z, 0-9 and _+=,.@:/-"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(
    qtbot: QtBot, name: str, text: str, said: str
) -> None:
    dialog = shown(qtbot)
    field(dialog, name).setText(text)
    assert why_not(dialog) == said


def test_keys_need_no_role(qtbot: QtBot) -> None:
    place = replace(PLACE, role_arn="", external_id="")
    dialog = shown(qtbot, replace(FACTS, place=place))
    assert why_not(dialog) == "Still missing: Role ARN, External id."
    button(dialog, "with the keys of the AWS configuration").click()
    assert why_not(dialog) == ""
    assert not field(dialog, "Role ARN").isVisible()
    assert dialog.choice().keys
    assert dialog.choice().place == replace(place, dataset="clip")


def test_strategies_have_a_switch_and_a_strength_each(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    boxes = {box.text(): box for box in dialog.findChildren(QCheckBox)}
    strengths = {w.accessibleName(): w for w in dialog.findChildren(type(dialog._balance_strength))}
    strengths["Strength of Uncertain boxes"].setValue(2.5)
    boxes["Different objects"].click()
    request = dialog.choice().request
    assert (request.diversity, request.uncertainty, request.flickering) == (None, 2.5, 1.0)
    boxes["Uncertain boxes"].click()
    boxes["Flickering"].click()
    assert why_not(dialog) == "No strategy is switched on: switch at least one on."


def test_a_share_can_be_asked_for_instead_of_a_number(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    next(b for b in dialog.findChildren(QRadioButton) if b.text() == "a share").click()
    assert dialog.choice().request == SelectionRequest(proportion=0.1)


def test_balance_and_threshold_lie_in_a_fold(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    balance = field(dialog, "Balance classes")
    assert balance.placeholderText() == "car 0.6, bus 0.4"
    assert not balance.isVisible()
    fold = dialog.findChild(QToolButton)
    assert isinstance(fold, QToolButton)
    fold.click()
    assert balance.isVisible()
    balance.setText("car")
    assert why_not(dialog) == "Write classes with shares, such as car 0.6, bus 0.4"
    balance.setText("car 60%, tram 0.1")
    assert why_not(dialog) == "The detector knows no class 'tram': choose from car, bus."
    balance.setText("car 0.6, bus 0.3")
    button(dialog, "At least").click()
    assert why_not(dialog) == ""
    request = dialog.choice().request
    assert request.balance == (("car", 0.6), ("bus", 0.3))
    assert request.threshold == 0.75
    again = shown(qtbot, request=request)
    assert again.choice().request == request
    assert field(again, "Balance classes").isVisible()


@pytest.mark.parametrize(
    ("video", "name"),
    [("highway_2", "highway_2"), ("über (1)", "ber -1"), ("a", "video-a"), ("日本", "video")],
)
def test_a_dataset_is_called_like_the_video(video: str, name: str) -> None:
    assert dataset_name(video) == name
