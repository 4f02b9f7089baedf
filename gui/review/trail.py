"""In which videos a person decided, in order: undo goes back to where the last decision is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One decision of this sitting."""

    folder: Path
    """Its project, which keeps the decision itself and what undoes it."""
    text: str
    """What was decided, in words."""


class Trail:
    """What can be undone and redone in this sitting, the newest last; each project keeps its own
    steps, so this says no more than whose turn it is."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def undo(self) -> Step | None:
        """What would be undone now."""
        return self._done[-1] if self._done else None

    @property
    def redo(self) -> Step | None:
        """What would be done again now."""
        return self._undone[-1] if self._undone else None

    def decided(self, step: Step) -> None:
        """Something new was decided; nothing that was undone before can be done again."""
        self._done.append(step)
        self._undone.clear()

    def undone(self, step: Step) -> None:
        """A project's last step was taken back, be it of this sitting or of an earlier one."""
        _move(step, self._done, self._undone)

    def redone(self, step: Step) -> None:
        """What was undone last in a project was done again."""
        _move(step, self._undone, self._done)

    def forget(self, folder: Path) -> None:
        """A project cannot be opened: its steps cannot be taken back from here."""
        self._done = [step for step in self._done if step.folder != folder]
        self._undone = [step for step in self._undone if step.folder != folder]


def _move(step: Step, source: list[Step], target: list[Step]) -> None:
    last = next((at for at in reversed(range(len(source))) if source[at].folder == step.folder), -1)
    if last >= 0:
        del source[last]
    target.append(step)
