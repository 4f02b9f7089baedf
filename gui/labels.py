"""Reading finished labels from the window: ask, compare as a job, show what came of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from gui.asked_job import AskedJob
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report
from gui.text import grouped

if TYPE_CHECKING:
    from core.roundtrip.comparing import RoundTrip
    from core.roundtrip.handed import Known
    from gui.dialogs.labels_files import LabelsChoice
    from gui.session import Session


class LabelReader(AskedJob):
    """Compares one set of labels at a time."""

    _session: Session | None = None
    _last: LabelsChoice | None = None

    def attach(self, session: Session | None) -> None:
        """Read labels of this project from now on."""
        self.close()
        self._session, self._last = session, None

    def ask(self, session: Session) -> None:
        """Let the person choose files, then compare."""
        from core.roundtrip.handed import known_of
        from gui.dialogs.labels_files import LabelsFilesDialog

        dialog = LabelsFilesDialog(self._last, session.recalibration, self._window)
        dialog.forgotten.connect(partial(session.set_recalibration, None))
        agreed, choice = bool(dialog.exec()), dialog.choice()
        dialog.deleteLater()
        if not agreed or session.run is None or session.as_found is None:
            return
        self._last = choice
        known = known_of(session.project, session.run, session.detections, session.as_found)
        succeed = partial(self._note, session)
        self._start(
            tr("Reading finished labels"), partial(_compare, known, choice), succeed, tr("Stopped")
        )

    def _note(self, session: Session, found: RoundTrip) -> str:
        # Once this job has ended.
        QTimer.singleShot(0, self, partial(self._show, session, found))
        tally = found.report.overall
        return tr(
            "{good} of {boxes} kept or moved",
            good=grouped(tally.kept + tally.moved),
            boxes=tr_n("{count} imputed box", "{count} imputed boxes", tally.handed),
        )

    def _show(self, session: Session, found: RoundTrip) -> None:
        from gui.dialogs.finished_labels import FinishedLabelsDialog

        if session is not self._session:
            return
        dialog = FinishedLabelsDialog(found, session.recalibration, self._window)

        def recalibrate(wanted: object) -> None:
            session.set_recalibration(found.recalibration if wanted else None)
            dialog.show_recalibration(session.recalibration)

        dialog.chosen.connect(recalibrate)
        dialog.exec()
        dialog.deleteLater()


def _compare(
    known: Known, choice: LabelsChoice, report: Report, cancelled: IsCancelled
) -> RoundTrip:
    from core.errors import Cancelled
    from core.roundtrip.comparing import compare

    report((Path(choice.labels).name, 0, 0))
    found = compare(known, choice.labels, choice.export)
    if cancelled():
        raise Cancelled
    return found
