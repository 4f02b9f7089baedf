"""The main states of the window, and how each comes about."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QDialog, QLineEdit, QToolButton

from core.assertions.imputed import ImputedBox
from core.demo import demo_video
from core.prelabels import Verdict, model_boxes
from core.project import CloudPlace, Handover, Selection
from core.review import ReviewState, View
from core.settings import Appearance
from gui.dialogs.export_preview import ExportPreview
from gui.go_to import GoTo
from gui.palette import Palette
from gui.timeline.popup import FramePopup
from scripts.screenshots.drives import detect_drives
from scripts.screenshots.stage import Stage

DETECTING_SECONDS = 300
WINDOW = (1360, 860)
_LOOKING_MS = 3000


@dataclass(frozen=True)
class State:
    """One state of the window, shown by a process of its own."""

    show: Callable[[Stage, str], None]
    """Brings the window into the state and takes the pictures; gets the state's name."""
    appearance: Appearance = "light"
    detected: bool = True
    """Whether the demo was detected before."""
    scale: int = 1
    """Device pixels of a logical one."""
    size: tuple[int, int] = WINDOW
    """Of the window, logical px."""

    @property
    def screen(self) -> tuple[int, int]:
        """Device pixels of the display that it needs."""
        return self.size[0] * self.scale, self.size[1] * self.scale


def _empty(stage: Stage, name: str) -> None:
    stage.take(name)


def _error(stage: Stage, name: str) -> None:
    stage.window.open_path(Path("drive.mp4"))
    stage.wait("the banner", lambda: bool(stage.window.banner.sentence))
    stage.take(name)


def _not_video(stage: Stage, name: str) -> None:
    broken = Path("broken.mp4")
    broken.write_bytes(b"This was a video once.")
    stage.window.open_path(broken)
    stage.wait("the banner", lambda: bool(stage.window.banner.sentence))
    stage.take(name)


def _damaged(stage: Stage, name: str) -> None:
    cut = Path("cut-short.mp4")
    whole = demo_video().read_bytes()
    cut.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    stage.window.open_path(cut)
    stage.wait("the video", lambda: stage.window.session is not None)
    stage.do("end")
    # There may never be a whole picture of it.
    stage.settle(_LOOKING_MS)
    stage.take(name)


def _demo(stage: Stage, name: str) -> None:
    _open(stage)
    _wait_for_run(stage)
    stage.take(name)


def _detecting(stage: Stage, name: str) -> None:
    _open(stage)
    _wait_for_half(stage)
    stage.take(name)
    stage.do("cancel")


def _jobs(stage: Stage, name: str) -> None:
    _open(stage)
    _wait_for_half(stage)
    stage.do("jobs")
    stage.take(name)
    stage.do("cancel")


def _reviewing(stage: Stage, name: str) -> None:
    _review(stage)
    stage.take(name)
    stage.take(f"{name}-panel", stage.workspace.review)


def _boxes(stage: Stage, name: str) -> None:
    _review(stage)
    session, focused = stage.session, stage.session.focused
    assert focused is not None
    own = model_boxes(focused.frame, session.detections, session.class_names)
    _, corrected, wrong, *_ = sorted(own, key=lambda box: -box.plausibility)
    x0, y0, x1, y1 = corrected.xyxy
    session.correct(corrected, xyxy=(x0, y0 - 2, x1 + 2, y1))
    session.focus(wrong)
    session.decide(Verdict.REJECTED)
    _look_at(stage, focused)
    stage.take(name, stage.workspace.canvas)


