"""Playback: the current frame follows the clock."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from gui.session import Session


class Player(QObject):
    """Plays a session's video at its own rate, and leaves frames out rather than lag behind."""

    playing_changed = Signal(bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._clock = QElapsedTimer()
        self._first = 0
        self._timer = QTimer(self)
        self._timer.setInterval(max(5, round(500 / float(session.info.rate))))
        self._timer.timeout.connect(self._tick)
        self._due = 0
        session.frame_changed.connect(self._moved)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play from the current frame, from the start at the end, or pause."""
        if self.playing:
            self.pause()
            return
        if self._session.frame >= len(self._session.index) - 1:
            self._session.go_to(0)
        self._first = self._session.frame
        self._clock.start()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop where it is."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def _tick(self) -> None:
        index = self._session.index
        self._due = index.frame_at_time(index.timestamp(self._first) + self._clock.elapsed() / 1000)
        self._session.go_to(self._due)
        if self._session.frame >= len(self._session.index) - 1:
            self.pause()

    def _moved(self, frame: int) -> None:
        """Somebody went elsewhere: the clock must not take that back."""
        if frame != self._due:
            self.pause()
