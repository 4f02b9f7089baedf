"""Overviews: what they say, when they still fit, and what a damaged one costs."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from core.assertions.thresholds import Thresholds
from core.collection.overview import (
    FILE,
    STRIP,
    Overview,
    load_overview,
    overview_of,
    save_overview,
    stamp_of,
)
from core.detections import empty_frame, from_frames
from core.detectors.base import DetectorConfig, Sampling
from core.frames import FrameIndex
from core.pipeline import current_run, findings_of
from core.prelabels import Correction, Decision, Verdict
from core.project import Project, Run, SetDecisions, SetRecalibration, SetThresholds
from core.project.runs import save_detections
from core.review import Queue, ReviewState
from core.roundtrip.recalibration import Recalibration
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import box, detector_info, flickering_frames

COUNT = 24
MISSING = (4, 9, 15)


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture(scope="module")
def index(video: Path) -> FrameIndex:
    with VideoReader(video) as reader:
        return reader.index


@pytest.fixture
def project(video: Path, tmp_path: Path) -> Iterator[Project]:
    with VideoReader(video) as reader:
        made = Project.create(tmp_path / "p.flickerscope", reader.info)
    add_run(made, COUNT)
    yield made
    made.close()


def add_run(project: Project, seen: int, sampling: Sampling | None = None) -> Run:
    run = Run.begin("r1", DetectorConfig("paper.pt", 0.25, sampling=sampling or Sampling()), INFO)
    project.choose(run)
    save_detections(project.run_file("r1"), from_frames(flickering_frames(COUNT, MISSING)[:seen]))
    return run


INFO = detector_info()


def now(project: Project, index: FrameIndex) -> Overview:
    run, detections = current_run(project)
    return overview_of(project, run, findings_of(project, run, detections, index), index)


def queue_of(project: Project, index: FrameIndex) -> Queue:
    """As the window has it."""
    from gui.session import Session  # numbering must agree with the window's own

    with VideoReader(project.video.path) as reader:
        return Session(project, reader.info, index).queue


def assert_same(one: Overview | None, other: Overview) -> None:
    assert one is not None
    for field in fields(Overview):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(right, np.ndarray):
            assert left.dtype == right.dtype, field.name
            np.testing.assert_array_equal(left, right, field.name)
        else:
            assert left == right, field.name


def test_says_what_the_run_found(project: Project, index: FrameIndex) -> None:
    found = now(project, index)
    assert (found.frames, found.seen, found.complete) == (COUNT, COUNT, True)
    assert found.seconds == pytest.approx(COUNT / 25)
    assert (found.width, found.height) == (project.video.width, project.video.height)
    assert found.model == "paper"
    assert found.start.tolist() == list(MISSING)
    assert (found.violations, found.to_do, found.flagged) == (3, 3, 3)
    assert found.flickering == pytest.approx(1000 * found.gain.sum() / COUNT)
    assert np.flatnonzero(found.strip > 0).tolist() == list(MISSING)


def test_violations_have_the_numbers_of_the_windows_queue(
    project: Project, index: FrameIndex
) -> None:
    elsewhere = Decision(box(7), Verdict.ACCEPTED)  # of an earlier run
    queue = queue_of(project, index)
    project.apply(SetDecisions((elsewhere, Decision(queue.boxes_of(1)[0], Verdict.REJECTED))))
    found, queue = now(project, index), queue_of(project, index)
    assert len(queue) == found.violations == 4
    for name in ("start", "stop", "kind", "class_id", "track", "plausibility", "gain", "state"):
        np.testing.assert_array_equal(getattr(found, name), getattr(queue, name))
    assert (found.kinds, found.class_names) == (queue.kinds, queue.class_names)
    assert found.state[1] == ReviewState.REJECTED
    assert found.to_do == 2


def test_a_decision_of_another_run_does_not_make_a_video_flicker(
    project: Project, index: FrameIndex
) -> None:
    before = now(project, index).flickering
    project.apply(SetDecisions((Decision(box(7), Verdict.ACCEPTED),)))
    assert now(project, index).flickering == before


def test_an_unfinished_run_leaves_the_rest_of_its_strip_open(
    project: Project, index: FrameIndex
) -> None:
    add_run(project, 12)
    found = now(project, index)
    assert (found.seen, found.complete) == (12, False)
    assert np.isnan(found.strip).tolist() == [False] * 12 + [True] * 12


def test_frames_that_were_not_looked_at_do_not_count(project: Project, index: FrameIndex) -> None:
    run = Run.begin("r2", DetectorConfig("paper.pt", sampling=Sampling(0, None, 2)), INFO)
    project.choose(run)
    frames = flickering_frames(COUNT, MISSING)
    frames[1::2] = [empty_frame()] * (COUNT // 2)
    save_detections(project.run_file("r2"), from_frames(frames))
    found = now(project, index)
    assert found.seen == COUNT // 2
    assert np.isnan(found.strip).sum() == COUNT // 2


def test_a_long_strip_keeps_the_highest_score_of_each_stretch(
    project: Project, make_video: MakeVideo, tmp_path: Path
) -> None:
    count, alone = 1200, 777
    video = make_video("long.mp4", count)
    with VideoReader(video) as reader:
        long, index = Project.create(tmp_path / "l.flickerscope", reader.info), reader.index
    run = Run.begin("r1", DetectorConfig("paper.pt"), INFO)
    long.choose(run)
    save_detections(long.run_file("r1"), from_frames(flickering_frames(count, (alone,))))
    strip = now(long, index).strip
    long.close()
    assert len(strip) == STRIP
    assert np.flatnonzero(strip > 0).tolist() == [alone * STRIP // count]


def test_comes_back_from_disk(project: Project, index: FrameIndex) -> None:
    made = now(project, index)
    save_overview(project.folder, made)
    assert_same(load_overview(project.folder), made)


def test_fits_until_something_changes_what_it_says(project: Project, index: FrameIndex) -> None:
    stamps = [stamp_of(project)]

    def changed() -> bool:
        stamps.append(stamp_of(project))
        return stamps[-1] not in stamps[:-1]

    assert not changed(), "nothing has changed"
    project.apply(SetThresholds(Thresholds(max_gap=3)))
    assert changed()
    project.apply(SetRecalibration(Recalibration({"flickering": (1.0, 0.5)}, 40, "2026-01-01")))
    assert changed()
    of_run = queue_of(project, index).boxes_of(0)[0]
    project.apply(SetDecisions((Decision(of_run, Verdict.ACCEPTED),)))
    assert changed()
    corrected = Correction((1.0, 2.0, 3.0, 4.0), "car")
    project.apply(SetDecisions((Decision(of_run, Verdict.EDITED, corrected),)))
    assert changed()
    project.undo()
    project.undo()
    assert stamp_of(project) == stamps[3], "undone is as before"
    add_run(project, 12)
    assert changed()
    project.choose(Run.begin("r2", DetectorConfig("paper.pt"), INFO))
    assert changed()


def test_says_the_same_after_the_project_was_opened_again(project: Project) -> None:
    project.apply(SetDecisions((Decision(box(7), Verdict.ACCEPTED),)))
    project.apply(SetDecisions((Decision(box(9), Verdict.REJECTED),)))
    again = Project.open(project.folder)
    assert stamp_of(again) == stamp_of(project)
    again.close()


@pytest.mark.parametrize("keep", [0, 40, 200, -30])
def test_a_damaged_one_is_none(
    project: Project, index: FrameIndex, keep: int, caplog: pytest.LogCaptureFixture
) -> None:
    save_overview(project.folder, now(project, index))
    file = project.folder / FILE
    file.write_bytes(file.read_bytes()[:keep])
    assert load_overview(project.folder) is None
    assert "damaged" in caplog.text


def test_none_where_there_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load_overview(tmp_path) is None
    assert not caplog.text


def test_a_folder_that_cannot_be_written_costs_only_a_line_in_the_log(
    project: Project, index: FrameIndex, regular_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_overview(regular_file, now(project, index))
    assert "could not be saved" in caplog.text
