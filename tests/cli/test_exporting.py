"""`flickerscope export` and `formats`: what they write, say and refuse."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest

from core.detectors.base import DetectorConfig
from core.export.base import Format
from core.export.manifest import read_manifest
from core.export.registry import formats
from core.pipeline import process
from core.prelabels import Decision, Verdict
from core.project import Project, SetDecisions
from core.video import VideoReader
from tests.cli.conftest import SMALL_MISSING, Flickerscope
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, stream_of

COUNT = 60
MISSING = (20, 29, 55)


@pytest.fixture(scope="module")
def made(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two projects of clips of one stem, 3 s long; one box of each is accepted."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("one", "two"):
        (folder / name).mkdir()
        video = make_video("drive.mp4", COUNT, folder=folder / name, rate=20)
        with VideoReader(video) as reader:
            project = Project.create(folder / f"{name}.flickerscope", reader.info)
            stream = stream_of(flickering_frames(COUNT, MISSING))
            found = process(project, reader.index, DetectorConfig("paper.pt"), stream=stream)
        accepted = Decision(found.findings.imputed[0], Verdict.ACCEPTED)
        project.apply(SetDecisions((accepted,)))
        project.close()
    return folder


@pytest.fixture
def one(made: Path) -> Path:
    """A project."""
    return made / "one.flickerscope"


def test_the_summary_says_all_that_was_written(
    one: Path, made: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    arguments = ("--format", "yolo", "--out", out, "--scope", "all", "--val", 0.25, "--json")
    summary = flickerscope("export", one, made / "two.flickerscope", *arguments).json
    written = [p for p in out.rglob("*") if p.is_file()]
    assert summary == {
        "folder": str(out),
        "format": "yolo",
        "videos": ["drive", "drive-2"],
        "frames": 82,
        "context": 0,
        "prelabels": len("".join(p.read_text() for p in out.glob("labels/**/*.txt")).splitlines()),
        "by_source": {"model": 160, "imputed": 2},
        "by_split": {"train": 52, "val": 30},
        "left_out": 38,
        "classes": ["person", "car", "traffic light"],
        "bytes": sum(p.stat().st_size for p in written),
    }
    pictures = {p.name for p in written if p.suffix == ".png"}
    assert {"drive-00-mp4.png", "drive-2-00-mp4.png", "drive-2-59-mp4.png"} <= pictures
    assert len(pictures) == 82


def test_for_people_it_is_a_line_for_each_value(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    arguments = ("--format", "coco", "--out", tmp_path / "out", "--neighbours", 1)
    answer = flickerscope("export", small_project, *arguments)
    assert answer.code == 0
    said = [line.split(maxsplit=1) for line in answer.out.splitlines()]
    assert ["frames", "3"] in said
    assert ["context", "6"] in said
    assert "1 imputed" in answer.out
    assert "left out" not in answer.out
    assert "Exporting COCO" in answer.err
    handed = [frame.frame for frame in read_manifest(tmp_path / "out").frames]
    assert handed == [f for missing in SMALL_MISSING for f in range(missing - 1, missing + 2)]
    with closing(Project.open(small_project)) as project:
        assert project.selecting.exported == SMALL_MISSING


def test_all_options_reach_the_request(
    one: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    answer = flickerscope(
        "export", one, "--format", "coco", "--out", tmp_path / "out", "--scope", "all",
        "--range", "10:40", "--every", 7, "--neighbours", 2, "--min-score", 0.6,
        "--class", "car=vehicle", "--class", "person=", "--drop-empty",
        "--pictures", "jpeg", "--quality", 70, "--names", "{video}_{frame}", "--json",
    )  # fmt: skip
    assert answer.json["frames"] == 5
    request = read_manifest(tmp_path / "out").request
    wanted = replace(
        request, scope="all", every=7, neighbours=2, min_score=0.6, empty=False, picture="jpeg",
        quality=70, names="{video}_{frame}", classes=(("car", "vehicle"), ("person", "")),
    )  # fmt: skip
    assert request == wanted
    assert (request.range.start, request.range.stop) == (10, 40)  # type: ignore[union-attr]
    document = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert "vehicle" in {each["name"] for each in document["categories"]}
    assert "person" not in {each["name"] for each in document["categories"]}
    names = {Path(image["file_name"]).name for image in document["images"]}
    assert {"drive_10.jpg", "drive_38.jpg", "drive_40.jpg"} <= names


def test_the_old_name_of_scope_still_serves(
    one: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    arguments = ("--format", "coco", "--frames", "accepted", "--out", tmp_path / "out", "--json")
    assert flickerscope("export", one, *arguments).json["frames"] == 1
    assert "--frames" not in flickerscope("export", "--help").out


REFUSED: list[tuple[tuple[object, ...], str]] = [
    (("--format", "cocoa"), "choose one of coco, "),
    (("--scope", "best"), "choose one of flagged, accepted, selected, all"),
    (("--scope", "selected"), "No frame is selected"),
    (("--range", "5"), '"5" is no range of frames, such as 100:250'),
    (("--range", "9:5"), "--range"),
    (("--range", "100:200"), "None of the 3 frames lies in 100:200"),
    (("--every", 0), "Every n-th frame is 0"),
    (("--neighbours", -1), "number of neighbours is -1"),
    (("--min-score", 2), "least score is 2: give a number from 0 to 1"),
    (("--class", "car"), '"car" renames no class'),
    (("--class", "tram=car"), "no class “tram”: the classes are car, person, traffic light"),
    (("--val", 1), "share for validation is 1"),
    (("--val", 0.5, "--split-by", "frame"), "“frame” is unknown: choose one of video, time"),
    (("--val", 0.5, "--split-by", "video"), "One video cannot be split by video"),
    (("--pictures", "gif"), "png, jpeg, video, none"),
    (("--pictures", "jpeg", "--quality", 101), "give a number from 1 to 100"),
    (("--quality", 80), "add --pictures jpeg"),
    (("--pictures", "video"), "COCO does not go with whole videos"),
    (("--names", "{video}"), "put {frame} into it"),
    (("--every", "often"), "--every"),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_what_cannot_be_exported_is_one_sentence_and_leaves_nothing(
    arguments: tuple[object, ...], sentence: str,
    one: Path, tmp_path: Path, flickerscope: Flickerscope,
) -> None:  # fmt: skip
    out = tmp_path / "out"
    answer = flickerscope("export", one, "--format", "coco", "--out", out, *arguments)
    assert sentence in answer.sentence
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_replaced_only_when_asked_for(
    one: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    arguments = ("export", one, "--format", "coco", "--out", out)
    assert flickerscope(*arguments).code == 0
    assert str(out) in flickerscope(*arguments, "--scope", "accepted").sentence
    assert len(read_manifest(out).frames) == 3
    assert flickerscope(*arguments, "--scope", "accepted", "--overwrite").code == 0
    assert len(read_manifest(out).frames) == 1


def test_extras_lie_beside_the_labels_in_one_zip_file(
    one: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out.zip"
    arguments = ("--format", "coco", "--out", out, "--zip", "--crops", "--overlays", "--sheet")
    summary = flickerscope("export", one, *arguments, "--json").json
    assert (summary["folder"], summary["bytes"]) == (str(out), out.stat().st_size)
    with ZipFile(out) as packed:
        assert packed.testzip() is None
        names = {Path(name).parts[0] for name in packed.namelist()}
    assert names >= {"annotations.json", "images", "crops", "overlays", "sheet.jpg"}
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


def test_whole_videos_come_with_the_labels_of_all_frames_unless_others_are_asked_for(
    one: Path, tmp_path: Path, flickerscope: Flickerscope, monkeypatch: pytest.MonkeyPatch
) -> None:
    filmed = Format("filmed", "Filmed", lambda folder, labeled: None, media=("video", "none"))
    monkeypatch.setitem(formats(), "filmed", filmed)  # type: ignore[misc]
    arguments = ("export", one, "--format", "filmed", "--json", "--out")
    assert flickerscope(*arguments, tmp_path / "all").json["frames"] == COUNT
    with closing(Project.open(one)) as project:
        video = project.video.path.read_bytes()
    assert (tmp_path / "all" / "videos" / "drive.mp4").read_bytes() == video
    asked = flickerscope(*arguments, tmp_path / "some", "--scope", "flagged").json
    assert asked["frames"] == len(MISSING)


def test_a_project_given_twice_is_refused(
    one: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    copy = copytree(one, tmp_path / "copy.flickerscope")
    arguments = ("export", one, copy, "--format", "coco", "--out", tmp_path / "out")
    assert "drive.mp4 is there twice" in flickerscope(*arguments).sentence


def test_the_formats_are_listed_with_what_they_keep(flickerscope: Flickerscope) -> None:
    found = flickerscope("formats", "--json").json["formats"]
    assert found == [
        {"name": f.name, "title": f.title, "with": list(f.media), "about": f.about}
        for f in formats().values()
    ]
    answer = flickerscope("formats")
    assert answer.code == 0
    assert all(name in answer.out for name in formats())
