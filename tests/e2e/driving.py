"""The real program on a display of its own, driven by keys as a person would."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from core.errors import ProjectError
from core.prelabels import Verdict
from core.project import Project
from tests.conftest import REPOSITORY

T = TypeVar("T")

STARTING_SECONDS = 60.0
DETECTING_SECONDS = 400.0

Decided = tuple[int, tuple[int, ...], Verdict]


def wait_for(what: str, ask: Callable[[], T | None], seconds: float = 20.0) -> T:
    """The first true answer; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)
    return answer


def environment(home: Path, display: str | None) -> dict[str, str]:
    """A person's environment: nothing of the test's Qt, folders of their own."""
    hidden = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"FLICKERSCOPE_HOME": str(home), "HOME": str(home)}
    return env | ({"DISPLAY": display} if display else {})


class Program:
    """`flickerscope PATH` in a process of its own."""

    def __init__(
        self,
        display: str,
        home: Path,
        path: Path,
        more: Mapping[str, str] | None = None,
        *,
        eye: bool = False,
    ) -> None:
        self.display = display
        self._said = (home / "said.txt").open("a+")
        self._eye = home / "eye"
        module = ["tests.e2e.eye", str(self._eye)] if eye else ["gui"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *module, str(path)],
            cwd=REPOSITORY,
            env=environment(home, display) | (dict(more) if more else {}),
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )

    def wait_for_window(self, title: str) -> str:
        """The window with this title, which gets the keys from now on."""
        window = wait_for(
            f"a window named {title}", lambda: self._find(title), seconds=STARTING_SECONDS
        )
        self._xdotool("windowfocus", window)
        return window

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as `xdotool key` names them."""
        self._xdotool("key", *keys)

    def see(self, name: str) -> dict[str, Any] | None:
        """What is called so: where it is on the screen, its text, whether it is enabled."""
        with closing(socket.socket(socket.AF_UNIX)) as eye:
            eye.settimeout(30)
            eye.connect(str(self._eye))
            eye.sendall(f"{name}\n".encode())
            answer: dict[str, Any] | None = json.loads(eye.makefile().readline())
        return answer

    def click(self, name: str, *, seconds: float = 30.0) -> None:
        """Click on what has this name, as soon as it can be seen and used."""
        wait_for(f"{name!r} to be usable", lambda: self._usable(name), seconds=seconds)
        place = wait_for(f"{name!r}", lambda: self.see(name))
        self._xdotool("mousemove", str(place["x"]), str(place["y"]), "click", "1")

    def draw(self, *points: tuple[int, int]) -> None:
        """Drag the mouse from point to point of the screen with its left button down."""
        first, *others = points
        self._xdotool("mousemove", *map(str, first), "mousedown", "1")
        for point in others:
            self._xdotool("mousemove", *map(str, point))
        self._xdotool("mouseup", "1")

    def type_into(self, name: str, text: str) -> None:
        """Replace the text of a field."""
        self.click(name)
        # Without a window manager nobody gives a dialog the keys.
        under = self._run("getmouselocation", "--shell").stdout
        self._xdotool("windowfocus", under.partition("WINDOW=")[2].split()[0])
        self._xdotool("key", "ctrl+a")
        self._xdotool("type", "--delay", "1", text)
        wait_for(f"{text!r} in {name!r}", lambda: self._text_of(name) == text)

    def _usable(self, name: str) -> bool:
        seen = self.see(name)
        return seen is not None and bool(seen["enabled"])

    def _text_of(self, name: str) -> str:
        seen = self.see(name)
        return str(seen["text"]) if seen else ""

    def close(self) -> int:
        """Close the window as a window manager would; gives the exit code."""
        ask_to_close(self.display, int(wait_for("a window", lambda: self._find("Flickerscope"))))
        return self.process.wait(30)

    def end(self) -> None:
        """Make sure that it does not outlive its test."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)
        self._said.close()

    def children(self) -> list[int]:
        """Its child processes."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(line) for line in found.stdout.split()]

    def said(self) -> str:
        """What it wrote to standard output and standard error."""
        self._said.flush()
        return Path(self._said.name).read_text()

    def _find(self, title: str) -> str | None:
        assert self.process.poll() is None, f"it ended by itself and said: {self.said()}"
        search = self._run("search", "--onlyvisible", "--name", title)
        return search.stdout.split()[-1] if search.returncode == 0 and search.stdout else None

    def _xdotool(self, *arguments: str) -> None:
        done = self._run(*arguments)
        assert done.returncode == 0, done.stderr

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"DISPLAY": self.display}
        return subprocess.run(
            ["xdotool", *arguments], env=env, capture_output=True, text=True, timeout=30
        )


class _ClientMessage(ctypes.Structure):
    """Xlib's XClientMessageEvent, as long as the XEvent that holds it."""

    _fields_: Sequence[tuple[str, object]] = [  # type: ignore[assignment]
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 12),
    ]


def ask_to_close(display: str, window: int) -> None:
    """Send WM_DELETE_WINDOW; old versions of xdotool can only destroy windows."""
    x = ctypes.CDLL("libX11.so.6")
    x.XOpenDisplay.restype = ctypes.c_void_p
    x.XInternAtom.restype = ctypes.c_ulong
    connection = ctypes.c_void_p(x.XOpenDisplay(display.encode()))
    assert connection
    protocols, delete = (
        x.XInternAtom(connection, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
    )
    message = _ClientMessage(
        type=33, window=window, message_type=protocols, format=32, data=(delete, 0, 0, 0, 0)
    )
    assert x.XSendEvent(connection, ctypes.c_ulong(window), 0, 0, ctypes.byref(message))
    x.XCloseDisplay(connection)


def project_folder(home: Path) -> Path:
    """The only project below a home."""
    (folder,) = (home / "projects").glob("*.flickerscope")
    return folder


def decisions(home: Path) -> list[Decided]:
    """What a second reader finds decided."""
    try:
        with closing(Project.open(project_folder(home))) as project:
            return [(d.box.frame, d.box.xyxy, d.verdict) for d in project.decisions.values()]
    except ProjectError:
        return []


def screenshot(display: str, path: Path) -> None:
    """Keep a picture of the display for whoever looks into a failure, where a tool is there."""
    if shutil.which("import"):
        command = ["import", "-display", display, "-window", "root", str(path)]
        subprocess.run(command, capture_output=True, check=False, timeout=60)
