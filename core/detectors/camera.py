"""What the pictures themselves tell between two frames: how the camera moved, and scene cuts.

The camera's motion is what most corners do, by sparse optical flow (Lucas and Kanade, in OpenCV's
pyramidal form) outside the detected boxes, with the median against whatever else moves by itself.
A cut is where the mean change of hue, saturation and value passes a threshold: the content value of
PySceneDetect, with its default. That package itself waits for later frames before it tells of a
cut, so a run that is resumed would not be the same as one in a single go.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.boxes import Boxes
from core.video.picture import Picture

_WIDTH = 320
"""Pixels to which pictures are reduced."""
_CUT = 27.0
"""Mean absolute difference of hue, saturation and value from which a new scene begins."""
_CORNERS, _QUALITY, _APART = 120, 0.01, 8.0
"""See `cv2.goodFeaturesToTrack`."""
_FEWEST = 12
"""Corners found again, without which nothing is said about the camera."""
_AGREEMENT = 0.5
"""Share of corners that go the same way from which nothing was cut."""
_STILL, _STILL_SHARE = 0.3, 0.25
"""Where so many corners have moved less than this (reduced pixels), the camera stands, and what
moves is a large object."""


@dataclass(frozen=True)
class Change:
    """From one frame to the next."""

    moved: tuple[float, float]
    """How far a standing scene moved, px of the whole picture, right and down."""
    cut: bool
    """Whether a new scene begins."""


NOTHING = Change((0.0, 0.0), cut=False)


class CameraWatch:
    """Looks at frame after frame."""

    def __init__(self) -> None:
        self._before: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def look(self, picture: Picture, boxes: Boxes) -> Change:
        """What changed since the picture before; nothing for the first one.

        Args:
            picture: The next frame.
            boxes: (n, 4) what was detected in it, xyxy px: it may move by itself.
        """
        height, width = picture.shape[:2]
        scale = min(_WIDTH / width, 1.0)
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        colours = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
        before, self._before = self._before, (gray, colours, _scenery(size, boxes * scale))
        if before is None:
            return NOTHING
        x, y, agreement = _flow(before[0], gray, before[2])
        # A fast pan changes as much as a cut, but its corners agree on where they went.
        if agreement < _AGREEMENT and float(cv2.absdiff(before[1], colours).mean()) >= _CUT:
            return Change((0.0, 0.0), cut=True)
        return Change((x / scale, y / scale), cut=False)


def _scenery(size: tuple[int, int], boxes: Boxes) -> NDArray[np.uint8]:
    """255 where nothing was detected."""
    mask = np.full(size[::-1], 255, np.uint8)
    for x0, y0, x1, y1 in np.clip(boxes, 0, None).astype(np.int64).tolist():
        mask[y0 : y1 + 1, x0 : x1 + 1] = 0
    return mask


def _flow(
    before: NDArray[np.uint8], after: NDArray[np.uint8], scenery: NDArray[np.uint8]
) -> tuple[float, float, float]:
    """Motion of the scenery in pixels, and the share of corners that agree on it."""
    corners = cv2.goodFeaturesToTrack(before, _CORNERS, _QUALITY, _APART, mask=scenery)
    if corners is None or len(corners) < _FEWEST:
        return 0.0, 0.0, 0.0
    again, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None)
    kept = found.ravel() == 1
    if kept.sum() < _FEWEST:
        return 0.0, 0.0, 0.0
    moved = (again - corners).reshape(-1, 2)[kept]
    x, y = np.median(moved, axis=0)
    agreement = float((np.abs(moved - (x, y)).max(axis=1) < 1).sum() / len(corners))
    if (np.abs(moved).max(axis=1) < _STILL).mean() >= _STILL_SHARE:
        x, y = 0.0, 0.0
    return float(x), float(y), agreement
