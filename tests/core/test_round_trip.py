"""From an export to finished labels and back: figures as an annotator made them."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.assertions.thresholds import Thresholds
from core.detections import empty_detections
from core.errors import ExportError, LabelsError
from core.export.manifest import manifest_of, read_manifest, write_manifest
from core.export.request import ExportRequest
from core.pipeline import current_run, current_seen, findings_of
from core.prelabels import Correction, Decision, Verdict
from core.project import Project, SetRecalibration
from core.roundtrip.comparing import RoundTrip, compare
from core.roundtrip.recalibration import Recalibration
from core.roundtrip.report import Report, wilson
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.round_trips import (
    EXPORTED,
    MISSING,
    PERSON_BOX,
    TOOLS,
    Exported,
    annotated,
    as_handed,
    give_coco,
    give_yolo,
    imputed_in,
    make_exported,
    zipped,
)


@pytest.fixture(scope="module")
def exported(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A project, and what was handed over of it."""
    return make_exported(make_video(frames=24), tmp_path_factory.mktemp("exported"))


def counts(report: Report) -> tuple[int, ...]:
    """Handed over, kept, moved, relabeled, deleted."""
    tally = report.overall
    return tally.handed, tally.kept, tally.moved, tally.relabeled, tally.deleted


@pytest.mark.parametrize("tool", list(TOOLS))
@pytest.mark.parametrize("as_zip", [False, True], ids=["plain", "zip"])
def test_what_an_annotator_did_is_what_is_counted(
    exported: Exported, tool: str, as_zip: bool, tmp_path: Path
) -> None:
    labels = TOOLS[tool](exported, annotated(exported.labeled), tmp_path)
    path = zipped(labels, tmp_path) if as_zip else labels
    report = compare(exported.known, path, exported.folder).report
    assert report.format == tool
    assert (report.frames, report.not_labeled) == (6, 1)
    assert counts(report) == (5, 2, 1, 1, 1)
    assert report.overall.precision == 0.6
    assert report.overall.gaps == 5
    assert report.overall.interval == pytest.approx(wilson(0.6, 5))
    # 35.8 × 28 px in common of 40.3 × 30.3 and 39 × 28.
    assert report.overall.moved_iou == pytest.approx(1002.4 / 1310.69, abs=1e-4)
    assert report.by_kind == {"flickering": report.overall}
    # The person of each frame, one of whom was deleted, and the rejected car that was drawn.
    model = report.model
    assert (model.handed, model.kept, model.deleted) == (6, 5, 1)
    assert report.added == 1


@pytest.mark.parametrize("tool", list(TOOLS))
def test_labels_that_nobody_changed_are_all_kept(
    exported: Exported, tool: str, tmp_path: Path
) -> None:
    labels = TOOLS[tool](exported, as_handed(exported.labeled), tmp_path)
    report = compare(exported.known, labels, exported.folder).report
    assert counts(report) == (5, 5, 0, 0, 0)
    assert (report.added, report.not_labeled, report.model.kept) == (0, 0, report.model.handed)


@pytest.mark.parametrize("tool", ["COCO", "CVAT images", "CVAT video"])
def test_pictures_without_boxes_were_labeled(exported: Exported, tool: str, tmp_path: Path) -> None:
    labels = TOOLS[tool](exported, {frame: [] for frame in EXPORTED}, tmp_path)
    report = compare(exported.known, labels, exported.folder).report
    assert (counts(report), report.frames) == ((5, 0, 0, 0, 5), 7)


@pytest.mark.parametrize("tool", ["COCO", "YOLO", "CVAT images"])
def test_without_a_manifest_pictures_are_known_by_lightlys_names(
    exported: Exported, tool: str, tmp_path: Path
) -> None:
    labels = TOOLS[tool](exported, annotated(exported.labeled), tmp_path)
    report = compare(exported.known, labels).report
    assert (counts(report), report.not_labeled) == ((5, 2, 1, 1, 1), 0)


def test_the_manifest_beside_labels_that_were_edited_in_place_is_found(
    exported: Exported, tmp_path: Path
) -> None:
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    write_manifest(tmp_path, read_manifest(exported.folder))
    assert compare(exported.known, labels).report.not_labeled == 1
    assert compare(exported.known, tmp_path).report.not_labeled == 1


