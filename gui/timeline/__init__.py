"""Scores, decisions and time of the whole video."""

from gui.timeline.types import MarkState
from gui.timeline.widget import TimelineWidget

__all__ = ["MarkState", "TimelineWidget"]
