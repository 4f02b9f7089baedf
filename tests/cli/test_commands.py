"""The commands when all is well: what they print, and what they leave on disk."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from core.cli import Window
from core.cli.detecting import CODE_WARNING
from core.pipeline import current_run, findings_of
from core.project import Project, is_project
from core.video.reader import VideoReader
from tests.cli.conftest import SMALL_COUNT, SMALL_MISSING, Answer, Flickerscope
from tests.conftest import REPOSITORY, MakeVideo

KEYS = {
    "project",
    "model",
    "backend",
    "frames",
    "detections",
    "flagged_frames",
    "imputed_boxes",
    "fps",
}


def test_process_prints_one_json_object_about_the_whole_video(highway_answer: Answer) -> None:
    summary = highway_answer.json
    assert set(summary) == KEYS
    assert summary["frames"] == 221
    assert int(str(summary["detections"])) > 221
    assert 0 < int(str(summary["flagged_frames"])) <= int(str(summary["imputed_boxes"]))
    assert float(str(summary["fps"])) > 0
    assert highway_answer.err.splitlines() == [f"flickerscope: {CODE_WARNING.format('yolov8n.pt')}"]


def test_process_leaves_a_project_with_what_it_printed(highway_answer: Answer) -> None:
    summary = highway_answer.json
    project = Project.open(Path(str(summary["project"])))
    run, detections = current_run(project)
    with VideoReader(project.video.path) as reader:
        findings = findings_of(project, run, detections, reader.index).within(project.thresholds)
    project.close()
    assert detections.frame_count == 221
    assert len(detections) == summary["detections"]
    assert len(findings.flagged) == summary["flagged_frames"]
    assert len(findings.imputed) == summary["imputed_boxes"]
    assert {box.class_name for box in findings.imputed} == {"car"}
    assert run.config.classes == ("car",)
    assert set(detections.class_id.tolist()) == {run.info.class_names.index("car")}


def test_the_flagged_frames_of_a_real_video_are_exported(
    highway_answer: Answer, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    project, flagged = highway_answer.json["project"], highway_answer.json["flagged_frames"]
    out = tmp_path / "coco"
    summary = flickerscope("export", project, "--format", "coco", "--out", out, "--json").json
    assert summary["frames"] == flagged
    coco = COCO(str(out / "annotations.json"))
    images = coco.loadImgs(coco.getImgIds())
    assert len(images) == flagged
    assert len(coco.getAnnIds()) == summary["prelabels"]
    assert {p.name for p in (out / "images").iterdir()} == {i["file_name"] for i in images}
    assert all(name["file_name"].startswith("dashcam_highway-") for name in images)


def test_processing_a_video_twice_continues_its_project(
    make_video: MakeVideo, quick_model: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    video = make_video("tiny.mp4", 6)
    arguments = ("process", video, "--model", quick_model, "--out", tmp_path, "--json")
    first, second = flickerscope(*arguments).json, flickerscope(*arguments).json
    assert first["project"] == second["project"] == str(tmp_path / "tiny.flickerscope")
    assert first["frames"] == second["frames"] == 6
    project = Project.open(tmp_path / "tiny.flickerscope")
    assert len(project.runs) == 2
    project.close()


def test_without_out_the_project_lies_in_the_programs_home(
    make_video: MakeVideo, quick_model: Path, home: Path, flickerscope: Flickerscope
) -> None:
    video = make_video("tiny.mp4", 3)
    beside = set(video.parent.iterdir())
    answer = flickerscope("process", video, "--model", quick_model, "--conf", "0.5")
    (project,) = (home / "projects").iterdir()
    assert is_project(project)
    assert str(project) in answer.out
    assert "flagged frames" in answer.out
    assert "Detecting" in answer.err
    assert set(video.parent.iterdir()) == beside


@pytest.mark.parametrize(
    ("frames", "expected"), [("flagged", list(SMALL_MISSING)), ("all", list(range(SMALL_COUNT)))]
)
@pytest.mark.parametrize("kind", ["coco", "yolo"])
def test_export_writes_the_frames_asked_for(
    kind: str,
    frames: str,
    expected: list[int],
    small_project: Path,
    tmp_path: Path,
    flickerscope: Flickerscope,
) -> None:
    out = tmp_path / "out"
    summary = flickerscope(
        "export", small_project, "--format", kind, "--frames", frames, "--out", out, "--json"
    ).json
    assert (summary["folder"], summary["format"]) == (str(out), kind)
    assert summary["frames"] == len(expected)
    names = sorted(p.name for p in (out / "images").iterdir())
    assert names == [f"clip-{frame:02}-mp4.png" for frame in expected]


def test_export_hands_over_accepted_boxes_and_no_others(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    answer = flickerscope("export", small_project, "--format", "coco", "--out", out)
    assert answer.code == 0
    document = json.loads((out / "annotations.json").read_text())
    frame_of_image = {image["id"]: image["frame_index"] for image in document["images"]}
    imputed = [row for row in document["annotations"] if row["source"] == "imputed"]
    assert [frame_of_image[row["image_id"]] for row in imputed] == [SMALL_MISSING[0]]
    assert imputed[0]["bbox"] == pytest.approx([40.5, 30.2, 40.3, 30.3])


def test_the_demo_runs_headless_from_detection_to_export(
    tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "demo"
    summary = flickerscope("demo", "--headless", "--json", "--out", out).json
    assert set(summary) >= KEYS
    assert int(str(summary["flagged_frames"])) >= 1
    assert int(str(summary["imputed_boxes"])) >= 1
    document = json.loads((out / "coco" / "annotations.json").read_text())
    sources = [row["source"] for row in document["annotations"]]
    assert sources.count("imputed") == summary["imputed_boxes"]
    assert len(sources) == summary["prelabels"]
    assert len(list((out / "yolo" / "labels").iterdir())) == summary["exported_frames"]


def test_the_doctor_finds_this_computer_sound(flickerscope: Flickerscope) -> None:
    answer = flickerscope("doctor")
    assert answer.code == 0, answer.out
    assert {line.split()[0] for line in answer.out.splitlines()} == {"ok"}


def window(
    problem: str | None = None, opened: list[tuple[Path | None, bool]] | None = None
) -> Window:
    """A front end that notes what it was asked to show, and exits with 7."""

    def show(path: Path | None, demo: bool) -> int:
        if opened is not None:
            opened.append((path, demo))
        return 7

    return Window(show, lambda: problem, {"display": lambda: fail() if problem else "here"})


def fail() -> str:
    raise RuntimeError("no display: set DISPLAY")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (None, False)),
        (["some/video.mp4"], (Path("some/video.mp4"), False)),
        (["demo"], (None, True)),
    ],
)
def test_a_window_is_opened_with_what_was_given(
    arguments: list[str], expected: tuple[Path | None, bool], flickerscope: Flickerscope
) -> None:
    opened: list[tuple[Path | None, bool]] = []
    answer = flickerscope(*arguments, window=window(opened=opened))
    assert answer.code == 7
    assert opened == [expected]


def test_without_a_display_the_problem_and_the_headless_commands_are_named(
    flickerscope: Flickerscope,
) -> None:
    opened: list[tuple[Path | None, bool]] = []
    answer = flickerscope("video.mp4", window=window("there is no display", opened))
    assert "there is no display" in answer.sentence
    assert "flickerscope process" in answer.sentence
    assert opened == []


def test_the_doctor_reports_the_front_ends_checks_and_fails_with_them(
    flickerscope: Flickerscope,
) -> None:
    answer = flickerscope("doctor", window=window("there is no display"))
    assert answer.code == 1
    (failed,) = [line for line in answer.out.splitlines() if line.startswith("FAIL")]
    assert "display" in failed
    assert "set DISPLAY" in failed


def test_the_program_shows_its_version_and_help() -> None:
    for arguments, words in [
        (["--version"], f"flickerscope {version('flickerscope')}"),
        (["--help"], "process"),
        (["process", "--help"], "--classes"),
    ]:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", *arguments],
            cwd=REPOSITORY, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert words in done.stdout
        assert done.stderr == ""


def test_help_and_refusals_need_neither_torch_nor_qt(tmp_path: Path) -> None:
    program = (
        "import sys; from core.cli import run; code = run(sys.argv[1:]);"
        "print(code, sorted({'torch', 'ultralytics', 'cv2', 'PySide6'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "process", str(tmp_path / "gone.mp4")],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "2 []\n"
