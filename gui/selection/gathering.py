"""What there is to choose from in a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gui.selection.preview import Gather
from gui.session import Session

if TYPE_CHECKING:
    from core.selection.gather import Source
    from core.selection.pool import Pool


def gather_of(session: Session) -> Gather | None:
    """Reads the frames of the run that is shown, as it is at this moment; None without one."""
    from core.selection.gather import source_of

    run, findings = session.run, session.findings
    if run is None or findings is None:
        return None
    rate = float(session.info.rate)
    source = source_of(session.project, run, session.detections, findings, rate)
    return _Reading(source, session.project.run_file(run.id))


@dataclass(frozen=True, eq=False)
class _Reading:
    """All that the thread needs; nothing of it changes any more."""

    source: Source
    run_file: Path

    def __call__(self) -> Pool:
        from core.embeddings.store import load_embeddings
        from core.selection.gather import pool_of

        embeddings = load_embeddings(self.run_file, self.source.detections)
        return pool_of([replace(self.source, embeddings=embeddings)])
