"""Writing a report of a choice: ask where, then write as a job."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from core.paths import free_folder
from gui.asked_job import AskedJob
from gui.i18n import tr
from gui.jobs import IsCancelled, Report
from gui.text import grouped

if TYPE_CHECKING:
    from core.selection.report_process import Written
    from gui.selection.choosing import ReportOrder


class Reporter(AskedJob):
    """Writes one report at a time."""

    def ask(self, order: ReportOrder) -> None:
        """Let the person choose a folder, then write PDF and web page into a new one there."""
        if self.busy:
            return
        title = tr("Folder that gets the report")
        chosen = QFileDialog.getExistingDirectory(self._window, title, str(Path.home()))
        if chosen:
            folder = free_folder(Path(chosen) / f"{order.name}-selection")
            work = partial(_write, order, folder)
            stopped = tr("Stopped; nothing was left behind")
            self._start(tr("Writing the report"), work, self._show, stopped)

    def _show(self, written: Written) -> str:
        said = tr("Wrote {pdf} and {html} to {folder}", pdf=written.pdf.name,
                  html=written.html.name, folder=written.pdf.parent)  # fmt: skip
        self._banner.show_message("info", said, (tr("Open report"), partial(_open, written.html)))
        return said


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _write(order: ReportOrder, folder: Path, report: Report, cancelled: IsCancelled) -> Written:
    from core.selection.report_process import ReportRequest, write_in_child

    def tell(done: int, total: int) -> None:
        far = tr("{done} of {total} steps", done=grouped(done), total=grouped(total))
        report((far, done, total))

    chosen = order.chosen
    request = ReportRequest(chosen.pool, chosen.picks, chosen.request, folder, order.plane)
    return write_in_child(request, tell, cancelled)
