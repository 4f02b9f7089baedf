"""Translations: the code speaks English, `resources/translations` other languages."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from core.settings import Language
from gui.catalogue import Key, plural_rule, read_catalogue
from gui.text import grouped


@dataclass
class _Spoken:
    """The language of this process; English has no catalogue."""

    texts: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = lambda number: int(number != 1)


_spoken = _Spoken()


def tr(text: str, /, context: str = "", **values: object) -> str:
    """A text in the person's language; English where there is no translation.

    Args:
        text: The English one, as a literal here or in `mark`, so that it is found.
        context: Tells texts apart that are one in English only.
        values: What stands for the names in braces.
    """
    said = _spoken.texts.get((context, text), (text,))[0]
    return said.format(**values) if values else said


def tr_n(one: str, many: str, number: int, /, **values: object) -> str:
    """A text that depends on a number, which stands for ``{count}`` in it."""
    forms = _spoken.texts.get(("", one), (one, many))
    return forms[_spoken.form(number)].format(count=grouped(number), **values)


def mark(text: str, /) -> str:
    """The text itself, for tables: `tr` translates it when it is shown."""
    return text


def install_language(app: QCoreApplication, language: Language) -> None:
    """Let the window, and Qt's own buttons and dialogs, speak a language from now on.

    Widgets keep the words that they were made with.

    Args:
        app: The application.
        language: "system" is the desktop's, or English where there is no translation.
    """
    name = _system_language() if language == "system" else language
    source = files("resources").joinpath("translations", f"{name}.po")
    if not source.is_file():
        speak("")
        return
    speak(source.read_text(encoding="utf-8"))
    translator = QTranslator(app)
    where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{name}", where):
        app.installTranslator(translator)


def speak(catalogue: str) -> None:
    """Take the words from the text of a `.po` file; from none, they are English."""
    entries = read_catalogue(catalogue)
    _spoken.texts = {entry.key: entry.said for entry in entries if all(entry.said)}
    header = _spoken.texts.pop(("", ""), ("",))[0]
    _spoken.form = gettext.c2py(plural_rule(header))


def _system_language() -> str:
    return QLocale.system().uiLanguages()[0].partition("-")[0]
