"""What detects next, how a person starts it, and which run is shown."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.demo import demo_config, demo_video
from core.detectors.base import DetectorConfig, Notice, Preparing, backend_name
from core.paths import ProxyPlace
from gui.i18n import tr
from gui.messages import Banner
from gui.notification import notify
from gui.status import yielded
from gui.text import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.project import Run
    from gui.detection import Update
    from gui.session import Session


class RunMenu(QMenu):
    """The runs of the project, newest first; the shown one is marked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Runs"), parent)
        self._session: Session | None = None
        self.aboutToShow.connect(self._fill)
        self.follow(None)

    def follow(self, session: Session | None) -> None:
        """List the runs of this session from now on."""
        self._session = session
        self.menuAction().setEnabled(session is not None)

    def _fill(self) -> None:
        self.clear()
        session = self._session
        if session is None or not session.project.runs:
            self.addAction(tr("No run yet: detect, or import detections")).setEnabled(False)
            return
        group = QActionGroup(self)
        for run in reversed(session.project.runs):
            action = self.addAction(_described(run))
            action.setCheckable(True)
            action.setChecked(run == session.run)
            action.triggered.connect(partial(self._choose, run))
            group.addAction(action)

    def _choose(self, run: Run, checked: bool = False) -> None:
        del checked
        if self._session is not None:
            self._session.choose_run(run)


class Detecting(QObject):
    """Starts detection in the window's session.

    Args:
        window: Whose dialogs these are.
        banner: Says what a person should know.
        model: What detects where a project does not say.
    """

    chosen = Signal(str)
    """The model of a configuration that the person has chosen."""
    starting = Signal()
    """A detection is about to begin."""

    def __init__(self, window: QWidget, banner: Banner, model: str) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._last = DetectorConfig(model=model)
        self._config = self._last
        self._session: Session | None = None
        self.runs = RunMenu(window)

    def follow(self, session: Session | None) -> None:
        """Detect in this session from now on."""
        self._session = session
        self.runs.follow(session)
        if session is not None:
            self._config = self._config_for(session)
            session.detection_told.connect(self._tell)
            session.detection_completed.connect(self._announce)

    @property
    def config(self) -> DetectorConfig:
        """What detects next."""
        return self._config

    def start(self, proxy: ProxyPlace | None, *, restart: bool = False) -> None:
        """Detect, or go on with an unfinished run of the same configuration."""
        from gui.dialogs.trust import may_load

        if self._session is not None and may_load(self._config.model, self._window):
            self._banner.hide()
            self.starting.emit()
            self._session.detect(self._config, restart=restart, proxy=proxy)

    def ask(self, recent: Sequence[str]) -> bool:
        """Let the person choose what detects; gives whether to start."""
        from gui.dialogs.detect import DetectDialog

        session = self._session
        if session is None:
            return False
        dialog = DetectDialog(
            self._config,
            recent=recent,
            frames=len(session.index),
            current=session.frame,
            parent=self._window,
        )
        agreed = bool(dialog.exec())
        if agreed:
            self._config = self._last = dialog.config()
            self.chosen.emit(self._config.model)
        dialog.deleteLater()
        return agreed

    def import_boxes(self, folder: bool) -> None:
        """Let the person choose another program's detections, and make them a run."""
        from core.importing.base import ImportOptions

        where = str(Path.home())
        path = (
            QFileDialog.getExistingDirectory(self._window, tr("Import detections: a folder"), where)
            if folder
            else QFileDialog.getOpenFileName(
                self._window,
                tr("Import detections"),
                where,
                tr("COCO results or MOTChallenge text (*.json *.txt *.csv);;All files (*)"),
            )[0]
        )
        if path and self._session is not None:
            self._banner.hide()
            self._session.import_detections(Path(path), ImportOptions())

    def _config_for(self, session: Session) -> DetectorConfig:
        """As in the last run, so that `Detect` can go on with that one."""
        from core.imported_runs import is_imported

        own = [run for run in session.project.runs if not is_imported(run)]
        if own:
            return own[-1].config
        is_demo = session.info.path.resolve() == demo_video().resolve()
        return demo_config() if is_demo else self._last

    def _tell(self, message: Preparing | Notice) -> None:
        if isinstance(message, Notice):
            self._banner.show_message("info", message.text)

    def _announce(self, last: Update | None) -> None:
        session = self._session
        if session is not None and last is not None:
            flagged = session.shown_of(last.findings).flagged
            notify(
                self._window,
                tr("{name}: detection is done", name=session.info.path.name),
                yielded(len(last.detections), len(flagged)),
            )


def _described(run: Run) -> str:
    config, info = run.config, run.info
    parts = [
        info.model,
        backend_name(info.backend),
        tr("confidence {value}", value=f"{config.confidence:.2f}"),
    ]
    if config.classes:
        parts.append(", ".join(config.classes[:3]) + ("…" if len(config.classes) > 3 else ""))
    if config.sampling.every > 1:
        parts.append(tr("every {count} frames", count=grouped(config.sampling.every)))
    created = datetime.fromisoformat(run.created).astimezone()
    return " · ".join([f"{created:%Y-%m-%d %H:%M}", *parts])
