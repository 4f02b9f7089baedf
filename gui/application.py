"""The Qt application around the window."""

import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from core.cloud.token import redacted
from core.settings import load_settings
from gui.i18n import install_language, tr
from gui.icons import icon
from gui.main_window import MainWindow
from gui.theme import apply_theme

log = logging.getLogger(__name__)

_SWITCH_SECONDS = 0.0005


def run(path: Path | None, demo: bool) -> int:
    """Show the window until it is closed.

    Args:
        path: A video or project to open.
        demo: Open the embedded demo.

    Returns:
        The exit code.
    """
    _forget_foreign_plugins()
    favour_the_window()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("flickerscope")
    app.setApplicationDisplayName("Flickerscope")
    app.setDesktopFileName("flickerscope")
    sys.excepthook = _report_bug
    settings = load_settings()
    install_language(app, settings.language)
    theme = apply_theme(app, settings.appearance)
    app.setWindowIcon(icon("flickerscope", theme))
    window = MainWindow(theme, settings)
    QGuiApplication.styleHints().colorSchemeChanged.connect(window.follow_desktop)
    window.show()
    if demo:
        QTimer.singleShot(0, window.open_demo)
    elif path is not None:
        QTimer.singleShot(0, lambda: window.open_path(path))
    return app.exec()


def favour_the_window() -> None:
    """Let a thread that scores or reads give way ten times as soon as Python does by itself.

    Each call from Qt into Python waits for Python's lock, and one repaint is many such calls.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)


def _forget_foreign_plugins() -> None:
    """OpenCV's wheels point Qt to plugins of another Qt when they are imported."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]


def _report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Uncaught errors go to the log and to a dialog; the window goes on."""
    log.critical("uncaught", exc_info=(kind, error, trace))
    box = QMessageBox(
        QMessageBox.Icon.Critical,
        "Flickerscope",
        tr(
            "Something went wrong that should not have: {error}.\n\n"
            "Your decisions are saved. Details are in the log.",
            error=redacted(f"{kind.__name__}: {error}"),
        ),
        QMessageBox.StandardButton.Ok,
        QApplication.activeWindow(),
    )
    box.setDetailedText(redacted("".join(traceback.format_exception(kind, error, trace))))
    box.open()
