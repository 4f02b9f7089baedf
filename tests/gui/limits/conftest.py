"""A session with gaps of several lengths, and the panel that shows it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.assertions.thresholds import Thresholds
from core.frames import FrameIndex
from core.project import Project
from core.video.reader import VideoInfo
from gui.review.controls import Elided
from gui.review.limits import LimitsSection
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.theme import LIGHT
from tests.gui.making import add_run, seen

OpenSession = Callable[[Path], Session]
W = TypeVar("W", bound=QWidget)
USUAL = Thresholds()
KINDS = ("flickering", "appear", "multibox", "class switch", "tutorial")


@pytest.fixture
def folder_of_gaps(folder: Path, clip_facts: tuple[VideoInfo, FrameIndex]) -> Path:
    """A car with gaps of one and of three frames, and a traffic light with two of one frame."""
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, seen(car_missing=(4, 9, 10, 11, 15)))
    return folder


@pytest.fixture
def gaps(open_session: OpenSession, folder_of_gaps: Path) -> Session:
    """A session on `folder_of_gaps`: five gaps, in which seven boxes are missing."""
    return open_session(folder_of_gaps)


@pytest.fixture
def panel(qtbot: QtBot, gaps: Session) -> ReviewPanel:
    return shown(qtbot, gaps)


def shown(qtbot: QtBot, session: Session) -> ReviewPanel:
    """An unfolded panel that follows its session, as it does in the workspace."""
    panel = ReviewPanel(session, [])
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    session.run_changed.connect(panel.show_boxes)
    panel.resize(320, 640)
    panel.show()
    named(panel, QToolButton, "Limits").click()
    return panel


def named(panel: QWidget, kind: type[W], name: str) -> W:
    (found,) = [w for w in panel.findChildren(kind) if w.accessibleName() == name]
    return found


def section_of(panel: ReviewPanel) -> LimitsSection:
    (found,) = panel.findChildren(LimitsSection)
    return found


def in_short(panel: QWidget) -> Elided:
    (found,) = panel.findChildren(Elided)
    return found


def summary(panel: QWidget) -> str:
    label = in_short(panel)
    assert label.toolTip() == label.text()
    assert label.accessibleName() == f"Limits: {label.text()}"
    return label.text()


def rows(panel: ReviewPanel) -> int:
    (table,) = panel.findChildren(QTableView)
    return table.model().rowCount()


def classes(panel: ReviewPanel) -> dict[str, QAction]:
    menu = named(panel, QToolButton, "Classes").menu()
    return {action.text(): action for action in menu.actions() if action.text()}


def checked_classes(panel: ReviewPanel) -> list[str]:
    return [name for name, action in classes(panel).items() if action.isChecked()]


def checked_kinds(panel: ReviewPanel) -> list[str]:
    return [kind for kind in KINDS if named(panel, QCheckBox, f"Show {kind}").isChecked()]


def everything_hidden(session: Session) -> None:
    """Let every missing box be behind another object."""
    findings = session._everything
    assert findings is not None
    missing = replace(findings.missing, hidden=np.ones_like(findings.missing.hidden))
    violations = replace(findings.violations, missing=missing)
    session._everything = replace(findings, violations=violations)
