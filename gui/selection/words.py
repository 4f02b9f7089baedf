"""What columns and strategies are called in the window."""

from core.selection.request import (
    Bal,
    Balance,
    Diversity,
    Similarity,
    Strategy,
    Typicality,
    Weighting,
)
from gui.i18n import mark, tr

_TITLES = {
    "flickering": mark("Flickering"),
    "flickering_tutorial": mark("Flickering (tutorial)"),
    "missed_boxes": mark("Missed boxes"),
    "objectness_least_confidence": mark("Least confidence"),
    "uncertainty_margin": mark("Margin of classes"),
    "uncertainty_entropy": mark("Entropy of classes"),
    "object_frequency": mark("Object frequency"),
    "boxes": mark("Boxes"),
}
_KINDS = {
    "flickering": mark("By probability"),
    "flickering_tutorial": mark("As in the tutorial"),
    "missed_boxes": mark("By missed boxes"),
}
_REASONS = {
    "diversity of frames": mark("Different frames"),
    "diversity of objects": mark("Different objects"),
    "typicality of frames": mark("Typical frames"),
    "typicality of objects": mark("Typical objects"),
    "similarity of frames": mark("Similar frames"),
    "similarity of objects": mark("Similar objects"),
    "class balance": mark("Balanced classes"),
}
_ABOUT = {
    "flickering": mark("Probability that at least one violation is a true one, 0 to 1"),
    "flickering_tutorial": mark("1 where a frame flickers, else 0.5"),
    "missed_boxes": mark(
        "Expected number of boxes that the detector missed: sum of the imputed ones' plausibility"
    ),
    "objectness_least_confidence": mark(
        "1 less the mean score of the boxes, 0 without any (as Lightly)"
    ),
    "uncertainty_margin": mark(
        "Most uncertain box, 1 less the gap between its two likeliest classes, 0 to 1 (as Lightly)"
    ),
    "uncertainty_entropy": mark(
        "Most uncertain box, entropy over its classes, 0 to 1 (as Lightly)"
    ),
    "object_frequency": mark(
        "Many boxes of many classes, 0.9 to 1 over the candidates (as Lightly)"
    ),
    "boxes": mark("Number of boxes that the detector saw"),
}
"""The sentences of `core.selection.columns`."""


def column_title(name: str) -> str:
    """A column for people; a person's own metadata as it is called."""
    return tr(_TITLES[name]) if name in _TITLES else name.replace("_", " ")


def kind_title(name: str) -> str:
    """A column among others of its kind."""
    return tr(_KINDS[name]) if name in _KINDS else column_title(name)


def column_about(name: str) -> str:
    """One sentence on a column; empty for metadata."""
    return tr(_ABOUT[name]) if name in _ABOUT else ""


def reason_title(title: str) -> str:
    """What is called so in `core.selection.pool.Reason`."""
    return tr(_REASONS[title]) if title in _REASONS else column_title(title)


def strategy_title(strategy: Strategy) -> str:
    """A strategy for people."""
    match strategy:
        case Diversity():
            return tr("Different frames") if strategy.of == "frames" else tr("Different objects")
        case Weighting():
            return column_title(strategy.column)
        case Balance():
            return tr("Balanced classes")
        case Typicality():
            return tr("Typical frames") if strategy.of == "frames" else tr("Typical objects")
        case Similarity():
            return tr("Similar frames") if strategy.of == "frames" else tr("Similar objects")
        case Bal():
            return tr("Rounds (BAL)")
