"""German is whole, says what the English says, and fits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.settings import Settings
from gui import i18n
from gui.catalogue import Entry, read_catalogue, write_catalogue
from gui.dialogs.settings import SettingsDialog
from gui.i18n import install_language, speak, tr, tr_n
from gui.review.controls import Elided
from scripts.update_translations import CATALOGUES, extracted, updated
from tests.gui.conftest import OpenWindow
from tests.gui.test_accessibility import PLACES

GERMAN = CATALOGUES / "de.po"
ENTRIES = read_catalogue(GERMAN.read_text(encoding="utf-8"))
TEXTS = [entry for entry in ENTRIES if entry.text]


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    """The window speaks German in this test."""
    install_language(qapp, "de")
    yield
    speak("")
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


# The catalogue


def test_german_has_every_text_of_the_window() -> None:
    told = "run scripts/update_translations.py and translate what it names"
    wanted = {entry.key: entry.many for entry in extracted()}
    assert {entry.key: entry.many for entry in TEXTS} == wanted, told
    assert not [entry.text for entry in ENTRIES if not all(entry.said)], told


def test_a_catalogue_is_written_as_it_was_read() -> None:
    assert write_catalogue(ENTRIES) == GERMAN.read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", TEXTS, ids=lambda entry: entry.text[:40])
def test_a_translation_keeps_what_stands_for_values_and_keys(entry: Entry) -> None:
    for english, said in zip((entry.text, entry.many), entry.said, strict=False):
        assert _fields(said) == _fields(english)
        # The space before a unit, the ellipsis and the mnemonic are the widget's business.
        assert (said[0] == " ", said.count("…")) == (entry.text[0] == " ", entry.text.count("…"))
        assert ("&" in said) == ("&" in entry.text)


def _fields(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_texts_that_are_said_no_longer_go_and_translations_of_others_stay() -> None:
    header = Entry("", said=("Language: xx\n",))
    old = [header, Entry("Open", said=("Auf",)), Entry("Gone", said=("Weg",))]
    new = [Entry("Open", where=("gui/a.py",)), Entry("{count} box", many="{count} boxes")]
    assert updated(new, old) == [
        header,
        Entry("Open", said=("Auf",), where=("gui/a.py",)),
        Entry("{count} box", many="{count} boxes", said=("", "")),
    ]


# Speaking


def test_english_is_spoken_without_a_catalogue() -> None:
    assert tr("{done} of {total} done", done=1, total=2) == "1 of 2 done"
    assert [tr_n("{count} box", "{count} boxes", n) for n in (0, 1, 2000)] == [
        "0 boxes",
        "1 box",
        "2\u202f000 boxes",
    ]


def test_values_context_and_number_choose_the_german(german: None) -> None:
    assert tr("{done} of {total} done", done=1, total=2) == "1 von 2 erledigt"
    assert (tr("Detect"), tr("Detect", "group")) == ("Detektieren", "Detektion")
    assert [tr_n("{count} box", "{count} boxes", n) for n in (0, 1, 2)] == [
        "0 Boxen",
        "1 Box",
        "2 Boxen",
    ]
    assert tr("never said") == "never said"


@pytest.mark.parametrize(
    ("desktop", "language", "said"),
    [
        ("de-AT", "system", "Öffnen"),
        ("fi-FI", "system", "Open"),
        ("de-DE", "en", "Open"),
        ("en-US", "de", "Öffnen"),
    ],
)
def test_the_desktop_or_the_person_chooses(
    qapp: QApplication,
    german: None,
    monkeypatch: pytest.MonkeyPatch,
    desktop: str,
    language: str,
    said: str,
) -> None:
    monkeypatch.setattr(i18n, "_system_language", lambda: QLocale(desktop).bcp47Name()[:2])
    install_language(qapp, language)  # type: ignore[arg-type]
    assert tr("Open") == said


def test_a_language_is_chosen_in_the_settings(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    (box,) = [b for b in dialog.findChildren(QComboBox) if b.accessibleName() == "Language"]
    assert [box.itemText(row) for row in range(box.count())] == [
        "As the desktop",
        "English",
        "Deutsch",
    ]
    box.setCurrentText("Deutsch")
    assert dialog.applied_to(Settings()).language == "de"


# The window


@pytest.fixture(params=list(PLACES))
def place(
    request: pytest.FixtureRequest,
    german: None,
    qtbot: QtBot,
    open_window: OpenWindow,
    clip: Path,
    reviewed: Path,
) -> Iterator[QWidget]:
    """A window or dialog in German, with everything that a person may meet in it."""
    window = open_window(None if request.param == "start page" else clip)
    window.resize(1280, 800)
    if window.workspace is not None:
        window.actions_by_name["next"].trigger()
    shown = PLACES[request.param](window)
    qtbot.waitUntil(shown.isVisible)
    yield shown
    if shown is not window:
        shown.close()


ENGLISH = {
    english
    for entry in TEXTS
    for english, german in zip((entry.text, entry.many or entry.text), entry.said * 2, strict=False)
    if english != german
} - {english for entry in TEXTS for english in entry.said}


def test_no_english_is_left(place: QWidget) -> None:
    patterns = [_pattern(text) for text in ENGLISH]
    given = (
        {"Detecting…", "Detecting", "Detecting pausieren", "Open video…"}
        if place.isWindow()
        else set()
    )
    left = {
        text
        for widget in [place, *place.findChildren(QWidget)]
        for text in _texts(widget) - given
        if any(pattern.fullmatch(text) for pattern in patterns)
    }
    assert not left


def _pattern(english: str) -> re.Pattern[str]:
    counted = re.escape(english).replace(r"\{count\}", r"[\d\s]+")
    return re.compile(re.sub(r"\\{\w+\\}", ".+", counted), re.DOTALL)


def _texts(widget: QWidget) -> set[str]:
    found = [widget.windowTitle(), widget.toolTip().rpartition(" (")[0] or widget.toolTip()]
    found += [widget.accessibleName(), widget.accessibleDescription()]
    if isinstance(widget, QAbstractButton | QLabel):
        found.append(widget.text())
    if isinstance(widget, QLineEdit):
        found.append(widget.placeholderText())
    if isinstance(widget, QComboBox):
        found += [widget.itemText(row) for row in range(widget.count())]
    if isinstance(widget, QSpinBox):
        found += [widget.specialValueText(), widget.prefix(), widget.suffix()]
    for action in widget.actions():
        found += [action.text(), action.iconText(), action.whatsThis()]
    return {text for text in found if text.strip()}


def test_nothing_is_clipped(place: QWidget, qtbot: QtBot) -> None:
    def look() -> None:
        assert not _clipped(place)

    # Words that a thread brings take their room a moment later.
    qtbot.waitUntil(look)


def _clipped(place: QWidget) -> list[tuple[str, int, int]]:
    return [
        (widget.text(), widget.width(), widget.sizeHint().width())
        for widget in place.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QLabel) and not isinstance(widget, Elided)
        if widget.isVisible() and not (isinstance(widget, QLabel) and widget.wordWrap())
        if widget.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Ignored
        if widget.width() < widget.sizeHint().width()
    ]


def test_mnemonics_differ(place: QWidget) -> None:
    keys = Counter(
        found[1].lower()
        for widget in place.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QLabel) and widget.isVisible()
        if (found := re.search(r"&(\w)", widget.text()))
    )
    assert not [key for key, times in keys.items() if times > 1]


def test_qts_own_buttons_are_german(german: None, qtbot: QtBot) -> None:
    where = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    assert (where / "qtbase_de.qm").is_file()
    box = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Close
    )
    qtbot.addWidget(box)
    assert {button.text().replace("&", "") for button in box.buttons()} == {
        "Abbrechen",
        "Schließen",
    }
