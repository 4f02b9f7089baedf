"""Names and boxes as Lightly takes them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CloudError
from core.lightly.names import TASK, frame_name, frame_of_name
from core.lightly.predictions import lightly_boxes
from core.lightly.writer import layout_files, write_layout
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH
from tests.core.layouts import documents, video

PREDICTIONS = ".lightly/predictions"

# Names


@given(st.integers(1, 12_000).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_a_frame_is_found_by_its_name(case: tuple[int, int]) -> None:
    frame, count = case
    for path in (Path("x/a.b.mp4"), Path("a-1.MOV")):
        name = frame_name(path, frame, count)
        assert frame_of_name(name, path, count) == frame
        assert frame_of_name(f"data/{name}", path, count) == frame
        assert frame_of_name(name, path.with_stem("b"), count) is None


@pytest.mark.parametrize(
    "name",
    [
        "clip-7-mp4.png", "clip-007-mp4.png", "clip-12-mp4.png", "clip-07-mov.png", "clip-07-mp4",
        "Clip-07-mp4.png", "clip-٠٧-mp4.png", "other/clip-07-mp4.png", "clip-+7-mp4.png", "",
    ],
)  # fmt: skip
def test_another_name_is_no_frame(name: str) -> None:
    assert frame_of_name(name, Path("clip.mp4"), 12) is None


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("..", "The name .. could be taken for a path"),
        ("a\\b.mp4", "could be taken for a path"),
        ("a\nb.mp4", r"The name 'a\nb.mp4' holds signs that are no text"),
        ("a\udcff.mp4", r"The name 'a\udcff.mp4' holds signs that are no text"),
        ("clip", "The name clip has no suffix such as .mp4"),
        ("x.1-mp4", "The name x.1-mp4 has no suffix such as .mp4"),
        ("é" * 120 + ".mp4", "is 244 bytes long"),
    ],
)
def test_a_name_that_does_not_serve_is_a_sentence(path: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CloudError) as caught:
        write_layout([video(Path(path))], tmp_path / "out", with_videos=False)
    assert says in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("other", ["a/clip.mp4", "b/clip.mp4", "b/CLIP.mp4", "b/clip.MP4"])
def test_videos_whose_frames_would_have_the_same_names_are_refused(other: str) -> None:
    with pytest.raises(CloudError, match=rf"^a/clip.mp4 and {other} would have the same names"):
        layout_files([video(Path("a/clip.mp4")), video(Path(other))])


def test_a_video_is_given_once() -> None:
    same = video()
    with pytest.raises(CloudError, match=r"^clip.mp4 and clip.mp4 would have the same names"):
        layout_files([same, same])


def test_accents_in_two_forms_are_the_same_name() -> None:
    with pytest.raises(CloudError, match="would have the same names"):
        layout_files([video(Path("caf\u00e9.mp4")), video(Path("cafe\u0301.mp4"))])


def test_no_video_and_a_folder_of_images_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="There is no video to hand over: give at least one"):
        layout_files([])
    with pytest.raises(CloudError, match="is a folder of images, but Lightly gets videos here"):
        layout_files([video(tmp_path)])


# Boxes


numbers = st.floats(width=32)
sizes = st.integers(1, 8192)


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=8), sizes, sizes)
def test_any_boxes_become_boxes_inside_the_picture(
    rows: list[tuple[float, float, float, float]], width: int, height: int
) -> None:
    xyxy = np.array(rows, np.float32).reshape(-1, 4)
    found, kept = lightly_boxes(xyxy, width, height)
    assert found.shape == (kept.sum(), 4)
    assert np.isfinite(found).all()
    for x, y, w, h in found.tolist():
        assert x >= 0 <= y
        assert w >= 1 <= h
        assert x + w <= width
        assert y + h <= height
    low, high = np.clip(xyxy[:, :2], 0, (width, height)), np.clip(xyxy[:, 2:], 0, (width, height))
    assert kept.tolist() == (low < high).all(axis=1).tolist()


@given(
    st.lists(
        st.tuples(*[st.floats(0, 2000, width=32)] * 2, *[st.floats(1.01, 900)] * 2), max_size=8
    )
)
def test_boxes_inside_stay_where_they_are(rows: list[tuple[float, ...]]) -> None:
    table = np.array(rows, np.float32).reshape(-1, 4)
    xyxy = np.hstack([table[:, :2], table[:, :2] + table[:, 2:]])
    found, kept = lightly_boxes(xyxy, 4000, 3000)
    assert kept.all()
    np.testing.assert_allclose(found[:, :2], xyxy[:, :2], atol=0.0051)
    np.testing.assert_allclose(found[:, :2] + found[:, 2:], xyxy[:, 2:], atol=0.0151)


@pytest.mark.parametrize(
    ("xyxy", "expected"),
    [
        ((10, 20, 10.5, 40), [9.75, 20, 1, 20]),
        ((-3, 20, 0.5, 40), [0, 20, 1, 20]),
        ((159.9, 95.9, 170, 100), [159, 95, 1, 1]),
        ((-20, -20, 500, 500), [0, 0, 160, 96]),
    ],
)
def test_thin_boxes_are_widened_and_large_ones_cut(
    xyxy: tuple[float, ...], expected: list[float]
) -> None:
    found, _ = lightly_boxes(np.array([xyxy], np.float32), CLIP_WIDTH, CLIP_HEIGHT)
    assert found.tolist() == [expected]


@pytest.mark.parametrize(("score", "expected"), [(-1, 0), (1.5, 1), (np.nan, 0), (0.1, 0.1)])
def test_scores_are_within_0_and_1(score: float, expected: float) -> None:
    seen = {0: [(10.0, 10.0, 20.0, 20.0, score, 0)]}
    files = documents(video(seen=seen))
    [box] = files[f"{PREDICTIONS}/{TASK}/data/clip-00-mp4.json"]["predictions"]
    assert box["score"] == expected
