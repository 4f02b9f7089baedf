"""The guide opens beside the window and says only keys that there are."""

from __future__ import annotations

import re
from importlib.resources import files

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from gui.help import GuideDialog
from gui.keymap import STANDARD, native, normal
from gui.main_window import MainWindow
from tests.conftest import REPOSITORY

TERMS = {"gap", "imputed box", "doubt"}
"""In bold where they are explained."""
TOOL_KEYS = {"Shift", "Alt", "Return", "Escape", "Ctrl+Return", "Alt+Left", "Alt+Right"}
"""Held down with others, or taken by a box under edit, by a page or by a dialog."""


def test_f1_opens_the_guide_and_closes_it(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F1)
    guide = window.findChild(GuideDialog)
    assert isinstance(guide, GuideDialog)
    page = guide.findChild(QTextBrowser)
    assert isinstance(page, QTextBrowser)
    assert "Flickerscope runs your detector over a video" in page.toPlainText()
    qtbot.waitUntil(guide.isActiveWindow)
    QTest.keyClick(guide.windowHandle(), Qt.Key.Key_F1)
    assert not guide.isVisible()


def test_pages_and_pictures_that_a_page_names_are_there() -> None:
    folder = files("resources").joinpath("guide")
    assert len(pages()) == 10
    for name, text in pages().items():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert folder.joinpath(target).is_file(), f"{name}: {target}"


def test_the_guide_names_only_keys_that_do_something() -> None:
    known = {native(key) for own in STANDARD.values() for key in own}
    for name, text in pages().items():
        named = set(re.findall(r"\*\*([^*]+)\*\*", text)) - TERMS
        keys = {re.sub(r"\\(.)", r"\1", key) for key in named} - TOOL_KEYS
        assert {native(normal(key)) or key for key in keys} <= known, name


def test_the_guide_names_only_what_the_window_says() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "gui").rglob("*.py"))
    for name, text in pages().items():
        words = re.sub(r"`[^`]*`", "", text)
        for word in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", words):
            assert f'"{word}' in said, f"{name}: {word}"


def test_pictures_wider_than_the_page_are_shown_smaller(window: MainWindow) -> None:
    guide = GuideDialog(window)
    guide.show()
    page = guide.findChild(QTextBrowser)
    assert isinstance(page, QTextBrowser)
    assert page.horizontalScrollBar().maximum() == 0
    whole = QImage(str(files("resources").joinpath("guide", "reviewing.png")))
    shown = page.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl("reviewing.png"))
    assert isinstance(shown, QImage)
    assert 600 < shown.width() / shown.devicePixelRatio() < whole.width()


def pages() -> dict[str, str]:
    folder = files("resources").joinpath("guide")
    found = [page for page in folder.iterdir() if page.name.endswith(".md")]
    return {page.name: page.read_text(encoding="utf-8") for page in found}
