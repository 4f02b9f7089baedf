"""The numbers that the program itself knows of every frame."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnSpec:
    """What a column is."""

    name: str
    title: str
    """For people."""
    about: str
    """One sentence: unit, range, source."""


COLUMNS = (
    ColumnSpec(
        "flickering", "Flickering",
        "Probability that at least one violation is a true one, 0 to 1",
    ),
    ColumnSpec(
        "flickering_tutorial", "Flickering (tutorial)", "1 where a frame flickers, else 0.5",
    ),
    ColumnSpec(
        "missed_boxes", "Missed boxes",
        "Expected number of boxes that the detector missed: sum of the imputed ones' plausibility",
    ),
    ColumnSpec(
        "objectness_least_confidence", "Uncertainty: least confidence",
        "1 less the mean score of the boxes, 0 without any (as Lightly)",
    ),
    ColumnSpec(
        "uncertainty_margin", "Uncertainty: margin",
        "Most uncertain box, 1 less the gap between its two likeliest classes, 0 to 1 (as Lightly)",
    ),
    ColumnSpec(
        "uncertainty_entropy", "Uncertainty: entropy",
        "Most uncertain box, entropy over its classes, 0 to 1 (as Lightly)",
    ),
    ColumnSpec(
        "object_frequency", "Object frequency",
        "Many boxes of many classes, 0.9 to 1 over the candidates (as Lightly)",
    ),
    ColumnSpec("boxes", "Boxes", "Number of boxes that the detector saw"),
)  # fmt: skip
"""In the order in which people are shown them."""
