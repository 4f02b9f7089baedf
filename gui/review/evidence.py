"""Why a box is under review, in words."""

from core.assertions.imputed import DRAWN, MODEL, ImputedBox
from gui.text import grouped

_DOUBTS = {
    "appear": "is seen for a moment only",
    "multibox": "has two other boxes on it",
    "class switch": "has another class than most of its track",
}


def evidence(box: ImputedBox) -> str:
    """What speaks for a box, and how likely it is right."""
    name = f"“{box.class_name}”"
    if box.assertion == MODEL:
        return f"The model sees {name} here, with score {box.plausibility:.2f}."
    if box.assertion == DRAWN:
        return f"You drew this {name}."
    if box.doubted:
        return _doubt(box, name)
    why = box.evidence
    if why is None:
        return f"Decided in an earlier run, or outside the present limits: {name}."
    missing = why.stop - why.start
    before, after = grouped(why.start - 1), grouped(why.stop)
    gap = f"{missing} frames between do not" if missing > 1 else "the frame between does not"
    said = f"Frames {before} and {after} show {name}; {gap}."
    if why.score is not None:
        said += f" The box is the model's own, with score {why.score:.2f}."
    if why.hidden:
        said += " Another object is in front of it."
    return f"{said} About {box.plausibility:.0%} of such boxes are right."


def _doubt(box: ImputedBox, name: str) -> str:
    odd = _DOUBTS.get(box.assertion, f"violates “{box.assertion}”")
    return (
        f"{name} {odd}. About {box.plausibility:.0%} of such doubts are right; accept this one "
        "if the model is wrong here."
    )
