"""What the timeline is told of a session."""

import numpy as np
from PySide6.QtCore import QObject

from gui.presentation import lanes
from gui.session import Session
from gui.timeline import TimelineWidget


class TimelineFeed(QObject):
    """Hands a session's scores, violations, tracks and range to its timeline."""

    def __init__(self, session: Session, timeline: TimelineWidget) -> None:
        super().__init__(timeline)
        self._session = session
        self._timeline = timeline
        self._lane_of = np.full(1, -1, np.int64)
        """Lane of each track, -1 for none; the last entry is what no track finds."""
        self._in_lanes = np.empty(0, np.bool_)
        """Which violations lie in a lane."""
        self._preview: tuple[int, ...] | None = None
        """Frames that would be chosen, shown in the place of those that are."""
        session.range_changed.connect(self.show_range)
        session.selection_changed.connect(self.show_selection)
        timeline.range_requested.connect(session.set_range)
        self.show_range()
        self.show_selection()

    def show_run(self) -> None:
        """Detections or findings are other ones."""
        session, timeline = self._session, self._timeline
        timeline.set_scores(session.scores())
        timeline.set_counts(session.counts() if session.run is not None else None)
        drawn, tracks = lanes(session)
        self._lane_of = np.full(int(tracks.max(initial=-1)) + 2, -1, np.int64)
        self._lane_of[tracks] = np.arange(len(tracks))
        timeline.set_lanes(drawn)
        frames, states, kinds = session.queue.marks()
        timeline.set_violations(frames, states, kinds, session.queue.kinds)
        self._show_gaps()
        self.show_focus()

    def show_decisions(self) -> None:
        """A decision was made or taken back."""
        queue = self._session.queue
        self._timeline.set_states(queue.marks()[1])
        self._timeline.set_gap_states(queue.state[self._in_lanes])

    def show_focus(self) -> None:
        """Another box is under review."""
        queue = self._session.queue
        number = queue.number_of(self._session.focused)
        lane = -1 if number is None else self._lane(int(queue.track[number]))
        self._timeline.set_focused_lane(lane if lane >= 0 else None)

    def show_range(self) -> None:
        """The person looks at other frames."""
        chosen = self._session.project.range
        self._timeline.set_range(*((chosen.start, chosen.stop) if chosen else (None, None)))

    def show_selection(self) -> None:
        """Other frames are chosen for labeling."""
        shown = self._session.selected if self._preview is None else self._preview
        self._timeline.set_selected(np.array(shown, np.int64))

    def show_preview(self, frames: tuple[int, ...] | None) -> None:
        """Show frames that would be chosen, ascending; None for those that are."""
        self._preview = frames
        self.show_selection()

    def _show_gaps(self) -> None:
        queue = self._session.queue
        lane = self._lane_of[np.clip(queue.track, -1, len(self._lane_of) - 1)]
        self._in_lanes = (queue.track >= 0) & (lane >= 0)
        self._timeline.set_gaps(
            lane[self._in_lanes].astype(np.int32),
            queue.start[self._in_lanes],
            queue.stop[self._in_lanes],
            queue.state[self._in_lanes],
        )

    def _lane(self, track: int) -> int:
        return int(self._lane_of[track]) if 0 <= track < len(self._lane_of) else -1
