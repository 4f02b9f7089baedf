"""`flickerscope import`: another program's boxes become a run of the project."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from core.pipeline import current_run
from core.prelabels import Verdict
from core.project import ChooseRun, Project, SetDecisions
from tests.cli.conftest import Flickerscope
from tests.conftest import MakeVideo
from tests.core.making import box

COUNT = 20
MISSING = 9


@pytest.fixture
def video(make_video: MakeVideo, tmp_path: Path) -> Path:
    return make_video("street.mp4", COUNT, folder=tmp_path)


def mot(folder: Path, *, missing: int = MISSING) -> Path:
    """A car that stands still and is not seen once."""
    path = folder / "det.txt"
    path.write_text("".join(f"{i + 1},-1,40,30,40,30,0.9\n" for i in range(COUNT) if i != missing))
    return path


def test_imported_boxes_are_searched_for_flicker_and_exported(
    video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    arguments = ("--names", "car", "--out", out, "--json")
    summary = flickerscope("import", video, mot(tmp_path), *arguments).json
    assert summary["detections"] == COUNT - 1
    assert (summary["flagged_frames"], summary["imputed_boxes"]) == (1, 1)
    assert (summary["model"], summary["backend"]) == ("det", "import")
    assert "fps" not in summary
    coco = tmp_path / "coco"
    exported = flickerscope(
        "export", summary["project"], "--format", "coco", "--frames", "all", "--out", coco
    )
    assert exported.code == 0, exported
    annotations = json.loads((coco / "annotations.json").read_text())
    assert len(annotations["annotations"]) == COUNT - 1
    assert [category["name"] for category in annotations["categories"]] == ["car"]


def test_a_second_import_is_a_second_run_and_decisions_stay(
    video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out"
    first = flickerscope("import", video, mot(tmp_path), "--out", out, "--json").json
    folder = Path(str(first["project"]))
    with closing(Project.open(folder)) as project:
        project.apply(SetDecisions.of(Verdict.ACCEPTED, [box()]))
        decided = dict(project.decisions)
    assert flickerscope("import", folder, mot(tmp_path, missing=4)).code == 0
    with closing(Project.open(folder)) as project:
        assert project.decisions == decided
        assert len(project.runs) == 2
        assert current_run(project)[0] == project.runs[1]
        project.apply(ChooseRun(project.runs[0].id))
    with closing(Project.open(folder)) as project:
        assert current_run(project)[0] == project.runs[0]


def test_what_does_not_fit_the_video_changes_nothing(
    video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("1,-1,40,30,40,30,0.9\n99,-1,40,30,40,30,0.9\n")
    out = tmp_path / "out"
    sentence = flickerscope("import", video, wrong, "--out", out).sentence
    assert "Line 2 of wrong.txt" in sentence
    assert "99" in sentence
    assert "20" in sentence
    (folder,) = out.glob("*.flickerscope")
    with closing(Project.open(folder)) as project:
        assert project.runs == ()
    assert list((folder / "runs").iterdir()) == []


def test_an_unknown_format_is_refused(
    video: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    sentence = flickerscope("import", video, mot(tmp_path), "--format", "csv").sentence
    assert '"csv" is not one of' in sentence
