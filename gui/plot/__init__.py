"""Frames as points, such that frames that look alike lie together."""

from gui.plot.colours import Colours
from gui.plot.widget import EmbeddingPlot, Mode

__all__ = ["Colours", "EmbeddingPlot", "Mode"]
