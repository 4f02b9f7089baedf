"""The report's two files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import Cancelled, ExportError
from core.paths import write_atomically, write_text_atomically
from core.selection.pool import Picks, Pool
from core.selection.report.html import page_of
from core.selection.report.pdf import document_of
from core.selection.report.sections import Plane, content_of, steps_of
from core.selection.request import SelectRequest


@dataclass(frozen=True)
class Report:
    """Where the report is."""

    pdf: Path
    html: Path


def write_report(
    pool: Pool,
    picks: Picks,
    request: SelectRequest,
    folder: Path,
    *,
    plane: Plane | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    now: datetime | None = None,
) -> Report:
    """Write `report.pdf` and `report.html`; the same input gives the same files but for the date.

    Args:
        pool: The frames among which was chosen.
        picks: The chosen ones, with reasons.
        request: What was asked for.
        folder: Receives the files, each of them whole or not at all; made if it is not there.
        plane: (n, 2) the frames' places in the embedding plot, in [0, 1]; None for no such plot.
        on_progress: Told steps done, and all steps.
        cancelled: Asked between steps.
        now: The date in the report; by default that of the computer's clock.

    Raises:
        ExportError: The folder cannot be written.
        Cancelled: `cancelled` said so; nothing was written.
    """
    total = steps_of(picks) + 2
    done = 0

    def step() -> None:
        nonlocal done
        if cancelled():
            raise Cancelled
        on_progress(done, total)
        done += 1

    report = Report(folder / "report.pdf", folder / "report.html")
    now = now or datetime.now().astimezone()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        content = content_of(pool, picks, request, plane, now, step)
        step()
        page = page_of(content)
        step()
        document = document_of(content, now)
        write_text_atomically(report.html, page)
        write_atomically(report.pdf, lambda path: _write(path, document))
    except OSError as error:
        raise ExportError(
            f"The report cannot be written to {folder} ({error.strerror or error})",
            mend="choose another folder",
        ) from error
    on_progress(total, total)
    return report


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
