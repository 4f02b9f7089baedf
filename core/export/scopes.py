"""Which frames are handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from core.assertions.findings import Findings
from core.errors import NothingToExportError
from core.frames import FrameRange
from core.prelabels import Decision

if TYPE_CHECKING:
    # A project remembers an `ExportRequest`, and so imports this.
    from core.project.handover import Selection

Scope = Literal["flagged", "accepted", "selected", "all"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_NOTHING: dict[Scope, tuple[str, str]] = {
    "flagged": ("No frame is flagged", "take all frames, or detect with a lower confidence"),
    "accepted": ("No box is accepted", "review some boxes first, or take the flagged frames"),
    "selected": ("No frame is selected", "select some first, or take the flagged frames"),
    "all": ("The video has no frame", "open another one"),
}
"""What is wrong where a scope is empty, and what to do about it."""


def frames_in_scope(
    scope: Scope,
    findings: Findings | None,
    decisions: Iterable[Decision],
    selection: Selection | None,
    frame_count: int,
) -> list[int]:
    """The frames of a scope, ascending.

    Args:
        scope: `flagged` are frames with a violation or a box of the person's, `accepted` those with
            a box of the person's (accepted, edited or drawn), `selected` those that were chosen for
            labeling.
        findings: What was found in the current run, None without one.
        decisions: A person's decisions.
        selection: What was chosen, None for no choice.
        frame_count: Of the video.
    """
    match scope:
        case "flagged":
            return sorted(_accepted(decisions).union(findings.flagged.tolist() if findings else ()))
        case "accepted":
            return sorted(_accepted(decisions))
        case "selected":
            return list(selection.frames) if selection else []
        case "all":
            return list(range(frame_count))


def expect_some(frames: list[int], scope: Scope) -> list[int]:
    """The frames of a scope as they are.

    Raises:
        NothingToExportError: There are none.
    """
    if not frames:
        problem, mend = _NOTHING[scope]
        raise NothingToExportError(problem, mend=mend)
    return frames


def with_neighbours(frames: Iterable[int], neighbours: int, within: FrameRange) -> list[int]:
    """Frames and those near them, ascending, each once.

    Args:
        frames: Any order.
        neighbours: How many before and after each come along.
        within: Only frames in here.
    """
    kept = np.array([f for f in frames if within.start <= f < within.stop], np.int64)
    change = np.zeros(within.stop - within.start + 1, np.int64)
    np.add.at(change, np.maximum(kept - neighbours - within.start, 0), 1)
    np.add.at(change, np.minimum(kept + neighbours + 1, within.stop) - within.start, -1)
    return (within.start + np.flatnonzero(np.cumsum(change) > 0)).tolist()


def _accepted(decisions: Iterable[Decision]) -> set[int]:
    return {decision.box.frame for decision in decisions if decision.gives_box}
