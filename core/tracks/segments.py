"""Where each track is seen: stretches of frames, with the gaps between them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.tracks.pairs import Rows


@dataclass(frozen=True, eq=False)
class Segments:
    """Stretches `[start, stop)` of frames in which a track is seen, by track and start."""

    of: Rows
    """(n,) track of each detection."""
    class_id: NDArray[np.int16]
    """(tracks,) class of each track."""
    track: Rows
    """(s,) track of each stretch."""
    start: Rows
    stop: Rows

    def spread(self, place: Rows) -> "Segments":
        """The same in a video of which only the frames `place` were looked at."""
        if not len(self.start):
            return self
        return replace(self, start=place[self.start], stop=place[self.stop - 1] + 1)


def segments(frame: Rows, of: Rows, class_id: NDArray[np.int16]) -> Segments:
    """The stretches of every track.

    Args:
        frame: (n,) frame of each detection, ascending.
        of: (n,) its track.
        class_id: (tracks,) class of each track.
    """
    order = np.argsort(of, kind="stable")
    track, at = of[order], frame[order]
    same = np.zeros(len(at), np.bool_)
    # A track has one box a frame, but two are no reason for a gap.
    same[1:] = (track[1:] == track[:-1]) & (at[1:] - at[:-1] <= 1)
    first = np.flatnonzero(~same)
    last = np.append(first[1:], len(at))[: len(first)] - 1
    return Segments(of, class_id, track[first], at[first], at[last] + 1)
