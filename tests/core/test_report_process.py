"""A report is written by a child process, which says how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import Cancelled, ExportError
from core.selection.pool import Picks, Pool, PoolVideo
from core.selection.report_process import ReportRequest, serve_report, write_in_child
from core.selection.request import DEFAULT_REQUEST


def request(folder: Path) -> ReportRequest:
    """Two frames of a video that is not there any more."""
    gone = folder / "gone.mp4"
    video = PoolVideo("gone.mp4", gone, folder / "project", 4, 10.0, "run", "yolov8n")
    pool = Pool(
        (video,),
        np.zeros(4, np.int32),
        np.arange(4),
        {"flickering": np.array([0.1, 0.9, 0.2, 0.8])},
        ("car",),
        np.ones((4, 1), np.int32),
    )
    picks = Picks(np.array([1, 3]), 0, (), 4)
    return ReportRequest(pool, picks, DEFAULT_REQUEST, folder / "report", None)


def test_it_is_written_step_by_step(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    written = write_in_child(
        request(tmp_path), lambda done, total: steps.append((done, total)), lambda: False
    )
    assert written.pdf.read_bytes().startswith(b"%PDF")
    assert "gone.mp4" in written.html.read_text("utf-8")
    done = [step for step, _ in steps]
    assert done == sorted(done)
    assert steps[-1][0] == steps[-1][1] > 0


def test_what_the_writer_met_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*what: object, on_progress: Callable[[int, int], None], **how: object) -> None:
        on_progress(1, 5)
        raise ExportError("The report cannot be written", mend="choose another folder")

    # Without the libraries that draw, which take seconds to load.
    report = SimpleNamespace(write_report=refuse)
    monkeypatch.setitem(sys.modules, "core.selection.report", report)  # type: ignore[arg-type]
    told = serve_report(request(tmp_path))
    assert next(told) == (1, 5)
    with pytest.raises(ExportError, match="cannot be written"):
        next(told)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write_in_child(request(tmp_path), lambda done, total: None, lambda: True)
    assert not (tmp_path / "report" / "report.pdf").exists()
