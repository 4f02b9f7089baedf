"""What columns and strategies are called in the window."""

from core.selection.columns import COLUMNS
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
_ABOUT = {spec.name: spec.about for spec in COLUMNS}


def column_title(name: str) -> str:
    """A column for people; a person's own metadata as it is called."""
    return tr(_TITLES[name]) if name in _TITLES else name.replace("_", " ")


def kind_title(name: str) -> str:
    """A column among others of its kind."""
    return tr(_KINDS[name]) if name in _KINDS else column_title(name)


def column_about(name: str) -> str:
    """One sentence on a column; empty for metadata."""
    return _ABOUT.get(name, "")


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
