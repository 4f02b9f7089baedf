"""Why a box is under review, in words."""

from core.assertions.imputed import DRAWN, MODEL, ImputedBox
from gui.i18n import mark, tr, tr_n
from gui.text import grouped

_DOUBTS = {
    "appear": mark("{name} is seen for a moment only."),
    "multibox": mark("{name} has two other boxes on it."),
    "class switch": mark("{name} has another class than most of its track."),
}


def evidence(box: ImputedBox) -> str:
    """What speaks for a box, and how likely it is right."""
    name = tr("“{class_name}”", class_name=box.class_name)
    if box.assertion == MODEL:
        score = f"{box.plausibility:.2f}"
        return tr("The model sees {name} here, with score {score}.", name=name, score=score)
    if box.assertion == DRAWN:
        return tr("You drew this {name}.", name=name)
    if box.doubted:
        return _doubt(box, name)
    why = box.evidence
    if why is None:
        return tr("Decided in an earlier run, or outside the present limits: {name}.", name=name)
    said = [
        tr_n(
            "Frames {before} and {after} show {name}; the frame between does not.",
            "Frames {before} and {after} show {name}; {count} frames between do not.",
            why.stop - why.start,
            before=grouped(why.start - 1),
            after=grouped(why.stop),
            name=name,
        )
    ]
    if why.score is not None:
        score = f"{why.score:.2f}"
        said.append(tr("The box is the model's own, with score {score}.", score=score))
    if why.hidden:
        said.append(tr("Another object is in front of it."))
    right = f"{box.plausibility:.0%}"
    said.append(tr("About {share} of such boxes are right.", share=right))
    return " ".join(said)


def _doubt(box: ImputedBox, name: str) -> str:
    odd = tr(
        _DOUBTS.get(box.assertion, mark("{name} violates “{assertion}”.")),
        name=name,
        assertion=box.assertion,
    )
    right = tr(
        "About {share} of such doubts are right; accept this one if the model is wrong here.",
        share=f"{box.plausibility:.0%}",
    )
    return f"{odd} {right}"
