"""Pictures with their boxes: of the current frame, and of three side by side."""

from gui.canvas.class_menu import ClassMenu, class_menu
from gui.canvas.split import SplitPanel, SplitView
from gui.canvas.types import Box, BoxState, CanvasBox, Tool
from gui.canvas.widget import CanvasWidget

__all__ = [
    "Box",
    "BoxState",
    "CanvasBox",
    "CanvasWidget",
    "ClassMenu",
    "SplitPanel",
    "SplitView",
    "Tool",
    "class_menu",
]
