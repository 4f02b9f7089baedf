"""`flickerscope select`: from projects to lists of the frames that are worth labeling."""

import csv
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from core.detectors.base import DetectorConfig
from core.errors import ExportError
from core.pipeline import process
from core.project import Project
from core.selection.layout2d import Points
from core.selection.pool import Picks, Pool
from core.selection.report import writing
from core.selection.request import Diversity, FrameId, SelectRequest
from core.video import VideoReader
from tests.cli.conftest import Answer, Flickerscope
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, stream_of

COUNT = 30
MISSING = (4, 9, 15)
REFUSED: list[tuple[tuple[object, ...], str]] = [
    (("-n", 0), "-n is 0"),
    (("--proportion", 1.5), "--proportion is 1.5"),
    (("-n", 3, "--proportion", 0.5), "give either"),
    (("--strategy", "divercity"), '"divercity"'),
    (("--strategy", "diversity=-2"), '"-2"'),
    (("--balance", "van 1"), '"van"'),
    (("--similar", "30"), "no frame 30"),
    (("--threshold", "speed>1"), '"speed"'),
    (("--min-distance", 3), '"3.0"'),
    (("--strategy", "boxes", "--min-distance", 0.1), "add --strategy diversity"),
    (("--apart", 0), "--apart is 0"),
    (("--skip", "seen"), "exported, reviewed"),
    (("--include", "a-b"), '"a-b"'),
    (("--bal", "--balance", "car 1"), "--balance"),
    (("--strategy", "uncertainty=0"), "strength 0"),
    (("--labeled", "nowhere.txt"), "nowhere.txt"),
]
NAMES = ("drive", "city")
FILES = {"selection.json", "selection.csv", "selection.txt"}


