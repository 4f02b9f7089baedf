"""An export is remembered in its project, so that frames are not chosen for labeling twice."""

from contextlib import closing
from pathlib import Path

from core.project import Project
from tests.cli.conftest import SMALL_MISSING, Flickerscope


def exported_frames(folder: Path) -> tuple[int, ...]:
    with closing(Project.open(folder)) as project:
        return project.selecting.exported


def test_exported_frames_are_added_to_those_before(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    def export(scope: str) -> None:
        arguments = ("--format", "yolo", "--frames", scope, "--out", tmp_path / scope)
        assert flickerscope("export", small_project, *arguments).code == 0

    export("accepted")
    assert exported_frames(small_project) == SMALL_MISSING[:1]
    export("flagged")
    assert exported_frames(small_project) == SMALL_MISSING


def test_a_failed_export_is_not_remembered(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    assert flickerscope("export", small_project, "--format", "coco", "--out", taken).code == 2
    assert exported_frames(small_project) == ()


def test_a_project_in_use_is_exported_and_says_that_it_does_not_remember(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    arguments = ("--format", "coco", "--out", tmp_path / "out", "--json")
    with closing(Project.open(small_project)) as elsewhere:
        elsewhere.reserve()
        summary = flickerscope("export", small_project, *arguments).json
    (notice,) = summary["notices"]  # type: ignore[misc]
    assert "open in another window" in str(notice)
    assert (tmp_path / "out" / "annotations.json").is_file()
    assert exported_frames(small_project) == ()
