"""A folder of many projects and videos: what is a member, and what each is called."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.collection.collection import Collection, collection_in
from core.errors import Cancelled
from core.export.manifest import MANIFEST
from core.opening import find
from core.paths import default_project_dir
from core.project import Project
from core.project.schema import DATABASE
from core.video import VideoReader
from tests.conftest import MakeVideo

Place = Callable[[str], Path]


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> Path:
    return make_video(frames=4)


@pytest.fixture
def video_at(clip: Path, tmp_path: Path) -> Place:
    """Puts a video below the folder of the test."""

    def put(where: str) -> Path:
        path = tmp_path / where
        path.parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(clip, path))

    return put


def project_of(video: Path, folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with VideoReader(video) as reader:
        Project.create(folder, reader.info).close()
    return folder


def opened(folder: Path) -> Collection:
    found = collection_in(folder)
    assert found is not None
    return found


def names(folder: Path) -> list[str]:
    return [member.name for member in opened(folder).members]


def test_videos_at_any_depth_are_members_in_the_order_of_people(
    tmp_path: Path, video_at: Place
) -> None:
    for where in ("cam10.mp4", "Cam2.MP4", "north/b.avi", "north/a.mkv", "a.txt"):
        video_at(where)
    assert names(tmp_path) == ["Cam2", "cam10", "north/a", "north/b"]
    assert all(not member.folder.exists() for member in opened(tmp_path).members)


def test_none_where_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    assert collection_in(tmp_path) is None
    assert collection_in(tmp_path / "not there") is None


def test_hidden_folders_insides_of_projects_and_exports_are_passed_over(
    tmp_path: Path, video_at: Place
) -> None:
    video = video_at("cam.mp4")
    video_at(".work/half.mp4")
    video_at("handed over/videos/cam.mp4")
    (tmp_path / "handed over" / MANIFEST).write_text("{}")
    project = project_of(video, tmp_path / "cam.flickerscope")
    shutil.copy(video, project / "inside.mp4")
    (tmp_path / "begun.flickerscope").mkdir()
    video_at("begun.flickerscope/inside.mp4")
    assert names(tmp_path) == ["cam"]


def test_a_video_and_its_project_are_one_member(tmp_path: Path, video_at: Place) -> None:
    video = video_at("videos/cam.mp4")
    project = project_of(video, tmp_path / "results" / "other name")
    (member,) = opened(tmp_path).members
    assert (member.name, member.folder, member.video) == ("videos/cam", project, video)


def test_a_project_whose_video_is_elsewhere_is_called_after_itself(
    tmp_path: Path, video_at: Place
) -> None:
    video = video_at("videos/cam.mp4")
    project = project_of(video, tmp_path / "results" / "north.flickerscope")
    video.unlink()
    (member,) = opened(tmp_path / "results").members
    assert (member.name, member.folder, member.video) == ("north", project, video)


def test_a_video_is_one_with_its_project_among_the_programs_own(
    tmp_path: Path, video_at: Place
) -> None:
    video = video_at("cam.mp4")
    assert opened(tmp_path).members[0].folder == default_project_dir(video)
    project = project_of(video, default_project_dir(video).with_stem("another-name"))
    assert opened(tmp_path).members[0].folder == project == find(video).folder


def test_the_results_of_a_batch_are_its_projects(tmp_path: Path, video_at: Place) -> None:
    out = tmp_path / "out"
    for name in ("north/cam3", "cam1"):
        project_of(video_at(f"out/videos/{name}.mp4"), out / f"projects/{name}.flickerscope")
        video_at(f"out/exports/{name}/videos/clip.mp4")
        video_at(f"out/parts/{name}.mp4")
    (out / "batch.json").write_text("{}")
    assert names(out) == ["cam1", "north/cam3"]
    assert names(tmp_path) == ["out/cam1", "out/north/cam3"]
    assert names(out / "projects") == ["cam1", "north/cam3"]


def test_without_a_batch_these_are_ordinary_folders(tmp_path: Path, video_at: Place) -> None:
    video_at("exports/cam.mp4")
    video_at("videos/cam.mp4")
    assert names(tmp_path) == ["exports/cam", "videos/cam"]


def test_names_are_told_apart(tmp_path: Path, video_at: Place) -> None:
    video = video_at("cam.mp4")
    video_at("cam.avi")
    first, second = (
        project_of(video, tmp_path / name / "cam.flickerscope") for name in ("one", "two")
    )
    assert set(names(tmp_path)) == {"cam.avi", str(first), str(second)}


def test_a_damaged_project_is_a_member(tmp_path: Path, video_at: Place) -> None:
    project = project_of(video_at("cam.mp4"), tmp_path / "p" / "cam.flickerscope")
    (project / DATABASE).write_bytes(b"no database at all, but long enough to be looked at" * 40)
    (member,) = opened(tmp_path / "p").members
    assert (member.folder, member.video) == (project, project)


def test_links_that_lead_round_in_circles_end(tmp_path: Path, video_at: Place) -> None:
    video_at("north/cam.mp4")
    (tmp_path / "north" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "north")
    assert len(opened(tmp_path).members) == 1


def test_can_be_cancelled(tmp_path: Path, video_at: Place) -> None:
    video_at("cam.mp4")
    with pytest.raises(Cancelled):
        collection_in(tmp_path, cancelled=lambda: True)


def test_a_thousand_projects_are_found(tmp_path: Path, video_at: Place) -> None:
    first = project_of(video_at("cam.mp4"), tmp_path / "p" / "0.flickerscope")
    for number in range(1, 1000):
        shutil.copytree(first, tmp_path / "p" / f"{number}.flickerscope")
    assert len(opened(tmp_path / "p").members) == 1000
