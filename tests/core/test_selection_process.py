"""Choosing in a child process, and points on a plane."""

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.child import LastingChild
from core.embeddings.embeddings import unit_vectors
from core.errors import Cancelled, SelectionError
from core.project.handover import Round
from core.selection import process
from core.selection.engine import select
from core.selection.layout2d import plane
from core.selection.process import Chooser
from core.selection.request import Bal, Diversity, SelectRequest, Weighting
from tests.core.pools import pool_of_noise

POOL = pool_of_noise()


@pytest.fixture(scope="module")
def chooser() -> Iterator[Chooser]:
    made = Chooser(POOL)
    yield made
    made.close()


def test_the_child_chooses_as_this_process_does(chooser: Chooser) -> None:
    request = SelectRequest(n=5, proportion=None, strategies=(Diversity(), Weighting("flickering")))
    here, there = select(POOL, request), chooser.select(request)
    assert there.rows.tolist() == here.rows.tolist()
    assert there.reasons[1].share.tolist() == here.reasons[1].share.tolist()
    rounds = [Round("old", (("flickering", 100),), ())]
    bal = SelectRequest(n=5, proportion=None, strategies=(Bal(explore=0),))
    assert chooser.select(bal, rounds).reasons[0].strength == 1
    assert chooser.plane().shape == (60, 2)


def test_an_error_of_the_child_is_raised_here_and_it_goes_on(chooser: Chooser) -> None:
    with pytest.raises(SelectionError, match="no strategy"):
        chooser.select(SelectRequest(strategies=()))
    assert len(chooser.select(SelectRequest()).rows) == 6


def test_a_cancelled_request_ends_the_child_and_the_next_one_starts_another(
    chooser: Chooser,
) -> None:
    with pytest.raises(Cancelled):
        chooser.select(SelectRequest(), cancelled=lambda: True)
    assert len(chooser.select(SelectRequest()).rows) == 6


def answer(given: int, request: str) -> int:
    match request:
        case "die":
            os._exit(3)
        case "bug":
            raise ZeroDivisionError
    return given + os.getpid()


def test_a_child_that_dies_or_has_a_bug_is_replaced() -> None:
    died = SelectionError("It died", mend="try again")
    child: LastingChild[int, str, int] = LastingChild(answer, 0, died=died)
    first = child.ask("pid", lambda: False)
    assert first != os.getpid()
    assert child.ask("pid", lambda: False) == first
    with pytest.raises(SelectionError, match="It died"):
        child.ask("die", lambda: False)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        child.ask("bug", lambda: False)
    child.close()
    child.close()


def test_without_embeddings_there_is_no_plane() -> None:
    with pytest.raises(SelectionError, match="flickerscope embed"):
        process.answer(replace(POOL, embeddings=None), "plane")


def clusters(each: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 16))
    noise = rng.normal(size=(3 * each, 16)) * 0.05
    return unit_vectors(np.repeat(centres, each, axis=0) + noise)


@pytest.mark.parametrize("landmarks", [60, 1000])
def test_frames_that_look_alike_lie_together(
    landmarks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.selection.layout2d.MOST_LANDMARKS", landmarks)
    vectors = clusters(80)
    points = plane(vectors)
    assert points.shape == (240, 2)
    assert points.dtype == np.float32
    assert points.min() >= 0
    assert points.max() <= 1
    assert np.ptp(points, axis=0).max() == pytest.approx(1)
    middles = points.reshape(3, 80, 2).mean(axis=1)
    to_middles = np.linalg.norm(points[:, None] - middles, axis=2)
    assert (to_middles.argmin(axis=1) == np.repeat(range(3), 80)).all()
    assert (plane(vectors) == points).all()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 19])
def test_few_frames_have_a_place(count: int) -> None:
    points = plane(clusters(7)[:count])
    assert points.shape == (count, 2)
    assert ((points >= 0) & (points <= 1)).all()
    if count == 1:
        assert points.tolist() == [[0.5, 0.5]]
    if count > 1:
        assert len(np.unique(points, axis=0)) == count


@pytest.mark.parametrize("count", [5, 100])
def test_frames_that_are_all_alike_lie_in_the_middle(count: int) -> None:
    alike = unit_vectors(np.ones((count, 6)))
    assert plane(alike) == pytest.approx(0.5, abs=1e-3)
