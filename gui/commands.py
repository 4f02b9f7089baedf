"""What can be undone: a person's decisions, and nothing else."""

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from core.assertions.base import ImputedBox
from core.project import SetVerdicts

Apply = Callable[[SetVerdicts], bool]
"""Makes a change and says whether it was written."""


class DecideCommand(QUndoCommand):
    """A decision that has been made already; pushing it does nothing more.

    Changing the project before the push keeps the stack true: a write that fails never
    reaches it, and one that fails later takes its command off.
    """

    def __init__(self, text: str, apply: Apply, *, done: SetVerdicts, inverse: SetVerdicts) -> None:
        super().__init__(text)
        self._apply = apply
        self._done = done
        self._inverse = inverse
        self._pushed = False

    @property
    def box(self) -> ImputedBox:
        """The first box that the decision is about."""
        return self._done.verdicts[0][0]

    def redo(self) -> None:
        if not self._pushed:
            self._pushed = True
            return
        self.setObsolete(not self._apply(self._done))

    def undo(self) -> None:
        self.setObsolete(not self._apply(self._inverse))
