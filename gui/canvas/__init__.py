"""The picture of the current frame with its boxes."""

from gui.canvas.types import BoxState, CanvasBox
from gui.canvas.widget import CanvasWidget

__all__ = ["BoxState", "CanvasBox", "CanvasWidget"]
