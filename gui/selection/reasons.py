"""Why a frame was chosen, in words. Free of widgets."""

import numpy as np

from core.selection.pool import Picks, Reason
from gui.i18n import tr
from gui.selection.words import reason_title
from gui.text import percent


def main_reason(picks: Picks, at: int) -> str:
    """The strategy that had the largest part in a choice, and that part."""
    if at < picks.included:
        return tr("included by you")
    shares = [_share(reason, at) for reason in picks.reasons]
    if not shares or np.isnan(shares).all():
        return ""
    best = int(np.nanargmax(shares))
    return f"{reason_title(picks.reasons[best].title)} {percent(shares[best])}"


def all_reasons(picks: Picks, at: int) -> list[str]:
    """One line for each strategy: its value, and its part in the choice."""
    return [_line(reason, at) for reason in picks.reasons]


def _line(reason: Reason, at: int) -> str:
    what, value, share = reason_title(reason.title), float(reason.value[at]), _share(reason, at)
    said = "–" if np.isnan(value) else f"{value:.3g}"
    if np.isnan(share):
        return f"{what}: {said}"
    return tr(
        "{what}: {value} · {share} of the choice", what=what, value=said, share=percent(share)
    )


def _share(reason: Reason, at: int) -> float:
    return float(reason.share[at])
