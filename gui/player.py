"""Playback: the current frame follows the clock, either way, faster, or round a gap."""

from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from core.frames import FrameIndex
from gui.session import Session

FASTEST = 16
"""Times the video's own rate."""
_AROUND_GAP = 0.5
"""Seconds before and after a gap that a loop shows."""


@dataclass(frozen=True)
class Course:
    """What is played: from where, how fast, and round which frames."""

    first: int
    speed: int = 1
    """Times the video's own rate; negative for backwards."""
    loop: tuple[int, int] | None = None
    """First and last frame, for ever."""

    def frame_after(self, seconds: float, index: FrameIndex) -> int:
        """The frame that shows when so many seconds have passed."""
        if self.loop is None:
            return index.frame_at_time(index.timestamp(self.first) + self.speed * seconds)
        first, last = self.loop
        begin, end = index.timestamp(first), index.end_of(last)
        return min(index.frame_at_time(begin + seconds % (end - begin)), last)


class Player(QObject):
    """Plays a session's video, and leaves frames out rather than lag behind."""

    playing_changed = Signal(bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._clock = QElapsedTimer()
        self._course = Course(0)
        self._timer = QTimer(self)
        self._timer.setInterval(max(5, round(500 / float(session.info.rate))))
        self._timer.timeout.connect(self._tick)
        self._due = 0
        session.frame_changed.connect(self._moved)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Times the video's own rate, negative for backwards, 0 while it stands."""
        return self._course.speed if self.playing else 0

    def toggle(self) -> None:
        """Play from the current frame, from the start at the end, or pause."""
        if self.playing:
            self.pause()
            return
        if self._session.frame >= len(self._session.index) - 1:
            self._session.go_to(0)
        self._begin(Course(self._session.frame))

    def play(self, direction: int) -> None:
        """Play forwards (1) or backwards (-1), twice as fast as it does already in that way."""
        same = self.speed * direction > 0 and self._course.loop is None
        speed = min(2 * abs(self.speed), FASTEST) if same else 1
        self._begin(Course(self._session.frame, direction * speed))

    def loop(self, start: int, stop: int) -> None:
        """Play the frames `[start, stop)` and a little around them again and again, or pause."""
        if self.playing and self._course.loop is not None:
            self.pause()
            return
        index = self._session.index
        around = max(1, round(_AROUND_GAP * float(self._session.info.rate)))
        first, last = max(0, start - around), min(len(index), stop + around) - 1
        self._begin(Course(first, 1, (first, last)))

    def pause(self) -> None:
        """Stop where it is."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def _begin(self, course: Course) -> None:
        was, self._course = self.playing, course
        self._due = self._session.frame
        self._clock.start()
        self._timer.start()
        if not was:
            self.playing_changed.emit(True)

    def _tick(self) -> None:
        index, course = self._session.index, self._course
        self._due = course.frame_after(self._clock.elapsed() / 1000, index)
        # Round a gap, the box under review stays the one to decide about.
        self._session.go_to(self._due, keep_focus=course.loop is not None)
        end = 0 if course.speed < 0 else len(index) - 1
        if course.loop is None and self._session.frame == end:
            self.pause()

    def _moved(self, frame: int) -> None:
        """Somebody went elsewhere: the clock must not take that back."""
        if frame != self._due:
            self.pause()
