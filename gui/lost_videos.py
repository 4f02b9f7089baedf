"""What could not be opened: says why, and lets the person find a video that was moved."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from core.errors import ChangedVideoError, MissingVideoError, UserError
from gui.i18n import tr
from gui.messages import Banner
from gui.opening import locate


class LostVideos(QObject):
    """Works for one window.

    Args:
        window: Whose dialogs these are.
        banner: Says what went wrong.
    """

    found = Signal(object)
    """The path to open now."""
    failed = Signal(object)
    """Any other error."""
    told = Signal(object)
    """The path that was not opened."""

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._window, self._banner = window, banner

    @Slot(object, object)
    def tell(self, path: Path, error: BaseException) -> None:
        """Say why a path was not opened."""
        find = (tr("Find the video…"), partial(self._locate, path))
        if isinstance(error, MissingVideoError):
            # The button is the mend; how to do it without a window is not for here.
            self._banner.show_message("error", f"{error.problem}.", find)
        elif isinstance(error, ChangedVideoError):
            self._banner.show_error(error, find)
        else:
            self.failed.emit(error)
        self.told.emit(path)

    def _locate(self, path: Path) -> None:
        """Let the person show where the video of a project is now, and open it there."""
        try:
            found = locate(self._window, path)
        except UserError as error:
            find = (tr("Find the video…"), partial(self._locate, path))
            self._banner.show_error(error, find)
            return
        if found is not None:
            self.found.emit(found)
