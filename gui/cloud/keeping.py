"""Keeping what a job with the cloud came to, also once another video is open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from core.project import Handover
    from gui.session import Session

log = logging.getLogger(__name__)


def keep(session: Session | None, folder: Path, change: Callable[[Handover], Handover]) -> None:
    """Change what a project remembers of the cloud.

    Args:
        session: What is open.
        folder: Of the project.
        change: Gives what is to be remembered from what is.
    """
    from core.project import Project, SetHandover

    if session is not None and session.project.folder == folder:
        session.set_handover(change(session.handover))
        return
    try:
        with closing(Project.open(folder)) as project:
            project.reserve()
            project.apply(SetHandover(change(project.handover)))
    except UserError as error:
        log.warning("the project does not remember what became of it: %s", error)
