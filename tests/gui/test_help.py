"""The guide opens beside the window and says only keys that there are."""

from __future__ import annotations

import re
from importlib.resources import files

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from gui.help import GuideDialog
from gui.keymap import STANDARD, native, normal
from gui.main_window import MainWindow


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
    for page in folder.iterdir():
        if page.name.endswith(".md"):
            text = page.read_text(encoding="utf-8")
            for target in re.findall(r"\]\(([^)#]+)\)", text):
                assert "://" in target or folder.joinpath(target).is_file(), target


def test_the_guide_names_only_keys_that_do_something() -> None:
    text = files("resources").joinpath("guide", "index.md").read_text(encoding="utf-8")
    known = {native(key) for own in STANDARD.values() for key in own} | {"Shift"}
    named = set(re.findall(r"\*\*([^*]+)\*\*", text)) - {"gap", "imputed box"}
    assert {native(normal(key)) or key for key in named} <= known
