"""The real window on a real display, for benchmarks and tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

MOST_SECONDS = 900.0


@contextmanager
def display() -> Iterator[None]:
    """The display there is, else an Xvfb."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux":
        yield
        return
    with x_server() as name:
        os.environ["DISPLAY"] = name
        yield


@contextmanager
def x_server(size: tuple[int, int] = (1400, 900)) -> Iterator[str]:
    """A new X server of one screen without a window manager; gives its DISPLAY."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(writer),
            "-screen",
            "0",
            f"{size[0]}x{size[1]}x24",
            "-nolisten",
            "tcp",
            # Else it begins anew when its last client has gone, and refuses the next one meanwhile.
            "-noreset",
        ],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(20)


def run_until(app: QApplication, window: QWidget, done: Callable[[], bool]) -> None:
    """Run the event loop as the program does, and look every 50 ms whether to go on."""
    from PySide6.QtCore import QTimer

    deadline = time.monotonic() + MOST_SECONDS
    watch = QTimer(interval=50)

    def look() -> None:
        if done() or time.monotonic() > deadline:
            app.exit()  # quit() would close the window

    watch.timeout.connect(look)
    watch.start()
    app.exec()
    watch.stop()
    if not done():
        window.close()
        raise TimeoutError(f"nothing came of it in {MOST_SECONDS:g} s")
