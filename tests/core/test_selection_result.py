"""The files of a selection say which frames were chosen and why."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from core.selection.pool import Picks, Pool, PoolVideo, Reason
from core.selection.request import DEFAULT_REQUEST, SelectRequest
from core.selection.result import CSV_FILE, JSON_FILE, TEXT_FILE, Selected, means, write_selection

NAN = float("nan")


def video(name: str, count: int) -> PoolVideo:
    path = Path("videos") / name
    return PoolVideo(name, path, Path(f"{path.stem}.flickerscope"), count, 25.0, "run", "yolov8n")


@pytest.fixture
def selected() -> Selected:
    """Frames 0 and 2 of the second video, then frame 1 of the first; a person included one."""
    pool = Pool(
        (video("drive.mp4", 3), video("=city.mp4", 12)),
        np.array([0, 0, 0, 1, 1], np.int32),
        np.array([0, 1, 2, 0, 2]),
        {"flickering": np.array([0.0, 1, 0, 0.5, NAN]), "speed": np.full(5, NAN)},
        ("car",),
        np.zeros((5, 1), np.int32),
        seconds=np.array([0, 1 / 25, 2 / 25, 0, 2 / 3]),
    )
    reasons = (
        Reason("flickering", 1.0, np.array([0.5, NAN, 1.0]), np.array([NAN, 0.25, 0.5])),
        Reason("@speed", 2.0, np.array([-1.0, 2.0, 3.0]), np.array([NAN, 0.75, 0.5])),
    )
    picks = Picks(np.array([3, 4, 1]), 1, reasons, 5, notes=("One thing to know.",))
    return Selected(pool, picks, DEFAULT_REQUEST)


def test_json_has_each_frame_in_order_with_its_reasons(selected: Selected, tmp_path: Path) -> None:
    write_selection(selected, tmp_path)
    found = json.loads((tmp_path / JSON_FILE).read_text("utf-8"), parse_constant=pytest.fail)
    assert [frame["file_name"] for frame in found["frames"]] == [
        "=city-00-mp4.png", "=city-02-mp4.png", "drive-1-mp4.png"
    ]  # fmt: skip
    last = found["frames"][2]
    assert (last["order"], last["video"], last["frame"]) == (3, "drive.mp4", 1)
    assert last["timestamp"] == pytest.approx(0.04)
    assert last["reasons"] == [
        {"strategy": "flickering", "strength": 1.0, "value": 1.0, "share": 0.5},
        {"strategy": "@speed", "strength": 2.0, "value": 3.0, "share": 0.5},
    ]
    assert found["frames"][0]["reasons"][0]["share"] is None
    assert SelectRequest.from_json(found["request"]) == selected.request
    assert found["versions"]["lightly-mundig"]
    assert (found["candidates"], found["included"]) == (5, 1)
    assert found["notes"] == ["One thing to know."]


def test_csv_has_a_row_a_frame_and_no_formula(selected: Selected, tmp_path: Path) -> None:
    write_selection(selected, tmp_path)
    with (tmp_path / CSV_FILE).open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[5:] == ["flickering", "flickering, share", "'@speed", "'@speed, share"]
    assert rows[0] == ["1", "'=city.mp4", "0", "'=city-00-mp4.png", "0.0", "0.5", "", "-1.0", ""]
    assert len(rows) == 3


def test_text_has_the_file_names(selected: Selected, tmp_path: Path) -> None:
    write_selection(selected, tmp_path)
    names = (tmp_path / TEXT_FILE).read_text("utf-8").splitlines()
    assert names == ["=city-00-mp4.png", "=city-02-mp4.png", "drive-1-mp4.png"]


def test_the_same_choice_gives_the_same_files(selected: Selected, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_selection(selected, tmp_path / name)
    for name in (JSON_FILE, CSV_FILE, TEXT_FILE):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_means_leave_out_what_nobody_knows(selected: Selected) -> None:
    assert means(selected.pool, selected.picks) == {
        "flickering": {"all": 0.375, "chosen": 0.75},
        "speed": {"all": None, "chosen": None},
    }
