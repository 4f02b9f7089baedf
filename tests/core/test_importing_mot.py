"""MOTChallenge text as detections of a video."""

import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from core.errors import ImportedDetectionsError
from core.importing.base import ForVideo, Imported, ImportOptions
from core.importing.formats import import_detections

HIGHWAY = ForVideo("highway.mp4", 10, 200, 100)
PETS = ForVideo("pets09_s2l1.avi", 795, 768, 576)


def load(path: Path, text: str, **options: object) -> Imported:
    (path / "det.txt").write_text(text, encoding="utf-8")
    said = ImportOptions(**options)  # type: ignore[arg-type]
    return import_detections(path / "det.txt", HIGHWAY, said)


def test_real_detections_fit_their_video(shared_data: Path) -> None:
    path = shared_data / "tracks" / "PETS09-S2L1" / "det_yolov8n" / "det.txt"
    got = import_detections(path, PETS)
    table = np.loadtxt(path, delimiter=",")
    assert got.detections.frame_count == 795
    np.testing.assert_array_equal(got.detections.frame, table[:, 0] - 1)
    np.testing.assert_allclose(got.detections.xyxy[:, :2], table[:, 2:4], atol=1e-3)
    np.testing.assert_allclose(got.detections.xyxy[:, 2:], table[:, 2:4] + table[:, 4:6], atol=1e-2)
    np.testing.assert_allclose(got.detections.score, table[:, 6])
    assert got.sha256 == sha256(path.read_bytes()).hexdigest()


def test_detections_of_a_longer_video_or_a_larger_picture_are_refused(shared_data: Path) -> None:
    path = shared_data / "tracks" / "PETS09-S2L1" / "det_yolov8n" / "det.txt"
    with pytest.raises(ImportedDetectionsError, match=r"but short\.avi has 400 frames"):
        import_detections(path, ForVideo("short.avi", 400, 768, 576))
    with pytest.raises(ImportedDetectionsError, match=r"far outside the picture of small\.avi"):
        import_detections(path, ForVideo("small.avi", 795, 640, 480))


def test_boxes_are_sorted_by_frame_in_the_order_of_lines(tmp_path: Path) -> None:
    got = load(tmp_path, "3,-1,1,2,3,4,0.5\n\n1,-1,5,6,7,8,0.25,-1,-1\n3,7,9,9,9,9,-1\n")
    assert got.detections.frame.tolist() == [0, 2, 2]
    assert got.detections.xyxy.tolist() == [[5, 6, 12, 14], [1, 2, 4, 6], [9, 9, 18, 18]]
    assert got.detections.score.tolist() == [0.25, 0.5, 1.0]
    assert got.detections.class_id.tolist() == [0, 0, 0]
    assert (got.class_names, got.format) == (("object",), "mot")
    assert load(tmp_path, "", class_names=("person",)).class_names == ("person",)


def test_counting_may_begin_with_zero(tmp_path: Path) -> None:
    row = ",-1,1,2,3,4,1\n"
    assert load(tmp_path, f"2{row}0{row}").detections.frame.tolist() == [0, 2]
    assert load(tmp_path, f"2{row}").detections.frame.tolist() == [1]
    assert load(tmp_path, f"2{row}", first_frame=0).detections.frame.tolist() == [2]
    with pytest.raises(ImportedDetectionsError, match=r"Line 2 of det\.txt is of frame 10, but"):
        load(tmp_path, f"0{row}10{row}")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("11,-1,1,2,3,4,1", "is of frame 11, but highway.mp4 has 10 frames, here numbered 1 to 10"),
        ("1,-1,1,2,3,4", "has 6 fields, not at least 7"),
        ("1,-1,1,2,x,4,1", "has w 'x', no number"),
        ("1,-1,1,2,1_0,4,1", "has w '1_0', no number"),
        ("1.5,-1,1,2,3,4,1", "has a frame that is no whole number from 0"),
        ("1,-1,nan,2,3,4,1", "has a value that is not finite"),
        ("1,-1,1,2,0,4,1", "has a width that is not positive"),
        ("1,-1,1e308,2,1e308,4,1", "is not finite"),
        ("1,-1,201,2,3,4,1", "lies outside the picture of highway.mp4, 200 × 100 px"),
        ("1,-1,1,2,3,200,1", "reaches far outside the picture of highway.mp4"),
        ("1,-1,1,2,3,4,30", "has a score that is not within 0..1"),
        ("1,-1,1,2,3,4,-0.5", "has a score that is not within 0..1"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ImportedDetectionsError) as caught:
        load(tmp_path, f"2,-1,1,2,3,4,1\n\n{line}\n1,-1,1,2,3,4,1\n")
    assert str(caught.value).startswith("Line 3 of det.txt")
    assert says in str(caught.value)


def test_a_hundred_thousand_lines_take_seconds(tmp_path: Path) -> None:
    lines = "".join(
        f"{i % 10 + 1},-1,{i // 10 % 100},2.5,30.25,40.75,0.5\n" for i in range(100_000)
    )
    began = time.perf_counter()
    got = load(tmp_path, lines)
    assert time.perf_counter() - began < 5
    assert got.detections.counts.tolist() == [10_000] * 10
    assert got.detections.xyxy[:, 0].tolist() == [*range(100)] * 1000