@pytest.fixture(scope="module")
def made(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Processed projects, with embeddings, of two clips."""
    folder = tmp_path_factory.mktemp("made")
    return {name: make_project(make_video(f"{name}.mp4", COUNT), folder) for name in NAMES}


def make_project(video: Path, folder: Path) -> Path:
    chance = np.random.default_rng(len(video.stem))
    frames = [
        replace(frame, embedding=chance.normal(size=8).astype(np.float16))
        for frame in flickering_frames(COUNT, MISSING)
    ]
    with VideoReader(video) as reader:
        project = Project.create(folder / f"{video.stem}.flickerscope", reader.info)
        process(project, reader.index, DetectorConfig("paper.pt"), stream=stream_of(frames))
    project.close()
    return project.folder


@pytest.fixture
def drive(made: Mapping[str, Path], tmp_path: Path) -> Path:
    return Path(copytree(made["drive"], tmp_path / "drive.flickerscope"))


@pytest.fixture
def city(made: Mapping[str, Path], tmp_path: Path) -> Path:
    return Path(copytree(made["city"], tmp_path / "city.flickerscope"))


def frames_in(out: Path) -> list[tuple[str, int]]:
    found = json.loads((out / "selection.json").read_text("utf-8"))
    return [(frame["video"], frame["frame"]) for frame in found["frames"]]


def test_frames_are_chosen_written_and_remembered(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "first"
    summary = flickerscope("select", drive, "-n", 6, "--out", out, "--json").json
    assert (summary["frames"], summary["asked"], summary["candidates"]) == (6, 6, COUNT)
    assert (summary["stopped"], summary["out"]) == ("", str(out))
    assert {path.name for path in out.iterdir()} == FILES
    chosen = frames_in(out)
    assert len(set(chosen)) == 6
    means = summary["means"]
    assert isinstance(means, dict)
    assert means["flickering"]["chosen"] > means["flickering"]["all"]
    with closing(Project.open(drive)) as project:
        assert project.selection is not None
        assert (project.selection.name, project.selection.source) == ("first", "flickerscope")
        assert project.selection.frames == tuple(sorted(frame for _, frame in chosen))
        assert project.selecting.request == SelectRequest(6, None)
    exported = flickerscope(
        "export", drive, "--format", "yolo", "--frames", "selected", "--out", tmp_path / "yolo"
    )
    assert exported.code == 0, exported
    names = {path.name for path in (tmp_path / "yolo" / "images").iterdir()}
    assert names == set((out / "selection.txt").read_text().splitlines())


def test_a_report_lies_beside_the_lists_or_nothing_does(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[int, ...]] = []

    def write(
        pool: Pool,
        picks: Picks,
        request: SelectRequest,
        folder: Path,
        *,
        plane: Points,
        **_: object,
    ) -> None:
        shapes.append((len(pool), len(picks.rows), *plane.shape))
        if request.seed:
            raise ExportError("The report cannot be written", mend="choose another folder")
        (folder / "report.pdf").touch()

    # Tests of the report itself write it: it takes seconds.
    monkeypatch.setattr(writing, "write_report", write)
    good, bad = tmp_path / "good", tmp_path / "bad"
    answer = flickerscope("select", drive, "-n", 2, "--report", "--out", good)
    assert answer.code == 0, answer
    assert {path.name for path in good.iterdir()} == FILES | {"report.pdf"}
    refused = flickerscope("select", drive, "-n", 3, "--report", "--seed", 1, "--out", bad)
    assert "cannot be written" in refused.err
    assert not bad.exists()
    assert shapes == [(COUNT, 2, COUNT, 2), (COUNT, 3, COUNT, 2)]
    with closing(Project.open(drive)) as project:
        assert project.selection is not None
        assert project.selection.name == "good"


def test_the_same_request_chooses_the_same_frames(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    for name in ("a", "b"):
        answer = flickerscope("select", drive, "--proportion", 0.3, "--out", tmp_path / name)
        assert answer.code == 0, answer
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert len(frames_in(tmp_path / "a")) == 9


def test_several_projects_are_one_pool_and_each_remembers_its_own(
    drive: Path, city: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    arguments = ("-n", 10, "--include", "drive:3,city:7-8", "--exclude", "city:9", "--out", out)
    summary = flickerscope("select", drive, city, *arguments, "--json").json
    assert summary["projects"] == [str(drive), str(city)]
    chosen = frames_in(out)
    assert len(chosen) == 10
    assert {("drive.mp4", 3), ("city.mp4", 7), ("city.mp4", 8)} <= set(chosen)
    assert ("city.mp4", 9) not in chosen
    own = {"drive.mp4": drive, "city.mp4": city}
    for video, folder in own.items():
        with closing(Project.open(folder)) as project:
            assert project.selection is not None
            frames = tuple(sorted(frame for name, frame in chosen if name == video))
            assert project.selection.frames == frames
    with closing(Project.open(city)) as project:
        assert project.selecting.request.include == (FrameId(0, 7), FrameId(0, 8))
        assert project.selecting.request.exclude == (FrameId(0, 9),)


def test_all_wishes_reach_the_choice(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    numbers = tmp_path / "speed.csv"
    numbers.write_text("frame,speed\n" + "".join(f"{i},{i}\n" for i in range(COUNT)))
    done = tmp_path / "done.txt"
    done.write_text("drive-29-mp4.png\n28\n")
    out = tmp_path / "out"
    summary = flickerscope(
        "select", drive, "-n", 4, "--strategy", "speed=9", "--strategy", "diversity=0.1",
        "--metadata", numbers, "--labeled", done, "--apart", 3, "--threshold", "speed>=10",
        "--threshold", "boxes > 0", "--min-distance", 0.01, "--out", out, "--json",
    ).json  # fmt: skip
    frames = sorted(frame for _, frame in frames_in(out))
    assert summary["candidates"] == COUNT - 12
    assert len(frames) == 4
    assert frames[0] >= 10
    assert all(b - a >= 3 for a, b in zip(frames, [*frames[1:], 28], strict=True))
    with (out / "selection.csv").open(newline="") as file:
        assert {"speed", "speed, share"} < set(next(csv.reader(file)))
    with closing(Project.open(drive)) as project:
        request = project.selecting.request
        assert request.strategies[1] == Diversity(0.1, min_distance=0.01)
        assert request.labeled == (FrameId(0, 28), FrameId(0, 29))


def test_more_than_there_are_says_why_it_stopped(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    arguments = ("-n", 99, "--strategy", "uncertainty", "--out", tmp_path / "out", "--json")
    summary = flickerscope("select", drive, *arguments).json
    assert (summary["frames"], summary["asked"]) == (COUNT, 99)
    assert str(summary["stopped"]).endswith(".")


def test_exported_frames_are_skipped(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    flickerscope("select", drive, "-n", 5, "--out", tmp_path / "first")
    flickerscope(
        "export", drive, "--format", "yolo", "--frames", "selected", "--out", tmp_path / "yolo"
    )
    second = tmp_path / "second"
    flickerscope("select", drive, "-n", 5, "--skip", "exported", "--out", second)
    assert not set(frames_in(tmp_path / "first")) & set(frames_in(second))


def test_bal_closes_a_round_each_time(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    for number in (1, 2):
        out = tmp_path / str(number)
        answer = flickerscope("select", drive, "-n", 2, "--bal", "--out", out)
        assert answer.code == 0, answer
        with closing(Project.open(drive)) as project:
            assert len(project.selecting.rounds) == number
            frames = tuple(sorted(frame for _, frame in frames_in(out)))
            assert project.selecting.rounds[-1].frames == frames


def test_people_read_lines(drive: Path, tmp_path: Path, flickerscope: Flickerscope) -> None:
    answer = flickerscope("select", drive, "-n", 3, "--out", tmp_path / "out")
    assert answer.code == 0, answer
    assert "in all frames" in answer.out
    assert "{" not in answer.out


def test_a_bad_value_is_one_sentence_and_changes_nothing(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    for arguments, says in REFUSED:
        answer: Answer = flickerscope("select", drive, *arguments, "--out", tmp_path / "out")
        assert says in answer.sentence
    assert not (tmp_path / "out").exists()
    with closing(Project.open(drive)) as project:
        assert project.selection is None


def test_what_is_in_use_or_taken_is_refused(
    drive: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    with closing(Project.open(drive)) as elsewhere:
        elsewhere.reserve()
        assert "open in another window" in flickerscope("select", drive, "--out", out).sentence
    assert "is there twice" in flickerscope("select", drive, drive, "--out", out).sentence
    out.mkdir()
    (out / "mine.txt").touch()
    assert str(out) in flickerscope("select", drive, "--out", out).sentence
    with closing(Project.open(drive)) as project:
        assert project.selection is None
