"""What a worker does with one video, however often it is interrupted."""

import json
import multiprocessing
import shutil
from contextlib import closing
from dataclasses import replace
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest

import core.detectors.stream
from core.batch.outcomes import keep_outcome, outcome_at
from core.batch.place import place_of
from core.batch.steps import Begin, Outcome, Work
from core.batch.work import perform
from core.paths import proxies_dir
from core.project import Project
from core.selection.request import Threshold
from tests.conftest import MakeVideo
from tests.core.batch_kills import KILLED, SEEN, Counting, carry_out
from tests.core.batches import QUICK, files_below, one_item, quiet, work_to

FRAMES = 30

needs_forkserver = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="there is no forkserver"
)


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video("cam.mp4", FRAMES, b_frames=2)


@pytest.fixture
def _counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        core.detectors.stream, "make_detector", lambda *args: Counting(tmp_path / SEEN)
    )


@pytest.fixture
def context() -> BaseContext:
    """Forks from a process that has imported all that a step needs."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.core.batch_kills"])
    return made


def outcome_of(video: Path, work: Work) -> Outcome:
    outcome = perform(Begin(one_item(video)), work, quiet)
    assert isinstance(outcome, Outcome)
    return outcome


def made_at(out: Path, outcome: Outcome) -> dict[str, Any]:
    """All that a video has become, without times."""
    assert outcome.state == "done", outcome.reason
    with closing(Project.open(out / outcome.project)) as project:
        (run,) = project.runs
        found: dict[str, Any] = {
            "run": replace(run, created=""),
            "selection": project.selection,
            "selecting": project.selecting,
            "exporting": project.exporting,
            "video": project.video,
            "counts": outcome.counts,
            "notices": outcome.notices,
        }
        files = files_below(project.folder)
    kept = {path: content for path, content in files.items() if path.endswith(".npz")}
    return found | {"files": kept, "export": files_below(out / outcome.export)}


def leftovers(out: Path) -> list[str]:
    """What is in the making, or was left over from that; without the notes that end last."""
    in_work = (path for path in files_below(out) if path.startswith(".work/"))
    return [path for path in in_work if not path.endswith((".lock", "/outcome.json"))]


@needs_forkserver
def test_a_step_that_is_ended_anywhere_is_gone_on_with_and_nothing_is_done_twice(
    video: Path, tmp_path: Path, context: BaseContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = one_item(video)

    def finished(out: Path) -> dict[str, Any]:
        seen = out.with_name(SEEN)
        monkeypatch.setattr(core.detectors.stream, "make_detector", lambda *args: Counting(seen))
        return made_at(out, outcome_of(video, work_to(out)))

    whole = tmp_path / "whole" / "out"
    whole.parent.mkdir()
    expected = finished(whole)
    assert expected["counts"]["exported"] == 3
    names = sorted(path for path in files_below(whole) if ".work" not in path)

    for last in range(100):
        out = tmp_path / str(last) / "out"
        out.parent.mkdir()
        child = context.Process(target=carry_out, args=(item, work_to(out), last))
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        assert child.exitcode == KILLED
        assert finished(out) == expected, last
        assert sorted(path for path in files_below(out) if ".work" not in path) == names, last
        assert leftovers(out) == [], last
        assert len(out.with_name(SEEN).read_bytes()) == FRAMES, last
    assert 10 < last < 99, "it was never killed, or never let go"


@needs_forkserver
def test_of_two_who_do_the_same_one_does_it(
    video: Path, tmp_path: Path, context: BaseContext
) -> None:
    item, work = one_item(video), work_to(tmp_path / "out")
    children = [context.Process(target=carry_out, args=(item, work, None)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    outcome = outcome_at(place_of(work), item.key)
    assert outcome is not None
    assert outcome.state == "done"
    assert len((tmp_path / SEEN).read_bytes()) == FRAMES
    assert len(list((tmp_path / "out" / "outcomes").iterdir())) == 1
    assert leftovers(tmp_path / "out") == []


@pytest.mark.usefixtures("_counting")
class TestOneVideo:
    """In this process."""

    def test_no_small_copy_is_made(self, video: Path, tmp_path: Path) -> None:
        outcome_of(video, work_to(tmp_path / "out"))
        assert files_below(proxies_dir()) == {}

    def test_a_zip_is_a_file_beside_the_others(self, video: Path, tmp_path: Path) -> None:
        assert QUICK.export is not None
        request = replace(QUICK, export=replace(QUICK.export, zip=True))
        outcome = outcome_of(video, work_to(tmp_path / "out", request))
        assert outcome.export == "exports/cam.zip"
        assert (tmp_path / "out" / outcome.export).is_file()

    def test_nothing_to_select_or_export_is_no_failure(self, video: Path, tmp_path: Path) -> None:
        assert QUICK.select is not None
        none = replace(QUICK.select, thresholds=(Threshold("flickering", ">", 2.0),))
        outcome = outcome_of(video, work_to(tmp_path / "out", replace(QUICK, select=none)))
        assert (outcome.state, outcome.export) == ("done", "")
        assert outcome.notices == (
            "No frame passes the thresholds: nothing was selected.",
            "No frame is selected: nothing was exported.",
        )
        assert outcome.counts is not None
        assert (outcome.counts["selected"], outcome.counts["exported"]) == (0, 0)

    def test_only_detecting(self, video: Path, tmp_path: Path) -> None:
        request = replace(QUICK, select=None, export=None)
        outcome = outcome_of(video, work_to(tmp_path / "out", request))
        assert (outcome.state, outcome.export, outcome.notices) == ("done", "", ())
        with closing(Project.open(tmp_path / "out" / outcome.project)) as project:
            assert project.selection is None

    def test_a_damaged_project_in_the_making_is_made_anew(
        self, video: Path, tmp_path: Path
    ) -> None:
        work = work_to(tmp_path / "out")
        with place_of(work).scratch(one_item(video).key) as scratch:
            (scratch / "cam.flickerscope").mkdir()
            (scratch / "cam.flickerscope" / "project.sqlite").write_bytes(b"no database" * 100)
        assert outcome_of(video, work).state == "done"

    def test_a_video_that_has_changed_or_is_gone_says_so(self, video: Path, tmp_path: Path) -> None:
        copy = tmp_path / "copy.mp4"
        shutil.copy(video, copy)
        item, work = one_item(copy), work_to(tmp_path / "out")
        copy.write_bytes(copy.read_bytes()[:-20] + b"another end of it...")
        outcome = perform(Begin(item), work, quiet)
        assert isinstance(outcome, Outcome)
        assert (outcome.state, str(copy) in outcome.reason) == ("failed", True)
        copy.unlink()
        gone = perform(Begin(item), work, quiet)
        assert isinstance(gone, Outcome)
        assert "cannot be read any more" in gone.reason

    def test_what_is_done_is_never_replaced(self, video: Path, tmp_path: Path) -> None:
        work = work_to(tmp_path / "out")
        done = outcome_of(video, work)
        late = Outcome(done.item, "failed", "somebody was late")
        assert keep_outcome(place_of(work), late) == done
        kept = (tmp_path / "out" / "outcomes" / f"{done.item.key}.json").read_text()
        assert Outcome.from_json(json.loads(kept)) == done

    def test_a_disk_that_refuses_is_a_failure_of_that_video(
        self, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: object) -> None:
            raise OSError(28, "No space left on device", "/there")

        monkeypatch.setattr("core.batch.work.prepare", full)
        outcome = outcome_of(video, work_to(tmp_path / "out"))
        assert outcome.reason == "The system refuses /there: No space left on device."
