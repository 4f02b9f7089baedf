"""Score strips of the media list, painted once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QPixmap

from core.collection.overview import Overview
from gui.theme import Theme
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.strip import strip_image

_KEPT = 600
"""Pictures that are kept; each takes about 15 kB."""
_Key = tuple[int, int, float, str]


class Strips:
    """The newest pictures of as many members as a person looks at."""

    def __init__(self) -> None:
        self._kept: dict[Path, tuple[_Key, Overview | None, QPixmap]] = {}

    def picture(
        self,
        folder: Path,
        overview: Overview | None,
        size: tuple[int, int],
        ratio: float,
        theme: Theme,
    ) -> QPixmap:
        """A member's strip, as the timeline paints it; hatched where nothing is known.

        Args:
            folder: Its project.
            overview: What is known of it.
            size: Width and height, px.
            ratio: Device pixels for each of them.
            theme: Colours of the well.
        """
        key = (*size, ratio, theme.name)
        known = self._kept.get(folder)
        if known is not None and known[:2] == (key, overview):
            return known[2]
        picture = _painted(overview, size, ratio, theme)
        self._kept.pop(folder, None)
        while len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[folder] = key, overview, picture
        return picture


def _painted(
    overview: Overview | None, size: tuple[int, int], ratio: float, theme: Theme
) -> QPixmap:
    unknown = np.full(1, np.nan, np.float32)
    scores = overview.strip.astype(np.float32) if overview is not None else unknown
    device = (round(size[0] * ratio), round(size[1] * ratio))
    image = strip_image(ScorePyramid.of(scores), (0.0, float(len(scores))), device, ratio, theme)
    picture = QPixmap.fromImage(image)
    picture.setDevicePixelRatio(ratio)
    return picture
