"""Finished labels on the command line."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.project import Project
from tests.cli.conftest import Flickerscope
from tests.conftest import MakeVideo
from tests.core.round_trips import Exported, annotated, give_coco, make_exported


@pytest.fixture
def exported(make_video: MakeVideo, tmp_path: Path) -> Exported:
    """A project, and what was handed over of it."""
    return make_exported(make_video(frames=24), tmp_path)


@pytest.fixture
def labels(exported: Exported, tmp_path: Path) -> Path:
    """What an annotator made of that."""
    return give_coco(exported, annotated(exported.labeled), tmp_path)


def recalibration(exported: Exported) -> object:
    with closing(Project.open(exported.project)) as project:
        return project.recalibration


def test_a_table_says_what_annotators_did_and_nothing_changes(
    flickerscope: Flickerscope, exported: Exported, labels: Path
) -> None:
    answer = flickerscope("labels", exported.project, labels, "--export", exported.folder)
    assert answer.code == 0
    (row,) = [line for line in answer.out.splitlines() if "flickering" in line and "60 %" in line]
    assert " ".join(row.split()) == "flickering 5 2 1 1 1 60 % 23 to 88 %"
    for said in ("COCO, 6 frames", "1 of the exported frames", "Brier", "would become", "0.70 →"):
        assert said in answer.out
    assert recalibration(exported) is None


def test_json_has_all_of_it(flickerscope: Flickerscope, exported: Exported, labels: Path) -> None:
    found: dict[str, Any] = flickerscope("labels", exported.project, labels, "--json").json
    assert found["overall"]["kept"] == 2
    assert found["by_kind"]["flickering"]["precision"] == 0.6
    assert found["model"]["deleted"] == 1
    assert found["recalibration"]["by_kind"].keys() == {"flickering"}
    assert found["recalibrated"] is False


def test_a_project_is_recalibrated_and_forgets_it(
    flickerscope: Flickerscope, exported: Exported, labels: Path
) -> None:
    found = flickerscope("labels", exported.project, labels, "--recalibrate", "--json").json
    assert found["recalibrated"] is True
    kept = recalibration(exported)
    assert kept is not None
    forgotten = flickerscope("labels", exported.project, "--forget", "--json").json
    assert forgotten["forgotten"] is True
    assert recalibration(exported) is None
    assert flickerscope("labels", exported.project, "--forget", "--json").json["forgotten"] is False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Give finished labels, or --forget"),
        (("gone.json",), "gone.json is not there"),
        (("a.json", "--forget"), "without LABELS"),
        (("a.json", "--export", "nowhere"), "cannot be read as the list of what was exported"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    flickerscope: Flickerscope, exported: Exported, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in flickerscope("labels", exported.project, *arguments).sentence