def test_an_export_may_be_a_zip(exported: Exported, tmp_path: Path) -> None:
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    archive = zipped(exported.folder, tmp_path)
    assert compare(exported.known, labels, archive).report.not_labeled == 1
    archive.write_bytes(b"PK")
    with pytest.raises(ExportError, match="cannot be read as the list of what was exported"):
        compare(exported.known, labels, archive)


def test_a_yolo_picture_without_a_text_file_has_no_boxes_where_it_is_there_or_listed(
    exported: Exported, tmp_path: Path
) -> None:
    labels = annotated(exported.labeled)
    del labels[12], labels[15]
    folder = give_yolo(exported, labels, tmp_path)
    names = {frame.frame: frame.path for frame in exported.labeled.frames}
    (folder / "images").mkdir()
    (folder / names[12]).touch()
    (folder / "train.txt").write_text(f"data/{names[15]}\n")
    report = compare(exported.known, folder, exported.folder).report
    assert (counts(report), report.frames) == ((5, 1, 1, 1, 2), 6)


def test_the_files_of_label_studio_are_known_by_what_follows_their_digits(
    exported: Exported, tmp_path: Path
) -> None:
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    labels.write_text(
        labels.read_text().replace('"file_name": "', '"file_name": "images/0a1b2c3d-')
    )
    assert counts(compare(exported.known, labels, exported.folder).report) == (5, 2, 1, 1, 1)


def test_classes_are_called_as_the_export_called_them(exported: Exported, tmp_path: Path) -> None:
    request = ExportRequest(classes=(("person", ""), ("car", "vehicle")))
    manifest = manifest_of(exported.labeled, request)
    renamed = [box.class_name for box in manifest.boxes]
    assert renamed == ["car"] * 5
    write_manifest(tmp_path, manifest)
    text = (tmp_path / "flickerscope.json").read_text()
    text = text.replace('"class_name": "car"', '"class_name": "vehicle"')
    (tmp_path / "flickerscope.json").write_text(text)
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    labels.write_text(labels.read_text().replace('"name": "car"', '"name": "vehicle"'))
    report = compare(exported.known, labels, tmp_path).report
    assert counts(report) == (5, 2, 1, 1, 1)
    # Nobody handed over a person: those that were labeled were added.
    assert (report.model.handed, report.added) == (0, 6)


def test_the_reviewers_rejection_counts_unless_annotators_drew_the_box(
    exported: Exported, tmp_path: Path
) -> None:
    drawn = give_coco(exported, annotated(exported.labeled), tmp_path)
    there = compare(exported.known, drawn, exported.folder)
    nothing = as_handed(exported.labeled)
    untouched = compare(exported.known, give_coco(exported, nothing, tmp_path), exported.folder)
    # Five handed over and one rejected; deleted and rejected ones are not right.
    assert right(there) == pytest.approx(5 / 6)
    assert right(untouched) == pytest.approx(5 / 6)
    for found in (there, untouched):
        assert found.recalibration is not None
        assert found.recalibration.boxes == len(imputed_in(exported.labeled)) + 1 == len(MISSING)


def right(found: RoundTrip) -> float:
    """Share of the judged boxes that were right."""
    bins = found.report.bins
    return sum(each.right * each.boxes for each in bins) / sum(each.boxes for each in bins)


def test_a_box_that_the_reviewer_put_elsewhere_was_not_right_where_it_was_asked_for(
    exported: Exported, tmp_path: Path
) -> None:
    elsewhere = (5.0, 5.0, 30.0, 25.0)
    first, *others = exported.known.decisions
    edited = Decision(first.box, Verdict.EDITED, Correction(elsewhere, "car"))
    known = replace(exported.known, decisions=(edited, *others))
    manifest = read_manifest(exported.folder)
    box, *rest = manifest.boxes
    write_manifest(tmp_path, replace(manifest, boxes=(replace(box, xyxy=elsewhere), *rest)))
    labels = as_handed(exported.labeled)
    labels[3] = [(PERSON_BOX, "person"), (elsewhere, "car")]
    found = compare(known, give_coco(exported, labels, tmp_path), tmp_path)
    assert found.report.overall.kept == 5
    assert right(found) == pytest.approx(4 / 6)


