"""Which boxes of a track a tool must be given, when it draws straight lines between them."""

from collections.abc import Sequence
from math import inf

from core.assertions.imputed import Xyxy
from core.export.labeled_tracks import Seen

TOLERANCE = 0.5
"""By how many pixels an edge of a box between keyframes may be off."""


def keyframes(run: Sequence[Seen]) -> list[int]:
    """Places in a run of boxes without which the others could not be interpolated.

    The first and the last box always count, and so does every box whose source or kind is unlike
    that of the box before, because tools carry these on from keyframe to keyframe.

    Args:
        run: Boxes without a gap.
    """
    found = [0]
    slopes = _Slopes(run[0].prelabel.xyxy)
    for at in range(1, len(run)):
        box, before = run[at].prelabel, run[at - 1].prelabel
        if not slopes.reach(box.xyxy, at - found[-1]):
            found.append(at - 1)
            slopes = _Slopes(before.xyxy)
        if (box.source, box.kind) != (before.source, before.kind):
            found.append(at)
            slopes = _Slopes(box.xyxy)
        else:
            slopes.narrow(box.xyxy, at - found[-1])
    return found if found[-1] == len(run) - 1 else [*found, len(run) - 1]


class _Slopes:
    """How fast each edge may move from a keyframe on, so as to pass all boxes since closely."""

    def __init__(self, origin: Xyxy) -> None:
        self._origin = origin
        self._low = [-inf] * 4
        self._high = [inf] * 4

    def reach(self, xyxy: Xyxy, frames: int) -> bool:
        """Whether a straight line to this box, so many frames later, passes them."""
        return all(
            low * frames <= edge - start <= high * frames
            for low, high, edge, start in zip(
                self._low, self._high, xyxy, self._origin, strict=True
            )
        )

    def narrow(self, xyxy: Xyxy, frames: int) -> None:
        """Also pass this box, so many frames later."""
        for i, (edge, start) in enumerate(zip(xyxy, self._origin, strict=True)):
            self._low[i] = max(self._low[i], (edge - start - TOLERANCE) / frames)
            self._high[i] = min(self._high[i], (edge - start + TOLERANCE) / frames)
