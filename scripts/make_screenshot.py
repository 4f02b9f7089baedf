"""Makes the README's picture: the real window on the embedded demo, under review.

    python scripts/make_screenshot.py docs/screenshot.png

Needs a display (`xvfb-run -s "-screen 0 1600x1000x24"` gives one). Detects for real, which takes
about half a minute on two cores.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parent.parent
# `python scripts/make_screenshot.py` puts scripts/ on the path, not the folder that holds it.
sys.path.insert(0, str(ROOT))

from core.assertions.imputed import ImputedBox
from gui.session import Session

_ACCEPTED = 3


def main(
    target: Annotated[Path, typer.Argument(help="PNG to write.")],
    theme: Annotated[str, typer.Option(help="dark or light.")] = "dark",
    timeout: Annotated[int, typer.Option(help="Seconds that detection may take.")] = 300,
) -> None:
    """Detect the demo, accept some boxes, and take the picture on the clearest one left."""
    with TemporaryDirectory() as home:
        os.environ["FLICKERSCOPE_HOME"] = home
        _take(target, theme, timeout)


def _take(target: Path, theme: str, timeout: int) -> None:
    from PySide6.QtWidgets import QApplication

    from core.prelabels import Verdict
    from core.settings import Settings
    from gui.main_window import MainWindow
    from gui.theme import apply_theme

    app = QApplication([])
    window = MainWindow(apply_theme(app, "light" if theme == "light" else "dark"), Settings())
    window.show()
    window.open_demo()
    _wait(lambda: window.session is not None, 30)
    session, workspace = window.session, window.workspace
    if session is None or workspace is None:
        raise SystemExit("the demo did not open")
    _wait(lambda: session.complete and not session.detecting, timeout)
    for box in session.boxes[:_ACCEPTED]:
        session.focus(box)
        session.decide(Verdict.ACCEPTED)
    session.focus(max(session.boxes[_ACCEPTED:], key=partial(_certainty, session)))
    _wait(lambda: workspace.shown_frame == session.frame, 30)
    _settle()
    window.grab().save(str(target))
    window.close()


def _certainty(session: Session, box: ImputedBox) -> float:
    """The box's plausibility; 0 at the picture's edge, where little of the object shows."""
    x0, y0, x1, y1 = box.xyxy
    if x0 <= 0 or y0 <= 0 or x1 >= session.info.width or y1 >= session.info.height:
        return 0.0
    return box.plausibility


def _wait(reached: Callable[[], bool], seconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    ticks = QTimer()
    ticks.timeout.connect(lambda: loop.quit() if reached() else None)
    ticks.start(50)
    QTimer.singleShot(seconds * 1000, loop.quit)
    loop.exec()
    if not reached():
        raise SystemExit(f"nothing came within {seconds} seconds")


def _settle() -> None:
    """Let pending paints happen."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(300, loop.quit)
    loop.exec()


if __name__ == "__main__":
    typer.run(main)
