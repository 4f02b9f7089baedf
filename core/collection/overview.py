"""What a project holds, small enough to read thousands of them: `overview.npz` in its folder.

Linking a long video takes seconds; a list of videos must not wait for that. Whoever has found what
flickers in a project leaves an overview there, and one that does not fit the project any more is
passed over and made anew.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.frames import FrameIndex
from core.project import Project, Run
from core.tracks.pairs import Rows

STRIP = 512
"""Most stretches that a video's score strip has."""


@dataclass(frozen=True, eq=False)
class Overview:
    """A project's newest findings within its thresholds, as they were when it was left."""

    stamp: str
    """Of all that the rest follows from; see `stamp_of`."""
    frames: int
    """Of the video."""
    seconds: float
    width: int
    height: int
    """Of the upright picture, px."""
    model: str
    """What people call the run's detector."""
    seen: int
    """Frames that the run has looked at."""
    complete: bool
    """Whether the run has seen all that it was to look at."""
    flagged: int
    """Frames with a violation."""
    flickering: float
    """Missed boxes that are to be expected in 1,000 frames: the sum of the violations' gain."""
    strip: NDArray[np.float16]
    """(k,) highest flickering score, 0..1, in each of at most `STRIP` stretches of equal length;
    NaN where the run has not looked."""
    kinds: tuple[str, ...]
    class_names: tuple[str, ...]
    start: Rows
    """(v,) first frame of each violation, numbered as in `core.review.Queue`; as are the next."""
    stop: Rows
    """(v,) the frame after the last one."""
    kind: NDArray[np.int8]
    """(v,) index into `kinds`."""
    class_id: NDArray[np.int16]
    """(v,) index into `class_names`, or -1."""
    track: Rows
    """(v,) or -1."""
    plausibility: NDArray[np.float32]
    """(v,) 0..1."""
    gain: NDArray[np.float64]
    """(v,) see `core.review.Queue.gain`."""
    state: NDArray[np.uint8]
    """(v,) `core.review.ReviewState`."""

    @property
    def violations(self) -> int:
        """How many there are."""
        return len(self.start)

    @property
    def to_do(self) -> int:
        """How many of them wait for a decision."""
        return int(np.count_nonzero(self.state == 0))


def overview_of(project: Project, run: Run, everything: Findings, index: FrameIndex) -> Overview:
    """What there is to say of a project now.

    Args:
        project: Open.
        run: Its chosen run.
        everything: All that was found in it, recalibrated, whatever the thresholds.
        index: The frames of its video.
    """
    raise NotImplementedError


def stamp_of(project: Project) -> str:
    """A digest of what an overview follows from: run and how far it is, thresholds,
    recalibration, decisions. Reads no detections, so that it is quick."""
    raise NotImplementedError


def save_overview(folder: Path, overview: Overview) -> None:
    """Keep it in a project's folder; a failure costs only time later, so it is logged, no more."""
    raise NotImplementedError


def load_overview(folder: Path) -> Overview | None:
    """The overview that lies in a project's folder, fitting or not; None without a readable one."""
    raise NotImplementedError