def _hovering(stage: Stage, name: str) -> None:
    _review(stage)
    timeline = stage.workspace.timeline
    stage.point_at(timeline, QPoint(timeline.width() * 2 // 5, 40))
    popup = stage.window.findChild(FramePopup)
    assert popup is not None
    stage.wait("the small picture", popup.isVisible)
    stage.take(name)


def _editing(stage: Stage, name: str) -> None:
    _review(stage)
    stage.workspace.canvas.zoom_to(2.0)
    stage.do("edit")
    stage.take(name)
    stage.take(f"{name}-picture", stage.workspace.canvas)


def _split(stage: Stage, name: str) -> None:
    _review(stage)
    stage.do("split")
    stage.take(name)
    stage.take(f"{name}-picture", stage.workspace.pane)


def _onion_skin(stage: Stage, name: str) -> None:
    _review(stage)
    stage.do("ghosts")
    stage.take(name)


def _keys(stage: Stage, name: str) -> None:
    _review(stage)
    stage.do("help")
    stage.take(name)


def _palette(stage: Stage, name: str) -> None:
    _review(stage)
    stage.do("palette")
    _type(stage, Palette, "acc")
    stage.take(name)


def _go_to(stage: Stage, name: str) -> None:
    _review(stage)
    stage.do("go_to")
    _type(stage, GoTo, "0:04.5")
    stage.take(name)


def _detect_dialog(stage: Stage, name: str) -> None:
    video = Path("drive.mp4")
    video.write_bytes(demo_video().read_bytes())
    stage.window.open_path(video)
    stage.wait("the video", lambda: stage.window.session is not None)
    stage.wait("the picture", lambda: _is_shown(stage))
    stage.take_dialog("detect_with", name)


def _settings(stage: Stage, name: str) -> None:
    _review(stage)
    stage.take_dialog("settings", name)


def _export(stage: Stage, name: str) -> None:
    _review(stage)
    stage.take_dialog("export", name, _is_previewed)


def _is_previewed(dialog: QDialog) -> bool:
    preview = dialog.findChild(ExportPreview)
    return preview is not None and preview.is_shown


def _upload(stage: Stage, name: str) -> None:
    _review(stage)
    place = CloudPlace("s3://my-videos/drives", "s3://my-lightly/drives", region="eu-central-1")
    stage.session.set_handover(Handover(place))
    stage.take_dialog("upload", name)


def _signed_urls(stage: Stage, name: str) -> None:
    _review(stage)
    stage.session.set_handover(Handover(CloudPlace("s3://my-videos/drives")))
    stage.take_dialog("signed_urls", name)


def _schedule(stage: Stage, name: str) -> None:
    _review(stage)
    place = CloudPlace(
        "s3://my-videos/drives",
        "s3://my-lightly/drives",
        region="eu-central-1",
        role_arn="arn:aws:iam::123456789012:role/lightly",
        external_id="a-drive-of-mine",
    )
    os.environ["LIGHTLY_TOKEN"] = "never-shown"
    stage.session.set_handover(Handover(place, uploaded="2026-11-20T10:00:00+00:00"))
    stage.take_dialog("schedule", name)


def _selected(stage: Stage, name: str) -> None:
    _review(stage)
    session = stage.session
    flagged = session.flagged
    session.set_selection(Selection("initial-tag", "lightly", (0, *flagged[::3])))
    stage.do("next_selected")
    _look_at(stage, session.boxes_in(session.frame)[0])
    stage.take(name)
    stage.take(f"{name}-panel", stage.workspace.review)
    stage.take(f"{name}-timeline", stage.workspace.timeline)


def _selecting(stage: Stage, name: str) -> None:
    _review(stage)
    stage.do("select")
    page = stage.workspace.page
    assert page is not None
    stage.wait("the choice", lambda: page.panel.report.isEnabled(), DETECTING_SECONDS)
    stage.wait("the plot", lambda: page.laid_out, DETECTING_SECONDS)
    stage.settle(_LOOKING_MS)
    stage.take(name)


def _limits(stage: Stage, name: str) -> None:
    _review(stage)
    fold = next(b for b in stage.workspace.review.findChildren(QToolButton) if b.text() == "Limits")
    fold.click()
    stage.take(name)
    stage.take(f"{name}-panel", stage.workspace.review)


def _range(stage: Stage, name: str) -> None:
    _review(stage)
    stage.session.set_range(60, 160)
    stage.take(name)
    stage.take(f"{name}-timeline", stage.workspace.timeline)


def _all_reviewed(stage: Stage, name: str) -> None:
    _review(stage)
    session = stage.session
    for number in session.queue.shown(View(state=ReviewState.TO_DO)).tolist():
        session.focus(session.queue.boxes_of(number)[0])
        session.decide(Verdict.ACCEPTED, scope="gap")
    _look_at(stage, session.boxes_in(session.frame)[0])
    stage.take(name)


def _drives(stage: Stage, name: str) -> None:
    window = stage.window
    window.open_path(detect_drives(Path.cwd(), DETECTING_SECONDS))
    stage.wait("a video", lambda: window.session is not None)
    _wait_for_run(stage)
    stage.wait("the list", lambda: not window.browsing.library.left)
    session = stage.session
    for number in session.shown.tolist()[:2]:
        session.focus(session.queue.boxes_of(number)[0])
        session.decide(Verdict.ACCEPTED, scope="gap")
    stage.do("review_all")
    stage.do("skip")
    stage.wait("the picture", lambda: window.session is not None and _is_shown(stage))
    stage.settle(_LOOKING_MS)
    stage.take(name)


STATES = {
    "empty": State(_empty, detected=False),
    "empty-dark": State(_empty, detected=False, appearance="dark"),
    "error": State(_error, detected=False),
    "not-a-video": State(_not_video, detected=False),
    "damaged": State(_damaged, detected=False),
    "detecting": State(_detecting, detected=False),
    "jobs": State(_jobs, detected=False),
    "demo": State(_demo),
    "reviewing": State(_reviewing),
    "boxes": State(_boxes),
    "hovering": State(_hovering),
    "editing": State(_editing),
    "split": State(_split),
    "onion-skin": State(_onion_skin),
    "keys": State(_keys),
    "palette": State(_palette),
    "go-to": State(_go_to),
    "detect-dialog": State(_detect_dialog, detected=False),
    "settings": State(_settings),
    "export": State(_export),
    "upload": State(_upload),
    "signed-urls": State(_signed_urls),
    "schedule": State(_schedule),
    "selected": State(_selected),
    "selecting": State(_selecting),
    "limits": State(_limits),
    "range": State(_range),
    "folder": State(_drives, detected=False),
    "all-reviewed": State(_all_reviewed),
    "dark": State(_reviewing, appearance="dark"),
    "dark-export": State(_export, appearance="dark", size=(1280, 800)),
    "dark-upload": State(_upload, appearance="dark"),
    "dark-signed-urls": State(_signed_urls, appearance="dark"),
    "dark-limits": State(_limits, appearance="dark"),
    "dark-schedule": State(_schedule, appearance="dark"),
    "dark-selected": State(_selected, appearance="dark", scale=2, size=(1280, 800)),
    "dark-selecting": State(_selecting, appearance="dark", size=(1280, 800)),
    "dark-split": State(_split, appearance="dark"),
    "dark-folder": State(_drives, detected=False, appearance="dark"),
    "dark-keys": State(_keys, appearance="dark"),
    "4k": State(_reviewing, scale=2, size=(1920, 1080)),
}


def _open(stage: Stage) -> None:
    stage.window.open_demo()
    stage.wait("the demo", lambda: stage.window.session is not None)


def _wait_for_run(stage: Stage) -> None:
    session = stage.session
    stage.wait("a run", lambda: session.complete and not session.detecting, DETECTING_SECONDS)
    stage.wait("the picture", lambda: _is_shown(stage))


def _wait_for_half(stage: Stage) -> None:
    session = stage.session
    half = len(session.index) // 2
    stage.wait("half a run", lambda: session.detections.frame_count >= half, DETECTING_SECONDS)


def _review(stage: Stage) -> None:
    """Something of the queue is decided about in each way; its second violation is in focus."""
    _open(stage)
    _wait_for_run(stage)
    session, queue = stage.session, stage.session.queue
    first, second, *others = session.shown.tolist()
    verdicts = [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.REJECTED, Verdict.REJECTED]
    for number, verdict in zip([first, *others[1::2]], verdicts, strict=False):
        session.focus(queue.boxes_of(number)[0])
        session.decide(verdict, scope="gap")
    for box in queue.boxes_of(others[0]):
        x0, y0, x1, y1 = box.xyxy
        session.correct(box, xyxy=(x0, y0 + 2, x1 + 4, y1))
    _look_at(stage, min(queue.boxes_of(second), key=lambda box: _crossing(stage, box)))


def _look_at(stage: Stage, box: ImputedBox) -> None:
    stage.session.focus(box)
    stage.wait("the picture", lambda: _is_shown(stage))


def _is_shown(stage: Stage) -> bool:
    workspace = stage.workspace
    return workspace.shown_frame == stage.session.frame and workspace.shown_in_full


def _crossing(stage: Stage, box: ImputedBox) -> int:
    """How many of the model's boxes lie across a box."""
    detections = stage.session.detections
    xyxy = detections.xyxy[detections.rows(box.frame)]
    x0, y0, x1, y1 = box.xyxy
    apart = (xyxy[:, 0] > x1) | (xyxy[:, 2] < x0) | (xyxy[:, 1] > y1) | (xyxy[:, 3] < y0)
    return int((~apart).sum())


def _type(stage: Stage, sheet: type[GoTo] | type[Palette], text: str) -> None:
    shown = stage.window.findChild(sheet)
    field = shown.findChild(QLineEdit) if shown is not None else None
    assert field is not None
    field.setText(text)
