"""The program: the command line with a window."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from core.logs import start_logging

_X_SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - where every X server listens


def main() -> None:
    """Entry point of `flickerscope`."""
    if _wants_window(sys.argv[1:]) and display_problem() is None:
        # The usual start, without loading what only the command line needs.
        start_logging()
        sys.exit(_open(Path(sys.argv[1]) if len(sys.argv) > 1 else None, False))
    from core import cli

    cli.main(window=cli.Window(_open, display_problem, {"window": _check_window}))


def _wants_window(arguments: list[str]) -> bool:
    """Whether the arguments are nothing, or one path that no command is called like."""
    if len(arguments) == 1:
        path = Path(arguments[0])
        return path.exists() and str(path) != path.stem
    return not arguments


def display_problem() -> str | None:
    """Why no window can be shown here, or None. Asking Qt would end the process."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "xcb") not in ("xcb", ""):
        return None
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "there is no display: DISPLAY and WAYLAND_DISPLAY are not set"
    host, _, number = display.partition(":")
    if host in ("", "unix") and not _x_server_answers(number.partition(".")[0]):
        return f"the display {display} does not answer"
    return None


def _x_server_answers(number: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{_X_SOCKETS}/X{number}")
        except OSError:
            return False
    return True


def _open(path: Path | None, demo: bool) -> int:
    from gui.application import run

    return run(path, demo)


def _check_window() -> str:
    problem = display_problem()
    if problem:
        return f"{problem}; the commands work without one"
    code = (
        "from PySide6.QtWidgets import QApplication; from PySide6.QtCore import qVersion;"
        "app = QApplication([]); print('Qt', qVersion(), 'on', app.platformName())"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    if child.returncode:
        raise OSError(
            "Qt cannot open a window: on Debian and Ubuntu run "
            "apt install libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libegl1 libxkbcommon-x11-0"
        )
    return child.stdout.strip()


if __name__ == "__main__":
    main()
