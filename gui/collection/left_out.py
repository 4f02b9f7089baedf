"""Which videos of a collection are left out of something, in words."""

from __future__ import annotations

from collections.abc import Mapping

from gui.i18n import tr, tr_n

_MOST_SAID = 3
"""Sentences on videos that are left out; more would push a button out of sight."""


def left_out_said(left: Mapping[str, str]) -> str:
    """Which videos are left out, as sentences; empty for none.

    Args:
        left: By name, why: a sentence, or nothing for those without detections.
    """
    said = [tr("{name} is left out: {why}", name=name, why=why)
            for name, why in left.items() if why]  # fmt: skip
    if bare := sum(not why for why in left.values()):
        bare_said = tr_n(
            "{count} video without detections is left out.",
            "{count} videos without detections are left out.",
            bare,
        )
        said.insert(0, bare_said)
    if len(said) > _MOST_SAID:
        more = len(said) - _MOST_SAID
        said = [*said[:_MOST_SAID], tr_n("{count} more.", "{count} more.", more)]
    return " ".join(said)
