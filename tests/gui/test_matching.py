"""A few letters find the name that is meant."""

from __future__ import annotations

import pytest

from gui.actions import SPECS
from gui.matching import fit


@pytest.mark.parametrize(
    ("query", "name"),
    [("ag", "Accept the gap"), ("ACCEPT", "Accept"), ("s f", "Shift"), ("", "Anything")],
)
def test_letters_in_their_order_fit(query: str, name: str) -> None:
    assert fit(query, name) is not None


@pytest.mark.parametrize(("query", "name"), [("ga", "ag"), ("x", "Accept"), ("aa", "a"), ("a", "")])
def test_other_letters_or_another_order_do_not(query: str, name: str) -> None:
    assert fit(query, name) is None


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("acc", "Accept"),
        ("agap", "Accept the gap"),
        ("rtr", "Reject the track"),
        ("nvio", "Next violation"),
        ("nvid", "Next video"),
        ("zti", "Zoom the timeline in"),
        ("undo", "Undo"),
        ("exp", "Export…"),
        ("goto", "Go to…"),
        ("ck", "Change keys…"),
    ],
)
def test_the_action_that_is_meant_comes_first(query: str, first: str) -> None:
    worth = {spec.text: fit(query, spec.text) for spec in SPECS}
    fitting = {text: found for text, found in worth.items() if found is not None}
    assert max(fitting, key=lambda text: fitting[text]) == first


def test_letters_together_are_worth_more_than_scattered_ones() -> None:
    together, scattered = fit("loop", "Loop the gap"), fit("loop", "Long road to hop")
    assert together is not None
    assert scattered is not None
    assert together > scattered
