"""Which steps a batch takes, what it makes of what they give, and what it keeps."""

import json
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

import core.detectors.stream
from core.batch.layout import BATCH, SUMMARY
from core.batch.outcomes import keep_outcome
from core.batch.place import place_of
from core.batch.result import BatchResult
from core.batch.runner import names_at, run_batch
from core.batch.steps import (
    AWS,
    Begin,
    Detect,
    Divided,
    Finish,
    Outcome,
    Part,
    Result,
    Step,
    Work,
)
from core.batch.videos import Listed, list_videos
from core.errors import BatchError, Cancelled, CloudError, UserError, WorkerDiedError
from core.frames import FrameRange
from core.project import Project
from tests.conftest import MakeVideo
from tests.core.batches import QUICK, HereEngine, files_below, listed, work_to
from tests.core.killing import Columns

RANGES = (FrameRange(0, 10), FrameRange(10, 20), FrameRange(20, 24))


@pytest.fixture(scope="module")
def videos(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three videos, the second one the largest, the last one in a folder."""
    folder = tmp_path_factory.mktemp("videos")
    make_video("a.mp4", 8, folder=folder)
    make_video("b.mp4", 24, folder=folder)
    (folder / "north").mkdir()
    make_video("c.mp4", 12, folder=folder / "north")
    return folder


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.detectors.stream, "make_detector", lambda *args: Columns())


def done(step: Step, work: Work, tell: object) -> Result:
    """A step that was done at once."""
    return keep_outcome(place_of(work), Outcome(step.item, "done", counts={"frames": 1}))


def run(found: Listed, engine: HereEngine, work: Work, retry: bool = False) -> BatchResult:
    try:
        return run_batch(found, work, engine, retry_failed=retry)
    finally:
        engine.close()


def test_every_video_ends_in_a_project_an_export_and_an_outcome(
    videos: Path, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out")
    engine = HereEngine(work)
    result = run(listed(videos), engine, work)
    assert [outcome.item.name for outcome in result.outcomes] == ["a", "b", "north/c"]
    assert engine.begun == ["b", "north/c", "a"], "the largest is to come first"
    assert result.failed == ()
    assert result.counts["frames"] == 8 + 24 + 12
    assert result.counts["selected"] == result.counts["exported"] == 9
    out = tmp_path / "out"
    for outcome in result.outcomes:
        project = Project.open(out / outcome.project)
        assert project.run is not None
        assert project.run.id == QUICK.run_id(outcome.item.key)
        assert project.video.path == Path(outcome.item.source)
        assert project.selection is not None
        project.close()
        assert (out / outcome.export / "annotations.json").is_file()
    assert json.loads((out / SUMMARY).read_text()) == json.loads(json.dumps(result.to_json()))
    assert json.loads((out / BATCH).read_text())["names"] == {
        outcome.item.key: outcome.item.name for outcome in result.outcomes
    }


def test_what_is_done_is_not_done_again(videos: Path, tmp_path: Path) -> None:
    work = work_to(tmp_path / "out")
    first = run(listed(videos), HereEngine(work), work)
    before = files_below(tmp_path / "out")
    engine = HereEngine(work)
    again = run(listed(videos), engine, work)
    assert engine.steps == []
    assert (first.done_now, again.done_now) == (3, 0)
    assert again.outcomes == first.outcomes
    after = files_below(tmp_path / "out")
    del before[SUMMARY], after[SUMMARY]
    assert after == before


def test_a_video_that_is_added_costs_only_itself_and_names_stay(
    videos: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out")
    run(listed(videos), HereEngine(work, done), work)
    more = tmp_path / "more"
    more.mkdir()
    make_video("a.mp4", 9, folder=more)
    engine = HereEngine(work, done)
    found = list_videos([str(more), str(videos)], AWS, names_at(work))
    result = run(found, engine, work)
    assert engine.begun == ["a-2"]
    assert sorted(o.item.name for o in result.outcomes) == ["a", "a-2", "b", "north/c"]


def test_another_request_in_the_same_place_is_refused_by_name(videos: Path, tmp_path: Path) -> None:
    work = work_to(tmp_path / "out")
    run(listed(videos), HereEngine(work, done), work)
    config = replace(QUICK.config, confidence=0.25, classes=("car",))
    other = replace(work, request=replace(QUICK, config=config, export=None))
    with pytest.raises(BatchError) as refused:
        run_batch(listed(videos), other, HereEngine(other, done))
    said = refused.value.problem
    assert "config confidence: 0.1 then, 0.25 now" in said
    assert 'config classes: none then, ["car"] now' in said
    assert "export: some then, none now" in said


@pytest.mark.parametrize("content", ["{", "[]", '{"names": {}, "request": {"config": {}}}'])
def test_a_damaged_batch_file_is_refused(content: str, tmp_path: Path) -> None:
    work = work_to(tmp_path)
    (tmp_path / BATCH).write_text(content)
    with pytest.raises(BatchError, match=r"batch\.json"):
        names_at(work)


class TestFailures:
    """What went wrong in one video costs only that one."""

    def test_a_failed_one_is_told_and_tried_again_only_on_demand(
        self, videos: Path, tmp_path: Path
    ) -> None:
        work = work_to(tmp_path / "out")
        ill = {"b"}

        def maybe(step: Step, work: Work, tell: object) -> Result:
            if step.item.name in ill:
                raise WorkerDiedError("It died 3 times", mend="help it")
            return done(step, work, tell)

        first = run(listed(videos), HereEngine(work, maybe), work)
        assert [(o.item.name, o.reason) for o in first.failed] == [
            ("b", "It died 3 times: help it.")
        ]
        ill.clear()
        untouched = HereEngine(work, maybe)
        assert run(listed(videos), untouched, work).failed == first.failed
        assert untouched.steps == []
        retried = HereEngine(work, done)
        result = run(listed(videos), retried, work, retry=True)
        assert retried.begun == ["b"]
        assert result.failed == ()
        assert result.done_now == 1

    def test_a_bug_is_a_failure_with_its_traceback_in_the_log(
        self, videos: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        work = work_to(tmp_path / "out")

        def buggy(step: Step, work: Work, tell: object) -> Result:
            if step.item.name == "a":
                raise ZeroDivisionError("division by zero")
            return done(step, work, tell)

        result = run(listed(videos), HereEngine(work, buggy), work)
        assert [o.item.name for o in result.failed] == ["a"]
        assert "division by zero; this is a bug" in result.failed[0].reason
        assert "in buggy" in caplog.text
        assert "ZeroDivisionError" in caplog.text

    def test_a_place_out_of_reach_ends_the_batch(self, videos: Path, tmp_path: Path) -> None:
        work = work_to(tmp_path / "out")

        def away(step: Step, work: Work, tell: object) -> Result:
            raise CloudError("The bucket is gone", mend="make it")

        with pytest.raises(UserError, match="The bucket is gone"):
            run(listed(videos), HereEngine(work, away), work)

    def test_stopping_leaves_what_is_done(self, videos: Path, tmp_path: Path) -> None:
        work = work_to(tmp_path / "out")
        told: list[Outcome] = []
        stopped = Event()

        def waiting(step: Step, work: Work, tell: object) -> Result:
            assert step.item.name == "b" or stopped.wait(60)
            return done(step, work, tell)

        engine = HereEngine(work, waiting)
        with pytest.raises(Cancelled):
            run_batch(
                listed(videos),
                work,
                engine,
                on_outcome=told.append,
                cancelled=lambda: bool(told),
            )
        stopped.set()
        engine.close()
        assert [outcome.item.name for outcome in told] == ["b"]
        result = run(listed(videos), HereEngine(work, done), work)
        assert len(result.outcomes) == 3


class TestLongVideos:
    """A divided video is detected part by part, then finished."""

    def perform(self, step: Step, work: Work, tell: object) -> Result:
        match step:
            case Begin(item) if item.name == "b":
                return Divided(item, RANGES, 1.0)
            case Detect(item, frames):
                return Part(item, frames, 2.0)
            case _:
                return done(step, work, tell)

    def test_all_parts_come_before_the_finish(self, videos: Path, tmp_path: Path) -> None:
        work = work_to(tmp_path / "out")
        engine = HereEngine(work, self.perform)
        result = run(listed(videos), engine, work)
        of_b = [step for step in engine.steps if step.item.name == "b"]
        assert [type(step) for step in of_b] == [Begin, Detect, Detect, Detect, Finish]
        assert of_b[-1] == Finish(of_b[0].item, RANGES, 1.0 + 3 * 2.0)
        assert len(result.outcomes) == 3

    def test_a_part_that_fails_ends_its_video_once(self, videos: Path, tmp_path: Path) -> None:
        work = work_to(tmp_path / "out")
        told: list[str] = []

        def bad(step: Step, work: Work, tell: object) -> Result:
            if isinstance(step, Detect) and step.frames != RANGES[1]:
                return Outcome(step.item, "failed", "It is damaged.")
            return self.perform(step, work, tell)

        engine = HereEngine(work, bad)
        result = run_batch(
            listed(videos), work, engine, on_outcome=lambda outcome: told.append(outcome.item.name)
        )
        engine.close()
        assert [o.item.name for o in result.failed] == ["b"]
        assert sorted(told) == ["a", "b", "north/c"]
        assert not any(isinstance(step, Finish) for step in engine.steps)
