"""Videos of one name are told apart, and their frames are found by name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lightly.names import name_key
from core.selection.naming import FrameNames, named_frame, told_apart
from core.selection.request import FrameId

paths = st.lists(
    st.lists(st.sampled_from(["a", "A", "b", "c-1", "c"]), min_size=1, max_size=4).map(
        lambda parts: Path("/", *parts).with_suffix(".mp4")
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda path: name_key(str(path)),
)


@given(paths)
def test_names_are_the_shortest_that_differ(videos: list[Path]) -> None:
    names = told_apart(videos)
    assert len({name_key(name) for name in names}) == len(names)
    for name, video in zip(names, videos, strict=True):
        assert video.as_posix().endswith(name)
        shorter = name.partition("/")[2]
        alike = [
            other for other in videos if name_key(str(other)).endswith(f"/{name_key(shorter)}")
        ]
        assert not shorter or name.startswith("/") or len(alike) > 1


@given(paths, st.integers(0, 99))
def test_a_frame_is_found_by_what_it_is_called(videos: list[Path], frame: int) -> None:
    names = FrameNames([(video, 100) for video in videos])
    for number, (video, name) in enumerate(zip(videos, told_apart(videos), strict=True)):
        assert FrameId(number, frame) in names.find(named_frame(name, video, frame, 100))
        assert names.find(named_frame(str(video), video, frame, 100)) == [FrameId(number, frame)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("north/cam-1-07-mp4.png", [FrameId(0, 7)]),
        (r"images\south\cam-1-07-mp4.png", [FrameId(1, 7)]),
        ("cam-1-07-mp4.png", [FrameId(0, 7), FrameId(1, 7)]),
        ("anywhere/dash-09-mkv.png", [FrameId(2, 9)]),
        ("north/cam-1-10-mp4.png", []),
        ("", []),
    ],
)
def test_folders_decide_where_names_do_not(name: str, found: list[FrameId]) -> None:
    videos = [Path("/north/cam-1.mp4"), Path("/south/cam-1.mp4"), Path("dash.mkv")]
    assert FrameNames([(video, 10) for video in videos]).find(name) == found


def test_a_path_that_is_there_twice_is_called_the_same() -> None:
    assert told_apart([Path("/a/b.mp4")] * 2 + [Path("/c.mp4")])[2] == "c.mp4"
