"""A report is written by a child process, which says how far it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ExportError
from core.selection.pool import Picks, Pool, PoolVideo
from core.selection.report_process import ReportRequest, write_in_child
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


def test_what_the_child_met_comes_out(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("in the way", encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be written"):
        write_in_child(request(tmp_path), lambda done, total: None, lambda: False)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write_in_child(request(tmp_path), lambda done, total: None, lambda: True)
    assert not (tmp_path / "report" / "report.pdf").exists()
