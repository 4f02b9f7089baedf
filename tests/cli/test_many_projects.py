"""Commands over folders of many projects: with few descriptors, and videos of one name."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copyfile, copytree

import pytest

from core.project import Project
from core.selection import commands
from tests.cli.conftest import Flickerscope
from tests.conftest import MakeVideo
from tests.core.refusing import refusing_writes
from tests.core.street import FRAMES, project_with

SITES = 30
FEW = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
from core.cli import run
out, folder, out_too = sys.argv[1:]
select = ["select", folder, "-n", "90", "--apart", "2", "--out", out]
export = ["export", folder, "--format", "yolo", "--scope", "selected", "--out", out_too]
sys.exit(run(select) or run(export))
"""


def mirrored(root: Path, video: Path, sites: list[str]) -> list[Path]:
    """Projects of two cameras at each site, as a batch over mirrored folders has made them."""
    first = Path(copyfile(video, root.with_suffix(".mp4")))
    made, found = project_with(first, (4, 8)), []
    for site in sites:
        (root / site).mkdir(parents=True)
        for camera in ("cam1", "cam2"):
            own = copyfile(first, root / site / f"{camera}.mp4")
            found.append(Path(copytree(made, root / site / f"{camera}.flickerscope")))
            with closing(Project.open(found[-1])) as project:
                project.relocate(own)
    return found


@pytest.fixture
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=FRAMES)


@pytest.fixture
def north_and_south(video: Path, tmp_path: Path) -> list[Path]:
    """Projects of north/cam1, north/cam2, south/cam1 and south/cam2."""
    return mirrored(tmp_path / "drives", video, ["north", "south"])


