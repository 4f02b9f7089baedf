"""What LightlyStudio's database holds after a hand-over; without its package most are skipped."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from core.assertions.imputed import ImputedBox
from core.detections import Detections, FrameDetections, from_frames
from core.errors import Cancelled, ExportError
from core.lightly import studio
from core.lightly.names import PRELABEL_TASK, TASK
from core.lightly.studio import StudioResult, hand_over
from core.lightly.studio_dataset import box_table
from core.lightly.writer import LightlyVideo
from core.prelabels import Decision, Verdict
from core.video.index import build_index
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH, MakeVideo

needs_studio = pytest.mark.skipif(
    find_spec("lightly_studio") is None, reason='needs pip install "flickerscope[studio]"'
)
FRAMES = 9
UNEVEN = [0, 1, 2, 5, 6, 9, 10, 11, 20]
"""Timestamps of a clip whose frames do not last equally long."""
MISSING = ImputedBox(4, (20.0, 20.0, 40.0, 50.0), "bus", 0.75, "flickering")


@pytest.fixture(scope="module")
def videos(make_video: MakeVideo) -> list[LightlyVideo]:
    """One with frames that are stored in another order than shown, and one seen in part."""
    uneven = make_video("uneven [1].mp4", FRAMES, b_frames=2, pts=UNEVEN)
    return [
        video(uneven, seen(FRAMES), np.linspace(0.5, 1, FRAMES)),
        video(make_video("plain.mp4", FRAMES), seen(FRAMES - 3), np.full(FRAMES, 0.5)),
    ]


@pytest.fixture(scope="module")
def handed(videos: list[LightlyVideo], tmp_path_factory: pytest.TempPathFactory) -> StudioResult:
    return hand_over(videos, tmp_path_factory.mktemp("studio") / "studio.db")


@needs_studio
def test_every_frame_is_there_with_its_own_score(
    handed: StudioResult, videos: list[LightlyVideo]
) -> None:
    assert handed.frames == 2 * FRAMES
    for own in videos:
        rows = query(
            handed.database,
            "SELECT frame_number, frame_timestamp_pts, m.data->>'flickering' FROM video_frame f "
            "JOIN video v ON f.parent_sample_id = v.sample_id "
            "JOIN metadata m ON m.sample_id = f.sample_id "
            "WHERE v.file_path_abs = ? ORDER BY frame_number",
            own.path.as_posix(),
        )
        numbers, pts, scores = zip(*rows, strict=True)
        assert numbers == tuple(range(FRAMES))
        assert list(pts) == build_index(own.path).pts.tolist()
        assert [float(score) for score in scores] == pytest.approx(own.flickering.tolist())


@needs_studio
def test_boxes_are_those_of_the_run(handed: StudioResult, videos: list[LightlyVideo]) -> None:
    assert handed.boxes == len(videos[0].detections) + len(videos[1].detections)
    assert boxes_of(handed.database, videos[0], TASK) == [
        (frame, *box)
        for frame in range(FRAMES)
        for box in [("car", 0.5, frame, 10, 30, 21), ("bus", 0.25, 150, 90, 10, 6)]
    ]
    assert boxes_of(handed.database, videos[0], PRELABEL_TASK) == []
    assert handed.database.parent.joinpath("studio.db.wal").exists() is False


@needs_studio
def test_a_second_hand_over_replaces_the_first(
    handed: StudioResult, videos: list[LightlyVideo]
) -> None:
    accepted = replace(videos[0], decisions=(Decision(MISSING, Verdict.ACCEPTED),))
    frames = query(handed.database, "SELECT sample_id FROM video_frame ORDER BY sample_id")
    again = hand_over([accepted], handed.database)
    assert query(handed.database, "SELECT sample_id FROM video_frame ORDER BY sample_id") == frames
    assert len(boxes_of(again.database, accepted, TASK)) == len(accepted.detections)
    prelabels = boxes_of(again.database, accepted, PRELABEL_TASK)
    assert len(prelabels) == len(accepted.detections) + 1
    assert (4, "bus", 0.75, 20, 20, 20, 30) in prelabels
    other = boxes_of(again.database, videos[1], TASK)
    assert len(other) == len(videos[1].detections)


@needs_studio
def test_other_frames_than_ours_are_refused(videos: list[LightlyVideo], tmp_path: Path) -> None:
    longer = replace(videos[1], frame_count=10, flickering=np.zeros(10, np.float32))
    with pytest.raises(ExportError, match=r"has 9 frames of plain\.mp4, not 10: choose"):
        hand_over([longer], tmp_path / "studio.db")
    assert list(tmp_path.iterdir()) == []


@needs_studio
def test_a_database_that_is_open_is_left_alone(videos: list[LightlyVideo], tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with (
        duckdb.connect(str(tmp_path / "studio.db")),
        pytest.raises(ExportError, match=r"studio\.db cannot be opened .*: end LightlyStudio"),
    ):
        hand_over(videos, tmp_path / "studio.db")
    assert [path.name for path in tmp_path.iterdir()] == ["studio.db"]


@needs_studio
def test_cancelling_leaves_nothing_behind(videos: list[LightlyVideo], tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        hand_over(videos, tmp_path / "studio.db", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_the_mend_is_named(
    videos: list[LightlyVideo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r'run pip install "flickerscope\[studio\]"\.$'):
        hand_over(videos, tmp_path / "studio.db")


def test_a_place_that_cannot_be_written_is_named(
    videos: list[LightlyVideo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "find_spec", lambda name: object())
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match=r"file.studio\.db cannot be written"):
        hand_over(videos, tmp_path / "file" / "studio.db")


def test_boxes_follow_pixels_that_are_not_square() -> None:
    wide = replace(video(Path("wide.mkv"), seen(2), np.zeros(FRAMES)), width=2 * CLIP_WIDTH)
    labels = [uuid4(), uuid4()]
    table = box_table(TASK, seen(2), labels, wide, (CLIP_WIDTH, CLIP_HEIGHT))
    assert table.xywh.tolist() == [
        [0, 10, 15, 21],
        [75, 90, 85, 6],
        [1, 10, 15, 21],
        [75, 90, 85, 6],
    ]
    assert table.frame.tolist() == [0, 0, 1, 1]
    assert table.label == labels * 2


def video(path: Path, detections: Detections, flickering: Any) -> LightlyVideo:
    return LightlyVideo(
        path, FRAMES, CLIP_WIDTH, CLIP_HEIGHT, detections, ("car", "bus"), (),
        flickering.astype(np.float32),
    )  # fmt: skip


def seen(frames: int) -> Detections:
    """A car that moves 1 px a frame, and a bus that reaches out of the picture."""
    return from_frames(
        [
            FrameDetections(
                np.array([[i + 0.2, 10.4, i + 30.1, 31.3], [149.6, 90.1, 999, 999]], np.float32),
                np.array([0.5, 0.25], np.float32),
                np.array([0, 1], np.int16),
            )
            for i in range(frames)
        ]
    )


def boxes_of(database: Path, own: LightlyVideo, source: str) -> list[tuple[Any, ...]]:
    return query(
        database,
        "SELECT f.frame_number, l.annotation_label_name, a.confidence, d.x, d.y, d.width, d.height "
        "FROM annotation_base a JOIN object_detection_annotation d ON d.sample_id = a.sample_id "
        "JOIN annotation_label l ON l.annotation_label_id = a.annotation_label_id "
        "JOIN sample s ON s.sample_id = a.sample_id "
        "JOIN collection c ON c.collection_id = s.collection_id "
        "JOIN video_frame f ON f.sample_id = a.parent_sample_id "
        "JOIN video v ON v.sample_id = f.parent_sample_id "
        "WHERE v.file_path_abs = ? AND c.name = ? ORDER BY 1, 3 DESC",
        own.path.as_posix(),
        source,
    )


def query(database: Path, sql: str, *values: str) -> list[tuple[Any, ...]]:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
    return rows
