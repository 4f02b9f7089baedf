"""What two pictures tell about the camera: motion and cuts, and that a run keeps it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.detections import DetectionsBuilder, empty_frame
from core.detectors.camera import NOTHING, CameraWatch
from core.detectors.stages import Stages
from core.detectors.stream import detect_frames
from core.frames import FrameRange
from core.project.runs import load_detections, save_detections
from core.video.reader import VideoReader
from tests.core.making import frame_of
from tests.core.scenes import video

Picture = NDArray[np.uint8]
NO_BOXES = np.empty((0, 4))


def scenery(seed: int = 0, size: tuple[int, int] = (700, 420)) -> Picture:
    """A picture with corners everywhere."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (size[1] // 14, size[0] // 14, 3), np.uint8)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def view(whole: Picture, x: int, y: int) -> Picture:
    """What a camera at a place sees, 640 x 360."""
    return whole[y : y + 360, x : x + 640].copy()


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (6, 0), (-4, 8), (20, -10)])
def test_the_scene_moves_against_the_camera(dx: int, dy: int) -> None:
    whole, watch = scenery(), CameraWatch()
    assert watch.look(view(whole, 30, 30), NO_BOXES) == NOTHING
    change = watch.look(view(whole, 30 - dx, 30 - dy), NO_BOXES)
    assert change.moved == pytest.approx((dx, dy), abs=0.6)
    assert not change.cut


def test_what_was_detected_does_not_tell_about_the_camera() -> None:
    sky = np.full((360, 640, 3), 120, np.uint8)
    sky[:, 320:] = view(scenery(), 30, 30)[:, 320:]
    moved = sky.copy()
    moved[:, 328:] = sky[:, 320:-8]
    box = np.array([[300, 0, 640, 360]], np.float32)
    for boxes, expected in ((NO_BOXES, 8), (box, 0)):
        watch = CameraWatch()
        watch.look(sky, boxes)
        assert watch.look(moved, boxes).moved[0] == pytest.approx(expected, abs=0.6)


def test_a_large_object_before_a_standing_scene_is_no_camera() -> None:
    before, other = view(scenery(), 30, 30), view(scenery(9), 0, 0)
    after = before.copy()
    before[:, :380], after[:, :380] = other[:, :380], other[:, 6:386]
    watch = CameraWatch()
    watch.look(before, NO_BOXES)
    assert watch.look(after, NO_BOXES).moved == (0.0, 0.0)


def test_another_scene_is_a_cut() -> None:
    watch = CameraWatch()
    watch.look(view(scenery(1), 0, 0), NO_BOXES)
    assert watch.look(view(scenery(2), 0, 0), NO_BOXES).cut


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (2000, 4)])
def test_odd_and_empty_pictures_say_nothing(size: tuple[int, int]) -> None:
    watch, picture = CameraWatch(), np.zeros((*size, 3), np.uint8)
    assert [watch.look(picture, NO_BOXES) for _ in range(2)] == [NOTHING, NOTHING]


def test_the_cuts_of_a_film_are_found(media: Callable[[str], Path]) -> None:
    """Frames 30, 76, 137, 187 and 242 begin new scenes: seen with the eye."""
    watch = CameraWatch()
    with VideoReader(media("bikes_cuts.mp4")) as reader:
        pictures = reader.frames_in_range(0, len(reader))
        cuts = [frame for frame, picture in pictures if watch.look(picture, NO_BOXES).cut]
    assert cuts == [30, 76, 137, 187, 242]


class Blind:
    """Detects nothing."""

    batch_size = 4

    def detect(self, pictures: list[Picture]) -> list:
        return [empty_frame() for _ in pictures]


@pytest.mark.parametrize("stop", [1, 7, 30, 31])
def test_a_resumed_run_sees_the_same_changes(media: Callable[[str], Path], stop: int) -> None:
    def run(reader: VideoReader, *ranges: tuple[int, int]) -> DetectionsBuilder:
        builder = DetectionsBuilder()
        for span in ranges:
            for chunk in detect_frames(reader, Stages(Blind()), FrameRange(*span)):
                builder.extend(chunk.frames)
        return builder

    with VideoReader(media("bikes_cuts.mp4")) as reader:
        whole = run(reader, (0, 40)).snapshot()
        parts = run(reader, (0, stop), (stop, 40)).snapshot()
    assert whole.cuts.tolist() == [30]
    assert whole.moved is not None
    assert parts.moved is not None
    assert np.array_equal(whole.moved, parts.moved)
    assert np.array_equal(whole.cuts, parts.cuts)


def test_changes_are_kept_with_the_run_and_older_runs_have_none(tmp_path: Path) -> None:
    builder = DetectionsBuilder()
    box = (1.0, 2.0, 30.0, 40.0, 0.5, 0)
    builder.extend([replace(frame_of([box]), moved=(i, -1.0), cut=i == 2) for i in range(4)])
    save_detections(tmp_path / "run.npz", builder.snapshot())
    loaded = load_detections(tmp_path / "run.npz")
    assert loaded.camera.tolist() == [[0, -1], [1, -2], [3, -3], [6, -4]]
    assert loaded.cuts.tolist() == [2]
    older = replace(video([box] * 4), moved=None, cut=None)
    save_detections(tmp_path / "older.npz", older)
    loaded = load_detections(tmp_path / "older.npz")
    assert (loaded.camera == 0).all()
    assert loaded.camera.shape == (4, 2)
    assert len(loaded.cuts) == 0
