"""Which actions can be used now, and for the others why not."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from gui.actions import SPECS, set_enabled, set_tip
from gui.i18n import mark, tr

if TYPE_CHECKING:
    from gui.session import Session

_ALWAYS = {
    *("open", "open_project", "demo", "settings", "quit"),
    *("palette", "jobs", "guide", "help", "change_keys"),
    # These need a folder of videos; `gui.collection.browsing` sees to them.
    *("media_list", "find_video", "next_video", "previous_video", "detect_all"),
}
_NEED_BOX = (
    *("accept", "reject", "accept_gap", "reject_gap", "accept_track", "reject_track"),
    *("edit", "change_class", "delete", "spread", "loop"),
)
_IN_PICTURE = (*_NEED_BOX, "draw", "skip", "split", "ghosts", "fit", "actual_size")
"""What acts on the picture, or on its boxes."""
_UNDER_WAY = {
    "export": mark("An export is under way"),
    "render": mark("A video is being written"),
    "upload": mark("An upload is under way"),
    "schedule": mark("A selection is being scheduled"),
    "selection": mark("A selection is being read"),
    "signed_urls": mark("Signed URLs are being made"),
    "labels": mark("Finished labels are being read"),
}
_NEED_VIDEO = [spec.name for spec in SPECS if spec.name not in _ALWAYS]


def allow(
    actions: dict[str, QAction],
    session: Session | None,
    *,
    busy: Collection[str],
    cannot_copy: str,
    selecting: bool = False,
) -> None:
    """Enable what can be used; the tooltips of the rest say what is missing.

    Args:
        actions: All actions by name.
        session: What is open.
        busy: Actions whose jobs are under way.
        cannot_copy: Why no small copy can be made now; empty if it can.
        selecting: Whether the page on which frames are selected hides the picture.
    """
    if session is None:
        for name in _NEED_VIDEO:
            set_enabled(actions[name], False, tr("Open a video first"))
        return
    for name in _NEED_VIDEO:
        set_enabled(actions[name], True, "")
    for name, (possible, why_not) in _conditions(session, busy).items():
        set_enabled(actions[name], possible, why_not)
    set_enabled(actions["copy"], not cannot_copy, cannot_copy)
    for name, what, nothing, tip in (
        (
            "undo",
            session.can_undo,
            tr("Nothing to undo"),
            tr("Undo: {what}", what=session.can_undo),
        ),
        (
            "redo",
            session.can_redo,
            tr("Nothing to redo"),
            tr("Redo: {what}", what=session.can_redo),
        ),
    ):
        set_enabled(actions[name], what is not None, nothing)
        if what:
            set_tip(actions[name], tip)
    if selecting:
        for name in _IN_PICTURE:
            set_enabled(actions[name], False, tr("Go back to the picture first"))


def _conditions(session: Session, busy: Collection[str]) -> dict[str, tuple[bool, str]]:
    flagged = (bool(session.flagged), tr("No frame flickers yet"))
    selected = (bool(session.selected), tr("No frame is selected yet"))
    idle = (not session.detecting, tr("Detection is under way"))
    calm = (not session.reader.busy, tr("A run is being read"))
    detected = (session.run is not None, tr("Detect first"))
    found = (session.findings is not None, tr("Detect first"))
    number = session.queue.number_of(session.focused)
    violated = (number is not None, tr("No violation is in focus"))
    focused = (session.focused is not None, tr("No box is in focus"))
    return {
        **dict.fromkeys(_NEED_BOX, focused),
        "next": flagged,
        "previous": flagged,
        "next_selected": selected,
        "previous_selected": selected,
        "skip": (bool(len(session.queue)), tr("Nothing to review yet")),
        "detect": idle,
        "detect_with": idle,
        "import_file": calm,
        "import_folder": calm,
        "cancel": (session.detecting, tr("Nothing is being detected")),
        "select": detected,
        "export": found,
        "render": found,
        "clip": violated,
        "upload": found,
        "selection": _can_read_selection(session),
        "labels": (session.findings is not None, tr("Detect first")),
        **{name: (False, tr(why_not)) for name, why_not in _UNDER_WAY.items() if name in busy},
        **({"clip": (False, tr(_UNDER_WAY["render"]))} if "render" in busy else {}),
    }


def _can_read_selection(session: Session) -> tuple[bool, str]:
    from core.cloud.runs import RunState, state_of

    run = session.handover.run
    if run is None:
        return False, tr("Schedule a selection first")
    return state_of(run) is RunState.DONE, tr("Lightly's run is not done yet")