def chosen_in(out: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((out / "selection.json").read_text("utf-8"))[
        "frames"
    ]
    return found


def selected(folder: Path) -> tuple[int, ...] | None:
    with closing(Project.open(folder)) as project:
        return None if project.selection is None else project.selection.frames


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_few_descriptors_do_for_many_projects(video: Path, tmp_path: Path) -> None:
    folders = mirrored(tmp_path / "drives", video, [f"site{site}" for site in range(SITES)])
    out, exported = tmp_path / "sel", tmp_path / "yolo"
    done = subprocess.run(
        [sys.executable, "-c", FEW, str(out), str(tmp_path / "drives"), str(exported)],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONWARNINGS": "error::ResourceWarning"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=80, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = [str(frame["video"]) for frame in chosen_in(out)]
    assert len(names) == 90
    for folder in folders:
        own = f"{folder.parent.name}/{folder.stem}.mp4"
        assert len(selected(folder) or ()) == names.count(own)
    assert len(list((exported / "images").iterdir())) == 90


def test_videos_of_one_name_are_told_apart(
    north_and_south: list[Path], tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "first"
    wishes = ("-n", 4, "--include", "north/cam1:3,south/cam1:5-6", "--out", out)
    assert flickerscope("select", *north_and_south, *wishes).code == 0
    lines = (out / "selection.txt").read_text("utf-8").splitlines()
    assert set(lines[:3]) == {
        "north/cam1-03-mp4.png", "south/cam1-05-mp4.png", "south/cam1-06-mp4.png"
    }  # fmt: skip
    assert [f["file_name"] for f in chosen_in(out)] == lines
    assert 3 in (selected(north_and_south[0]) or ())
    assert {5, 6} <= set(selected(north_and_south[2]) or ())
    # The list says again which frames are meant.
    again = tmp_path / "again"
    rest = ("-n", 4 * FRAMES, "--labeled", out / "selection.txt", "--out", again)
    assert flickerscope("select", *north_and_south, *rest).code == 0
    others = {str(frame["file_name"]) for frame in chosen_in(again)}
    assert len(others) == 4 * FRAMES - 4
    assert not others & set(lines)


def test_numbers_of_frames_are_found_by_folder(
    north_and_south: list[Path], tmp_path: Path, flickerscope: Flickerscope
) -> None:
    numbers = tmp_path / "speed.csv"
    numbers.write_text(
        "video,frame,file_name,speed\nsouth/cam2.mp4,4,,9\n,,images/north/cam2-07-mp4.png,8\n"
    )
    wishes = ("-n", 2, "--strategy", "speed", "--threshold", "speed>1", "--metadata", numbers)
    answer = flickerscope("select", *north_and_south, *wishes, "--out", tmp_path / "out")
    assert answer.code == 0, answer
    assert [frame["file_name"] for frame in chosen_in(tmp_path / "out")] == [
        "south/cam2-04-mp4.png", "north/cam2-07-mp4.png"
    ]  # fmt: skip
    numbers.write_text("file_name,speed\ncam2-07-mp4.png,8\n")
    refused = flickerscope("select", *north_and_south, *wishes, "--out", tmp_path / "two")
    assert "may be a frame of north/cam2.mp4, south/cam2.mp4" in refused.sentence


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        (("--include", "cam1:3"), 'Several videos are called "cam1": choose one of north/cam1, '),
        (("--include", "east/cam1:3"), 'No video is called "east/cam1"'),
        (("--labeled", "done.txt"), '"cam2-03-mp4.png" may be a frame of several videos'),
    ],
)
def test_a_name_that_several_have_is_refused(
    north_and_south: list[Path],
    tmp_path: Path,
    flickerscope: Flickerscope,
    monkeypatch: pytest.MonkeyPatch,
    wishes: tuple[str, str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("done.txt").write_text("cam2-03-mp4.png\n")
    refused = flickerscope("select", *north_and_south, *wishes, "--out", "out")
    assert says in refused.sentence
    assert [selected(folder) for folder in north_and_south] == [None] * 4


def test_one_video_in_two_projects_is_refused(
    north_and_south: list[Path], tmp_path: Path, flickerscope: Flickerscope
) -> None:
    north, south = north_and_south[0], north_and_south[2]
    with closing(Project.open(south)) as project:
        south_video = project.video.path
        south_video.unlink()
        project.relocate(north.with_suffix(".mp4"))
    refused = flickerscope("select", north, south, "--out", tmp_path / "out")
    assert "two projects are about it" in refused.sentence


def test_videos_of_a_folder_without_detections_are_passed_over(
    north_and_south: list[Path], video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    drives = tmp_path / "drives"
    copyfile(video, drives / "new.mp4")
    left = "1 video without detections is left out."
    summary = flickerscope("select", drives, "-n", 3, "--out", tmp_path / "out", "--json").json
    assert summary["projects"] == [str(folder) for folder in north_and_south]
    assert summary["notes"] == [left]
    asked = ("--format", "coco", "--scope", "selected", "--out", tmp_path / "coco", "--json")
    summary = flickerscope("export", drives, *asked).json
    assert (summary["frames"], summary["notices"]) == (3, [left])


@pytest.mark.parametrize("command", [("select",), ("export", "--format", "coco")])
def test_a_folder_without_projects_is_refused(
    command: tuple[str, ...], video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    empty, bare = tmp_path / "empty", tmp_path / "bare"
    empty.mkdir()
    bare.mkdir()
    copyfile(video, bare / "new.mp4")
    for folder, says in ((empty, "There is no project in"), (bare, "Nothing was detected yet in")):
        refused = flickerscope(*command, folder, "--out", tmp_path / "out")
        assert f"{says} " in refused.sentence
        assert str(folder) in refused.sentence


def test_where_one_cannot_be_written_none_has_changed(
    north_and_south: list[Path], tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    with refusing_writes(north_and_south[2], "setting"):
        refused = flickerscope("select", *north_and_south, "-n", 4, "--out", out)
    assert refused.code == 2
    assert [selected(folder) for folder in north_and_south] == [None] * 4
    assert not out.exists()


def test_of_too_many_frames_those_that_were_named_stay(
    north_and_south: list[Path],
    tmp_path: Path,
    flickerscope: Flickerscope,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commands, "MOST_FRAMES", 24)
    wishes = ("-n", 40, "--include", "south/cam1:5", "--similar", "north/cam2:7", "--json")
    summary = flickerscope("select", *north_and_south, *wishes, "--out", tmp_path / "out").json
    notes = summary["notes"]
    assert isinstance(notes, list)
    assert any(str(note).startswith("Of every 2 frames one") for note in notes)
    assert summary["candidates"] == 26
    assert selected(north_and_south[2]) == (0, 2, 4, 5, 6, 8, 10)
