"""Scores, violations, tracks and time of the whole video."""

from gui.timeline.types import Lanes, MarkState
from gui.timeline.widget import TimelineWidget

__all__ = ["Lanes", "MarkState", "TimelineWidget"]
