"""What can be undone: a person's decisions, and nothing else."""

from PySide6.QtGui import QUndoCommand

from core.project import SetVerdicts


class DecideCommand(QUndoCommand):
    """A record of a decision; `Session` writes the changes, before it moves along the stack.

    So a change that cannot be written leaves the stack as it was.
    """

    def __init__(self, text: str, *, done: SetVerdicts, inverse: SetVerdicts) -> None:
        super().__init__(text)
        self.done = done
        self.inverse = inverse
