"""A report, written by a child process: what draws it would hold up the window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from core.child import stream_from_child
from core.errors import SelectionError
from core.selection.pool import Picks, Pool, Vectors
from core.selection.request import SelectRequest


@dataclass(frozen=True, eq=False)
class ReportRequest:
    """What `core.selection.report.write_report` takes."""

    pool: Pool
    picks: Picks
    request: SelectRequest
    folder: Path
    plane: Vectors | None


@dataclass(frozen=True)
class Written:
    """Where the report is."""

    pdf: Path
    html: Path


def write_in_child(
    request: ReportRequest,
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Written:
    """Write a report.

    Args:
        request: What of, and where to.
        on_progress: Told steps done, and all steps.
        cancelled: Asked about 20 times a second.

    Raises:
        ExportError: The folder cannot be written.
        SelectionError: The process died.
        Cancelled: `cancelled` said so; nothing was written.
    """
    died = SelectionError(
        "The process that writes the report ended unexpectedly",
        mend="try again, or look at the log",
    )
    for message in stream_from_child(serve_report, request, cancelled, died=died):
        if isinstance(message, Written):
            return message
        on_progress(*message)
    raise died


def serve_report(request: ReportRequest) -> Iterator[tuple[int, int] | Written]:
    """Steps done and all steps, as they come, then where the report is."""
    told: SimpleQueue[tuple[int, int] | Written | BaseException] = SimpleQueue()
    writer = Thread(target=_write, args=(request, told.put), daemon=True)
    writer.start()
    while True:
        message = told.get()
        if isinstance(message, BaseException):
            raise message
        yield message
        if isinstance(message, Written):
            return


def _write(
    request: ReportRequest, tell: Callable[[tuple[int, int] | Written | BaseException], None]
) -> None:
    from core.selection.report import write_report

    try:
        report = write_report(
            request.pool,
            request.picks,
            request.request,
            request.folder,
            plane=request.plane,
            on_progress=lambda done, total: tell((done, total)),
        )
    except BaseException as error:
        tell(error)
    else:
        tell(Written(report.pdf, report.html))
