"""What each action does: one table from its name to a callable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from core.verdict import Verdict

if TYPE_CHECKING:
    from gui.background import Background
    from gui.main_window import MainWindow
    from gui.session import Session
    from gui.workspace import Workspace

Handler = Callable[[], object]

_ACCEPT, _REJECT = Verdict.ACCEPTED, Verdict.REJECTED
_TIMELINE_STEP = 1.25


def handlers(window: MainWindow) -> dict[str, Handler]:
    """The callable of every action; without a video those that need one do nothing."""

    def on_session(act: Callable[[Session], object]) -> Handler:
        return lambda: act(window.session) if window.session is not None else None

    def on_workspace(act: Callable[[Workspace], object]) -> Handler:
        return lambda: act(window.workspace) if window.workspace is not None else None

    def on_jobs(act: Callable[[Background, Session], object]) -> Handler:
        return lambda: act(window.jobs, window.session) if window.session is not None else None

    return (
        _of_window(window)
        | {name: on_session(act) for name, act in _ON_SESSION.items()}
        | {name: on_workspace(act) for name, act in _ON_WORKSPACE.items()}
        | {name: on_jobs(act) for name, act in _ON_JOBS.items()}
    )


def _of_window(window: MainWindow) -> dict[str, Handler]:
    return {
        "open": window.choose_video,
        "open_project": window.choose_project,
        "demo": window.open_demo,
        "detect": window.detect,
        "detect_with": window.detect_with,
        "detect_all": window.jobs.detect_all.begin,
        "import_file": lambda: window.detecting.import_boxes(False),
        "import_folder": lambda: window.detecting.import_boxes(True),
        "copy": window.jobs.copier.start,
        "settings": window.show_settings,
        "quit": window.close,
        "next_video": lambda: window.browsing.step(1),
        "previous_video": lambda: window.browsing.step(-1),
        "find_video": window.browsing.search,
        "go_to": window.sheets.go_to,
        "palette": window.sheets.palette,
        "jobs": window.sheets.jobs,
        "help": window.sheets.keys,
        "change_keys": window.change_keys,
        "guide": window.sheets.guide,
        "undo": window.across.undo,
        "redo": window.across.redo,
    }


_ON_SESSION: dict[str, Callable[[Session], object]] = {
    "cancel": lambda s: s.cancel_detection(),
    "home": lambda s: s.go_to(0),
    "end": lambda s: s.go_to(len(s.index) - 1),
    "back": lambda s: s.step(-1),
    "forward": lambda s: s.step(1),
    "back_10": lambda s: s.step(-10),
    "forward_10": lambda s: s.step(10),
    "accept": lambda s: s.decide(_ACCEPT),
    "reject": lambda s: s.decide(_REJECT),
    "next": lambda s: s.next_violation(),
    "previous": lambda s: s.previous_violation(),
    "next_selected": lambda s: s.next_selected(),
    "previous_selected": lambda s: s.previous_selected(),
    "skip": lambda s: s.skip(),
    "accept_gap": lambda s: s.decide(_ACCEPT, scope="gap"),
    "reject_gap": lambda s: s.decide(_REJECT, scope="gap"),
    "accept_track": lambda s: s.decide(_ACCEPT, scope="track"),
    "reject_track": lambda s: s.decide(_REJECT, scope="track"),
    "delete": lambda s: s.delete(),
    "spread": lambda s: s.spread(),
    "mark_in": lambda s: s.mark_in(),
    "mark_out": lambda s: s.mark_out(),
    "clear_range": lambda s: s.clear_range(),
}

_ON_WORKSPACE: dict[str, Callable[[Workspace], object]] = {
    "play": lambda w: w.player.toggle(),
    "pause": lambda w: w.player.pause(),
    "fit": lambda w: w.pane.picture.fit(),
    "edit": lambda w: w.edit(),
    "draw": lambda w: w.draw(),
    "change_class": lambda w: w.change_class(),
    "play_back": lambda w: w.player.play(-1),
    "play_forward": lambda w: w.player.play(1),
    "loop": lambda w: w.loop(),
    "actual_size": lambda w: w.pane.picture.zoom_to(1.0),
    "zoom_in": lambda w: w.pane.picture.zoom_in(),
    "zoom_out": lambda w: w.pane.picture.zoom_out(),
    "timeline_in": lambda w: w.timeline.zoom_by(_TIMELINE_STEP),
    "timeline_out": lambda w: w.timeline.zoom_by(1 / _TIMELINE_STEP),
}

_ON_JOBS: dict[str, Callable[[Background, Session], object]] = {
    "export": lambda jobs, s: jobs.exporter.ask(s),
    "render": lambda jobs, s: jobs.movies.ask_video(s),
    "clip": lambda jobs, s: jobs.movies.ask_clip(s),
    "upload": lambda jobs, s: jobs.uploader.ask(s),
    "schedule": lambda jobs, s: jobs.scheduler.ask(s),
    "selection": lambda jobs, s: jobs.selections.ask(s),
    "signed_urls": lambda jobs, s: jobs.signer.ask(s),
    "labels": lambda jobs, s: jobs.labels.ask(s),
}


def presses_focused(event: QKeyEvent, focused: QWidget | None) -> bool:
    """Whether a key is for the button that has the focus, and not for an action."""
    return (
        isinstance(focused, QAbstractButton)
        and focused.hasFocus()
        and event.key() == Qt.Key.Key_Space
        and not event.modifiers()
    )


def switches(window: MainWindow) -> dict[str, Callable[[bool], object]]:
    """What the actions that are on or off do when they are switched."""

    def ghosts(on: bool) -> None:
        if window.workspace is not None:
            window.workspace.set_ghosts(on)

    def split(on: bool) -> None:
        if window.workspace is not None:
            window.workspace.set_split(on)

    def select(on: bool) -> None:
        if window.workspace is not None:
            window.workspace.set_selecting(on)

    return {
        "ghosts": ghosts,
        "split": split,
        "select": select,
        "media_list": window.browsing.set_shown,
        "review_all": window.across.review_all,
    }
