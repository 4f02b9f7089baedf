"""The window comes back where it was, if there still is a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.settings import Settings, WindowLayout, load_settings
from gui.window_layout import fitting, noted, restore_splitters
from gui.workspace import Workspace
from tests.gui.conftest import OpenWindow


def test_the_window_comes_back_where_it_was(open_window: OpenWindow) -> None:
    first = open_window()
    first.setGeometry(20, 30, 700, 500)
    first.close()
    layout = load_settings().window
    assert layout == WindowLayout((20, 30, 700, 500), maximised=False)
    second = open_window(None, load_settings())
    assert second.geometry() == QRect(20, 30, 700, 500)


def test_a_maximised_window_is_so_again_and_keeps_its_size_below(open_window: OpenWindow) -> None:
    window = open_window(None, Settings(window=WindowLayout((20, 30, 700, 500), maximised=True)))
    assert window.isMaximized()
    window.close()
    assert load_settings().window.maximised


@pytest.mark.parametrize("at", [(5000, 10, 700, 500), (-690, 10, 700, 500), (10, -900, 700, 500)])
def test_a_place_that_no_screen_shows_is_not_taken(
    qapp: QApplication, at: tuple[int, int, int, int]
) -> None:
    assert fitting(QRect(*at)) is None


def test_a_window_larger_than_the_screen_is_made_smaller(qapp: QApplication) -> None:
    room = QGuiApplication.primaryScreen().availableGeometry()
    at = fitting(QRect(room.left(), room.top(), room.width() + 500, room.height() + 500))
    assert at is not None
    assert at.size() == room.size()


class Parts(Workspace):
    """A workspace that has only sizes."""

    def __init__(self, sizes: dict[str, list[int]]) -> None:
        self.sizes = sizes

    def layout_state(self) -> dict[str, list[int]]:
        return self.sizes

    def restore_layout(self, state: dict[str, list[int]]) -> None:
        self.sizes = state


def test_sizes_of_the_parts_are_noted_and_given_back(open_window: OpenWindow, clip: Path) -> None:
    window = open_window()
    before = WindowLayout(splitters={"upper": (3, 4)})
    assert noted(window, None, before).splitters == {"upper": (3, 4)}
    layout = noted(window, Parts({"upper": [5, 6]}), before)
    assert layout.splitters == {"upper": (5, 6)}
    parts = Parts({})
    restore_splitters(parts, layout)
    assert parts.sizes == {"upper": [5, 6]}
