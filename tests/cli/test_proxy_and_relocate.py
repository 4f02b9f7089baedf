"""`flickerscope proxy` and `flickerscope relocate`: what they do, and what they refuse."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.project import Project
from core.settings import Settings, save_settings
from core.video import VideoReader
from core.video.proxy import ProxyReader, bytes_used, open_writer
from tests.cli.conftest import SMALL_COUNT, Flickerscope
from tests.conftest import REPOSITORY, MakeVideo, index_at_any_size

FRAMES = 40


@pytest.fixture
def video(make_video: MakeVideo, tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    return make_video("mine.mp4", FRAMES, folder=tmp_path / "videos")


def video_of(project: Path) -> Path:
    with closing(Project.open(project)) as opened:
        return opened.video.path


def pictures_in(proxy: Path, count: int = FRAMES) -> list[int | None]:
    """What the picture of each frame shows."""
    with closing(ProxyReader(proxy, count)) as reader:
        pictures = [reader.picture(frame) for frame in range(count)]
    return [None if p is None else index_at_any_size(p) for p in pictures]


# proxy


def test_proxy_makes_the_small_copy_and_says_where(
    video: Path, home: Path, flickerscope: Flickerscope
) -> None:
    answer = flickerscope("proxy", video, "--json")
    summary = answer.json
    assert set(summary) == {"video", "proxy", "frames"}
    assert (summary["video"], summary["frames"]) == (str(video), FRAMES)
    proxy = Path(str(summary["proxy"]))
    assert proxy.parent == home / "proxies"
    assert pictures_in(proxy) == list(range(FRAMES))
    assert answer.err == ""
    assert [path.name for path in video.parent.iterdir()] == ["mine.mp4"]


def test_proxy_without_json_shows_how_far_it_is_and_what_it_made(
    video: Path, flickerscope: Flickerscope
) -> None:
    answer = flickerscope("proxy", video)
    assert answer.code == 0
    assert "Copying" in answer.err
    assert f"{FRAMES}/{FRAMES}" in answer.err
    assert f"frames  {FRAMES}" in answer.out
    # A second time, all is there.
    assert flickerscope("proxy", video, "--json").json["frames"] == FRAMES


def test_proxy_takes_a_project_for_its_video(
    small_project: Path, flickerscope: Flickerscope
) -> None:
    summary = flickerscope("proxy", small_project, "--json").json
    assert summary["video"] == str(video_of(small_project))
    assert pictures_in(Path(str(summary["proxy"])), SMALL_COUNT) == list(range(SMALL_COUNT))


def test_proxy_goes_where_the_settings_say(
    video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    save_settings(Settings(proxy_folder=str(tmp_path / "small"), proxy_gib=1))
    proxy = Path(str(flickerscope("proxy", video, "--json").json["proxy"]))
    assert proxy.parent == tmp_path / "small"
    assert bytes_used(tmp_path / "small") > 0


def test_proxy_is_refused_where_the_settings_allow_no_disk(
    video: Path, home: Path, flickerscope: Flickerscope
) -> None:
    save_settings(Settings(proxy_gib=0))
    sentence = flickerscope("proxy", video, "--json").sentence
    assert "switched off (0 GiB" in sentence
    assert "settings" in sentence
    assert not list(home.glob("proxies/*"))


def test_proxy_is_refused_where_its_folder_cannot_be_written(
    video: Path, regular_file: Path, flickerscope: Flickerscope
) -> None:
    save_settings(Settings(proxy_folder=str(regular_file / "small")))
    sentence = flickerscope("proxy", video, "--json").sentence
    assert f"cannot be written in {regular_file / 'small'}" in sentence


def test_proxy_is_refused_while_another_one_is_writing(
    video: Path, flickerscope: Flickerscope
) -> None:
    place = Settings().proxies
    assert place is not None
    with VideoReader(video) as reader, open_writer(place, reader.info):
        assert "it is being written" in flickerscope("proxy", video, "--json").sentence
    assert flickerscope("proxy", video, "--json").json["frames"] == FRAMES


def test_proxy_is_refused_where_it_does_not_fit(video: Path, flickerscope: Flickerscope) -> None:
    save_settings(Settings(proxy_gib=1e-7))
    assert "raise the limit in the settings" in flickerscope("proxy", video, "--json").sentence


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["plain", "json"])
def test_proxy_of_what_is_no_video_is_refused_in_a_sentence(
    as_json: list[str], tmp_path: Path, small_project: Path, flickerscope: Flickerscope
) -> None:
    (tmp_path / "text.mp4").write_text("Dear diary, " * 500)
    (tmp_path / "folder").mkdir()
    expected = {
        "gone.mp4": "no file",
        "text.mp4": "text.mp4 is not a video that can be read",
        "folder": "is a folder, not a video",
    }
    for name, words in expected.items():
        assert words in flickerscope("proxy", tmp_path / name, *as_json).sentence
    video_of(small_project).unlink()
    sentence = flickerscope("proxy", small_project, *as_json).sentence
    assert "is not there any more" in sentence
    assert "flickerscope relocate" in sentence


def test_proxy_names_the_argument_that_is_missing(flickerscope: Flickerscope) -> None:
    assert "VIDEO" in flickerscope("proxy").sentence


def test_a_headless_run_makes_the_small_copy_as_it_goes(
    make_video: MakeVideo, quick_model: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    video = make_video("tiny.mp4", 6)
    flickerscope("process", video, "--model", quick_model, "--out", tmp_path, "--json")
    place = Settings().proxies
    assert place is not None
    (proxy,) = place.folder.iterdir()
    assert pictures_in(proxy, 6) == list(range(6))


def test_a_headless_run_makes_no_small_copy_where_none_is_wanted(
    make_video: MakeVideo, quick_model: Path, tmp_path: Path, home: Path, flickerscope: Flickerscope
) -> None:
    save_settings(replace(Settings(), proxy_gib=0))
    video = make_video("tiny.mp4", 3)
    flickerscope("process", video, "--model", quick_model, "--out", tmp_path, "--json")
    assert not list(home.glob("proxies/*"))


# relocate


def moved(project: Path, to: Path) -> Path:
    return Path(shutil.move(video_of(project), to))


def export_all(flickerscope: Flickerscope, project: Path, out: Path) -> object:
    arguments = ("--format", "yolo", "--frames", "all", "--out", out, "--json")
    return flickerscope("export", project, *arguments).json["frames"]


def test_relocate_lets_a_project_go_on_with_its_moved_video(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    there = moved(small_project, tmp_path / "there.mp4")
    answer = flickerscope("relocate", small_project, there, "--json")
    assert answer.json == {"project": str(small_project), "video": str(there)}
    assert answer.err == ""
    assert video_of(small_project) == there
    assert export_all(flickerscope, small_project, tmp_path / "out") == SMALL_COUNT


def test_relocate_without_json_says_where_the_video_is_now(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    there = moved(small_project, tmp_path / "there.mp4")
    answer = flickerscope("relocate", small_project, there)
    assert answer.code == 0
    assert f"video  {there}" in answer.out


def test_relocate_notes_a_path_that_holds_from_every_folder(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = moved(small_project, tmp_path / "there.mp4")
    monkeypatch.chdir(tmp_path)
    flickerscope("relocate", small_project, "there.mp4", "--json")
    assert video_of(small_project) == there


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["plain", "json"])
@pytest.mark.parametrize("bad", ["gone", "other", "folder", "itself"])
def test_relocate_refuses_what_is_not_the_projects_video(
    as_json: list[str],
    bad: str,
    small_project: Path,
    make_video: MakeVideo,
    tmp_path: Path,
    flickerscope: Flickerscope,
) -> None:
    before = video_of(small_project)
    given, words = {
        "gone": (tmp_path / "gone.mp4", "There is no file"),
        "other": (make_video("other.mp4", 5), "other.mp4 is not the video of this project, clip"),
        "folder": (tmp_path, "is not the video of this project"),
        "itself": (small_project, "is not the video of this project"),
    }[bad]
    assert words in flickerscope("relocate", small_project, given, *as_json).sentence
    assert video_of(small_project) == before


def test_relocate_refuses_what_is_no_project(
    make_video: MakeVideo, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    video = make_video()
    for given in (tmp_path, tmp_path / "gone.flickerscope", video):
        sentence = flickerscope("relocate", given, video, "--json").sentence
        assert f"{given} is not a Flickerscope project" in sentence


def test_relocate_names_the_argument_that_is_missing(
    small_project: Path, flickerscope: Flickerscope
) -> None:
    assert "PROJECT" in flickerscope("relocate").sentence
    assert "VIDEO" in flickerscope("relocate", small_project).sentence


def test_a_moved_video_is_recognised_without_being_told(
    make_video: MakeVideo, quick_model: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    (tmp_path / "videos").mkdir()
    video = make_video("tiny.mp4", 3, folder=tmp_path / "videos")
    arguments = ("--model", quick_model, "--json")
    first = flickerscope("process", video, *arguments).json["project"]
    there = video.rename(tmp_path / "there.mp4")
    assert flickerscope("process", there, *arguments).json["project"] == first
    assert video_of(Path(str(first))) == there


def test_the_program_itself_relocates_and_copies(small_project: Path, tmp_path: Path) -> None:
    there = moved(small_project, tmp_path / "there.mp4")
    for arguments in (["relocate", small_project, there], ["proxy", small_project]):
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", *map(str, arguments), "--json"],
            cwd=REPOSITORY, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(done.stdout)["video"] == str(there)
        assert done.stderr == ""