def test_the_models_boxes_are_those_of_the_run_that_was_exported(
    exported: Exported, tmp_path: Path
) -> None:
    other = replace(exported.known.run, id="another")
    known = replace(exported.known, run=other, detections=empty_detections())
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    assert compare(known, labels, exported.folder).report.model.kept == 5
    assert compare(known, labels).report.model.handed == 0


def test_labels_of_frames_without_boxes_or_of_other_classes_are_refused(
    exported: Exported, tmp_path: Path
) -> None:
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    other = labels.read_text().replace('"name": "', '"name": "my ')
    labels.write_text(other)
    with pytest.raises(LabelsError, match=r"\(my car, my person, .* none of those handed over"):
        compare(exported.known, labels, exported.folder)
    nothing = replace(exported.known, decisions=(), detections=empty_detections())
    with pytest.raises(LabelsError, match=r"No box was handed over in the labeled frames"):
        compare(nothing, labels)


def test_rejections_count_by_the_share_of_accepted_boxes_that_came_back(
    exported: Exported, tmp_path: Path
) -> None:
    labels = {3: as_handed(exported.labeled)[3]}
    found = compare(exported.known, give_coco(exported, labels, tmp_path), exported.folder)
    assert found.report.overall.handed == 1
    assert found.report.brier_recalibrated is not None
    assert found.recalibration is not None
    assert found.recalibration.boxes == 1  # And a fifth of a rejection.
    assert right(found) == pytest.approx(1 / 1.2)


def test_a_recalibration_is_kept_followed_and_taken_back(
    exported: Exported, tmp_path: Path
) -> None:
    folder = tmp_path / "copy.flickerscope"
    shutil.copytree(exported.project, folder)
    steep = Recalibration({"flickering": (1.0, -2.0)}, 60, "2026-01-01T00:00:00+00:00")
    with closing(Project.open(folder)) as project:
        decisions = dict(project.decisions)
        assert project.recalibration is None
        assert project.apply(SetRecalibration(steep)) == SetRecalibration(None)
    with closing(Project.open(folder)) as project, VideoReader(project.video.path) as reader:
        assert project.recalibration == steep
        assert project.decisions == decisions
        run, detections = current_run(project)
        before = exported.known.findings
        after = findings_of(project, run, detections, reader.index)
        flickering = before.kind[before.missing.violation] == 0
        sank = before.missing.plausibility - after.missing.plausibility
        assert (sank[flickering] > 0.3).all()
        assert not sank[~flickering].any()
        assert len(after.within(Thresholds(plausibility=0.5)).imputed) < len(
            before.within(Thresholds(plausibility=0.5)).imputed
        )
        seen = current_seen(project, reader.index)
        assert seen is not None
        assert (seen.findings.missing.plausibility == before.missing.plausibility).all()
        project.apply(SetRecalibration(None))
        again = findings_of(project, run, detections, reader.index)
        assert (again.missing.plausibility == before.missing.plausibility).all()


def test_a_second_recalibration_is_learnt_from_what_assertions_say_themselves(
    exported: Exported, tmp_path: Path
) -> None:
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    manifest = read_manifest(exported.folder)
    handed = tuple(replace(box, plausibility=0.01) for box in manifest.boxes)
    write_manifest(tmp_path, replace(manifest, boxes=handed))
    once = compare(exported.known, labels, exported.folder).recalibration
    again = compare(exported.known, labels, tmp_path).recalibration
    assert once is not None
    assert again is not None
    assert again.by_kind == once.by_kind


def test_figures_are_one_json_object(exported: Exported, tmp_path: Path) -> None:
    labels = give_coco(exported, annotated(exported.labeled), tmp_path)
    report = compare(exported.known, labels, exported.folder).report.to_json()
    assert report["overall"]["precision"] == 0.6
    assert report["by_kind"]["flickering"]["interval"] == pytest.approx(wilson(0.6, 5))
    assert json.loads(json.dumps(report))["bins"][0]["boxes"] == len(MISSING)
