"""What a person's corrections of some boxes mean for the other boxes of their gap."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.assertions.imputed import ImputedBox, Xyxy
from core.prelabels import Correction, Decision, Verdict


def spread_edits(
    boxes: Sequence[ImputedBox], decisions: Mapping[str, Decision], start: int, stop: int
) -> tuple[Decision, ...]:
    """Let the boxes of a gap about which nothing is decided follow those that were edited.

    Args:
        boxes: All imputed boxes of the gap.
        decisions: A person's decisions by the key of their box.
        start: First frame of the gap.
        stop: Frame after the gap.

    Returns:
        A decision for each box that follows; none if no box was edited. The class changes with
        the edited boxes if these agree.
    """
    known = {box.frame: decisions.get(box.key) for box in boxes}
    edited = {
        frame: decision
        for frame, decision in known.items()
        if decision is not None and decision.verdict is Verdict.EDITED
    }
    following = {box.frame: box for box in boxes if known[box.frame] is None}
    if not edited or not following:
        return ()
    before = {frame: decision.box.xyxy for frame, decision in edited.items()}
    after = {frame: decision.xyxy for frame, decision in edited.items()}
    moved = spread({f: b.xyxy for f, b in following.items()}, before, after, start, stop)
    names = {decision.class_name for decision in edited.values()}
    return tuple(
        Decision(
            box,
            Verdict.EDITED,
            Correction(moved[frame], *names if len(names) == 1 else (box.class_name,)),
        )
        for frame, box in following.items()
    )


def spread(
    boxes: Mapping[int, Xyxy],
    before: Mapping[int, Xyxy],
    after: Mapping[int, Xyxy],
    start: int,
    stop: int,
) -> dict[int, Xyxy]:
    """Move the boxes of a gap along with those that a person moved.

    How far each corner moves is interpolated linearly over time; in the frames beside the gap,
    which the detector has seen, it is nothing.

    Args:
        boxes: Boxes to move by frame, px.
        before: The moved ones by frame, at least one, as they were.
        after: The same as they are.
        start: First frame of the gap.
        stop: Frame after the gap.

    Returns:
        The moved boxes, in steps of 0.1 px, corners in order.
    """
    frames = sorted(before)
    ways = np.array([np.subtract(after[frame], before[frame]) for frame in frames])
    still = np.zeros((1, 4))
    times, ways = [start - 1, *frames, stop], np.concatenate([still, ways, still])
    return {frame: _moved(box, _at(frame, times, ways)) for frame, box in boxes.items()}


def _at(frame: int, times: Sequence[int], ways: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([np.interp(frame, times, way) for way in ways.T])


def _moved(box: Xyxy, by: NDArray[np.float64]) -> Xyxy:
    x0, y0, x1, y1 = (np.round(np.add(box, by), 1) + 0.0).tolist()
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
