"""Everything that can be wrong with what the program is given: one sentence, exit code 2."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from core.project import Project
from core.video import VideoReader
from tests.cli.conftest import Flickerscope
from tests.conftest import REPOSITORY, MakeVideo

Given = Callable[[Path, MakeVideo], Path]
"""Makes a bad video below a folder."""


def missing(folder: Path, make_video: MakeVideo) -> Path:
    return folder / "gone.mp4"


def a_folder(folder: Path, make_video: MakeVideo) -> Path:
    (folder / "clips").mkdir()
    return folder / "clips"


def empty(folder: Path, make_video: MakeVideo) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text(folder: Path, make_video: MakeVideo) -> Path:
    (folder / "text.mp4").write_text("Dear diary, today I renamed a text file. " * 200)
    return folder / "text.mp4"


def zeros(folder: Path, make_video: MakeVideo) -> Path:
    (folder / "zeros.avi").write_bytes(bytes(100_000))
    return folder / "zeros.avi"


def cut_off(folder: Path, make_video: MakeVideo) -> Path:
    whole = make_video("cut.mp4", 60, folder=folder)
    data = whole.read_bytes()
    assert data.rindex(b"moov") > len(data) // 2
    whole.write_bytes(data[: len(data) // 2])
    return whole


def sound_only(folder: Path, make_video: MakeVideo) -> Path:
    path = folder / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        silence = np.zeros((1, 48_000), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def header_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.start_encoding()
    return path


def no_frames_avi(folder: Path, make_video: MakeVideo) -> Path:
    return header_only(folder / "nothing.avi")


def no_frames_mp4(folder: Path, make_video: MakeVideo) -> Path:
    return header_only(folder / "nothing.mp4")


def no_frames_mkv(folder: Path, make_video: MakeVideo) -> Path:
    return header_only(folder / "nothing.mkv")


def a_project(folder: Path, make_video: MakeVideo) -> Path:
    with VideoReader(make_video()) as reader:
        Project.create(folder / "p.flickerscope", reader.info).close()
    return folder / "p.flickerscope"


def too_long_a_name(folder: Path, make_video: MakeVideo) -> Path:
    return folder / ("x" * 300 + ".mp4")


VIDEOS: dict[Given, list[str]] = {
    missing: ["no file", "gone.mp4", "check the path"],
    a_folder: ["clips is a folder", "video file"],
    empty: ["empty.mp4 is empty", "0 bytes"],
    text: ["text.mp4 is not a video that can be read"],
    zeros: ["zeros.avi is not a video that can be read"],
    cut_off: ["cut.mp4 is not a video that can be read", "cut-off"],
    sound_only: ["sound.mp4 has no video", "only audio"],
    no_frames_avi: ["nothing.avi has a video track without a single frame"],
    no_frames_mp4: ["nothing.mp4 has no video track: open a video file"],
    no_frames_mkv: ["nothing.mkv is not a video that can be read"],
    a_project: ["p.flickerscope is a project, not a video"],
    too_long_a_name: ["name too long"],
}


@pytest.mark.parametrize("given", VIDEOS, ids=lambda given: given.__name__)
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["plain", "json"])
def test_a_bad_video_is_refused_in_a_sentence(
    given: Given,
    as_json: list[str],
    tmp_path: Path,
    make_video: MakeVideo,
    flickerscope: Flickerscope,
) -> None:
    video = given(tmp_path, make_video)
    sentence = flickerscope("process", video, "--out", tmp_path / "out", *as_json).sentence
    for words in VIDEOS[given]:
        assert words in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--conf", "2", ["--conf", "2 is not between 0 and 1"]),
        ("--conf", "-0.1", ["--conf", "-0.1 is not between 0 and 1"]),
        ("--conf", "nan", ["--conf", "nan is not between 0 and 1"]),
        ("--conf", "high", ["--conf", "number"]),
        ("--device", "tpu", ["--device", '"tpu" is not one of auto, cpu, cuda, mps']),
        ("--classes", " , ", ["--classes", '" , " names no class']),
        ("--classes", "", ["--classes", "names no class"]),
        ("--nonsense", "1", ["--nonsense"]),
    ],
)
def test_a_bad_option_is_refused_in_a_sentence(
    option: str, value: str, words: list[str], make_video: MakeVideo, flickerscope: Flickerscope
) -> None:
    sentence = flickerscope("process", make_video(), option, value).sentence
    for word in words:
        assert word in sentence


def test_weights_that_cannot_be_used_are_refused_in_a_sentence(
    tmp_path: Path, make_video: MakeVideo, weights: Path, flickerscope: Flickerscope
) -> None:
    corrupt, renamed, other = (tmp_path / name for name in ("cut.pt", "text.pt", "model.txt"))
    corrupt.write_bytes(weights.read_bytes()[:50_000])
    renamed.write_text("not weights")
    other.write_text("not weights either")
    expected = {
        tmp_path / "gone.pt": ["no weights at", "gone.pt"],
        corrupt: ["cut.pt cannot be loaded as a detector"],
        renamed: ["text.pt cannot be loaded as a detector"],
        other: ["model.txt is not a detector"],
        tmp_path: ["holds no OpenVINO model"],
    }
    video = make_video()
    for model, words in expected.items():
        sentence = flickerscope("process", video, "--model", model, "--json").sentence
        for word in words:
            assert word in sentence


def test_an_unknown_class_is_refused_in_a_sentence(
    make_video: MakeVideo, weights: Path, flickerscope: Flickerscope
) -> None:
    video = make_video()
    sentence = flickerscope("process", video, "--model", weights, "--classes", "car,lorri").sentence
    assert '"lorri"' in sentence
    assert "choose" in sentence


def test_a_model_that_must_be_downloaded_without_a_network_is_a_sentence(
    make_video: MakeVideo, flickerscope: Flickerscope, no_network: None, home: Path
) -> None:
    sentence = flickerscope("process", make_video(), "--json").sentence
    assert "yolov8n.pt is not on this computer and cannot be downloaded" in sentence
    assert str(home / "models") in sentence


def test_output_that_cannot_be_written_is_refused_in_a_sentence(
    make_video: MakeVideo,
    weights: Path,
    small_project: Path,
    regular_file: Path,
    flickerscope: Flickerscope,
) -> None:
    video, out = make_video(), regular_file / "out"
    sentence = flickerscope("process", video, "--model", weights, "--out", out).sentence
    assert str(out) in sentence
    assert "cannot be written" in sentence
    sentence = flickerscope("export", small_project, "--format", "coco", "--out", out).sentence
    assert str(out) in sentence
    assert "cannot be written" in sentence
    sentence = flickerscope("demo", "--headless", "--out", out).sentence
    assert str(out) in sentence


def test_a_home_that_cannot_be_written_is_refused_in_a_sentence(
    make_video: MakeVideo,
    regular_file: Path,
    flickerscope: Flickerscope,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLICKERSCOPE_HOME", str(regular_file))
    assert str(regular_file) in flickerscope("process", make_video()).sentence


def newer(project: Path) -> None:
    connection = sqlite3.connect(project / "project.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def damaged(project: Path) -> None:
    (project / "project.sqlite").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)


def damaged_run(project: Path) -> None:
    (run,) = (project / "runs").iterdir()
    run.write_bytes(run.read_bytes()[:-100])


def moved_video(project: Path) -> None:
    opened = Project.open(project)
    opened.close()
    opened.video.path.rename(opened.video.path.with_name("moved.mp4"))


def changed_video(project: Path) -> None:
    opened = Project.open(project)
    opened.close()
    with opened.video.path.open("ab") as file:
        file.write(b"more")


def no_database(project: Path) -> None:
    (project / "project.sqlite").unlink()


PROJECTS: dict[Callable[[Path], None], list[str]] = {
    newer: ["schema 99", "update Flickerscope"],
    damaged: ["small.flickerscope", "backup"],
    damaged_run: ["damaged", "detect again"],
    moved_video: ["clip.mp4", "not there any more"],
    changed_video: ["clip.mp4 is not the file that this project was made from"],
    no_database: ["is not a Flickerscope project", "project.sqlite"],
}


@pytest.mark.parametrize("spoil", PROJECTS, ids=lambda spoil: spoil.__name__)
def test_a_bad_project_is_refused_in_a_sentence(
    spoil: Callable[[Path], None], small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    spoil(small_project)
    out = tmp_path / "out"
    sentence = flickerscope("export", small_project, "--format", "coco", "--out", out).sentence
    for words in PROJECTS[spoil]:
        assert words in sentence
    assert not out.exists()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--format", "doc", "The format “doc” is unknown: choose one of coco, yolo, "),
        ("--scope", "some", "The scope “some” is unknown: choose one of flagged, accepted, "),
    ],
)
def test_an_unknown_choice_is_refused_with_the_known_ones(
    option: str, value: str, words: str, small_project: Path, tmp_path: Path,
    flickerscope: Flickerscope,
) -> None:  # fmt: skip
    options = {"--format": "coco", "--out": tmp_path / "out", option: value}
    sentence = flickerscope("export", small_project, *(x for o in options.items() for x in o))
    assert words in sentence.sentence


def test_a_project_without_a_run_is_refused_with_the_way_to_one(
    tmp_path: Path, make_video: MakeVideo, flickerscope: Flickerscope
) -> None:
    project = a_project(tmp_path, make_video)
    sentence = flickerscope("export", project, "--format", "coco", "--out", tmp_path / "o").sentence
    assert "has no run yet" in sentence
    assert "flickerscope process" in sentence


def test_an_export_onto_a_folder_that_is_not_empty_is_refused(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("precious")
    arguments = ("export", small_project, "--format", "yolo", "--out", tmp_path / "out")
    assert "out is not empty" in flickerscope(*arguments).sentence
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine"]


def test_an_argument_that_is_missing_is_named(flickerscope: Flickerscope) -> None:
    assert "VIDEO" in flickerscope("process").sentence
    assert "--format" in flickerscope("export", "x").sentence


@pytest.mark.parametrize("arguments", [[], ["video.mp4"], ["demo", "extra"]])
def test_without_a_window_the_headless_commands_are_named(
    arguments: list[str], flickerscope: Flickerscope
) -> None:
    sentence = flickerscope(*arguments).sentence
    assert "flickerscope process" in sentence or "extra" in sentence


def test_the_program_itself_exits_with_2_and_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "process", str(tmp_path / "gone.mp4"), "--json"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "gone.mp4" in done.stderr
