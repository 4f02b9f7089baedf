"""From a path to a reader and a project: once indexed, moved, changed, or gone."""

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest

import core.opening
from core.errors import (
    Cancelled,
    ChangedVideoError,
    MissingVideoError,
    ProjectError,
    VideoError,
)
from core.frames import FrameIndex
from core.opening import INDEX_FOLDER, Target, find, keep_index, open_reader, project_of
from core.paths import default_project_dir, projects_dir
from core.project import Project, is_project
from core.video import Picture
from core.video.identity import identify
from core.video.index_store import index_file, load_index
from tests.conftest import MakeVideo, indexed_picture

IndexIn = Callable[[Picture], int]

COUNT = 24


@pytest.fixture
def video(make_video: MakeVideo, tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    return make_video("mine.mp4", COUNT, folder=tmp_path / "videos", gop=6)


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The videos whose frames were looked for, in order."""
    videos: list[Path] = []
    build = core.opening.build_index

    def watched(path: Path, **options: object) -> FrameIndex:
        videos.append(path)
        return build(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(core.opening, "build_index", watched)
    return videos


def opened(path: Path) -> Target:
    """Open a path as the window does, and close it again."""
    target = find(path)
    with open_reader(target) as reader:
        Project.open_or_create(target.folder, reader.info).close()
        keep_index(target.folder, reader.info.identity, reader.index)
    return target


def move(path: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(path, to))


def video_of(folder: Path) -> Path:
    with closing(Project.open(folder)) as project:
        return project.video.path


# The index


def test_a_video_is_indexed_once(video: Path, indexed: list[Path], index_in: IndexIn) -> None:
    for _ in range(3):
        target = opened(video)
    assert indexed == [video]
    with open_reader(target) as reader:
        assert len(reader) == COUNT
        assert index_in(reader.frame_at(17)) == 17
    assert indexed == [video]


def test_the_stored_index_is_what_is_used(video: Path) -> None:
    target = opened(video)
    identity = identify(video)
    stored = load_index(target.folder / INDEX_FOLDER, identity)
    assert stored is not None
    whole = stored.index
    shorter = FrameIndex(whole.pts[:9], whole.keyframes[:9], whole.time_base)
    index_file(target.folder / INDEX_FOLDER, identity).unlink()
    keep_index(target.folder, identity, shorter)
    with open_reader(target) as reader:
        assert len(reader) == 9


@pytest.mark.parametrize("content", [b"", b"no index at all", None])
def test_a_damaged_index_is_made_anew_and_kept(
    video: Path, indexed: list[Path], content: bytes | None
) -> None:
    path = index_file(opened(video).folder / INDEX_FOLDER, identify(video))
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2] if content is None else content)
    opened(video)
    opened(video)
    assert indexed == [video, video]


def test_a_time_of_change_alone_is_no_change(video: Path, indexed: list[Path]) -> None:
    first = opened(video)
    os.utime(video, (1_000_000_000, 1_000_000_000))
    assert opened(video) == first
    # Looked through once more, to be sure; then the new time is known, too.
    assert indexed == [video, video]
    opened(video)
    assert indexed == [video, video]


def test_an_index_that_was_not_kept_costs_time_and_nothing_else(
    video: Path, indexed: list[Path]
) -> None:
    folder = opened(video).folder
    shutil.rmtree(folder / INDEX_FOLDER)
    (folder / INDEX_FOLDER).write_text("a file is in the way")
    opened(video)
    opened(video)
    assert indexed == [video] * 3


def test_looking_for_frames_tells_how_far_it_is_and_can_be_stopped(make_video: MakeVideo) -> None:
    video = make_video("long.mp4", 3000, gop=50)
    target = find(video)
    shares: list[float] = []
    open_reader(target, on_progress=shares.append).close()
    assert len(shares) >= 2
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    with pytest.raises(Cancelled):
        open_reader(target, cancelled=lambda: True)


# Changed


def noisy_video(path: Path, pts: Sequence[int]) -> Path:
    """A video whose file differs from one with other timestamps in these alone."""
    noise = np.random.default_rng(3)
    plain = {"fflags": "+bitexact", "write_crc32": "0"}
    constant = {"qp": "20", "bf": "0", "g": "1000", "preset": "ultrafast"}
    with av.open(str(path), "w", container_options=plain) as container:
        stream = container.add_stream("libx264", rate=25, options=constant)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for at in pts:
            picture = noise.integers(0, 256, (192, 320, 3)).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_other_frames_between_the_same_ends_are_noticed(tmp_path: Path) -> None:
    pts = [2 * i for i in range(40)]
    video = noisy_video(tmp_path / "cam.mkv", pts)
    before = identify(video)
    target = opened(video)
    noisy_video(video, [*pts[:20], pts[20] + 1, *pts[21:]])
    os.utime(video, (5, 5))
    after = identify(video)
    assert after.same_content(before), "the clips must differ where nobody looks at once"
    with pytest.raises(ChangedVideoError, match=r"cam\.mkv is not the file that this project"):
        open_reader(target)
    with pytest.raises(ChangedVideoError):
        open_reader(find(target.folder))


def test_another_content_is_noticed(video: Path, make_video: MakeVideo) -> None:
    target = opened(video)
    make_video("mine.mp4", COUNT + 1, folder=video.parent)
    with pytest.raises(ChangedVideoError, match=r"mine\.mp4 is not the file"):
        opened(video)
    with pytest.raises(ChangedVideoError, match=r"mine\.mp4 is not the file"):
        find(target.folder)
    assert video_of(target.folder) == video


# Moved, and gone


def test_a_moved_video_is_found_by_its_project(video: Path, tmp_path: Path) -> None:
    first = opened(video)
    there = move(video, tmp_path / "archive" / "renamed.mp4")
    target = find(there)
    assert target == Target(there, first.folder, moved_from=video)
    assert video_of(first.folder) == there
    # From now on that is simply its place.
    assert find(there) == Target(there, first.folder)
    assert find(first.folder) == Target(there, first.folder)


def test_a_moved_video_is_not_indexed_again(
    video: Path, tmp_path: Path, indexed: list[Path]
) -> None:
    opened(video)
    opened(move(video, tmp_path / "archive" / "mine.mp4"))
    assert indexed == [video]


def test_a_video_that_was_moved_back_is_found_again(video: Path, tmp_path: Path) -> None:
    first = opened(video)
    there = move(video, tmp_path / "archive" / "mine.mp4")
    opened(there)
    move(there, video)
    assert find(video) == Target(video, first.folder, moved_from=there)


def test_a_copy_is_a_video_of_its_own(video: Path, tmp_path: Path) -> None:
    first = opened(video)
    copy = Path(shutil.copy(video, tmp_path / "copy.mp4"))
    assert find(copy) == Target(copy, default_project_dir(copy))
    assert find(video) == Target(video, first.folder)


def test_another_video_in_the_place_of_a_moved_one_has_its_own_project(
    video: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    first = opened(video)
    there = move(video, tmp_path / "archive" / "mine.mp4")
    opened(there)
    make_video("mine.mp4", 9, folder=video.parent)
    second = opened(video)
    assert second.folder != first.folder
    assert (video_of(first.folder), video_of(second.folder)) == (there, video)
    # Both are found again, and a third one has room, too.
    assert find(video) == second
    assert find(there) == Target(there, first.folder)
    opened(move(video, tmp_path / "archive" / "second.mp4"))
    make_video("mine.mp4", 10, folder=video.parent)
    third = opened(video)
    assert len({first.folder, second.folder, third.folder}) == 3
    assert {path.suffix for path in projects_dir().iterdir()} == {".flickerscope"}


def test_a_missing_video_stands_for_its_project(video: Path) -> None:
    target = opened(video)
    video.unlink()
    for path in (video, target.folder):
        with pytest.raises(MissingVideoError, match=r"mine\.mp4, is not there any more"):
            find(path)
    assert project_of(video) == target.folder


def test_a_video_that_went_away_after_it_was_moved_stands_for_its_project(
    video: Path, tmp_path: Path
) -> None:
    target = opened(video)
    there = move(video, tmp_path / "archive" / "mine.mp4")
    opened(there)
    there.unlink()
    with pytest.raises(MissingVideoError, match=str(there)):
        find(there)
    assert project_of(there) == target.folder


def test_a_video_that_changed_after_it_was_moved_is_noticed(
    video: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    opened(video)
    there = move(video, tmp_path / "archive" / "mine.mp4")
    opened(there)
    make_video("mine.mp4", 9, folder=there.parent)
    with pytest.raises(ChangedVideoError):
        opened(there)


def test_a_path_without_video_and_without_project_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"(?i)there is no file .*nowhere\.mp4"):
        open_reader(find(tmp_path / "nowhere.mp4"))
    with pytest.raises(VideoError, match="is a folder, not a video"):
        open_reader(find(tmp_path))


def test_projects_that_cannot_be_opened_do_not_stand_in_the_way_of_other_videos(
    video: Path,
) -> None:
    broken = projects_dir() / "broken.flickerscope"
    broken.mkdir()
    (broken / "project.sqlite").write_bytes(b"this is no database" * 100)
    assert find(video) == Target(video, default_project_dir(video))


def test_the_videos_own_project_that_cannot_be_opened_is_a_sentence(video: Path) -> None:
    folder = opened(video).folder
    for name in ("project.sqlite", "project.sqlite-wal", "project.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "project.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ProjectError, match=r"project\.sqlite cannot be used"):
        find(video)


def test_a_link_to_a_video_is_that_video(video: Path, tmp_path: Path) -> None:
    target = opened(video)
    link = tmp_path / "link.mp4"
    link.symlink_to(video)
    assert find(link).folder == target.folder


def test_a_project_anywhere_opens_its_own_video(video: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(opened(video).folder, tmp_path / "mine.flickerscope"))
    assert find(folder) == Target(video, folder)


# Folders of images


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(6):
        with av.open(
            str(folder / f"{number}.png"), "w", format="image2", options={"update": "1"}
        ) as png:
            stream = png.add_stream("png", rate=1)
            picture = indexed_picture(number)
            stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "rgb24"
            png.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            png.mux(stream.encode())
    return folder


def test_a_folder_of_images_is_opened_and_found_again(images: Path, index_in: IndexIn) -> None:
    target = opened(images)
    assert is_project(target.folder)
    assert target.folder.parent == projects_dir()
    with open_reader(find(images)) as reader:
        assert [index_in(reader.frame_at(i)) for i in (5, 0, 3)] == [5, 0, 3]
    assert sorted(path.name for path in images.iterdir()) == [f"{i}.png" for i in range(6)]


def test_a_folder_with_another_image_is_noticed(images: Path) -> None:
    target = opened(images)
    shutil.copy(images / "0.png", images / "6.png")
    with pytest.raises(ChangedVideoError):
        find(target.folder)


def test_a_moved_folder_of_images_is_found_by_its_project(images: Path, tmp_path: Path) -> None:
    first = opened(images)
    there = move(images, tmp_path / "archive" / "images")
    assert find(there) == Target(there, first.folder, moved_from=images)
