"""Choosing in a child process, for the window."""

from collections.abc import Callable, Sequence
from typing import Literal

from core.child import LastingChild
from core.errors import SelectionError
from core.project.handover import Round
from core.selection.engine import select
from core.selection.layout2d import Points, plane
from core.selection.pool import Picks, Pool
from core.selection.request import SelectRequest

Wish = tuple[SelectRequest, tuple[Round, ...]] | Literal["plane"]
"""What the child is asked for."""


class Chooser:
    """Chooses among the frames of one pool, one request after another.

    The child process starts with the first request and is given the pool once; a cancelled request
    ends it, and the next one starts another. Not for use from several threads at a time.
    """

    def __init__(self, pool: Pool) -> None:
        died = SelectionError(
            "The process that chooses frames ended unexpectedly",
            mend="try again; the log may say why",
        )
        self._child: LastingChild[Pool, Wish, Picks | Points] = LastingChild(
            answer, pool, died=died
        )

    def select(
        self,
        request: SelectRequest,
        rounds: Sequence[Round] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Picks:
        """What `core.selection.engine.select` chooses.

        Args:
            request: What is asked for.
            rounds: Rounds of labeling that are over.
            cancelled: Asked about 20 times a second.

        Raises:
            Cancelled: `cancelled` said so.
            SelectionError: The request is not possible, or the child died.
        """
        found = self._child.ask((request, tuple(rounds)), cancelled)
        if not isinstance(found, Picks):
            raise TypeError(f"expected picks, got {type(found)}")
        return found

    def plane(self, cancelled: Callable[[], bool] = lambda: False) -> Points:
        """(n, 2) the pool's frames on a plane; see `core.selection.layout2d.plane`.

        Raises:
            Cancelled: `cancelled` said so.
            SelectionError: The frames have no embeddings, or the child died.
        """
        found = self._child.ask("plane", cancelled)
        if isinstance(found, Picks):
            raise TypeError("expected points, got picks")
        return found

    def close(self) -> None:
        """End the child process, whatever it does."""
        self._child.close()


def answer(pool: Pool, wish: Wish) -> Picks | Points:
    """What the child answers; see `Chooser`."""
    if wish != "plane":
        request, rounds = wish
        return select(pool, request, rounds=rounds)
    if pool.embeddings is None:
        raise SelectionError(
            "The frames have no embeddings, by which they could lie on a plane",
            mend="run `flickerscope embed PROJECT --model resnet18`, or detect again",
        )
    return plane(pool.embeddings)
